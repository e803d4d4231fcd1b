"""Writes sessions down, with everything that a change of them takes along, in the caller's transaction.

That is the audit entry of each session, the pairing's feeds, the observers, and the people to tell. The
caller holds the lock of the pairing and has checked that the change may be made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coil_bridge.domain import JointSession, NewsKind, Pairing, Person
from coil_bridge.services import audit
from coil_bridge.services.agreed.session_changes import Change, raised, when
from coil_bridge.services.agreed.session_observers import Observed, SessionObserver
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.messaging.telling import Telling
from coil_bridge.storage.storage import Transaction


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something to a pairing's sessions, and when."""

    actor: Person
    pairing: Pairing
    now: datetime


class SessionWriter:
    """Stores planned and changed sessions."""

    def __init__(
        self, *, telling: Telling, feeds: FeedService, observers: Sequence[SessionObserver] = ()
    ) -> None:
        self._telling = telling
        self._feeds = feeds
        self._observers = tuple(observers)

    def plan(
        self, tx: Transaction, deed: Deed, sessions: Sequence[JointSession], idempotency_key: str
    ) -> None:
        """Store new sessions of one pairing."""
        tx.sessions.insert(sessions, idempotency_key)
        for each in sessions:
            _record(tx, deed, each, "planned", series=each.series_id, **when(each))
        self._follow(tx, deed, [(None, each) for each in sessions], NewsKind.PLANNED)

    def change(
        self,
        tx: Transaction,
        deed: Deed,
        changes: Sequence[Change],
        kind: NewsKind,
        reason: str | None = None,
    ) -> list[JointSession]:
        """Store changed sessions, each raised; ``reason``, where one can be given, goes on record."""
        detail = {} if reason is None else {"reason": reason}
        for each in changes:
            if each.quiet:
                tx.sessions.replace(each.after)
        stored = [(each.before, raised(each.after, deed.now)) for each in changes if not each.quiet]
        for before, after in stored:
            tx.sessions.replace(after)
            told = audited(before, after)
            _record(tx, deed, after, _DEEDS[kind], **({"changes": told} if told else {}), **detail)
        self._follow(tx, deed, stored, kind, reason or "")
        return [after for _, after in stored]

    def _follow(
        self,
        tx: Transaction,
        deed: Deed,
        stored: Sequence[Observed],
        kind: NewsKind,
        reason: str = "",
    ) -> None:
        """What follows sessions, in this order: the feeds, the people, and the observers."""
        self._feeds.rebuild(tx, deed.pairing.id)
        self._telling.note(tx, deed.actor, stored, kind, reason)
        for observer in self._observers if stored else ():
            observer.changed(tx, stored)


_DEEDS = {
    NewsKind.CHANGED: "changed",
    NewsKind.CANCELLED: "cancelled",
    NewsKind.ZONES: "zone_rules_changed",
}


def _record(tx: Transaction, deed: Deed, session: JointSession, action: str, **detail: Any) -> None:
    audit.record(tx, deed.now, deed.actor, ("session", session.id), action, title=session.title, **detail)


_AUDITED = ("title", "phase", "starts_local", "zone", "starts_at", "minutes", "room_url", "notes")


def audited(before: JointSession, after: JointSession) -> dict[str, list[str]]:
    """Old and new by field, as plain text."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in _AUDITED}
    return {name: [_plain(old), _plain(new)] for name, (old, new) in pairs.items() if old != new}


def _plain(value: object) -> str:
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else str(value or "")

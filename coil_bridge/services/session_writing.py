"""Writes sessions down, with everything that a change of them takes along, in the caller's transaction.

That is the audit entry of each session, the pairing's feeds, the observers, and the people to tell. The
caller holds the lock of the pairing and has checked that the change may be made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coil_bridge.domain import CourseRole, JointSession, Pairing, Person
from coil_bridge.services import audit, session_texts
from coil_bridge.services.access import partners
from coil_bridge.services.feeds import FeedService
from coil_bridge.services.messages import Messages
from coil_bridge.services.session_changes import raised, when
from coil_bridge.services.session_observers import SessionObserver
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Transaction


@dataclass(frozen=True, slots=True)
class Change:
    """One session as it was and as it shall be (not yet ``raised``)."""

    before: JointSession
    after: JointSession


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does something to a pairing's sessions, and when."""

    actor: Person
    pairing: Pairing
    now: datetime


class SessionWriter:
    """Stores planned and changed sessions."""

    def __init__(
        self,
        *,
        settings: Settings,
        messages: Messages,
        feeds: FeedService,
        observers: Sequence[SessionObserver] = (),
    ) -> None:
        self._settings = settings
        self._messages = messages
        self._feeds = feeds
        self._observers = tuple(observers)

    def plan(
        self, tx: Transaction, deed: Deed, sessions: Sequence[JointSession], idempotency_key: str
    ) -> None:
        """Store new sessions of one pairing."""
        tx.sessions.insert(sessions, idempotency_key)
        for each in sessions:
            _record(tx, deed, each, "planned", series=each.series_id, **when(each))
        self._feeds.rebuild(tx, deed.pairing.id)
        for each in sessions:
            self._observed(tx, None, each)

    def change(
        self, tx: Transaction, deed: Deed, changes: Sequence[Change], action: str, **detail: Any
    ) -> list[JointSession]:
        """Store changed sessions, each raised; ``detail`` goes into every audit entry."""
        stored = [(each.before, raised(each.after, deed.now)) for each in changes]
        for before, after in stored:
            tx.sessions.replace(after)
            told = audited(before, after)
            _record(tx, deed, after, action, **({"changes": told} if told else {}), **detail)
        self._feeds.rebuild(tx, deed.pairing.id)
        for before, after in stored:
            self._observed(tx, before, after)
        return [after for _, after in stored]

    def tell(
        self,
        tx: Transaction,
        deed: Deed,
        text: session_texts.Text,
        key: str,
        *,
        students: bool = False,
    ) -> None:
        """Tell the known teachers (and students) of a pairing's courses, but not the one who did it."""
        roles = [CourseRole.TEACHER, *([CourseRole.STUDENT] if students else [])]
        people = tx.pairings.people([each.course.id for each in partners(deed.pairing)], roles)
        self._messages.queue(tx, [each for each in people if each != deed.actor.id], text, f"session:{key}")

    def page(self, pairing: Pairing) -> str:
        """The address of the pairing's page, which asks for a sign-in."""
        return f"{self._settings.public_url}/pairings/{pairing.id}"

    def _observed(self, tx: Transaction, before: JointSession | None, after: JointSession) -> None:
        for observer in self._observers:
            observer.changed(tx, before, after)


def _record(tx: Transaction, deed: Deed, session: JointSession, action: str, **detail: Any) -> None:
    audit.record(tx, deed.now, deed.actor, ("session", session.id), action, title=session.title, **detail)


_AUDITED = ("title", "phase", "starts_local", "zone", "starts_at", "minutes", "room_url", "notes")


def audited(before: JointSession, after: JointSession) -> dict[str, list[str]]:
    """Old and new by field, as plain text."""
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in _AUDITED}
    return {name: [_plain(old), _plain(new)] for name, (old, new) in pairs.items() if old != new}


def _plain(value: object) -> str:
    return value.isoformat(timespec="minutes") if isinstance(value, datetime) else str(value or "")

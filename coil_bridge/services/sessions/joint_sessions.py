"""Joint sessions: preview, plan, edit, cancel, and what comes next for a person.

A session is a wall time on the anchor's clock; the instant is resolved beside it. Its UID never changes and
every change raises SEQUENCE and ``changed_at`` (RFC 5545, 3.8.7.4), so that calendars move it and do not
double it. A cancelled session stays. Each change, its audit entry, the feeds and the news of it are one
transaction, under the lock of the pairing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from coil_bridge.domain import JointSession, NewsKind, Pairing, PairingState, Person, SessionState
from coil_bridge.errors import NotFound
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.access import Access, access_to, pairing_access, require_teacher
from coil_bridge.services.agreed.pairing_states import AGREED
from coil_bridge.services.agreed.session_changes import (
    Change,
    check_planning,
    check_room_for,
    check_stands,
    check_version,
    checked_dates,
    ends_at,
    of_this_pairing,
    planned,
)
from coil_bridge.services.agreed.session_clocks import institutions
from coil_bridge.services.agreed.session_observers import SessionObserver
from coil_bridge.services.agreed.session_plans import LONGEST, PlanInput, TimeNeedsChoice, tidy
from coil_bridge.services.calendar.academic_calendars import calendars_of
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.checks import check_key, checked_reason
from coil_bridge.services.context import Clock
from coil_bridge.services.messaging.telling import Telling
from coil_bridge.services.sessions import session_previews, zone_rules
from coil_bridge.services.sessions.series_edits import Scope, reached, series_changes
from coil_bridge.services.sessions.session_previews import Calendars, PlanPreview
from coil_bridge.services.sessions.session_writing import Deed, SessionWriter
from coil_bridge.services.times.phase_plans import phases_by_date
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage, Transaction

__all__ = ["PlanPreview", "Scope", "SessionService", "UpcomingSession"]


@dataclass(frozen=True, slots=True)
class UpcomingSession:
    """A session that a person goes to, and the pairing it belongs to."""

    session: JointSession
    pairing: Pairing


class SessionService:
    """Plans and changes the joint sessions of pairings."""

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        settings: Settings,
        telling: Telling,
        feeds: FeedService,
        observers: Sequence[SessionObserver] = (),
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._host = settings.host
        self._writer = SessionWriter(telling=telling, feeds=feeds, observers=observers)

    def preview(self, actor: Person, pairing_id: str, plan: PlanInput) -> PlanPreview:
        """What the form means on every partner's clock, with what to watch out for; stores nothing.

        Raises:
            NotFound, Forbidden: as ``plan``.
            InvalidInput: a zone, length or count that cannot be used.
        """
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
            require_teacher(access)
            calendars = _calendars(tx, access.pairing)
            others = tx.sessions.of_pairing(pairing_id)
        return session_previews.of_plan(tidy(plan), access.pairing, calendars, others)

    def preview_edit(self, actor: Person, session_id: str, plan: PlanInput, scope: Scope) -> PlanPreview:
        """What an edit would make of every session that it reaches; stores nothing.

        Raises:
            NotFound, Forbidden, InvalidInput: as ``edit``.
        """
        plan, now = tidy(plan), self._clock()
        session = self.get(actor, session_id)
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, session.pairing_id)
            require_teacher(access)
            calendars = _calendars(tx, access.pairing)
            sessions = tx.sessions.of_pairing(session.pairing_id)
        reach = reached(session, sessions, scope, now)
        try:
            changed = series_changes(session, reach, access.pairing, plan, now)
        except TimeNeedsChoice as choice:
            return PlanPreview((), choice.problems)
        after = {each.before.id: each.after for each in changed}
        standing = [after.get(each.id, each) for each in reach]
        others = [each for each in sessions if each.id not in {one.id for one in reach}]
        return session_previews.of_sessions(standing, access.pairing, calendars, others)

    def plan(
        self, actor: Person, pairing_id: str, plan: PlanInput, idempotency_key: str
    ) -> list[JointSession]:
        """Plan a session or a series; the same key again gives what it planned the first time.

        Raises:
            NotFound: no such pairing for this person.
            Forbidden: the person teaches none of its courses.
            Conflict: the pairing is in a state without planning (says which), or its calendar is full.
            TimeNeedsChoice, InvalidInput: reasons by field.
        """
        check_key(idempotency_key)
        plan, now = tidy(plan), self._clock()
        with self._storage.write() as tx:
            access = pairing_access(tx, actor, pairing_id, lock=True)
            require_teacher(access)
            if before := tx.sessions.by_key(actor.id, idempotency_key):
                return of_this_pairing(before, pairing_id)
            pairing = access.pairing
            check_planning(pairing)
            dates = checked_dates(plan, pairing, _calendars(tx, pairing), now)
            sessions = planned(
                plan,
                dates,
                pairing,
                created_by=actor.id,
                host=self._host,
                now=now,
                phase_on=phases_by_date(tx, pairing),
            )
            check_room_for(len(tx.sessions.of_pairing(pairing_id)), len(sessions))
            self._writer.plan(tx, Deed(actor, pairing, now), sessions, idempotency_key)
        return sessions

    def edit(self, actor: Person, session_id: str, plan: PlanInput, version: int) -> JointSession:
        """Change one session; moved out of its series, it still belongs to it.

        Raises:
            NotFound, Forbidden, TimeNeedsChoice, InvalidInput: as ``plan``.
            Conflict: it is cancelled, or the pairing is in a state without planning.
            EditConflict: somebody else changed it since ``version``.
        """
        changed = self.edit_series(actor, session_id, plan, version, Scope.ONE)
        return changed[0] if changed else self.get(actor, session_id)

    def edit_series(
        self, actor: Person, session_id: str, plan: PlanInput, version: int, scope: Scope
    ) -> list[JointSession]:
        """Change a session and those of its series that ``scope`` takes along; the sessions that changed.

        Raises:
            As ``edit``.
        """
        plan, now = tidy(plan), self._clock()
        with self._storage.write() as tx:
            access, session = self._locked(tx, actor, session_id)
            require_teacher(access)
            check_planning(access.pairing)
            check_stands(session)
            reach = reached(session, tx.sessions.of_pairing(session.pairing_id), scope, now)
            changed = series_changes(session, reach, access.pairing, plan, now)
            if not changed:
                return []
            check_version(session, version)
            return self._writer.change(tx, Deed(actor, access.pairing, now), changed, NewsKind.CHANGED)

    def cancel(self, actor: Person, session_id: str, version: int, reason: str = "") -> JointSession:
        """Call one session off; it stays in the calendar, marked as cancelled. Twice changes nothing.

        Raises:
            NotFound, Forbidden: as ``plan``.
            Conflict: the pairing is in a state without planning.
            EditConflict: somebody else changed it since ``version``.
        """
        off = self.cancel_series(actor, session_id, version, reason, Scope.ONE)
        return off[0] if off else self.get(actor, session_id)

    def cancel_series(
        self, actor: Person, session_id: str, version: int, reason: str, scope: Scope
    ) -> list[JointSession]:
        """Call off a session and those of its series that ``scope`` takes along; the sessions called off.

        Raises:
            As ``cancel``.
        """
        reason, now = checked_reason(reason, required=False), self._clock()
        with self._storage.write() as tx:
            access, session = self._locked(tx, actor, session_id)
            require_teacher(access)
            if session.state is SessionState.CANCELLED:
                return []
            check_planning(access.pairing)
            check_version(session, version)
            reach = reached(session, tx.sessions.of_pairing(session.pairing_id), scope, now)
            deed = Deed(actor, access.pairing, now)
            return self._writer.change(tx, deed, _off(reach), NewsKind.CANCELLED, reason)

    def get(self, actor: Person, session_id: str) -> JointSession:
        """One session of a pairing whose sessions the person sees.

        Raises:
            NotFound: there is none.
        """
        with self._storage.read() as tx:
            session = tx.sessions.get(session_id)
            access = pairing_access(tx, actor, session.pairing_id) if session else None
        if session is None or access is None or not access.sees_sessions:
            raise NotFound(mark("There is no such session."))
        return session

    def to_come(self, actor: Person, session_id: str) -> dict[Scope, int]:
        """How many sessions an edit would reach, by its scope, where it is more than by the one before.

        Raises:
            NotFound: there is no such session.
        """
        session, now = self.get(actor, session_id), self._clock()
        with self._storage.read() as tx:
            sessions = tx.sessions.of_pairing(session.pairing_id)
        counts = {scope: len(reached(session, sessions, scope, now)) for scope in Scope}
        wider = {Scope.FOLLOWING: Scope.ONE, Scope.ALL: Scope.FOLLOWING}
        return {scope: counts[scope] for scope, least in wider.items() if counts[scope] > counts[least]}

    def upcoming(self, actor: Person, limit: int = 10) -> list[UpcomingSession]:
        """A person's next sessions over all pairings, those that are on at the moment included."""
        now = self._clock()
        states = sorted(AGREED - {PairingState.CANCELLED})
        with self._storage.read() as tx:
            earliest = now - timedelta(minutes=LONGEST)
            found = tx.sessions.of_person_since(actor.id, states, earliest)
            coming = [each for each in found if ends_at(each) > now]
            pairings = {each.pairing_id: _attended(tx, actor, each.pairing_id) for each in coming}
        mine = [UpcomingSession(each, pairing) for each in coming if (pairing := pairings[each.pairing_id])]
        return mine[:limit]

    def cancel_future(self, tx: Transaction, actor: Person, pairing: Pairing, reason: str) -> int:
        """Call off what lies ahead of a pairing that ends, in the caller's transaction; how many.

        The caller holds the lock on the pairing and tells the people.
        """
        now = self._clock()
        ahead = [each for each in tx.sessions.of_pairing(pairing.id) if _lies_ahead(each, now)]
        self._writer.change(tx, Deed(actor, pairing, now), _off(ahead), NewsKind.CANCELLED, reason)
        return len(ahead)

    def follow_zone_rules(self) -> int:
        """Resolve every future session anew, after the zone data were updated; how many have moved."""
        return zone_rules.follow(self._storage, self._clock, self._writer)

    def _locked(self, tx: Transaction, actor: Person, session_id: str) -> tuple[Access, JointSession]:
        """The session as it stands once nobody else can change it."""
        found = tx.sessions.get(session_id)
        if found is not None:
            access = pairing_access(tx, actor, found.pairing_id, lock=True)
            session = tx.sessions.get(session_id)
            if session is not None and access.sees_sessions:
                return access, session
        raise NotFound(mark("There is no such session."))


def _off(sessions: Sequence[JointSession]) -> list[Change]:
    return [Change(each, replace(each, state=SessionState.CANCELLED)) for each in sessions]


def _lies_ahead(session: JointSession, now: datetime) -> bool:
    return session.state is SessionState.PLANNED and session.starts_at > now


def _calendars(tx: Transaction, pairing: Pairing) -> Calendars:
    return calendars_of(tx, [each.id for each in institutions(pairing)])


def _attended(tx: Transaction, actor: Person, pairing_id: str) -> Pairing | None:
    """The pairing, if this session of the person has a part in it."""
    pairing = tx.pairings.get(pairing_id)
    return pairing if pairing and access_to(tx, actor, pairing).takes_part else None

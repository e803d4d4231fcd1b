"""Joint sessions: preview, plan, edit, cancel, and what comes next for a person.

A session is a wall time on the anchor's clock; the instant is resolved beside it. Its UID never changes and
every change raises SEQUENCE and ``changed_at`` (RFC 5545, 3.8.7.4), so that calendars move it and do not
double it. A cancelled session stays. Each change, its audit entry, the feeds and the messages about it are
one transaction, under the lock of the pairing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from coil_bridge.domain import CoilPhase, JointSession, Pairing, PairingState, Person, SessionState
from coil_bridge.errors import InvalidInput, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services import session_texts
from coil_bridge.services.access import Access, access_to, pairing_access, require_teacher
from coil_bridge.services.checks import Problems, check_key, checked_reason
from coil_bridge.services.context import SYSTEM, Clock
from coil_bridge.services.feeds import FeedService
from coil_bridge.services.messages import Messages
from coil_bridge.services.pairing_states import AGREED
from coil_bridge.services.session_changes import (
    check_planning,
    check_room_for,
    check_stands,
    check_version,
    edited,
    ends_at,
    nearby,
    of_this_pairing,
    planned,
    resolved_anew,
    told_key,
    visible,
)
from coil_bridge.services.session_clocks import partner_clocks
from coil_bridge.services.session_observers import SessionObserver
from coil_bridge.services.session_plans import (
    LONGEST,
    ChosenDate,
    PlanInput,
    TimeNeedsChoice,
    check_when,
    occurrences,
    tidy,
)
from coil_bridge.services.session_writing import Change, Deed, SessionWriter
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage, Transaction
from scheduling import availability
from scheduling.availability import OccurrenceView
from scheduling.zones import Choice, UnresolvableTime


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """The form on every partner's clock; or the wall times that first need a choice."""

    occurrences: tuple[OccurrenceView, ...]
    unresolved: tuple[UnresolvableTime, ...]


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
        messages: Messages,
        feeds: FeedService,
        observers: Sequence[SessionObserver] = (),
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._settings = settings
        self._writer = SessionWriter(settings=settings, messages=messages, feeds=feeds, observers=observers)

    def preview(self, actor: Person, pairing_id: str, plan: PlanInput) -> PlanPreview:
        """What the form means on every partner's clock, with what to watch out for; stores nothing.

        Raises:
            NotFound, Forbidden: as ``plan``.
            InvalidInput: a zone, length or count that cannot be used.
        """
        plan = tidy(plan)
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
        require_teacher(access)
        problems = Problems()
        check_when(problems, plan, access.pairing)
        problems.raise_any()
        try:
            dates = occurrences(plan)
        except TimeNeedsChoice as choice:
            return PlanPreview((), choice.problems)
        views = availability.preview(dates, plan.minutes, partner_clocks(access.pairing), choice=plan.choice)
        return PlanPreview(views, ())

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
            check_planning(access.pairing)
            sessions = planned(plan, access.pairing, actor.id, self._settings.host, now)
            check_room_for(len(tx.sessions.of_pairing(pairing_id)), len(sessions))
            deed = Deed(actor, access.pairing, now)
            self._writer.plan(tx, deed, sessions, idempotency_key)
            text = session_texts.planned(access.pairing, sessions, self._writer.page(access.pairing))
            self._writer.tell(tx, deed, text, f"planned:{sessions[0].id}")
        return sessions

    def plan_dates(
        self,
        actor: Person,
        pairing_id: str,
        title: str,
        dates: Sequence[ChosenDate],
        *,
        phase: CoilPhase,
        minutes: int,
        idempotency_key: str,
        room_url: str | None = None,
        notes: str = "",
        choice: Choice | None = None,
    ) -> list[JointSession]:
        """Plan one session on each of these dates, each on the clock of its own zone (a rotating plan).

        Raises:
            As ``plan``; InvalidInput also without any date.
        """
        if not dates:
            raise InvalidInput({"dates": [mark("Choose at least one date.")]})
        plan = PlanInput(
            title=title,
            phase=phase,
            starts_local=dates[0].local,
            zone=dates[0].zone,
            minutes=minutes,
            choice=choice,
            room_url=room_url,
            notes=notes,
            dates=tuple(dates),
        )
        return self.plan(actor, pairing_id, plan, idempotency_key)

    def edit(self, actor: Person, session_id: str, plan: PlanInput, version: int) -> JointSession:
        """Change one session; moved out of its series, it still belongs to it.

        Raises:
            NotFound, Forbidden, TimeNeedsChoice, InvalidInput: as ``plan``.
            Conflict: it is cancelled, or the pairing is in a state without planning.
            EditConflict: somebody else changed it since ``version``.
        """
        plan, now = tidy(plan), self._clock()
        with self._storage.write() as tx:
            access, session = self._locked(tx, actor, session_id)
            require_teacher(access)
            check_planning(access.pairing)
            check_stands(session)
            after = edited(session, access.pairing, plan, now)
            if after == session:
                return session
            check_version(session, version)
            change, deed = Change(session, after), Deed(actor, access.pairing, now)
            [after] = self._writer.change(tx, deed, [change], "changed")
            if visible(session) != visible(after):
                text = session_texts.changed(access.pairing, after, self._writer.page(access.pairing))
                near = nearby(now, session, after)
                self._writer.tell(tx, deed, text, told_key(after), students=near)
        return after

    def cancel(self, actor: Person, session_id: str, version: int, reason: str = "") -> JointSession:
        """Call one session off; it stays in the calendar, marked as cancelled. Twice changes nothing.

        Raises:
            NotFound, Forbidden: as ``plan``.
            Conflict: the pairing is in a state without planning.
            EditConflict: somebody else changed it since ``version``.
        """
        reason, now = checked_reason(reason, required=False), self._clock()
        with self._storage.write() as tx:
            access, session = self._locked(tx, actor, session_id)
            require_teacher(access)
            if session.state is SessionState.CANCELLED:
                return session
            check_planning(access.pairing)
            check_version(session, version)
            change = Change(session, replace(session, state=SessionState.CANCELLED))
            deed = Deed(actor, access.pairing, now)
            [after] = self._writer.change(tx, deed, [change], "cancelled", reason=reason)
            page, near = self._writer.page(access.pairing), nearby(now, session, after)
            text = session_texts.cancelled(access.pairing, after, reason, page)
            self._writer.tell(tx, deed, text, told_key(after), students=near)
        return after

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
        ahead = [
            each
            for each in tx.sessions.of_pairing(pairing.id)
            if each.state is SessionState.PLANNED and each.starts_at > now
        ]
        off = [Change(each, replace(each, state=SessionState.CANCELLED)) for each in ahead]
        self._writer.change(tx, Deed(actor, pairing, now), off, "cancelled", reason=reason)
        return len(ahead)

    def follow_zone_rules(self) -> int:
        """Resolve every future session anew, after the zone data were updated; how many have moved.

        The wall time on the anchor's clock is what was agreed, so it stays and the instant moves.
        """
        with self._storage.read() as tx:
            ahead = tx.sessions.planned_since(self._clock())
        moved = [each.id for each in ahead if resolved_anew(each) != each]
        return sum(self._follow(session_id) for session_id in moved)

    def _follow(self, session_id: str) -> bool:
        now = self._clock()
        with self._storage.write() as tx:
            found = tx.sessions.get(session_id)
            pairing = tx.pairings.locked(found.pairing_id) if found else None
            session = tx.sessions.get(session_id)
            if session is None or pairing is None or session.state is SessionState.CANCELLED:
                return False
            after = resolved_anew(session)
            if after == session:
                return False
            change, deed = Change(session, after), Deed(SYSTEM, pairing, now)
            [after] = self._writer.change(tx, deed, [change], "zone_rules_changed")
            text = session_texts.zone_rules_changed(pairing, after, self._writer.page(pairing))
            self._writer.tell(tx, deed, text, told_key(after), students=True)
        return True

    def _locked(self, tx: Transaction, actor: Person, session_id: str) -> tuple[Access, JointSession]:
        """The session as it stands once nobody else can change it."""
        found = tx.sessions.get(session_id)
        if found is not None:
            access = pairing_access(tx, actor, found.pairing_id, lock=True)
            session = tx.sessions.get(session_id)
            if session is not None and access.sees_sessions:
                return access, session
        raise NotFound(mark("There is no such session."))


def _attended(tx: Transaction, actor: Person, pairing_id: str) -> Pairing | None:
    """The pairing, if this session of the person has a part in it."""
    pairing = tx.pairings.get(pairing_id)
    return pairing if pairing and access_to(tx, actor, pairing).takes_part else None

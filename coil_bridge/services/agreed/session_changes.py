"""What becomes of a session when it is planned, edited, called off or moved by new zone rules.

Pure: values in, values out. The storage, the feeds and the people are the business of ``joint_sessions``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from coil_bridge.domain import CoilPhase, JointSession, Pairing, SessionState
from coil_bridge.errors import Conflict, EditConflict, InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.pairing_states import PLANNING, standing
from coil_bridge.services.agreed.session_plans import (
    PlanInput,
    check_dates,
    check_enough,
    check_what,
    check_when,
    dates_of,
    fold_of,
    keeps_time,
)
from coil_bridge.services.checks import Problems
from coil_bridge.vault import new_id
from scheduling.recurrence import Occurrence
from scheduling.terms import AcademicCalendar
from scheduling.zones import Choice, to_instant

# Google and Outlook may show a feed of yesterday; nearer than this, students are told directly too.
NEAR = timedelta(hours=24)
# Well below the 1,100 events and one megabyte at which Google stops reading, with room for long texts.
MOST_SESSIONS = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One session as it was and as it shall be (not yet ``raised``)."""

    before: JointSession
    after: JointSession

    @property
    def quiet(self) -> bool:
        """Whether nothing but its place in the series differs, which no calendar shows."""
        before = self.before
        return replace(self.after, slot_local=before.slot_local, slot_zone=before.slot_zone) == before


def checked_dates(
    plan: PlanInput, pairing: Pairing, calendars: Mapping[str, AcademicCalendar], now: datetime
) -> Sequence[Occurrence]:
    """The dates of a form that can be planned.

    Raises:
        TimeNeedsChoice, InvalidInput: reasons by field.
    """
    problems = Problems()
    check_what(problems, plan)
    check_when(problems, plan, pairing)
    problems.raise_any()
    dates = dates_of(plan, pairing, calendars).held
    check_enough(dates, plan)
    check_dates(dates, pairing, now)
    return dates


def planned(
    plan: PlanInput,
    dates: Sequence[Occurrence],
    pairing: Pairing,
    *,
    created_by: str,
    host: str,
    now: datetime,
    phase_on: Callable[[date], CoilPhase],
) -> list[JointSession]:
    """The sessions of a form; ``host`` is the right-hand side of their UIDs.

    ``phase_on`` is the phase that a day has, for a form that leaves it to the plan.
    """
    ids = _Ids(pairing.id, new_id() if len(dates) > 1 else None, created_by, host)
    return [_new(plan, each, ids, now, plan.phase or phase_on(each.local.date())) for each in dates]


@dataclass(frozen=True, slots=True)
class _Ids:
    """What a new session belongs to; ``host`` is the right-hand side of its UID."""

    pairing_id: str
    series_id: str | None
    created_by: str
    host: str


def _new(plan: PlanInput, date: Occurrence, ids: _Ids, now: datetime, phase: CoilPhase) -> JointSession:
    session_id = new_id()
    return JointSession(
        id=session_id,
        pairing_id=ids.pairing_id,
        series_id=ids.series_id,
        uid=f"{session_id}@{ids.host}",
        title=plan.title,
        phase=phase,
        starts_local=date.local,
        zone=date.zone,
        fold=fold_of(date),
        starts_at=date.instant,
        minutes=plan.minutes,
        room_url=plan.room_url,
        notes=plan.notes,
        state=SessionState.PLANNED,
        sequence=0,
        version=1,
        created_by=ids.created_by,
        created_at=now,
        changed_at=now,
        slot_local=date.asked if ids.series_id else None,
        slot_zone=date.zone if ids.series_id else None,
    )


def edited(session: JointSession, pairing: Pairing, plan: PlanInput, now: datetime) -> JointSession:
    """The session as the form wants it, not yet ``raised``; equal to ``session`` when nothing differs.

    Raises:
        TimeNeedsChoice, InvalidInput: reasons by field.
    """
    problems = Problems()
    check_what(problems, plan)
    check_when(problems, plan, pairing)
    problems.raise_any()
    after = replace(
        session,
        title=plan.title,
        phase=plan.phase or session.phase,
        minutes=plan.minutes,
        room_url=plan.room_url,
        notes=plan.notes,
    )
    return after if keeps_time(plan, session) else _moved(after, pairing, plan, now)


def _moved(session: JointSession, pairing: Pairing, plan: PlanInput, now: datetime) -> JointSession:
    [date] = dates_of(plan, pairing, {}).held
    if date.instant != session.starts_at:
        check_dates([date], pairing, now)
    return moved_to(session, date)


def moved_to(session: JointSession, date: Occurrence) -> JointSession:
    """The session at another time."""
    return replace(
        session, starts_local=date.local, zone=date.zone, fold=fold_of(date), starts_at=date.instant
    )


def ends_at(session: JointSession) -> datetime:
    """The instant at which a session ends."""
    return session.starts_at + timedelta(minutes=session.minutes)


def raised(session: JointSession, now: datetime) -> JointSession:
    """The changed session with everything raised by which calendars and forms notice a change."""
    return replace(session, sequence=session.sequence + 1, version=session.version + 1, changed_at=now)


def resolved_anew(session: JointSession) -> JointSession:
    """The session by the zone rules of today: the wall time stays, the instant follows."""
    choice: Choice = "later" if session.fold else "earlier"
    resolved = to_instant(session.starts_local, session.zone, choice)
    return replace(session, starts_at=resolved.instant, starts_local=resolved.local)


def of_this_pairing(before: list[JointSession], pairing_id: str) -> list[JointSession]:
    """What this form has planned before.

    Raises:
        InvalidInput: it was for another pairing.
    """
    if any(each.pairing_id != pairing_id for each in before):
        raise InvalidInput({"": [mark("This form was sent before. Open it anew, please.")]})
    return before


def check_planning(pairing: Pairing) -> None:
    """Let a pairing pass in which sessions are planned.

    Raises:
        Conflict: says in which state it is.
    """
    if pairing.state not in PLANNING:
        raise Conflict(standing(pairing.state))


def check_room_for(there: int, more: int) -> None:
    """Let so many more sessions pass if the pairing's calendar can still hold them.

    Raises:
        Conflict: calendar programs would not read so many sessions.
    """
    if there + more > MOST_SESSIONS:
        raise Conflict(mark("This pairing's calendar is full: it holds up to 500 sessions."))


def check_stands(session: JointSession) -> None:
    """Let a session pass that is not cancelled.

    Raises:
        Conflict: it is.
    """
    if session.state is SessionState.CANCELLED:
        raise Conflict(mark("This session is cancelled and stays so. Plan a new one instead."))


def check_version(session: JointSession, version: int) -> None:
    """Let an edit pass that saw the session as it stands.

    Raises:
        EditConflict: somebody else was faster.
    """
    if session.version != version:
        raise EditConflict(
            mark("Somebody else has changed this session since you opened it. Nothing of yours was saved."),
            current_version=session.version,
        )


def nearby(now: datetime, before: JointSession, after: JointSession) -> bool:
    """Whether the session is so near, before or after a change, that feeds may be too slow."""
    return any(now < ends_at(each) and each.starts_at <= now + NEAR for each in (before, after))


def visible(session: JointSession) -> tuple[object, ...]:
    """What somebody who comes to the session has to know."""
    return (session.title, session.starts_at, session.minutes, session.room_url, session.state)


def when(session: JointSession) -> dict[str, Any]:
    """A session's time as plain values, for the audit trail."""
    return {
        "starts_local": session.starts_local.isoformat(timespec="minutes"),
        "zone": session.zone,
        "starts_at": session.starts_at.isoformat(timespec="minutes"),
    }

"""How an edit of one session reaches the others of its series.

- A field that the edit leaves alone stays as it is everywhere. One that it changes is changed where the
  other session had the same; what somebody has given a single session stays with that session.
- A new time moves every session that still stands at the time which the series gave it, each by as many
  days and to the same hour on the anchor's clock, so that a clock change moves nobody there. A session that
  was moved on its own stays where it was put.
- Sessions that are over, on, or called off are left alone.

Pure: values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from coil_bridge.domain import JointSession, Pairing, SessionState
from coil_bridge.services.agreed.session_changes import Change, edited, moved_to
from coil_bridge.services.agreed.session_plans import PlanInput, TimeNeedsChoice, check_dates, keeps_time
from scheduling.recurrence import Occurrence, UnresolvableSeries, chosen
from scheduling.zones import to_instant


class Scope(StrEnum):
    """How far an edit or a cancellation goes."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


_SHARED = ("title", "phase", "minutes", "room_url", "notes")


def reached(
    session: JointSession, series: Iterable[JointSession], scope: Scope, now: datetime
) -> list[JointSession]:
    """The session itself, and those of its series that the scope takes along, in the series' order."""
    if scope is Scope.ONE or session.series_id is None:
        return [session]
    others = [
        each
        for each in series
        if each.series_id == session.series_id
        and each.id != session.id
        and each.state is SessionState.PLANNED
        and each.starts_at > now
        and (scope is Scope.ALL or slot(each) >= slot(session))
    ]
    return sorted([session, *others], key=lambda each: (slot(each), each.id))


def slot(session: JointSession) -> datetime:
    """The wall time that the series gives a session; its own where it belongs to none."""
    return session.slot_local or session.starts_local


def moved_alone(session: JointSession) -> bool:
    """Whether somebody has moved it away from the time that its series gives it."""
    if session.slot_local is None or session.slot_zone is None:
        return False
    earlier = to_instant(session.slot_local, session.slot_zone, "earlier")
    later = to_instant(session.slot_local, session.slot_zone, "later")
    return session.starts_at not in {earlier.instant, later.instant}


def series_changes(
    session: JointSession, sessions: Sequence[JointSession], pairing: Pairing, plan: PlanInput, now: datetime
) -> list[Change]:
    """What the form on ``session`` does to it and to the other ``sessions`` that it reaches.

    Raises:
        TimeNeedsChoice, InvalidInput: reasons by field.
    """
    first = edited(session, pairing, plan, now)
    moves_series = len(sessions) > 1 and not keeps_time(plan, session)
    if moves_series:
        first = replace(first, slot_local=plan.starts_local, slot_zone=plan.zone)
    afters = [first if each.id == session.id else _like(each, session, first) for each in sessions]
    if moves_series:
        afters = _moved_along(afters, session, pairing, plan, now)
    pairs = [Change(before, after) for before, after in zip(sessions, afters, strict=True)]
    return [each for each in pairs if each.before != each.after]


def _like(other: JointSession, before: JointSession, after: JointSession) -> JointSession:
    """The other session with what the edit changes, where it had the same as the edited one."""
    same = {
        name: getattr(after, name)
        for name in _SHARED
        if getattr(before, name) != getattr(after, name) and getattr(other, name) == getattr(before, name)
    }
    return replace(other, **same)


def _moved_along(
    sessions: Sequence[JointSession], session: JointSession, pairing: Pairing, plan: PlanInput, now: datetime
) -> list[JointSession]:
    """The others that the series had at the edited one's hour, in its new place."""
    along = {
        each.id: _target(each, session, plan)
        for each in sessions
        if each.id != session.id
        and (each.slot_zone, slot(each).time()) == (session.slot_zone, slot(session).time())
    }
    in_step = [each for each in sessions if each.id in along and not moved_alone(each)]
    dates = _resolved([along[each.id] for each in in_step], plan)
    if dates:
        check_dates(dates, pairing, now, too_late="starts_local")
    put = {each.id: moved_to(each, date) for each, date in zip(in_step, dates, strict=True)}
    return [
        replace(put.get(each.id, each), slot_local=along[each.id], slot_zone=plan.zone)
        if each.id in along
        else each
        for each in sessions
    ]


def _target(other: JointSession, session: JointSession, plan: PlanInput) -> datetime:
    """As many days on as the edited one goes, at its new hour."""
    shift = plan.starts_local.date() - slot(session).date()
    return datetime.combine(slot(other).date() + shift, plan.starts_local.time())


def _resolved(walls: Sequence[datetime], plan: PlanInput) -> list[Occurrence]:
    try:
        return chosen([(wall, plan.zone) for wall in walls], choice=plan.choice)
    except UnresolvableSeries as series:
        raise TimeNeedsChoice(series.problems) from None

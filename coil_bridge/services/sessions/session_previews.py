"""What a form means on every partner's clock, before anything is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from coil_bridge.domain import JointSession, Pairing, SessionState
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.agreed.session_clocks import partner_clocks
from coil_bridge.services.agreed.session_plans import PlanInput, TimeNeedsChoice, check_when, dates_of
from coil_bridge.services.checks import Problems
from scheduling import availability
from scheduling.availability import OccurrenceView
from scheduling.days_off import LeftOut, with_days_off
from scheduling.recurrence import Occurrence
from scheduling.terms import AcademicCalendar
from scheduling.zones import Choice, UnresolvableTime

Calendars = Mapping[str, AcademicCalendar]


@dataclass(frozen=True, slots=True)
class PlanPreview:
    """The form on every partner's clock; or the wall times that first need a choice.

    ``left_out`` are dates that are skipped since somebody does not teach; ``missing`` says how many fewer
    than asked for are left before the pairing's last day. ``meanwhile`` are the pairing's other sessions that
    are on at one of the times: nobody can be in both.
    """

    occurrences: tuple[OccurrenceView, ...]
    unresolved: tuple[UnresolvableTime, ...]
    left_out: tuple[LeftOut, ...] = ()
    missing: int = 0
    meanwhile: tuple[JointSession, ...] = ()


def of_plan(
    plan: PlanInput, pairing: Pairing, calendars: Calendars, others: Iterable[JointSession]
) -> PlanPreview:
    """A new session or series beside the ``others`` of the pairing.

    Raises:
        InvalidInput: a zone, length or count that cannot be used.
    """
    problems = Problems()
    check_when(problems, plan, pairing)
    problems.raise_any()
    try:
        series = dates_of(plan, pairing, calendars)
    except TimeNeedsChoice as choice:
        return PlanPreview((), choice.problems)
    views = _views(series.held, plan.minutes, pairing, calendars, plan.choice)
    return PlanPreview(
        views,
        (),
        series.left_out,
        max(0, plan.count - len(series.held)),
        _meanwhile([(each.instant, plan.minutes) for each in series.held], others),
    )


def of_sessions(
    sessions: Sequence[JointSession],
    pairing: Pairing,
    calendars: Calendars,
    others: Iterable[JointSession],
) -> PlanPreview:
    """Sessions as an edit would leave them, in order of their times, beside the ``others`` of the pairing."""
    ordered = sorted(sessions, key=lambda each: each.starts_at)
    views = _views(_dates(ordered), ordered[0].minutes, pairing, calendars, None)
    times = [(each.starts_at, each.minutes) for each in ordered]
    return PlanPreview(views, (), meanwhile=_meanwhile(times, others))


def _meanwhile(
    times: Iterable[tuple[datetime, int]], others: Iterable[JointSession]
) -> tuple[JointSession, ...]:
    spans = [(start, start + timedelta(minutes=minutes)) for start, minutes in times]
    return tuple(
        each
        for each in others
        if each.state is SessionState.PLANNED
        and any(each.starts_at < ends and starts < ends_at(each) for starts, ends in spans)
    )


def _dates(sessions: Iterable[JointSession]) -> list[Occurrence]:
    return [
        Occurrence(index, each.starts_local, each.starts_at, each.zone, each.starts_local)
        for index, each in enumerate(sessions)
    ]


def _views(
    dates: Sequence[Occurrence],
    minutes: int,
    pairing: Pairing,
    calendars: Calendars,
    choice: Choice | None,
) -> tuple[OccurrenceView, ...]:
    views = availability.preview(dates, minutes, partner_clocks(pairing), choice=choice)
    return tuple(with_days_off(each, minutes, calendars) for each in views)

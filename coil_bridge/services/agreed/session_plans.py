"""What a teacher writes into the form of a joint session, and what is asked of it.

The wall time and the anchor's zone are what the teacher means; the instants follow from them. A wall time
that a clock change skips or repeats is never guessed: it comes back with its two readings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from coil_bridge.domain import CoilPhase, JointSession, Pairing
from coil_bridge.errors import InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.session_clocks import institutions
from coil_bridge.services.checks import Problems, check_line, check_room, check_text
from scheduling.days_off import HeldSeries, weekly_where_taught
from scheduling.recurrence import Occurrence, UnresolvableSeries, chosen, weekly
from scheduling.terms import AcademicCalendar
from scheduling.zones import Choice, UnresolvableTime, ZoneError, to_local

SHORTEST, LONGEST = 5, 600
MOST_WEEKS = 30


@dataclass(frozen=True, slots=True)
class ChosenDate:
    """One date that somebody chose: a day and a time on the clock of ``zone`` (an IANA name)."""

    day: date
    at: time
    zone: str

    @property
    def local(self) -> datetime:
        """The wall time, naive."""
        return datetime.combine(self.day, self.at.replace(second=0, microsecond=0, tzinfo=None))


@dataclass(frozen=True, slots=True)
class PlanInput:
    """The form: ``count`` sessions, ``every`` so many weeks; ``starts_local`` is naive, on ``zone``'s clock.

    ``choice`` settles wall times that a clock change skips or repeats: the earlier or the later reading.
    ``dates``, where there are any, are the sessions: ``starts_local``, ``zone`` and ``count`` then follow.
    ``skip_days_off``: a series goes on a week later where somebody does not teach. Without a ``phase`` each
    new session gets the one that the pairing's plan has on its day, and an edited one keeps its own.
    """

    title: str
    phase: CoilPhase | None
    starts_local: datetime
    zone: str
    minutes: int
    count: int = 1
    choice: Choice | None = None
    room_url: str | None = None
    notes: str = ""
    dates: tuple[ChosenDate, ...] = ()
    every: int = 1
    skip_days_off: bool = False


def as_planned(session: JointSession) -> PlanInput:
    """The form that says what a session is: sent as it is, it changes nothing."""
    return PlanInput(
        title=session.title,
        phase=session.phase,
        starts_local=session.starts_local,
        zone=session.zone,
        minutes=session.minutes,
        room_url=session.room_url,
        notes=session.notes,
    )


class TimeNeedsChoice(InvalidInput):
    """Wall times that do not exist or exist twice; ``problems`` has the two readings of each."""

    def __init__(self, problems: Sequence[UnresolvableTime]) -> None:
        reason = mark("The clocks change: this time does not exist or exists twice. Choose which you mean.")
        super().__init__({"choice": [reason]})
        self.problems = tuple(problems)


def tidy(plan: PlanInput) -> PlanInput:
    """The form without stray blanks, seconds, and an empty room; chosen dates in order, each once."""
    dates = tuple(sorted(set(plan.dates), key=lambda each: (each.local, each.zone)))
    if dates:
        plan = replace(plan, starts_local=dates[0].local, zone=dates[0].zone, count=len(dates))
    return replace(
        plan,
        title=plan.title.strip(),
        starts_local=plan.starts_local.replace(second=0, microsecond=0),
        room_url=(plan.room_url or "").strip() or None,
        notes=plan.notes.strip(),
        dates=dates,
    )


def check_when(problems: Problems, plan: PlanInput, pairing: Pairing) -> None:
    """The fields that decide about instants."""
    zones = {plan.zone, *(each.zone for each in plan.dates)}
    if not zones <= {each.zone for each in institutions(pairing)}:
        problems.add("zone", mark("Choose the clock of one of the pairing's universities."))
    if not SHORTEST <= plan.minutes <= LONGEST:
        problems.add("minutes", mark("A session lasts from 5 minutes to 10 hours."))
    if not 1 <= plan.count <= MOST_WEEKS:
        problems.add("count", mark("A series has from 1 to 30 sessions."))
    if not 1 <= plan.every <= 2:
        problems.add("every", mark("A series is weekly or fortnightly."))


def check_what(problems: Problems, plan: PlanInput) -> None:
    """The fields that people read."""
    check_line(problems, "title", plan.title, 200)
    check_text(problems, "notes", plan.notes, 4000)
    if plan.room_url is not None:
        check_room(problems, "room_url", plan.room_url)


def dates_of(plan: PlanInput, pairing: Pairing, calendars: Mapping[str, AcademicCalendar]) -> HeldSeries:
    """Every date of the form with its instant, and what the partners' days off leave out.

    Raises:
        TimeNeedsChoice: wall times without exactly one instant, each with its readings.
        InvalidInput: a year in which nothing can be planned.
    """
    try:
        if plan.dates:
            dates = [(each.local, each.zone) for each in plan.dates]
            return HeldSeries(tuple(chosen(dates, choice=plan.choice)), ())
        if plan.skip_days_off and plan.count > 1:
            return _where_taught(plan, pairing, calendars)
        return HeldSeries(tuple(_weekly(plan)), ())
    except UnresolvableSeries as series:
        raise TimeNeedsChoice(series.problems) from None
    except (ZoneError, OverflowError):
        raise InvalidInput({"starts_local": [mark("No session can be planned in that year.")]}) from None


def _weekly(plan: PlanInput) -> list[Occurrence]:
    return weekly(plan.starts_local, plan.zone, plan.count, every=plan.every, choice=plan.choice)


def _where_taught(plan: PlanInput, pairing: Pairing, calendars: Mapping[str, AcademicCalendar]) -> HeldSeries:
    return weekly_where_taught(
        plan.starts_local,
        plan.zone,
        plan.count,
        every=plan.every,
        minutes=plan.minutes,
        calendars=calendars,
        until=pairing.ends_on,
        choice=plan.choice,
    )


def check_enough(dates: Sequence[Occurrence], plan: PlanInput) -> None:
    """As many dates as were asked for are left when days off are skipped.

    Raises:
        InvalidInput: fewer are.
    """
    if len(dates) < plan.count:
        few = mark("Fewer days than that are taught everywhere before the pairing's last day.")
        raise InvalidInput({"count": [few]})


def check_dates(
    dates: Sequence[Occurrence], pairing: Pairing, now: datetime, *, too_late: str = "count"
) -> None:
    """New times lie ahead and inside the pairing's dates, counted on the anchor's clock.

    ``too_late`` is the field against which it is held when only later ones lie outside.

    Raises:
        InvalidInput: they do not.
    """
    problems = Problems()
    if any(not pairing.starts_on <= each.local.date() <= pairing.ends_on for each in dates):
        field = too_late if pairing.starts_on <= dates[0].local.date() <= pairing.ends_on else "starts_local"
        problems.add(field, mark("Every session lies between the pairing's first and last day."))
    if min(each.instant for each in dates) <= now:
        problems.add("starts_local", mark("This time has passed."))
    problems.raise_any()


def fold_of(date: Occurrence) -> int:
    """1 for the second pass of a wall time that exists twice (PEP 495), otherwise 0."""
    return to_local(date.instant, date.zone).fold


def keeps_time(plan: PlanInput, session: JointSession) -> bool:
    """Whether an edit leaves the wall time alone; its instant, once chosen, then stands."""
    same = (plan.starts_local, plan.zone) == (session.starts_local, session.zone)
    return same and plan.choice is None

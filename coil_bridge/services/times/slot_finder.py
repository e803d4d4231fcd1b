"""Finds times for a pairing: gathers what its partners have said, and asks ``scheduling`` for the answer.

What counts of an institution: its hours, the hours and engagements of those of its teachers who have to be
there, and its days off by the academic calendar. Engagements are the teachers' joint sessions of every
pairing and the busy times of calendars of their own. Others see what follows from all of it together, never
which teacher it was.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from coil_bridge.domain import Course, Institution, Pairing, Person
from coil_bridge.errors import Conflict
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.access import pairing_access, partners, require_teacher
from coil_bridge.services.agreed.session_clocks import institutions
from coil_bridge.services.agreed.session_plans import LONGEST, SHORTEST
from coil_bridge.services.calendar.academic_calendars import calendars_of
from coil_bridge.services.checks import Problems
from coil_bridge.services.context import Clock
from coil_bridge.services.times.weekly_hours import usual_week
from coil_bridge.storage.storage import Storage, Transaction
from scheduling.rotation import Rotation, plan_rotation
from scheduling.search import FEWEST, MOST_PARTIES, MOST_WEEKS, Search, Wanted
from scheduling.slots import FixedSlot, blocking, find_slots, most_dates, shortlist, told
from scheduling.terms import AcademicCalendar, each_day
from scheduling.timeline import Hours, Party
from scheduling.week_grid import WeekGrid, week_grids

SHOWN = 8
MOST_MEETINGS = 30
USUAL_MEETINGS, USUAL_MINUTES = 8, 60
_DAYS_OFF = frozenset({"break", "exams", "holiday", "no_term"})
_AROUND = timedelta(days=2)  # local days begin and end apart from UTC's, and sessions last up to ten hours


@dataclass(frozen=True, slots=True)
class Question:
    """What a teacher asks for; days on everybody's clock. ``absent``: teachers who need not be there."""

    minutes: int
    meetings: int
    every: int
    first: date
    last: date
    absent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Teacher:
    """Somebody who has to be there, and what is known of their time: own hours, a calendar."""

    id: str
    name: str
    own_hours: bool
    own_calendar: bool


@dataclass(frozen=True, slots=True)
class Place:
    """One institution of a search; ``said`` is False while its hours are taken from its usual day."""

    institution: Institution
    teachers: tuple[Teacher, ...]
    said: bool
    calendar: AcademicCalendar


@dataclass(frozen=True, slots=True)
class Setting:
    """What can be asked about a pairing."""

    pairing: Pairing
    places: tuple[Place, ...]
    usual: Question


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer. ``slots`` by rank; a ``rotation`` where the best slot burdens somebody or there is none.

    ``blocking``: the institutions without which there would be a slot, told only where there is none;
    ``most``: how many dates the time that comes farthest has.
    """

    search: Search
    slots: tuple[FixedSlot, ...]
    found: int
    rotation: Rotation | None
    grids: tuple[WeekGrid, ...]
    blocking: tuple[str, ...]
    most: int

    @property
    def rotation_is_fairer(self) -> bool:
        """Whether the rotating plan has a lower worst burden than the best fixed slot."""
        if self.rotation is None or not self.rotation.meetings:
            return False
        return not self.slots or max(self.rotation.totals) < max(self.slots[0].totals)


@dataclass(frozen=True, slots=True)
class Glance:
    """What can be said of times before anybody proposes: the best weekly time, if there is one."""

    best: FixedSlot | None
    zones: tuple[str, ...]


class SlotFinder:
    """Finds times for pairings."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def setting(self, actor: Person, pairing_id: str) -> Setting:
        """What can be asked.

        Raises:
            NotFound: no such pairing for this person.
            Forbidden: the person teaches none of its courses.
            Conflict: fewer than two or more than six institutions take part.
        """
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
            require_teacher(access)
            return self._setting(tx, access.pairing)

    def find(self, actor: Person, pairing_id: str, question: Question) -> tuple[Setting, Finding]:
        """The answer to a question.

        Raises:
            NotFound, Forbidden, Conflict: as ``setting``.
            InvalidInput: reasons by field.
        """
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
            require_teacher(access)
            setting = self._setting(tx, access.pairing)
            wanted = self._wanted(question, access.pairing)
            parties = [_party(tx, each, wanted, question.absent) for each in setting.places]
        return setting, answer(Search(wanted, parties))

    def glance(self, courses: Sequence[Course], first: date, last: date) -> Glance | None:
        """Before a proposal: a weekly hour for these courses' institutions, by their own hours alone.

        None where it makes no sense to ask: one institution, or too many, or days that cannot be.
        """
        places = {each.institution.id: each.institution for each in courses}
        now = self._clock()
        first = max(first, now.date())
        weeks = (last - first).days // 7
        if not FEWEST <= len(places) <= MOST_PARTIES or not 1 <= weeks < MOST_WEEKS:
            return None
        wanted = Wanted(USUAL_MINUTES, min(USUAL_MEETINGS, weeks), 1, first, last, now)
        with self._storage.read() as tx:
            found = _places(tx, dict.fromkeys(places.values(), ()))
            search = Search(wanted, [_party(tx, each, wanted, frozenset()) for each in found])
        ranked = find_slots(search)
        return Glance(
            told(search, ranked[0]) if ranked else None, tuple(each.zone for each in search.parties)
        )

    def _setting(self, tx: Transaction, pairing: Pairing) -> Setting:
        if not FEWEST <= len(institutions(pairing)) <= MOST_PARTIES:
            raise Conflict(mark("Times are looked for between two and six universities."))
        teachers: dict[Institution, list[Person]] = {each: [] for each in institutions(pairing)}
        for course in partners(pairing):
            known = teachers[course.course.institution]
            known += [each for each in tx.courses.people(course.course.id) if each not in known]
        return Setting(pairing, _places(tx, teachers), self._usual(pairing))

    def _usual(self, pairing: Pairing) -> Question:
        first = max(pairing.starts_on, self._clock().date())
        last = max(first, min(pairing.ends_on, first + timedelta(weeks=MOST_WEEKS - 2)))
        weeks = (last - first).days // 7
        return Question(USUAL_MINUTES, max(min(USUAL_MEETINGS, weeks - 1), 1), 1, first, last)

    def _wanted(self, question: Question, pairing: Pairing) -> Wanted:
        problems = Problems()
        if not SHORTEST <= question.minutes <= LONGEST:
            problems.add("minutes", mark("A session lasts from 5 minutes to 10 hours."))
        if not 1 <= question.meetings <= MOST_MEETINGS:
            problems.add("meetings", mark("Ask for 1 to 30 meetings."))
        if not 1 <= question.every <= 4:
            problems.add("every", mark("Please choose one from the list."))
        if question.first > question.last:
            problems.add("last", mark("The last day comes after the first."))
        elif not pairing.starts_on <= question.first <= question.last <= pairing.ends_on:
            problems.add("first", mark("Both days lie between the pairing’s first and last day."))
        elif (question.last - question.first).days >= 7 * (MOST_WEEKS - 1):
            problems.add("last", mark("Look at a year at most."))
        problems.raise_any()
        return Wanted(
            question.minutes,
            question.meetings,
            question.every,
            question.first,
            question.last,
            self._clock(),
        )


def answer(search: Search) -> Finding:
    """Everything that is to be said about a search."""
    ranked = find_slots(search)
    slots = tuple(told(search, each) for each in shortlist(ranked, SHOWN))
    rotation = plan_rotation(search) if not slots or any(slots[0].totals) else None
    return Finding(
        search=search,
        slots=slots,
        found=len(ranked),
        rotation=rotation,
        grids=week_grids(search),
        blocking=() if slots else blocking(search),
        most=search.wanted.meetings if slots else most_dates(search),
    )


def _places(tx: Transaction, teachers: Mapping[Institution, Iterable[Person]]) -> tuple[Place, ...]:
    ids = [each.id for each in teachers]
    people = [each.id for some in teachers.values() for each in some]
    calendars, said = calendars_of(tx, ids), tx.availability.institution_weeks(ids)
    weeks, named = tx.availability.person_weeks(people), tx.availability.with_calendar(people)
    return tuple(
        Place(
            institution,
            tuple(Teacher(each.id, each.name, each.id in weeks, each.id in named) for each in some),
            institution.id in said,
            calendars[institution.id],
        )
        for institution, some in teachers.items()
    )


def _party(tx: Transaction, place: Place, wanted: Wanted, absent: Collection[str]) -> Party:
    institution = place.institution
    people = [each.id for each in place.teachers if each.id not in absent]
    said = tx.availability.institution_weeks([institution.id]).get(institution.id)
    hours = [Hours(institution.zone, said or usual_week(institution))]
    hours += [Hours(each.zone, each.week) for each in tx.availability.person_weeks(people).values()]
    return Party(
        key=institution.id,
        zone=institution.zone,
        hours=tuple(hours),
        busy=tuple(_busy(tx, people, wanted)),
        days_off=days_off(place.calendar, wanted.first, wanted.last),
    )


def _busy(tx: Transaction, people: Sequence[str], wanted: Wanted) -> Iterable[tuple[datetime, datetime]]:
    first = datetime.combine(wanted.first, time(0), UTC) - _AROUND
    last = datetime.combine(wanted.last, time(0), UTC) + _AROUND
    sessions = tx.availability.busy_with_sessions(people, first, last)
    calendars = tx.availability.busy_times(people, first, last)
    spans = [span for found in (sessions, calendars) for some in found.values() for span in some]
    return sorted(set(spans))


def days_off(calendar: AcademicCalendar, first: date, last: date) -> frozenset[date]:
    """Days on which nobody there is asked: breaks, examinations, holidays, days outside every term."""
    around = each_day(first - timedelta(days=1), last + timedelta(days=1))
    return frozenset(day for day in around if calendar.on(day).kind in _DAYS_OFF)

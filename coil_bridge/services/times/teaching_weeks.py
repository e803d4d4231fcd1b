"""The common teaching weeks of a pairing, and of courses that somebody thinks of pairing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coil_bridge.domain import Course, Institution, Pairing, Person
from coil_bridge.services.agreed.access import pairing_access
from coil_bridge.services.agreed.proposals import LONGEST
from coil_bridge.services.agreed.session_clocks import institutions
from coil_bridge.services.calendar.academic_calendars import calendars_of
from coil_bridge.storage.storage import Storage, Transaction
from scheduling.common_weeks import Week, common_weeks, week_start
from scheduling.terms import AcademicCalendar


@dataclass(frozen=True, slots=True)
class TeachingWeeks:
    """Weeks of several institutions side by side; ``institutions`` by id, in the order to show them in."""

    first: date
    last: date
    institutions: Mapping[str, Institution]
    calendars: Mapping[str, AcademicCalendar]
    weeks: tuple[Week, ...]

    @property
    def common(self) -> tuple[Week, ...]:
        """Those in which all teach."""
        return tuple(week for week in self.weeks if week.common)

    @property
    def unknown(self) -> tuple[Institution, ...]:
        """Institutions that have entered no term: they count as teaching on every working day."""
        return tuple(each for key, each in self.institutions.items() if not self.calendars[key].entered)


class CommonWeeks:
    """Computes common teaching weeks from what the institutions have entered.

    ``course`` is how the catalogue shows a course to a person (``Catalogue.course``).
    """

    def __init__(self, *, storage: Storage, course: Callable[[Person, str], Course]) -> None:
        self._storage = storage
        self._course = course

    def of_pairing(self, actor: Person, pairing_id: str) -> TeachingWeeks:
        """The weeks of a pairing.

        Raises:
            NotFound: no such pairing for this person.
        """
        with self._storage.read() as tx:
            return weeks_of_pairing(tx, pairing_access(tx, actor, pairing_id).pairing)

    def of_courses(
        self, actor: Person, course_ids: Iterable[str], first: date, last: date
    ) -> TeachingWeeks | None:
        """The weeks of courses that are not paired yet; None where there is nothing to compare.

        Raises:
            NotFound: a course that this person may not see.
        """
        courses = [self._course(actor, each) for each in dict.fromkeys(course_ids)]
        found = {each.institution.id: each.institution for each in courses}
        if len(found) < 2 or not first < last <= first + LONGEST:
            return None
        with self._storage.read() as tx:
            return weeks_of(tx, list(found.values()), first, last)


def weeks_of_pairing(tx: Transaction, pairing: Pairing) -> TeachingWeeks:
    """As ``CommonWeeks.of_pairing``, inside the caller's transaction, for a pairing that may be seen."""
    return weeks_of(tx, institutions(pairing), pairing.starts_on, pairing.ends_on)


def weeks_of(tx: Transaction, partners: Sequence[Institution], first: date, last: date) -> TeachingWeeks:
    """The weeks of some institutions; they begin as all of these countries begin a week."""
    calendars = calendars_of(tx, [each.id for each in partners])
    starts = week_start(each.country for each in partners)
    weeks = common_weeks(calendars, first, last, starts=starts)
    return TeachingWeeks(first, last, {each.id: each for each in partners}, calendars, weeks)


def week_of(weeks: Sequence[Week], day: date) -> Week | None:
    """The week that a day lies in."""
    return next((week for week in weeks if week.first <= day < week.first + timedelta(days=7)), None)

"""Keeps the calendars of paired courses, inside their own Moodles, as the sessions stand.

A change of a session only asks for it (as an observer, in the change's own transaction). The worker looks
at one course of a site at a time: what stands there, what should (``calendar_steps``), and then writes.
Before events are created it is written down that they are being created; where the answer is lost, nothing
is created for three minutes, and then somebody looks first. So a crash or a slow Moodle leaves at most a
gap for a while, never two of the same. A failed course is tried again, less and less often, and a sweep
every six hours puts back what somebody has deleted or moved by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from coil_bridge.domain import Course, Pairing, Person
from coil_bridge.errors import NotFound, PartnerUnavailable, Reason
from coil_bridge.services.agreed.access import pairing_access, partners, require_teacher
from coil_bridge.services.agreed.pairing_states import AGREED
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.agreed.session_observers import Observed
from coil_bridge.services.agreed.session_plans import LONGEST
from coil_bridge.services.calendar.calendar_events import wanted_event
from coil_bridge.services.calendar.calendar_steps import Known, Wanted
from coil_bridge.services.calendar.calendar_writing import CalendarWriter, ClaimLost, Unsure
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.partners import PartnerFailed, Partners
from coil_bridge.storage.moodle_calendars import KeptCalendar
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import new_id

LEASE = timedelta(minutes=5)
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_SITE_AWAY = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class CalendarStanding:
    """How a course's own calendar stands, for its teachers; ``kept`` None: nothing was asked for yet."""

    course: Course
    kept: KeptCalendar | None


class MoodleCalendarService:
    """Writes joint sessions into the calendars of the paired courses."""

    def __init__(self, *, storage: Storage, clock: Clock, partners: Partners, public_url: str) -> None:
        self._storage = storage
        self._clock = clock
        self._partners = partners
        self._public_url = public_url
        self._name = new_id()

    def changed(self, tx: Transaction, changed: Sequence[Observed]) -> None:
        """Sessions were planned or changed: their courses' calendars follow (``SessionObserver``)."""
        pairing = tx.pairings.get(changed[0][1].pairing_id)
        if pairing is not None:
            tx.moodle_calendars.ask([each.course.id for each in partners(pairing)], self._clock())

    def sweep(self) -> int:
        """Have every course looked at that has sessions ahead; how many."""
        now = self._clock()
        with self._storage.write() as tx:
            courses = tx.moodle_calendars.courses_with_sessions(AGREED, now)
            if courses:
                tx.moodle_calendars.ask(courses, now)
        return len(courses)

    def due(self) -> list[tuple[str, str]]:
        """Courses that have to be looked at, with their sites, the longest due first."""
        with self._storage.read() as tx:
            return tx.moodle_calendars.due(self._clock())

    def keep_due(self) -> int:
        """Look at every course that is due, one after the other; how many."""
        due = self.due()
        for course_id, _site_id in due:
            self.keep(course_id)
        return len(due)

    def keep(self, course_id: str) -> None:
        """Let one course's calendar show what was agreed; what went wrong is written down, not raised."""
        now = self._clock()
        with self._storage.write() as tx:
            asked = tx.moodle_calendars.claim(course_id, self._name, now, now + LEASE)
        if asked is None:
            return
        try:
            wait_until = self._reconcile(course_id)
        except ClaimLost:
            return
        except Unsure as unsure:
            self._failed(course_id, unsure.reason, unsure.until, counts=True)
        except PartnerFailed as error:
            self._failed(course_id, error.reason, self._clock() + self._pause(course_id), counts=True)
        except PartnerUnavailable as error:
            self._failed(course_id, error.reason, self._clock() + _SITE_AWAY, counts=False)
        except NotFound:
            with self._storage.write() as tx:
                tx.moodle_calendars.drop(course_id, self._name)
        else:
            with self._storage.write() as tx:
                tx.moodle_calendars.settle(
                    course_id, self._name, asked=asked, at=self._clock(), due_at=wait_until
                )

    def standing(self, actor: Person, pairing_id: str) -> list[CalendarStanding]:
        """How the courses' own calendars stand, for a pairing's teachers.

        Raises:
            NotFound: no such pairing for this person.
            Forbidden: the person teaches none of its courses.
        """
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
            require_teacher(access)
            courses = [each.course for each in partners(access.pairing)]
            kept = tx.moodle_calendars.standing(each.id for each in courses)
        return [CalendarStanding(each, kept.get(each.id)) for each in courses]

    def _reconcile(self, course_id: str) -> datetime | None:
        """Look and write; when to look again, where something may be on its way."""
        now = self._clock()
        with self._storage.read() as tx:
            course = tx.courses.get(course_id)
            if course is None:
                return None
            wanted = self._wanted(tx, course, now)
            known = [
                Known(each.session_id, each.event_id, each.content, each.creating_until)
                for each in tx.moodle_calendars.events(course_id, now - timedelta(minutes=LONGEST))
            ]
        over = self._over({each.session_id for each in known} - {each.session_id for each in wanted}, now)
        known = [each for each in known if each.session_id not in over]
        if not wanted and not known:
            return None
        writer = CalendarWriter(
            storage=self._storage,
            clock=self._clock,
            course=course,
            public_url=self._public_url,
            worker=self._name,
        )
        return self._partners.call(course.site_id, lambda client: writer.bring_about(client, wanted, known))

    def _wanted(self, tx: Transaction, course: Course, now: datetime) -> Sequence[Wanted]:
        """Every session of the course's pairings that is not over yet."""
        found = []
        for pairing_id in tx.moodle_calendars.pairings(course.id, AGREED):
            pairing: Pairing | None = tx.pairings.get(pairing_id)
            sessions = tx.sessions.of_pairing(pairing_id) if pairing else []
            found += [
                wanted_event(pairing, each, course, self._public_url)
                for each in sessions
                if pairing and ends_at(each) > now
            ]
        return found

    def _over(self, session_ids: set[str], now: datetime) -> set[str]:
        """Those of the sessions that are over: what stands of them in calendars is left alone."""
        with self._storage.read() as tx:
            found = [session for each in sorted(session_ids) if (session := tx.sessions.get(each))]
        return {each.id for each in found if ends_at(each) <= now}

    def _failed(self, course_id: str, problem: Reason, due_at: datetime, *, counts: bool) -> None:
        with self._storage.write() as tx:
            tx.moodle_calendars.fail(course_id, self._name, due_at=due_at, problem=problem, counts=counts)

    def _pause(self, course_id: str) -> timedelta:
        with self._storage.read() as tx:
            kept = tx.moodle_calendars.standing([course_id]).get(course_id)
        return min(_FIRST_PAUSE * (1 << min(kept.failures if kept else 0, 10)), _LONGEST_PAUSE)

"""Stays in a course's rooms as our plugin tells of them: BigBlueButton inside Moodle, and its own register.

BigBlueButton writes a join when somebody presses the button, as the log does, and after the meeting a summary
with how long each person was there. Both are kept; where a length is known, joins without one are left aside
when minutes are counted (``evaluation/attendance.py``), so that nothing counts twice.

The register is the plugin Attendance, where teachers mark who was there. An entry with the full mark of its
set of marks says so; what lies between that and none (late, excused) differs from teacher to teacher and is
left to them. Entries are changed in place, so the register is read as a whole and replaces what it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final

from coil_bridge.evaluation.attendance import PresenceSource
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Dropped, Part, PilotCourse
from coil_bridge.evaluation.stays import Stay
from coil_bridge.evaluation.weeks import local_day
from coil_bridge.services.activity.course_facts import CourseFacts, NotTold
from coil_bridge.services.activity.pull_rows import PullRows
from connectors.moodle.logs import FactPage

JOINS: Final = "joins"


class FactStays:
    """Reads the stays of one course; ``parts`` has everybody who was ever seen in it, by pseudonym."""

    def __init__(
        self,
        facts: CourseFacts,
        course: PilotCourse,
        names: Pseudonymiser,
        rows: PullRows,
        parts: Mapping[str, Part],
    ) -> None:
        self._facts = facts
        self._course = course
        self._names = names
        self._rows = rows
        self._parts = parts

    def read(self) -> None:
        """Pull the joins that are new, and the register.

        Raises:
            MoodleError: the site did not give a usable answer.
        """
        for read in (self._read_joins, self._read_register):
            try:
                read()
            except NotTold:
                self._rows.account.drop(Dropped.FACTS_NOT_TOLD)

    def _read_joins(self) -> None:
        for page in self._facts.since(JOINS, self._rows.cursor(JOINS)):
            self._rows.put_stays(dict(self._kept(self._joins(page))), read_to=(JOINS, page.cursor))

    def _read_register(self) -> None:
        seen: set[str] = set()
        for page in self._facts.everything("attendance"):
            stays = dict(self._kept(self._entries(page)))
            seen.update(stays)
            self._rows.put_stays(stays)
        self._rows.drop_register(besides=seen)

    def _joins(self, page: FactPage) -> Iterator[tuple[int, int, int, int | None, PresenceSource]]:
        names = ("id", "user", "time", "summary", "seconds")
        for row, user, at, summary, seconds in zip(*map(page.columns.__getitem__, names), strict=True):
            if summary and seconds:
                yield row, user, at, at + seconds, PresenceSource.MOODLE_ROOM
            else:
                yield row, user, at, None, PresenceSource.MOODLE

    def _entries(self, page: FactPage) -> Iterator[tuple[int, int, int, int | None, PresenceSource]]:
        names = ("id", "user", "time", "seconds", "grade", "most")
        for row, user, at, seconds, grade, most in zip(*map(page.columns.__getitem__, names), strict=True):
            if grade <= 0:
                self._rows.account.drop(Dropped.MARKED_ABSENT)
            elif grade < most:
                self._rows.account.drop(Dropped.MARKED_BETWEEN)
            else:
                yield row, user, at, at + seconds, PresenceSource.REGISTER

    def _kept(
        self, told: Iterator[tuple[int, int, int, int | None, PresenceSource]]
    ) -> Iterator[tuple[str, Stay]]:
        course = self._course
        for row, user, came, left, source in told:
            pseudonym = self._names.person(course.site_id, user)
            day = local_day(datetime.fromtimestamp(came, UTC), course.institution.zone)
            if self._parts.get(pseudonym) is Part.STAFF:
                self._rows.account.drop(Dropped.STAFF)
            elif pseudonym not in self._parts:
                self._rows.account.drop(Dropped.NOT_A_PARTICIPANT)
            elif not course.starts_on <= day <= course.ends_on:
                self._rows.account.drop(Dropped.OUTSIDE_DATES)
            else:
                key = self._names.record(course.site_id, course.pairing_id, _kind(source), row)
                minutes = (came // 60, None if left is None else left // 60)
                yield key, Stay(course.pairing_id, course.course_id, pseudonym, *minutes, source)


def _kind(source: PresenceSource) -> str:
    """Joins and summaries are in one table of Moodle's, entries of the register in another."""
    return "register" if source is PresenceSource.REGISTER else "stay"

"""Who completed a course: core has no list of it, so one question a student. Our plugin has one.

The plugin's list does not say whether a course tracks completion at all. While nobody has finished, core is
asked about one student.

Where the course does not track completion, or the account may not read it, Moodle says so again for each
student; a few such answers are enough to stop asking. What cannot be known stays unknown, and is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from coil_bridge.evaluation.records import Dropped, Member, PilotCourse
from coil_bridge.services.activity.course_facts import CourseFacts, NotTold
from coil_bridge.services.activity.pull_rows import PullRows
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import (
    FunctionNotAllowed,
    MoodleError,
    MoodleFault,
    PermissionMissing,
    RecordUnknown,
)

_AT_ONCE = 25
_ENOUGH = 3  # refusals without a single answer: it is the course, not the student

# Moodle's codes for one student who cannot be asked about: of another group, or a suspended account.
_ABOUT_THE_STUDENT = frozenset({"accessdenied", "suspended"})


class CompletionPull:
    """Asks about the students of one course, in turn."""

    def __init__(
        self, client: MoodleClient, course: PilotCourse, rows: PullRows, facts: CourseFacts | None
    ) -> None:
        self._facts = facts
        self._finished: frozenset[int] | None = None  # as far as our plugin told
        self._client = client
        self._course = course
        self._rows = rows
        self._answered = 0
        self._refusals: list[Dropped] = []
        self._switched_off: bool | None = None  # not looked at yet

    def read(self, students: Mapping[int, Member]) -> None:
        """Ask for each student, by Moodle user id, and store who completed.

        Raises:
            MoodleError: the site did not give a usable answer.
        """
        account = self._rows.account
        account.steps_expected += len(students)
        self._finished = self._told()
        waiting = iter(students.items())
        while some := list(islice(waiting, _AT_ONCE)):
            answered = [(before, replace(before, completed=done)) for before, done in self._answers(some)]
            account.steps_done += len(some)
            changed = sum(before != after for before, after in answered)
            self._rows.put_members([after for _, after in answered], changed)

    def _answers(self, some: list[tuple[int, Member]]) -> Iterator[tuple[Member, bool]]:
        for user_id, member in some:
            answer = self._ask(user_id)
            if isinstance(answer, Dropped):
                self._rows.account.drop(answer)
                self._refusals.append(answer)
            else:
                self._answered += 1
                yield member, answer

    def _told(self) -> frozenset[int] | None:
        if self._facts is None:
            return None
        try:
            pages = self._facts.everything("coursecompletions")
            return frozenset(user for page in pages for user in page.columns["user"])
        except NotTold:
            return None

    def _ask(self, user_id: int) -> bool | Dropped:
        if self._finished is not None and (self._finished or self._answered):
            return user_id in self._finished  # some have finished, so the course tracks it
        if not self._answered and len(self._refusals) >= _ENOUGH:
            return self._refusals[-1]
        try:
            found = self._client.course_completion(self._course.moodle_id, user_id)
        except (PermissionMissing, RecordUnknown, FunctionNotAllowed, MoodleFault) as error:
            if not _about_completion(error):
                raise
            return self._refusal()
        return found.completed if found else Dropped.COMPLETION_NOT_TRACKED

    def _refusal(self) -> Dropped:
        """Moodle answers alike where completion is switched off and where the account may not read it."""
        if self._switched_off is None:
            try:
                switched_on = self._client.course(self._course.moodle_id).completion_enabled
            except (PermissionMissing, RecordUnknown, FunctionNotAllowed):
                switched_on = None
            self._switched_off = switched_on is False
        return Dropped.COMPLETION_NOT_TRACKED if self._switched_off else Dropped.COMPLETION_NOT_PERMITTED


def _about_completion(error: MoodleError) -> bool:
    """Whether the site is well and only this question has no answer."""
    if isinstance(error, FunctionNotAllowed):
        return error.reason != "access"  # else the token is let in nowhere
    return not isinstance(error, MoodleFault) or error.errorcode in _ABOUT_THE_STUDENT

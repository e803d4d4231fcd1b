"""How many answered a course's Feedback activities, as our plugin tells: no answers, and nobody's id."""

from __future__ import annotations

from datetime import datetime

from coil_bridge.evaluation.records import Dropped, FeedbackCount
from coil_bridge.services.activity.course_facts import CourseFacts, NotTold
from coil_bridge.services.activity.pull_rows import PullRows


class FactCounts:
    """Reads the counts of one course."""

    def __init__(self, facts: CourseFacts, rows: PullRows, now: datetime) -> None:
        self._facts = facts
        self._rows = rows
        self._now = now

    def read(self) -> None:
        """Replace what was counted before.

        Raises:
            MoodleError: the site did not give a usable answer.
        """
        names = ("module", "answers", "anonymous")
        try:
            found = [
                FeedbackCount(module, answers, bool(anonymous), self._now)
                for page in self._facts.everything("feedback")
                for module, answers, anonymous in zip(*map(page.columns.__getitem__, names), strict=True)
            ]
        except NotTold:
            self._rows.account.drop(Dropped.FACTS_NOT_TOLD)
        else:
            self._rows.put_counts(found)

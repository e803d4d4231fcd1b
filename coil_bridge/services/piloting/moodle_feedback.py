"""How many answered the Feedback activities of a pilot's courses, for the lead, beside the surveys.

The counts come with a pull, through our plugin. A count says how much weight a university's own evaluation
has; what was answered stays in its Moodle. Numbers below the pilot's threshold are withheld as all are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coil_bridge.domain import Pilot
from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.services.piloting.pilot_groups import EVALUATED
from coil_bridge.storage.storage import Transaction


@dataclass(frozen=True, slots=True)
class FeedbackLine:
    """One Feedback activity of a course; ``answers`` is ``None`` where withheld."""

    course: PilotCourse
    answers: int | None
    anonymous: bool
    counted_at: datetime


def feedback_lines(tx: Transaction, pilot: Pilot) -> list[FeedbackLine]:
    """The counts by university and course."""
    counts = tx.feedback_counts.of_pilot(pilot.id)
    courses = sorted(
        tx.pilots.courses(pilot.id, EVALUATED),
        key=lambda each: (each.pairing_title, each.institution.short_name, each.course_name),
    )
    return [
        FeedbackLine(course, _shown(each.answers, pilot), each.anonymous, each.observed_at)
        for course in courses
        for each in counts.get((course.pairing_id, course.course_id), ())
    ]


def _shown(answers: int, pilot: Pilot) -> int | None:
    return answers if answers == 0 or answers >= pilot.suppression_threshold else None

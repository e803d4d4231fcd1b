"""How many answered the Feedback activities of a pilot's courses: the queries."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, insert, select

from coil_bridge.evaluation.records import FeedbackCount
from coil_bridge.storage.fact_tables import feedback_count


class FeedbackCounts:
    """Counts of answers, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def replace(self, pilot_id: str, pairing_id: str, course_id: str, counts: Sequence[FeedbackCount]) -> int:
        """Keep a course's counts instead of what was known; how many are new or other."""
        mine = (
            feedback_count.c.pilot_id == pilot_id,
            feedback_count.c.pairing_id == pairing_id,
            feedback_count.c.course_id == course_id,
        )
        query = select(feedback_count.c.module, feedback_count.c.answers).where(*mine)
        before = {(row.module, row.answers) for row in self._connection.execute(query)}
        self._connection.execute(delete(feedback_count).where(*mine))
        place = {"pilot_id": pilot_id, "pairing_id": pairing_id, "course_id": course_id}
        rows = [
            place
            | {
                "module": each.module,
                "answers": each.answers,
                "anonymous": each.anonymous,
                "observed_at": each.observed_at,
            }
            for each in counts
        ]
        if rows:
            self._connection.execute(insert(feedback_count), rows)
        return sum((each.module, each.answers) not in before for each in counts)

    def of_pilot(self, pilot_id: str) -> dict[tuple[str, str], list[FeedbackCount]]:
        """The counts of each (pairing, course), by activity."""
        query = select(feedback_count).where(feedback_count.c.pilot_id == pilot_id)
        found: dict[tuple[str, str], list[FeedbackCount]] = {}
        for row in self._connection.execute(query.order_by(feedback_count.c.module)):
            count = FeedbackCount(row.module, row.answers, row.anonymous, row.observed_at)
            found.setdefault((row.pairing_id, row.course_id), []).append(count)
        return found

"""The activity log of a simulated Moodle: table logstore_standard_log as columns, so that a million rows fit.

Ids ascend in the order in which rows arrived; the time of an event may be earlier than that of rows before
it (a process that writes at its end, a restored course).
"""

from __future__ import annotations

import random
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta

VIEWED = "\\core\\event\\course_viewed"
MODULE_VIEWED = "\\mod_page\\event\\course_module_viewed"
FORUM_VIEWED = "\\mod_forum\\event\\discussion_viewed"
DISCUSSION_CREATED = "\\mod_forum\\event\\discussion_created"
POST_CREATED = "\\mod_forum\\event\\post_created"
SESSION_JOINED = "\\mod_bigbluebuttonbn\\event\\meeting_joined"
SUBMITTED = "\\mod_assign\\event\\assessable_submitted"
ATTEMPTED = "\\mod_quiz\\event\\attempt_submitted"
_MIXTURE = (VIEWED,) * 6 + (MODULE_VIEWED,) * 5 + (FORUM_VIEWED,) * 4 + (
    POST_CREATED, DISCUSSION_CREATED, SESSION_JOINED, SUBMITTED, ATTEMPTED,
)  # fmt: skip
COLUMNS = ("id", "course", "user", "time", "event")


class ActivityLog:
    """The rows in the order of their ids. Not locked: the world's lock guards it."""

    def __init__(self) -> None:
        self.columns: dict[str, array[int]] = {name: array("q") for name in COLUMNS}
        self.left_out = bytearray()  # 1 for an anonymous row, 2 for one of somebody acting as another
        self.arrived: array[float] = array("d")
        self.event_names: list[str] = []
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.left_out)

    @property
    def newest(self) -> int:
        """The highest row id; 0 for an empty log."""
        return self.columns["id"][-1] if self else 0

    def add(
        self,
        course_id: int,
        user_id: int,
        event_name: str,
        at: datetime,
        *,
        anonymous: bool = False,
        impersonated: bool = False,
        arrived: datetime | None = None,
    ) -> int:
        """Write one row and return its id; ``arrived`` is when it became visible, if not at once."""
        row = (self.newest + 1, course_id, user_id, int(at.timestamp()), self.number(event_name))
        for name, value in zip(COLUMNS, row, strict=True):
            self.columns[name].append(value)
        self.left_out.append(1 if anonymous else 2 if impersonated else 0)
        self.arrived.append((arrived or at).timestamp())
        return row[0]

    def number(self, event_name: str) -> int:
        """Return the number that stands for an event name in the column."""
        if event_name not in self._numbers:
            self._numbers[event_name] = len(self.event_names)
            self.event_names.append(event_name)
        return self._numbers[event_name]

    def generate(
        self,
        rows: int,
        courses: Sequence[int],
        users: Sequence[int],
        *,
        start: datetime,
        length: timedelta = timedelta(weeks=6),
        seed: int = 2026,
    ) -> None:
        """Add many rows spread over courses, people and a stretch of time; a million take two seconds."""
        chance = random.Random(seed)  # noqa: S311 - a mixture of rows, no secret
        numbers = [self.number(name) for name in _MIXTURE]
        first, span = int(start.timestamp()), length.total_seconds()
        times = array("q", (first + int(span * row / max(rows, 1)) for row in range(rows)))
        self.columns["id"].extend(range(self.newest + 1, self.newest + 1 + rows))
        self.columns["course"].extend(chance.choices(courses, k=rows))
        self.columns["user"].extend(chance.choices(users, k=rows))
        self.columns["time"].extend(times)
        self.columns["event"].extend(chance.choices(numbers, k=rows))
        self.left_out.extend(bytes(rows))
        self.arrived.extend(array("d", times))

    def forget(self, before: datetime) -> None:
        """Delete the rows of events before an instant, as Moodle's log lifetime does."""
        limit = int(before.timestamp())
        kept = [row for row, at in enumerate(self.columns["time"]) if at >= limit]
        for name, column in self.columns.items():
            self.columns[name] = array("q", (column[row] for row in kept))
        self.left_out = bytearray(self.left_out[row] for row in kept)
        self.arrived = array("d", (self.arrived[row] for row in kept))

    def page(
        self, courses: frozenset[int], after: int, limit: int, visible_before: float
    ) -> tuple[list[int], int, bool]:
        """Return the positions of the next rows of the courses, the new cursor, and whether rows wait.

        Rows wait that arrived at or after ``visible_before`` (Unix seconds).
        """
        ids, of = self.columns["id"], self.columns["course"]
        start, end = bisect_right(ids, after), len(self)
        while end > start and self.arrived[end - 1] >= visible_before:
            end -= 1
        found: list[int] = []
        for chunk in range(start, end, limit):
            found += [row for row in range(chunk, min(chunk + limit, end)) if of[row] in courses]
            if len(found) >= limit:
                found = found[:limit]
                break
        full = len(found) == limit
        cursor = ids[found[-1]] if full else ids[end - 1] if end > start else after
        return found, max(cursor, after), end < len(self)


def restored(log: ActivityLog, rows: Sequence[int], course_id: int, arrived: datetime) -> None:
    """Write rows of one course again under another, as restoring a backup with its log does: old times."""
    for row in rows:
        name = log.event_names[log.columns["event"][row]]
        at = datetime.fromtimestamp(log.columns["time"][row], arrived.tzinfo)
        log.add(course_id, log.columns["user"][row], name, at, arrived=arrived)

"""A course whose log is read: where its reading stands, and what moves it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from coil_bridge.evaluation.log_rows import Target
from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.storage.log_cursors import LogCursor
from connectors.moodle.logs import LogPage

OVERLAP = 10_000  # ids before the cursor that each reading begins with


@dataclass(slots=True)
class Seen:
    """What a page has of one course."""

    first_minute: int
    last_minute: int
    recent: Mapping[int, int]  # times by id of its last rows


@dataclass(slots=True)
class Reading:
    """A course on its way: where it stands and who its people are."""

    course: PilotCourse
    cursor: LogCursor
    target: Target
    actors: Collection[int]  # the numbers of its people
    replaces: bool = False  # the next rows replace what another log told

    def begin_anew(self) -> None:
        """Read another log from its first row."""
        self.cursor, self.replaces, self.target.known = self.cursor.begun_anew(), True, frozenset()

    def move(self, page: LogPage, seen: Seen | None) -> None:
        """Stand behind a page."""
        before = self.cursor
        at = max(before.after_id, page.cursor)
        recent = dict(each for each in before.recent if each[0] > at - OVERLAP)
        told_from, told_until = before.told_from, before.told_until
        if seen:
            recent.update(seen.recent)
            told_from = min(seen.first_minute, seen.first_minute if told_from is None else told_from)
            told_until = max(seen.last_minute, seen.last_minute if told_until is None else told_until)
        self.cursor = replace(
            before,
            reader=page.reader,
            after_id=at,
            recent=tuple(sorted(recent.items())),
            told_from=told_from,
            told_until=told_until,
            has_posts=before.has_posts or (bool(seen) and not self.target.posts_told),
        )
        self.target.known = frozenset(recent)
        self.target.told_until = told_until

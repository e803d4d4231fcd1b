"""How the reading of each Moodle's log stands, as a pilot's page shows it.

The accounts of a reading are totals over a Moodle's courses in the pilot: they are told only where the
accounts of each of these courses may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coil_bridge.domain import Pilot
from coil_bridge.evaluation.records import LogRun, PilotCourse, RunState, Tally
from coil_bridge.evaluation.suppression import courses_with_accounts
from coil_bridge.services.piloting.pilot_groups import members_of
from coil_bridge.storage.storage import Transaction


@dataclass(frozen=True, slots=True)
class RefusedCourse:
    """A course whose log the Moodle does not let us read."""

    name: str
    reason: str  # as the plugin says it: unknown, closed, capability, groups


@dataclass(frozen=True, slots=True)
class LogLine:
    """A Moodle of a pilot and the latest reading of its log, if there was one."""

    site_id: str
    site_name: str
    run: LogRun | None
    tally: Tally | None  # None where its numbers would show a small group
    refused: tuple[RefusedCourse, ...]
    pairings: tuple[tuple[str, str], ...]  # id and title of those with a course there

    @property
    def failed(self) -> bool:
        """Whether the latest reading ended early."""
        return self.run is not None and self.run.state is RunState.FAILED


def log_lines(tx: Transaction, pilot: Pilot, courses: Sequence[PilotCourse]) -> tuple[LogLine, ...]:
    """A line for each Moodle, by name."""
    told = courses_with_accounts(courses, members_of(tx, pilot.id, courses), pilot.suppression_threshold)
    latest = tx.log_runs.latest(pilot.id)
    by_site: dict[tuple[str, str], list[PilotCourse]] = {}
    for course in courses:
        by_site.setdefault((course.site_name, course.site_id), []).append(course)
    lines = []
    for (name, site_id), found in sorted(by_site.items()):
        run = latest.get(site_id)
        shown = all((each.pairing_id, each.course_id) in told for each in found)
        names = {each.course_id: each.course_name for each in found}
        refused = tuple(
            RefusedCourse(names[course_id], reason)
            for course_id, reason in (run.refused if run else {}).items()
            if course_id in names
        )
        pairings = dict.fromkeys((each.pairing_id, each.pairing_title) for each in found)
        tally = run.tally if run and shown else None
        lines.append(LogLine(site_id, name, run, tally, refused, tuple(pairings)))
    return tuple(lines)

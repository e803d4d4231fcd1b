"""What a pull brought, for people and for scripts: each run with its account, each log that was not read."""

from __future__ import annotations

from collections.abc import Mapping

from coil_bridge.commands.common import moment, table
from coil_bridge.evaluation.records import Dropped, LogFinding, Tally
from coil_bridge.services.activity.activity_pull import PullProgress
from coil_bridge.services.activity.log_texts import FINDINGS, MISSING, REFUSALS, REFUSED_OTHERWISE
from coil_bridge.services.activity.log_views import LogLine
from coil_bridge.services.activity.pull_texts import REASONS
from coil_bridge.services.piloting.pilot_views import RunView

_WITHHELD = "withheld: too few people"


def progress_text(done: PullProgress) -> str:
    """Courses, logs and the courses whose log was refused, each with when and why."""
    courses = [
        (line.course.pairing_title, line.course.course_name, line.course.site_name, *_run_cells(line.run))
        for line in done.courses
    ]
    logs = [(each.site_name, *_log_cells(each)) for each in done.logs]
    refused = [
        (course.name, line.site_name, REFUSALS.get(course.reason, REFUSED_OTHERWISE))
        for line in done.logs
        for course in line.refused
    ]
    parts = [
        table(("PAIRING", "COURSE", "MOODLE", "PULL", "ENDED", "WHAT CAME"), courses),
        table(("LOG OF", "STATE", "ENDED", "WHAT CAME"), logs),
    ]
    if refused:
        parts.append(table(("LOG NOT READ OF", "MOODLE", "WHY"), refused))
    return "\n\n".join(parts)


def progress_plain(done: PullProgress) -> list[dict[str, object]]:
    """The same for scripts: a list of courses."""
    logs = {line.site_id: _log_plain(line) for line in done.logs}
    return [
        {
            "pairing": line.course.pairing_title,
            "course": line.course.course_name,
            "site_id": line.course.site_id,
            "state": line.run.state.value if line.run else None,
            "failure": str(line.run.failure) if line.run and line.run.failure else None,
            **_account_plain(line.run.tally if line.run else None),
            "log_of_site": logs.get(line.course.site_id),
        }
        for line in done.courses
    ]


def _run_cells(run: RunView | None) -> tuple[str, str, str]:
    if run is None:
        return "never", "", ""
    came = str(run.failure) if run.failure else _account(run.tally)
    return run.state.value, moment(run.finished_at), came


def _log_cells(line: LogLine) -> tuple[str, str, str]:
    run = line.run
    if run is None or not run.ended:
        return ("never" if run is None else run.state.value), "", ""
    ended = moment(run.finished_at)
    if run.failure:
        return run.state.value, ended, str(run.failure)
    if run.finding is not LogFinding.READ:
        finding = run.finding
        return (
            (finding.value, ended, f"{FINDINGS[finding]} {MISSING}")
            if finding
            else (run.state.value, ended, "")
        )
    return run.state.value, ended, _account(line.tally)


def _account(tally: Tally | None) -> str:
    """What was read is what was stored and what was left out, by reason."""
    if tally is None:
        return _WITHHELD
    left_out = sorted(tally.dropped.items(), key=lambda each: (-each[1], each[0]))
    reasons = "; ".join(f"{count} {REASONS[Dropped(why)]}" for why, count in left_out if count)
    return f"read {tally.read}, stored {tally.stored}" + (f", left out: {reasons}" if reasons else "")


def _account_plain(tally: Tally | None) -> Mapping[str, object]:
    return {
        "read": tally.read if tally else None,
        "stored": tally.stored if tally else None,
        "dropped": dict(tally.dropped) if tally else None,
    }


def _log_plain(line: LogLine) -> dict[str, object]:
    run = line.run
    return {
        "state": run.state.value if run else None,
        "finding": run.finding.value if run and run.finding else None,
        **_account_plain(line.tally),
        "ended_at": run.finished_at if run else None,
        "refused": {course.name: course.reason for course in line.refused},
        "failure": str(run.failure) if run and run.failure else None,
    }

"""What ``coil-bridge pilot pull`` says of logs: when they were read, what was left out, what was refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from coil_bridge.commands.pull_report import progress_plain, progress_text
from coil_bridge.evaluation.records import LogFinding, LogRun, RunState, Tally
from coil_bridge.services.activity.activity_pull import PullProgress
from coil_bridge.services.activity.log_views import LogLine, RefusedCourse

ENDED = datetime(2026, 11, 22, 16, 35, tzinfo=UTC)
TALLY = Tally(read=12, stored=4, dropped={"not_a_participant": 3, "already_stored": 5})
RUN = LogRun(
    "run", "pilot", "site", RunState.DONE, LogFinding.READ, ENDED, ENDED, ENDED, TALLY, 0, 9, 9, {}, None
)
LINE = LogLine("site", "Almaty Moodle", RUN, TALLY, (RefusedCourse("Public Health", "capability"),), ())


def told(line: LogLine) -> str:
    return progress_text(PullProgress((), (line,)))


def test_a_reading_says_when_it_ended_and_accounts_for_every_row() -> None:
    assert (
        "done   2026-11-22 16:35Z  read 12, stored 4, left out: 5 known from an earlier pull and unchanged; "
        "3 by somebody who is not a participant of the course" in told(LINE)
    )


def test_a_course_whose_log_was_refused_is_named_with_the_reason() -> None:
    assert "Public Health    Almaty Moodle  the service account may not read its log" in told(LINE)
    assert "LOG NOT READ" not in told(replace(LINE, refused=()))


def test_numbers_of_too_few_people_are_withheld() -> None:
    assert "withheld: too few people" in told(replace(LINE, tally=None))


def test_a_moodle_without_the_plugin_says_what_is_missing() -> None:
    line = replace(LINE, run=replace(RUN, finding=LogFinding.NO_PLUGIN))
    assert "no_plugin  2026-11-22 16:35Z  This Moodle has no COIL Bridge plugin" in told(line)
    assert "views, joins of rooms, submissions and quiz attempts of its people are missing" in told(line)


def test_a_reading_that_waits_says_so() -> None:
    assert "queued" in told(replace(LINE, run=replace(RUN, state=RunState.QUEUED, finished_at=None)))
    assert progress_plain(PullProgress((), (LINE,))) == []

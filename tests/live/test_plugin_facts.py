"""What the log does not hold, as the activities of a real Moodle write it themselves: see README.md.

Joins and the summary of a BigBlueButton meeting are written by the activity's own functions, without a
meeting server; answers to a feedback and completion likewise, and attendance where the plugin is installed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.moodle.client import MoodleClient
from connectors.transport import Transport, TransportPolicy
from tests.live.plugin_lab import BEGIN, Lab, from_environment

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

BEGAN = (datetime.now(UTC) - timedelta(minutes=70)).replace(second=0, microsecond=0)
STAYED = 2900  # seconds

_BEGIN = (
    BEGIN
    + """
require_once($CFG->dirroot . '/lib/testing/generator/lib.php');
require_once($CFG->dirroot . '/course/lib.php');
require_once($CFG->libdir . '/completionlib.php');
\\core\\session\\manager::set_user(get_admin());
$course = get_course(COURSE);
$person = $DB->get_record('user', ['username' => 'PERSON'], '*', MUST_EXIST);
$generator = new testing_data_generator();
"""
)
_MAKE = """
set_config('bigbluebuttonbn_default_dpa_accepted', 1);
\\core\\plugininfo\\mod::enable_plugin('bigbluebuttonbn', 1);
$room = $generator->create_module('bigbluebuttonbn', ['course' => $course->id, 'name' => 'Live test']);
$instance = \\mod_bigbluebuttonbn\\instance::get_from_instanceid($room->id);
$form = $generator->create_module('feedback',
    ['course' => $course->id, 'name' => 'Live test', 'anonymous' => 1]);
$page = $generator->create_module('page',
    ['course' => $course->id, 'name' => 'Live test', 'completion' => 2, 'completionview' => 1]);
\\core\\session\\manager::set_user($person);
\\mod_bigbluebuttonbn\\logger::log_meeting_joined_event($instance, 0);
$completion = new completion_info($course);
$completion->set_module_viewed(get_fast_modinfo($course)->get_cm($page->cmid), $person->id);
$DB->insert_record('feedback_completed',
    (object)['feedback' => $form->id, 'userid' => 0, 'timemodified' => time(), 'anonymous_response' => 1]);
$attendee = (object)['ext_user_id' => $person->id, 'name' => 'A name', 'duration' => STAYED,
    'moderator' => false, 'joins' => ['BEGAN'], 'leaves' => ['BEGAN']];
$meeting = $instance->get_meeting_id();
\\mod_bigbluebuttonbn\\meeting::meeting_events($instance, (object)['meeting_id' => $meeting,
    'internal_meeting_id' => 'live-' . time(), 'data' => (object)['attendees' => [$attendee]]]);
echo json_encode(['person' => (int)$person->id, 'room' => (int)$room->cmid, 'form' => (int)$form->cmid,
    'page' => (int)$page->cmid]);
"""
_REMOVE = """
foreach (array_filter([ROOM, FORM, PAGE]) as $cmid) {
    course_delete_module($cmid);
}
"""


@pytest.fixture(scope="module")
def moodle() -> Lab:
    found = from_environment()
    if found is None or not found.student:
        pytest.skip("a Moodle with the plugin is needed; tests/live/README.md says how to name it")
    return found


@pytest.fixture(scope="module")
def client(moodle: Lab) -> MoodleClient:
    transport = Transport(TransportPolicy(allow_private=True, allow_http=True, read_timeout=60))
    return MoodleClient("Lab", moodle.url, moodle.token, transport)


@pytest.fixture(scope="module")
def made(moodle: Lab) -> Iterator[dict[str, int]]:
    """What was made in the first course, and for whom; taken away again."""
    begin = _BEGIN.replace("COURSE", str(moodle.course_ids[0])).replace("PERSON", moodle.student)
    make = _MAKE.replace("BEGAN", BEGAN.isoformat()).replace("STAYED", str(STAYED))
    found: dict[str, int] = json.loads(moodle.run("-r", begin + make).splitlines()[-1])
    yield found
    remove = _REMOVE
    for name in ("room", "form", "page"):
        remove = remove.replace(name.upper(), str(found[name]))
    moodle.run("-r", begin + remove)


def rows(client: MoodleClient, moodle: Lab, kind: Any, module: int) -> list[dict[str, int]]:
    columns = client.facts(kind, moodle.course_ids).columns
    every = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return [row for row in every if row["module"] == module]


def test_joins_and_their_length_are_told(client: MoodleClient, moodle: Lab, made: dict[str, int]) -> None:
    joined, told = rows(client, moodle, "joins", made["room"])
    assert (joined["user"], joined["summary"], joined["seconds"]) == (made["person"], 0, 0)
    assert (told["user"], told["summary"], told["seconds"]) == (made["person"], 1, STAYED)
    assert told["time"] == BEGAN.timestamp()  # when the person came, not when Moodle was told


def test_completion_and_counts_of_answers_are_told(
    client: MoodleClient, moodle: Lab, made: dict[str, int]
) -> None:
    (completed,) = rows(client, moodle, "completions", made["page"])
    assert (completed["user"], completed["state"]) == (made["person"], 1)
    (answered,) = rows(client, moodle, "feedback", made["form"])
    assert (answered["answers"], answered["anonymous"]) == (1, 1)


def test_attendance_is_what_stands_in_its_tables(client: MoodleClient, moodle: Lab) -> None:
    if not moodle.has("attendance_log"):
        pytest.skip("Attendance is not installed there")
    there = moodle.numbers(
        "SELECT l.id, l.studentid, s.sessdate, s.duration, l.timetaken, FLOOR(100 * t.grade) AS grade,"
        " (SELECT FLOOR(100 * MAX(o.grade)) FROM {attendance_statuses} o WHERE o.deleted = 0"
        " AND o.attendanceid = t.attendanceid AND o.setnumber = t.setnumber) AS most"
        " FROM {attendance_log} l JOIN {attendance_sessions} s ON s.id = l.sessionid"
        " JOIN {attendance_statuses} t ON t.id = l.statusid"
        f" JOIN {{attendance}} a ON a.id = s.attendanceid WHERE a.course IN ({moodle.courses}) ORDER BY l.id"
    )
    columns = client.facts("attendance", moodle.course_ids).columns
    names = ("id", "user", "time", "seconds", "taken", "grade", "most")
    assert [*zip(*(columns[name] for name in names), strict=True)] == there

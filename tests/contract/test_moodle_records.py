"""Answers recorded on real Moodle 4.1, 4.5 and 5.1, read by the real client over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.moodle.client import MoodleClient, NewCalendarEvent, OutgoingMessage
from connectors.moodle.errors import (
    FunctionNotAllowed,
    MoodleError,
    ParameterRefused,
    PermissionMissing,
    RecordUnknown,
    SiteInMaintenance,
    SiteUnreachable,
    TokenRefused,
    WebServicesOff,
)
from connectors.transport import Transport, TransportPolicy
from tests.unit.connectors.servers import answer, says, serve

DATA = Path(__file__).parent / "data"
VERSIONS = ["4.1", "4.5", "5.1"]
TOKEN = "0123456789abcdef0123456789abcdef"
TRANSPORT = Transport(TransportPolicy(allow_http=True, allow_private=True, attempts=1))


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def recorded(version: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DATA / f"moodle-{version}.json").read_text("utf-8"))
    return loaded


@contextmanager
def replaying(body: object, status: int = 200, *headers: str) -> Iterator[MoodleClient]:
    content = body if isinstance(body, str) else json.dumps(body)
    with serve(says(answer(content.encode(), f"{status} Recorded", *headers))) as server:
        yield MoodleClient("HEI Moodle", server.url, TOKEN, TRANSPORT)


def test_site_info(recorded: dict[str, Any], version: str) -> None:
    with replaying(recorded["answers"]["site_info"]) as client:
        info = client.site_info()
    assert info.site_name == f"HEI m{version.replace('.', '')}"
    assert (info.username, info.user_id, info.is_site_admin) == ("coilbridge", 3, False)
    assert info.release.startswith(version)
    assert "core_calendar_get_calendar_upcoming_view" in info.functions
    assert info.features["usetags"] == 1


def test_the_private_access_key_is_not_kept(recorded: dict[str, Any]) -> None:
    assert recorded["answers"]["site_info"]["userprivateaccesskey"] == "PRIVATEKEY"
    with replaying(recorded["answers"]["site_info"]) as client:
        assert "PRIVATEKEY" not in repr(client.site_info())


def test_a_course_from_inside(recorded: dict[str, Any], version: str) -> None:
    with replaying(recorded["answers"]["course"]) as client:
        course = client.course(4)
    assert course.short_name == "IM301"
    assert course.full_name.endswith("/ Internal Medicine")
    assert course.summary.endswith("/ Internal Medicine – autumn 2026")
    assert "<" not in course.summary
    assert course.starts_at == datetime(2026, 9, 7, tzinfo=UTC)
    assert (course.visible, course.can_be_entered, course.completion_enabled) == (True, True, True)
    assert course.id_number is None  # needs moodle/course:update
    assert course.category_name in {"Medicinski fakultet", "Медицина факультеті", "医学院"}
    assert len(course.contacts) == 1
    assert course.lang is None


def test_a_course_from_outside_and_a_hidden_one(recorded: dict[str, Any]) -> None:
    with replaying(recorded["answers"]["course_from_outside"]) as client:
        assert client.course(4).can_be_entered is False
    with replaying(recorded["answers"]["hidden_course"]) as client:
        assert client.course(14).visible is False


def test_the_front_page_is_not_a_course(recorded: dict[str, Any]) -> None:
    ids = [course["id"] for course in recorded["answers"]["courses"]["courses"]]
    assert 1 in ids
    with replaying(recorded["answers"]["courses"]) as client:
        assert [course.id for course in client.courses()] == [each for each in ids if each != 1]


def test_the_courses_of_a_user_tell_the_id_number(recorded: dict[str, Any], version: str) -> None:
    with replaying(recorded["answers"]["user_courses"]) as client:
        course = client.user_courses(14)[0]
    assert (course.short_name, course.id_number) == ("ME210", f"M{version.replace('.', '')}-ME210")
    assert course.category_id is not None


def test_a_roster(recorded: dict[str, Any]) -> None:
    with replaying(recorded["answers"]["roster"]) as client:
        teacher = client.enrolled_users(4)[0]
    assert teacher.roles == {"editingteacher"}
    assert (teacher.is_teacher, teacher.is_student) == (True, False)
    assert teacher.groups == ()  # an empty list in 4.1, left out in 4.5 and 5.1
    assert teacher.last_access is None  # 0 is never
    assert teacher.email is not None
    assert teacher.email.startswith("teacher1@")


def test_accounts(recorded: dict[str, Any]) -> None:
    with replaying(recorded["answers"]["users"]) as client:
        student = client.users_by_field("id", [14])[0]
    assert (student.timezone, student.suspended, student.id_number) == ("99", False, "STU001")
    with replaying(recorded["answers"]["suspended_user"]) as client:
        assert client.users_by_field("id", [20])[0].suspended is True


def test_the_settings(recorded: dict[str, Any]) -> None:
    with replaying(recorded["answers"]["site_config"]) as client:
        assert client.site_config().timezone is None  # the recording is an excerpt without it


def test_forums_discussions_and_posts(recorded: dict[str, Any]) -> None:
    with replaying(recorded["answers"]["forums"]) as client:
        forum = client.forums([4])[0]
    assert (forum.type, forum.name, forum.discussions) == ("news", "Announcements", 2)
    with replaying(recorded["answers"]["discussions"]) as client:
        discussion = client.discussions(3)[0]
    raw = recorded["answers"]["discussions"]["discussions"][0]
    assert (discussion.id, discussion.author_id) == (raw["discussion"], raw["userid"])
    assert discussion.id != raw["id"]
    assert (discussion.group_id, discussion.replies) == (None, 7)
    with replaying(recorded["answers"]["posts"]) as client:
        post = client.posts(discussion.id)[0]
    raw = recorded["answers"]["posts"]["posts"][0]
    assert (post.author_id, post.parent_id) == (raw["author"]["id"], raw["parentid"])
    assert post.created_at == datetime.fromtimestamp(raw["timecreated"], UTC)
    assert (post.deleted, post.private_reply, post.words) == (False, False, None)
    assert raw["message"] not in repr(post)


def test_completion(recorded: dict[str, Any]) -> None:
    with replaying(recorded["answers"]["completion"]) as client:
        completion = client.course_completion(4, 14)
    assert completion is not None
    assert completion.completed is False
    assert [(each.title, each.complete) for each in completion.criteria] == [("Activity completion", False)]


def test_a_refused_message_is_an_item_not_an_error(recorded: dict[str, Any]) -> None:
    with replaying(recorded["answers"]["messages"]) as client:
        sent = client.send_message(OutgoingMessage(14, "COIL session moved"))
    assert sent.id is None
    assert "message preferences" in (sent.refusal or "")


def joint_session(group: int | None = None) -> NewCalendarEvent:
    return NewCalendarEvent(
        4, "Joint session", "", datetime(2026, 12, 2, 9, tzinfo=UTC), timedelta(minutes=90), group
    )


def test_created_refused_and_deleted_events(recorded: dict[str, Any]) -> None:
    raw = recorded["answers"]["created_event"]["events"][0]
    start = datetime.fromtimestamp(raw["timestart"], UTC)
    asked = NewCalendarEvent(raw["courseid"], "x", "", start, timedelta(minutes=90))
    with replaying(recorded["answers"]["created_event"]) as client:
        assert client.create_calendar_events([asked])[0].event_id == raw["id"]
    with replaying(recorded["answers"]["event_refused"]) as client:
        result = client.create_calendar_events([joint_session()])[0]
    assert (result.event_id, result.refused, result.failure) == (None, True, None)
    assert recorded["answers"]["deleted"] is None
    with replaying(None) as client:
        client.delete_calendar_events([73])


def test_a_group_event_is_recognised(recorded: dict[str, Any]) -> None:
    raw = recorded["answers"]["created_group_event"]["events"][0]
    start = datetime.fromtimestamp(raw["timestart"], UTC)
    asked = NewCalendarEvent(raw["courseid"], "x", "", start, timedelta(0), raw["groupid"])
    with replaying(recorded["answers"]["created_group_event"]) as client:
        assert client.create_calendar_events([asked])[0].event_id == raw["id"]


ERRORS: dict[str, tuple[type[MoodleError], str, bool]] = {
    "invalid_token": (TokenRefused, "invalid", False),
    "service_user_suspended": (TokenRefused, "account", False),
    "expired_token": (FunctionNotAllowed, "access", False),
    "token_ip_restricted": (FunctionNotAllowed, "access", False),
    "service_disabled": (FunctionNotAllowed, "access", False),
    "function_unknown": (RecordUnknown, "", False),
    "unknown_course_get_contents": (RecordUnknown, "", False),
    "invalid_parameter_type": (ParameterRefused, "", False),
    "no_course_access": (PermissionMissing, "course", False),
    "nopermissions_create_groups": (PermissionMissing, "capability", False),
    "maintenance_mode_config": (SiteInMaintenance, "", True),
    "maintenance_mode_cli": (SiteInMaintenance, "", True),
    "webservices_off": (WebServicesOff, "", False),
    "rest_protocol_off": (WebServicesOff, "", False),
    "other_hostname": (SiteUnreachable, "redirect", False),
}


@pytest.mark.parametrize("name", ERRORS)
def test_every_recorded_error_is_told_apart_by_its_code(recorded: dict[str, Any], name: str) -> None:
    entry = recorded["errors"][name]
    kind, reason, temporary = ERRORS[name]
    headers = [f"Location: {entry['location']}"] if "location" in entry else []
    with replaying(entry["body"], entry["status"], *headers) as client, pytest.raises(kind) as caught:
        client.site_info()
    error = caught.value
    assert (type(error), error.reason, error.temporary) == (kind, reason, temporary)
    assert "HEI Moodle" in str(error)
    assert error.advice
    assert TOKEN not in str(error) + repr(error) + error.advice


def test_a_function_outside_the_service_is_another_matter_than_a_closed_service(
    recorded: dict[str, Any],
) -> None:
    body = recorded["errors"]["function_not_in_service"]["body"]
    calls: list[Callable[[MoodleClient], object]] = [
        lambda client: client.courses(),
        lambda client: client.posts(4),
    ]
    for call in calls:
        with replaying(body) as client, pytest.raises(FunctionNotAllowed) as caught:
            call(client)
        assert caught.value.reason == ""
        assert caught.value.function in str(caught.value)


def test_the_redirects_target_is_told_without_the_token(recorded: dict[str, Any]) -> None:
    entry = recorded["errors"]["other_hostname"]
    with (
        replaying(entry["body"], 303, f"Location: {entry['location']}") as client,
        pytest.raises(SiteUnreachable) as caught,
    ):
        client.site_info()
    assert "wwwroot" in caught.value.advice
    assert "wstoken" not in str(caught.value)
    assert entry["location"].partition("?")[0] in str(caught.value)

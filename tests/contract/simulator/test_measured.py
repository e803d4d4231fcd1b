"""The simulator beside what real Moodle 4.1, 4.5 and 5.1 sites answered.

``measured.json`` holds, by version, the keys and types of recorded answers and recorded errors word by
word. The world below is built after the recorded sites: a course with separate groups, a forum, completion.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from connectors.moodle.simulator import Course, Forum, Post, User
from tests.contract.simulator.conftest import RECORDED_WITH, VERSIONS, Site

MEASURED = json.loads((Path(__file__).parent / "measured.json").read_text("utf-8"))
BEFORE = datetime(2026, 10, 9, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Almaty:
    site: Site
    teacher: User
    student: User
    classmate: User
    course: Course
    forum: Forum
    topic: Post


@pytest.fixture
def almaty(each_version: Site) -> Almaty:
    world = each_version.world
    world.service_user.capabilities |= RECORDED_WITH
    common: dict[str, Any] = {
        "idnumber": "X1",
        "department": "Computing",
        "institution": "Қазақ ұлттық университеті",
        "city": "Алматы",
        "country": "KZ",
    }
    teacher = world.add_user("teacher1", "Айгерім", "Сәрсенова", **common)
    student = world.add_user("stu001", "Нұрлан", "Өтегенов", **common)
    classmate = world.add_user("stu002", "Дана", "Ахметова", **common)
    course = world.add_course("IM301", "Ішкі аурулар / Internal Medicine", group_mode=1, starts=BEFORE)
    world.enrol(teacher, course, "editingteacher")
    world.enrol(student, course)
    world.enrol(classmate, course)
    world.add_group(course, "Tim A", [student])
    forum = world.add_forum(course, "Team forum")
    world.complete(student, world.add_activity(course, "Joint case report", counts_for_course=True), BEFORE)
    topic = world.post(teacher, forum, "Topic 3", "<p>Hello / Сәлем</p>", at=BEFORE)
    world.post(student, topic, "Re: Topic 3", "<p>Reply</p>", at=BEFORE + timedelta(hours=1))
    return Almaty(each_version, teacher, student, classmate, course, forum, topic)


def shape(value: object) -> object:
    """Keys and types; of a list its first element; an int may stand for a float, as in JSON from PHP."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return "null" if value is None else type(value).__name__


def differences(measured: object, simulated: object, path: str = "") -> list[str]:
    if isinstance(measured, dict) and isinstance(simulated, dict):
        keys = measured.keys() ^ simulated.keys()
        inner = [
            line
            for key in measured.keys() & simulated.keys()
            for line in differences(measured[key], simulated[key], f"{path}.{key}")
        ]
        return [f"{path}.{key} only on one side" for key in sorted(keys)] + inner
    if isinstance(measured, list) and isinstance(simulated, list):
        both = bool(measured) and bool(simulated)
        return differences(measured[0], simulated[0], f"{path}[]") if both else []
    return [] if measured == simulated else [f"{path}: {measured} measured, {simulated} simulated"]


Asking = Callable[[Almaty], tuple[str, dict[str, object]]]
EVENT = {"events[0][name]": "COIL joint session 1", "events[0][timestart]": 1796202000}


def course_event(almaty: Almaty, **more: object) -> dict[str, object]:
    fields = {"courseid": almaty.course.id, "eventtype": "course", "timeduration": 5400} | more
    return EVENT | {f"events[0][{name}]": value for name, value in fields.items()}


ASKED: dict[str, Asking] = {
    "site_info": lambda _: ("core_webservice_get_site_info", {}),
    "mobile_config": lambda _: ("tool_mobile_get_config", {}),
    "courses_by_field_id": lambda a: (
        "core_course_get_courses_by_field",
        {"field": "id", "value": a.course.id},
    ),
    "courses_by_field_sitecourse": lambda _: (
        "core_course_get_courses_by_field",
        {"field": "id", "value": 1},
    ),
    "enrolled_users": lambda a: ("core_enrol_get_enrolled_users", {"courseid": a.course.id}),
    "users_by_field": lambda a: ("core_user_get_users_by_field", {"field": "id", "values[0]": a.student.id}),
    "users_courses": lambda a: ("core_enrol_get_users_courses", {"userid": a.student.id}),
    "forums": lambda a: ("mod_forum_get_forums_by_courses", {"courseids[0]": a.course.id}),
    "forum_discussions": lambda a: ("mod_forum_get_forum_discussions", {"forumid": a.forum.id}),
    "discussion_posts": lambda a: (
        "mod_forum_get_discussion_posts",
        {"discussionid": a.topic.discussion_id},
    ),
    "completion_activities": lambda a: (
        "core_completion_get_activities_completion_status",
        {"courseid": a.course.id, "userid": a.student.id},
    ),
    "completion_course": lambda a: (
        "core_completion_get_course_completion_status",
        {"courseid": a.course.id, "userid": a.classmate.id},
    ),
    "create_course_event": lambda a: ("core_calendar_create_calendar_events", course_event(a)),
    "create_repeats": lambda a: ("core_calendar_create_calendar_events", course_event(a, repeats=3)),
}


@pytest.mark.parametrize("case", ASKED)
def test_answers_have_the_keys_and_types_that_were_measured(almaty: Almaty, case: str) -> None:
    function, variables = ASKED[case](almaty)
    answer = almaty.site.ask(function, variables)
    assert differences(MEASURED[almaty.site.version]["answers"][case], shape(answer)) == []


def test_a_course_seen_from_outside_has_the_reduced_record(almaty: Almaty) -> None:
    almaty.site.world.service_user.capabilities -= {"moodle/course:view"}
    answer = almaty.site.ask("core_course_get_courses_by_field", {"field": "id", "value": almaty.course.id})
    measured = MEASURED[almaty.site.version]["answers"]["courses_by_field_min"]
    assert differences(measured, shape(answer)) == []


def test_a_refused_message_has_the_keys_that_were_measured(almaty: Almaty) -> None:
    almaty.site.world.service_user.capabilities -= {"moodle/site:messageanyuser"}
    answer = almaty.site.ask(
        "core_message_send_instant_messages",
        {"messages[0][touserid]": almaty.student.id, "messages[0][text]": "COIL session moved"},
    )
    measured = MEASURED[almaty.site.version]["answers"]["send_message"]
    assert differences(measured, shape(answer)) == []


def test_listed_events_have_the_keys_that_were_measured(almaty: Almaty) -> None:
    almaty.site.ask("core_calendar_create_calendar_events", course_event(almaty))
    wanted = {
        "events[courseids][0]": almaty.course.id,
        "options[userevents]": 0,
        "options[siteevents]": 0,
    }
    answer = almaty.site.ask("core_calendar_get_calendar_events", wanted)
    measured = MEASURED[almaty.site.version]["answers"]["get_events_course_service"]
    assert len(answer["events"]) == 1
    assert differences(measured, shape(answer)) == []


def _enrolled_from_outside(site: Site) -> object:
    site.world.service_user.capabilities -= {"moodle/course:view"}
    course = (
        site.world.courses.get(4) or [site.world.add_course(f"C{n}", f"Course {n}") for n in range(3)][-1]
    )
    return site.ask("core_enrol_get_enrolled_users", {"courseid": course.id})


def _expired(site: Site) -> object:
    site.world.tokens[site.moodle.token].valid_until = datetime(2026, 1, 1, tzinfo=UTC)
    return site.ask("core_webservice_get_site_info")


def _suspended(site: Site) -> object:
    site.world.service_user.username, site.world.service_user.suspended = "coilmin", True
    return site.ask("core_webservice_get_site_info")


def _not_authorised(site: Site) -> object:
    site.world.tokens[site.moodle.token].allowed = False
    return site.ask("core_webservice_get_site_info")


def _maintenance(site: Site) -> object:
    site.moodle.faults.maintenance("ui")
    return site.ask("core_webservice_get_site_info")


def _outside_the_service(site: Site) -> object:
    site.world.add_token(site.world.service_user, "a" * 32, ["core_webservice_get_site_info"])
    return site.ask("tool_mobile_get_config", token="a" * 32)


def _as_xml(site: Site) -> object:
    form = {"wstoken": "wrong", "wsfunction": "core_webservice_get_site_info"}
    answer = requests.post(f"{site.moodle.url}/webservice/rest/server.php", data=form, timeout=10)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/xml; charset=utf-8")
    return answer.text


ERRORS: dict[str, Callable[[Site], object]] = {
    "invalid_token": lambda site: site.ask("core_webservice_get_site_info", token="wrong"),
    "empty_token": lambda site: site.ask("core_webservice_get_site_info", token=""),
    "function_unknown": lambda site: site.ask("core_no_such_function"),
    "function_not_in_service": _outside_the_service,
    "unknown_course_enrolled_users": lambda site: site.ask(
        "core_enrol_get_enrolled_users", {"courseid": 999999}
    ),
    "no_capability_enrolled_users": _enrolled_from_outside,
    "expired_token": _expired,
    "service_user_suspended": _suspended,
    "user_not_authorised_for_service": _not_authorised,
    "maintenance_mode_config": _maintenance,
    "nopermissions_delete_event_other": lambda site: site.ask(
        "core_calendar_delete_calendar_events", {"events[0][eventid]": 999999, "events[0][repeat]": 0}
    ),
    "xml_when_format_missing": _as_xml,
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors_are_word_by_word_the_measured_ones(each_version: Site, case: str) -> None:
    measured = MEASURED[each_version.version]["errors"][case]
    answered = ERRORS[case](each_version)
    if case == "no_capability_enrolled_users" and each_version.version == "4.1":
        measured["message"] = measured["message"].replace("course id:18", "course id:4")
    assert answered == measured


def test_every_recorded_error_is_compared() -> None:
    recorded = {case for version in VERSIONS for case in MEASURED[version]["errors"]}
    assert recorded == ERRORS.keys()

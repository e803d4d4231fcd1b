"""Calendar events: what is accepted, undone, skipped and listed, as measured."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.moodle.simulator import Course, User
from tests.contract.simulator.conftest import Site

CREATE = "core_calendar_create_calendar_events"
DELETE = "core_calendar_delete_calendar_events"
READ = "core_calendar_get_calendar_events"
START = 1796202000
ONLY_ASKED = {"options[userevents]": 0, "options[siteevents]": 0}


def events(*wanted: dict[str, object]) -> dict[str, object]:
    return {
        f"events[{index}][{name}]": value
        for index, event in enumerate(wanted)
        for name, value in ({"name": "COIL", "timestart": START} | event).items()
    }


def create(site: Site, *wanted: dict[str, object], token: str | None = None) -> Any:
    return site.ask(CREATE, events(*wanted), token=token)


@pytest.fixture
def course(belgrade: Site) -> Course:
    return belgrade.world.add_course("IM301", "Interna medicina")


@pytest.fixture
def student(belgrade: Site, course: Course) -> User:
    person = belgrade.world.add_user("marko", "Марко", "Јовановић")
    belgrade.world.enrol(person, course)
    belgrade.world.add_token(person, "d" * 32)
    return person


def test_an_event_comes_back_with_what_moodle_made_of_it(belgrade: Site, course: Course) -> None:
    link = '<p><a href="https://meet.example.org/x?a=1&b=2">link</a> &copy; ✓</p>'
    (event,) = create(
        belgrade, {"courseid": course.id, "eventtype": "course", "description": link, "sequence": 7}
    )["events"]
    assert event["description"] == link.replace("a=1&b", "a=1&amp;b")
    assert (event["userid"], event["uuid"], event["sequence"], event["timeduration"]) == (3, "", 7, 0)
    plain = {"courseid": course.id, "eventtype": "course", "format": 2, "description": "x?a=1&b=2"}
    assert create(belgrade, plain)["events"][0]["description"] == "x?a=1&b=2"


def test_creating_twice_makes_two(belgrade: Site, course: Course) -> None:
    wanted: dict[str, object] = {"courseid": course.id, "eventtype": "course"}
    assert create(belgrade, wanted)["events"][0]["id"] != create(belgrade, wanted)["events"][0]["id"]
    assert len(belgrade.world.events) == 2


def test_what_breaks_a_calendar_later_is_accepted(belgrade: Site, course: Course) -> None:
    group = belgrade.world.add_group(course, "Tim A")
    odd = [
        {"courseid": course.id, "eventtype": "course", "timeduration": -60},
        {"courseid": course.id, "eventtype": "nosuchtype"},
        {"groupid": group.id, "eventtype": "group"},
    ]
    assert [event["eventtype"] for event in create(belgrade, *odd)["events"]] == [
        "course",
        "nosuchtype",
        "group",
    ]


def test_an_unknown_course_undoes_the_batch(each_version: Site) -> None:
    course = each_version.world.add_course("IM301", "Interna medicina")
    good: dict[str, object] = {"courseid": course.id, "eventtype": "course"}
    answer = create(each_version, good, good | {"courseid": 999999})
    expected = "invalidrecordunknown" if each_version.version == "5.1" else "invalidrecord"
    assert answer["errorcode"] == expected
    assert each_version.world.events == {}


def test_a_missing_permission_skips_one_event_with_a_warning(
    belgrade: Site, course: Course, student: User
) -> None:
    answer = create(
        belgrade,
        {"name": "own ev", "eventtype": "user"},
        {"name": "denied ev", "courseid": course.id, "eventtype": "course"},
        token="d" * 32,
    )
    assert [event["name"] for event in answer["events"]] == ["own ev"]
    assert answer["warnings"] == [
        {
            "item": "denied ev",
            "warningcode": "nopermissions",
            "message": "you do not have permissions to create this event",
        }
    ]


def test_a_teacher_may_write_in_the_own_course_only(belgrade: Site, course: Course) -> None:
    teacher = belgrade.world.add_user("milica", "Милица", "Јовановић")
    belgrade.world.enrol(teacher, course, "editingteacher")
    belgrade.world.add_token(teacher, "e" * 32)
    group = belgrade.world.add_group(course, "Tim A")
    elsewhere = belgrade.world.add_course("PH110", "Јавно здравље")
    answer = create(
        belgrade,
        {"courseid": course.id, "eventtype": "course"},
        {"courseid": course.id, "groupid": group.id, "eventtype": "group"},
        {"courseid": elsewhere.id, "eventtype": "course"},
        token="e" * 32,
    )
    assert (len(answer["events"]), len(answer["warnings"])) == (2, 1)


def test_repeats_are_weekly_rows_that_go_together(belgrade: Site, course: Course) -> None:
    made = create(belgrade, {"courseid": course.id, "eventtype": "course", "repeats": 3})["events"]
    assert [event["timestart"] - START for event in made] == [0, 604800, 1209600]
    assert {event["repeatid"] for event in made} == {made[0]["id"]}
    last = {"events[0][eventid]": made[2]["id"]}
    assert belgrade.ask(DELETE, last | {"events[0][repeat]": 0}) is None
    assert len(belgrade.world.events) == 2
    first = {"events[0][eventid]": made[0]["id"]}
    assert belgrade.ask(DELETE, first | {"events[0][repeat]": 1}) is None
    assert belgrade.world.events == {}


def test_one_unknown_id_undoes_a_deletion(belgrade: Site, course: Course) -> None:
    (event,) = create(belgrade, {"courseid": course.id, "eventtype": "course"})["events"]
    variables = {
        "events[0][eventid]": event["id"],
        "events[0][repeat]": 0,
        "events[1][eventid]": 99999999,
        "events[1][repeat]": 0,
    }
    assert belgrade.error(DELETE, variables) == "invalidrecord"
    assert list(belgrade.world.events) == [event["id"]]


def test_deleting_needs_the_right_to(belgrade: Site, course: Course, student: User) -> None:
    (event,) = create(belgrade, {"courseid": course.id, "eventtype": "course"})["events"]
    variables = {"events[0][eventid]": event["id"], "events[0][repeat]": 0}
    assert belgrade.error(DELETE, variables, token="d" * 32) == "nopermissions"
    assert list(belgrade.world.events) == [event["id"]]


def read(site: Site, variables: dict[str, object], token: str | None = None) -> Any:
    return site.ask(READ, variables, token=token)


def test_own_and_site_events_come_along_unless_declined(belgrade: Site, course: Course) -> None:
    create(
        belgrade,
        {"name": "mine", "eventtype": "user"},
        {"name": "everybody's", "courseid": 1, "eventtype": "site"},
        {"name": "the course's", "courseid": course.id, "eventtype": "course"},
    )
    asked: dict[str, object] = {"events[courseids][0]": course.id}
    assert len(read(belgrade, asked)["events"]) == 3
    assert [event["name"] for event in read(belgrade, asked | ONLY_ASKED)["events"]] == ["the course's"]


def test_events_by_id_come_on_top_in_another_shape(belgrade: Site, course: Course) -> None:
    made = create(
        belgrade,
        {"eventtype": "user"},
        {"courseid": course.id, "eventtype": "course", "visible": 0},
    )["events"]
    first, second = read(belgrade, {"events[eventids][0]": made[1]["id"]})["events"]
    assert (first["id"], first["groupid"], "uuid" in first) == (made[0]["id"], None, False)
    assert (second["id"], second["groupid"], second["uuid"]) == (made[1]["id"], 0, "")


def test_the_span_and_hidden_events(belgrade: Site, course: Course) -> None:
    wanted: dict[str, object] = {"courseid": course.id, "eventtype": "course", "timeduration": 3600}
    create(belgrade, wanted, wanted | {"visible": 0})
    asked = {"events[courseids][0]": course.id} | ONLY_ASKED

    def count(**options: int) -> int:
        chosen: dict[str, object] = {f"options[{name}]": value for name, value in options.items()}
        return len(read(belgrade, asked | chosen)["events"])

    assert count() == 1
    assert count(ignorehidden=0) == 2
    assert count(timestart=START + 3600) == 1
    assert count(timestart=START + 3601) == 0
    assert count(timeend=START) == 1
    assert count(timeend=START - 1) == 0


def test_a_student_reads_the_own_group_only_beside_its_course(
    belgrade: Site, course: Course, student: User
) -> None:
    own = belgrade.world.add_group(course, "Tim A", [student])
    other = belgrade.world.add_group(course, "Tim B")
    for group in (own, other):
        create(belgrade, {"courseid": course.id, "groupid": group.id, "eventtype": "group"})
    groups: dict[str, object] = {"events[groupids][0]": own.id, "events[groupids][1]": other.id}
    assert len(read(belgrade, groups | ONLY_ASKED)["events"]) == 2
    answer = read(belgrade, groups | ONLY_ASKED, token="d" * 32)
    assert answer == {
        "events": [],
        "warnings": [
            {
                "item": str(other.id),
                "warningcode": "nopermissions",
                "message": "you do not have permissions to access this group",
            }
        ],
    }
    both = groups | ONLY_ASKED | {"events[courseids][0]": course.id}
    assert [event["groupid"] for event in read(belgrade, both, token="d" * 32)["events"]] == [own.id]


def test_a_foreign_course_is_a_warning_for_a_student(belgrade: Site, student: User) -> None:
    foreign = belgrade.world.add_course("PH110", "Јавно здравље")
    (event,) = create(belgrade, {"courseid": foreign.id, "eventtype": "course"})["events"]
    asked: dict[str, object] = {"events[courseids][0]": foreign.id, "events[eventids][0]": event["id"]}
    answer = read(belgrade, asked, token="d" * 32)
    assert answer["events"] == []
    assert [warning["itemid"] for warning in answer["warnings"]] == [foreign.id]

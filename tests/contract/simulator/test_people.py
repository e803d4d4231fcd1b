"""Participants and accounts: who is listed, and which capability shows which field, as measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.moodle.simulator import SERVICE_CAPABILITIES, Course, User
from tests.contract.simulator.conftest import RECORDED_WITH, Site

ENROLLED = "core_enrol_get_enrolled_users"
BY_FIELD = "core_user_get_users_by_field"
COURSES = "core_enrol_get_users_courses"


@dataclass(frozen=True)
class School:
    site: Site
    course: Course
    teacher: User
    student: User
    former: User
    away: User

    def without(self, *capabilities: str) -> School:
        self.site.world.service_user.capabilities -= {f"moodle/{name}" for name in capabilities}
        return self

    def enrolled(self, token: str | None = None, **options: object) -> Any:
        variables: dict[str, object] = {"courseid": self.course.id}
        for index, (name, value) in enumerate(options.items()):
            variables |= {f"options[{index}][name]": name, f"options[{index}][value]": value}
        return self.site.ask(ENROLLED, variables, token=token)

    def account(self, user: User, field: str = "id") -> Any:
        return self.site.ask(BY_FIELD, {"field": field, "values[0]": getattr(user, field)})


@pytest.fixture
def school(each_version: Site) -> School:
    world = each_version.world
    world.service_user.capabilities |= RECORDED_WITH
    course = world.add_course("IM301", "Interna medicina", idnumber="BG-IM301")

    def person(username: str, name: str, **more: Any) -> User:
        return world.add_user(
            username,
            name,
            "Јовановић",
            email=f"{username}@bg.example.rs",
            idnumber=username.upper(),
            institution="Univerzitet u Beogradu",
            city="Београд",
            country="RS",
            timezone="Europe/Belgrade",
            **more,
        )

    teacher, student = person("milica", "Милица"), person("marko", "Марко")
    former, away = person("ana", "Ана"), person("jovan", "Јован", suspended=True)
    world.enrol(teacher, course, "editingteacher")
    world.enrol(student, course, last_access=datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
    world.enrol(former, course, suspended=True)
    world.enrol(away, course)
    world.add_group(course, "Tim A", [student])
    return School(each_version, course, teacher, student, former, away)


def names(people: list[dict[str, Any]]) -> list[str]:
    return [person["fullname"].split()[0] for person in people]


def test_suspended_enrolments_are_listed_and_suspended_accounts_stay_active(school: School) -> None:
    assert names(school.enrolled()) == ["Милица", "Марко", "Ана", "Јован"]
    assert names(school.enrolled(onlyactive=1)) == ["Милица", "Марко", "Јован"]
    assert names(school.enrolled(onlysuspended=1)) == ["Ана"]


def test_unknown_options_are_ignored_and_pages_can_be_taken(school: School) -> None:
    assert names(school.enrolled(nosuch=1, limitfrom=1, limitnumber=2)) == ["Марко", "Ана"]
    assert school.enrolled(onlyactive=1, onlysuspended=1)["errorcode"] == "invalidparameter"
    assert school.enrolled(limitnumber="many")["errorcode"] == "invalidparameter"


def test_userfields_choose_fields_but_never_give_zone_or_suspension(school: School) -> None:
    listed = school.enrolled(userfields="id, email,timezone,lang,suspended,auth,roles")
    assert listed[1].keys() == {"id", "fullname", "email", "roles"}
    assert school.enrolled()[1].keys().isdisjoint({"timezone", "lang", "suspended", "auth"})


def test_a_participant_has_roles_groups_and_the_last_visit(school: School) -> None:
    teacher, student = school.enrolled()[:2]
    assert [role["shortname"] for role in teacher["roles"]] == ["editingteacher"]
    assert [group["name"] for group in student["groups"]] == ["Tim A"]
    assert student["lastcourseaccess"] == 1792891800
    # 4.1 gives an empty list, later versions leave the key out.
    assert teacher.get("groups") == ([] if school.site.version == "4.1" else None)


def test_the_site_course_lists_every_account(school: School) -> None:
    everybody = school.site.ask(ENROLLED, {"courseid": 1})
    assert {"guest", "admin", "coilbridge", "marko"} <= {person["username"] for person in everybody}


def test_entering_needs_course_view_and_hidden_courses_more(school: School) -> None:
    school.course.visible = False
    assert len(school.enrolled()) == 4
    assert school.without("course:viewhiddencourses").enrolled()["errorcode"] == "errorcoursecontextnotvalid"


def test_listing_needs_viewparticipants_or_enrolreview(school: School) -> None:
    assert len(school.without("course:viewparticipants").enrolled()) == 4
    answer = school.without("course:enrolreview").enrolled()
    assert (answer["errorcode"], "View participants" in answer["message"]) == ("nopermissions", True)


def test_choosing_by_state_needs_enrolreview(school: School) -> None:
    school.without("course:enrolreview")
    assert len(school.enrolled()) == 4
    assert school.enrolled(onlyactive=1)["errorcode"] == "nopermissions"


def test_separate_groups_without_accessallgroups_leave_nobody(school: School) -> None:
    school.course.group_mode = 1
    assert len(school.enrolled()) == 4
    assert school.without("site:accessallgroups").enrolled() == []


def test_a_student_in_separate_groups_sees_the_own_group_only_when_naming_it(school: School) -> None:
    school.course.group_mode = 1
    (own,) = school.site.world.groups.values()
    other = school.site.world.add_group(school.course, "Tim B", [school.teacher])
    school.site.world.add_token(school.student, "c" * 32)
    assert school.enrolled("c" * 32) == []
    assert names(school.enrolled("c" * 32, groupid=own.id)) == ["Марко"]
    assert school.enrolled("c" * 32, groupid=other.id)["errorcode"] == "nopermissions"
    assert names(school.enrolled(groupid=other.id)) == ["Милица"]


def test_without_viewalldetails_the_account_fields_are_lost(school: School) -> None:
    lost = {"username", "idnumber", "institution", "department", "auth", "lang", "mailformat"}
    before = school.account(school.student)[0]
    assert lost <= before.keys()
    after = school.without("user:viewalldetails").account(school.student)[0]
    assert lost.isdisjoint(after.keys())
    assert (after["suspended"], after["email"]) == (False, "marko@bg.example.rs")
    assert ("timezone" in after) == (school.site.version != "4.1")


def test_names_need_viewfullnames_in_4_1_only(school: School) -> None:
    person = school.without("site:viewfullnames").enrolled()[1]
    assert ("firstname" in person) == (school.site.version != "4.1")
    assert person["fullname"] == "Марко Јовановић"


def test_without_viewuseridentity_only_public_addresses_are_shown(school: School) -> None:
    school.without("site:viewuseridentity")
    school.teacher.maildisplay = "everyone"
    assert "email" in school.account(school.teacher)[0]
    assert "email" not in school.account(school.student)[0]
    assert "email" in school.enrolled()[1]  # course:useremail
    assert "email" not in school.without("course:useremail").enrolled()[1]


def test_without_viewdetails_only_teachers_are_there(school: School) -> None:
    school.without("user:viewdetails")
    assert school.account(school.student) == []
    assert names(school.account(school.teacher)) == ["Милица"]
    assert names(school.enrolled()) == ["Милица"]
    assert school.enrolled(limitfrom=1, limitnumber=2) == []


def test_an_account_is_found_only_by_what_is_shown_of_it(school: School) -> None:
    assert names(school.account(school.teacher, "username")) == ["Милица"]
    school.without("user:viewalldetails", "site:viewuseridentity")
    assert school.account(school.teacher, "username") == []
    assert school.account(school.teacher, "email") == []
    assert names(school.account(school.teacher)) == ["Милица"]


@pytest.mark.parametrize("typed", ["MILICA", "milica jovanović", "милица", "milica+x@bg.example.rs"])
def test_what_cannot_be_a_username_is_an_invalid_parameter(school: School, typed: str) -> None:
    asked = {"field": "username", "values[0]": typed}
    assert school.site.error(BY_FIELD, asked) == "invalidparameter"


def test_courses_with_separate_groups_are_told_with_accessallgroups_only(school: School) -> None:
    school.course.group_mode = 1
    assert len(school.site.ask(COURSES, {"userid": school.teacher.id})) == 1
    assert school.without("site:accessallgroups").site.ask(COURSES, {"userid": school.teacher.id}) == []


def test_names_come_as_moodle_formats_them(school: School) -> None:
    school.course.fullname = "Interna <b>medicina</b> & etika"
    (listed,) = school.site.ask(COURSES, {"userid": school.teacher.id})
    assert listed["fullname"] == "Interna medicina &amp; etika"


def test_hidden_user_fields_need_their_own_capabilities(school: School) -> None:
    school.site.moodle.site.hidden_user_fields = frozenset(
        {"country", "city", "timezone", "lastaccess", "firstaccess", "suspended"}
    )
    shown = school.account(school.student)[0].keys() & {
        "country",
        "city",
        "timezone",
        "lastaccess",
        "firstaccess",
        "suspended",
    }
    assert shown == {"country", "city", "timezone", "lastaccess", "suspended"}
    school.without("user:viewhiddendetails", "course:viewhiddenuserfields")
    left = school.account(school.student)[0].keys() & shown
    assert left == ({"timezone"} if school.site.version == "4.1" else set())
    assert school.enrolled()[1].keys().isdisjoint(shown)


def test_accounts_are_found_by_exact_values(school: School) -> None:
    assert names(school.account(school.student, "username")) == ["Марко"]
    assert names(school.account(school.away, "email")) == ["Јован"]
    assert school.account(school.away)[0]["suspended"] is True
    assert school.site.ask(BY_FIELD, {"field": "email", "values[0]": "MARKO@bg.example.rs"}) == []


def test_own_courses_come_with_idnumber_and_without_hidden_or_suspended_ones(school: School) -> None:
    (listed,) = school.site.ask(COURSES, {"userid": school.student.id})
    assert (listed["idnumber"], listed["enrolledusercount"]) == ("BG-IM301", 3)
    assert listed["lastaccess"] == 1792891800
    (uncounted,) = school.site.ask(COURSES, {"userid": school.student.id, "returnusercount": 0})
    assert "enrolledusercount" not in uncounted
    assert school.site.ask(COURSES, {"userid": school.former.id}) == []
    assert school.site.ask(COURSES, {"userid": 9999}) == []
    school.course.visible = False
    assert school.site.ask(COURSES, {"userid": school.student.id}) == []
    assert len(school.site.ask(COURSES, {"userid": school.teacher.id})) == 1


def test_courses_that_the_caller_cannot_enter_are_not_disclosed(school: School) -> None:
    assert school.without("course:view").site.ask(COURSES, {"userid": school.student.id}) == []


def test_without_the_completion_report_progress_is_private(school: School) -> None:
    module = school.site.world.add_activity(school.course, "Agreement", counts_for_course=True)
    school.site.world.complete(school.student, module)
    (listed,) = school.site.ask(COURSES, {"userid": school.student.id})
    assert (listed["progress"], listed["completed"]) == (100, True)
    school.site.world.service_user.capabilities -= {"report/completion:view"}
    (listed,) = school.site.ask(COURSES, {"userid": school.student.id})
    assert (listed["progress"], listed["completed"]) == (None, None)


def test_a_service_account_may_not_edit_courses() -> None:
    assert "moodle/course:update" not in SERVICE_CAPABILITIES


@pytest.mark.parametrize("field", ["shortname", "idnumber", "id", "ids"])
def test_courses_are_found_by_field_without_telling_the_idnumber(school: School, field: str) -> None:
    value = {"shortname": "IM301", "idnumber": "BG-IM301"}.get(field, str(school.course.id))
    (found,) = school.site.ask("core_course_get_courses_by_field", {"field": field, "value": value})[
        "courses"
    ]
    assert found["fullname"] == "Interna medicina"
    assert found["contacts"] == [{"id": school.teacher.id, "fullname": "Милица Јовановић"}]
    assert "idnumber" not in found
    school.site.world.service_user.capabilities.add("moodle/course:update")
    (found,) = school.site.ask("core_course_get_courses_by_field", {"field": field, "value": value})[
        "courses"
    ]
    assert found["idnumber"] == "BG-IM301"


def test_all_courses_include_the_site_itself_and_hidden_ones_need_a_right(school: School) -> None:
    def listed() -> list[int]:
        return [course["id"] for course in school.site.ask("core_course_get_courses_by_field")["courses"]]

    school.course.visible = False
    assert listed() == [1, school.course.id]
    school.without("course:viewhiddencourses")
    assert listed() == [1]


@pytest.mark.parametrize(
    ("field", "value"), [("nosuch", "1"), ("id", "one"), ("ids", "1,x"), ("category", "")]
)
def test_nonsense_fields_are_invalid(start: Callable[..., Site], field: str, value: str) -> None:
    variables = {"field": field, "value": value}
    assert start().error("core_course_get_courses_by_field", variables) == "invalidparameter"

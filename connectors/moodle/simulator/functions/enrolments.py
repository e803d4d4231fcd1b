"""core_enrol_get_enrolled_users and core_enrol_get_users_courses."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.moodle.simulator import access, errors
from connectors.moodle.simulator.cleaning import Refused, clean
from connectors.moodle.simulator.functions.call import Call, Json, formatted, seconds
from connectors.moodle.simulator.functions.completion import progress
from connectors.moodle.simulator.functions.people import details
from connectors.moodle.simulator.records import ROLE_IDS, SITE_COURSE, Course, User

_NUMBERS = {"groupid": 0, "onlyactive": 0, "onlysuspended": 0, "limitfrom": 0, "limitnumber": 0}
_NEVER_GIVEN = {"timezone", "lang", "suspended", "auth", "confirmed", "theme", "mailformat", "trackforums"}


def get_enrolled_users(call: Call) -> list[Json]:
    """List the participants of a course; unknown options are ignored, unknown userfields dropped."""
    course = call.entered_course(call.arguments["courseid"])
    options = _options(call.arguments["options"])
    if not access.sees_participants(call.world, call.user, course):
        raise errors.missing_capability("View participants")
    if options["onlyactive"] or options["onlysuspended"]:
        call.require("moodle/course:enrolreview", "Review course enrolments", course.id)
    if options["onlyactive"] and options["onlysuspended"]:
        raise errors.invalid_parameter()
    people = list(_participants(call, course, options))
    first, number = options["limitfrom"], options["limitnumber"]
    page = people[first : first + number if number else None]
    fields = {name.strip() for name in options["userfields"].split(",")} if options["userfields"] else None
    # As on the real site, whom one may not see is left out after the page was cut.
    seen = [person for person in page if access.sees_account(call.world, call.user, person, course.id)]
    return [_participant(call, person, course, fields) for person in seen]


def _options(given: list[Json]) -> Json:
    values = {option["name"]: option["value"] for option in given}
    try:
        options: Json = {name: clean("int", values.get(name, "0")) for name in _NUMBERS}
    except Refused as refused:
        raise errors.invalid_parameter() from refused
    return options | {"userfields": values.get("userfields", "")}


def _participants(call: Call, course: Course, options: Json) -> Iterator[User]:
    if course.id == SITE_COURSE:
        yield from call.world.users.values()
        return
    members = _group_filter(call, course, options["groupid"])
    for (person, place), enrolment in sorted(call.world.enrolments.items()):
        wrong_state = options["onlyactive"] and enrolment.suspended
        wrong_state = wrong_state or (options["onlysuspended"] and not enrolment.suspended)
        if place == course.id and not wrong_state and (members is None or person in members):
            yield call.world.users[person]


def _group_filter(call: Call, course: Course, group_id: int) -> set[int] | None:
    """Return whom the group option and separate groups leave, None for everybody."""
    narrowed = call.visible_groups(course)
    if not group_id:
        # Measured: without accessallgroups the list is empty, even for a member of one group.
        return None if narrowed is None else set()
    if narrowed is not None and group_id not in {group.id for group in narrowed}:
        raise errors.missing_capability("Access all groups")
    group = call.world.groups.get(group_id)
    return set() if group is None or group.course_id != course.id else group.members


def _participant(call: Call, person: User, course: Course, fields: set[str] | None) -> Json:
    record = details(call, person, course)
    enrolment = call.world.enrolment(person.id, course.id)
    record["lastcourseaccess"] = seconds(enrolment.last_access if enrolment else None)
    record["roles"] = [
        {"roleid": ROLE_IDS[role], "name": "", "shortname": role, "sortorder": 0}
        for role in (enrolment.roles if enrolment else [])
    ]
    record |= _groups(call, person, course)
    courses = _listed_courses(call, person)
    if courses:
        record["enrolledcourses"] = [
            {"id": other.id, "fullname": other.fullname, "shortname": other.shortname} for other in courses
        ]
    wanted = record.keys() if fields is None else fields | {"id", "fullname"}
    return {name: value for name, value in record.items() if name in wanted and name not in _NEVER_GIVEN}


def _groups(call: Call, person: User, course: Course) -> Json:
    groups = call.world.groups_of(person.id, course.id)
    narrowed = call.visible_groups(course)
    if narrowed is not None:
        groups = [group for group in groups if group in narrowed]
    if not groups and call.site.release.at_least("4.5"):
        return {}  # since 4.5 the key is absent for people without a group; 4.1 gives an empty list
    return {
        "groups": [
            {
                "id": group.id,
                "name": formatted(group.name),
                "description": group.description,
                "descriptionformat": 1,
            }
            for group in groups
        ]
    }


def get_users_courses(call: Call) -> list[Json]:
    """List the courses where a person is actively enrolled and which that person may see."""
    person = call.world.users.get(call.arguments["userid"])
    if person is None:
        return []
    return [
        _course(call, person, course)
        for course in _listed_courses(call, person)
        if _told(call, person, course)
    ]


def _told(call: Call, person: User, course: Course) -> bool:
    # Who is enrolled in a course that one cannot enter is not disclosed.
    if not access.can_enter(call.world, call.user, course) or call.user.must_change_password:
        return False
    if person.id == call.user.id:
        return True
    seen = access.sees_account(call.world, call.user, person, course.id)
    seen = seen or call.can("moodle/user:viewalldetails", course.id)
    told = seen and access.sees_participants(call.world, call.user, course)
    # Of a course with separate groups, only members of the caller's own groups are told.
    groups = call.visible_groups(course)
    return told and (groups is None or any(person.id in group.members for group in groups))


def _listed_courses(call: Call, person: User) -> list[Course]:
    """Return the person's courses, hidden ones only where the person's own role opens them."""
    student_only = {
        course_id
        for (user_id, course_id), enrolment in call.world.enrolments.items()
        if user_id == person.id and enrolment.roles == ["student"]
    }
    courses = call.world.courses_of(person.id)
    return [course for course in courses if course.visible or course.id not in student_only]


def _course(call: Call, person: User, course: Course) -> Json:
    enrolment = call.world.enrolment(person.id, course.id)
    last = enrolment.last_access if enrolment else None
    record: Json = {
        "id": course.id,
        "shortname": formatted(course.shortname),
        "fullname": formatted(course.fullname),
        "displayname": formatted(course.fullname),
        "idnumber": course.idnumber,
        "visible": int(course.visible),
        "summary": course.summary,
        "summaryformat": 1,
        "format": "topics",
        "courseimage": f"{call.site.url}/pluginfile.php/{course.id}/course/generated/course.svg",
        "showgrades": True,
        "lang": course.lang,
        "enablecompletion": course.completion_enabled,
        "category": course.category_id,
        "startdate": seconds(course.starts),
        "enddate": seconds(course.ends),
        "marker": 0,
        "lastaccess": seconds(last) if last and _tells_last_access(call, person, course) else None,
        "isfavourite": False,
        "hidden": False,
        "overviewfiles": [],
        "showactivitydates": False,
        "showcompletionconditions": True,
        "timemodified": seconds(course.created),
    }
    if call.arguments["returnusercount"]:
        record["enrolledusercount"] = sum(
            place == course.id and not other.suspended for (_, place), other in call.world.enrolments.items()
        )
    return record | _progress(call, person, course)


def _tells_last_access(call: Call, person: User, course: Course) -> bool:
    if person.id == call.user.id or "lastaccess" not in call.site.hidden_user_fields:
        return True
    return call.can("moodle/course:viewhiddenuserfields", course.id)


def _progress(call: Call, person: User, course: Course) -> Json:
    if person.id == call.user.id or call.can("report/completion:view", course.id):
        return progress(call.world, person, course)
    nothing = {"completionhascriteria": False, "completionusertracked": False}
    return nothing | {"progress": None, "completed": None}

"""core_course_get_courses_by_field, with its reduced record for people outside the course."""

from __future__ import annotations

from collections.abc import Callable

from connectors.moodle.simulator import access, errors
from connectors.moodle.simulator.cleaning import Refused, clean
from connectors.moodle.simulator.functions.call import Call, Json, formatted, seconds
from connectors.moodle.simulator.records import SITE_COURSE, Course


def get_courses_by_field(call: Call) -> Json:
    """Find courses by id, ids, shortname, idnumber or category; without a field, all including course 1."""
    wanted = _selection(call.arguments["field"], call.arguments["value"])
    found = [course for course in call.world.courses.values() if wanted(course) and _listed(call, course)]
    return {"courses": [_record(call, course) for course in found], "warnings": []}


def _selection(field: str, value: str) -> Callable[[Course], bool]:
    try:
        return _by_field(field, value)
    except Refused as refused:
        raise errors.invalid_parameter() from refused


def _by_field(field: str, value: str) -> Callable[[Course], bool]:
    match field:
        case "":
            return lambda _: True
        case "id":
            course_id = clean("int", value)
            return lambda course: course.id == course_id
        case "ids":
            ids = {clean("int", part) for part in value.split(",")}
            return lambda course: course.id in ids
        case "shortname":
            return lambda course: course.shortname == value
        case "idnumber":
            return lambda course: course.idnumber == value
        case "category":
            category_id = clean("int", value)
            return lambda course: course.category_id == category_id
        case _:
            raise Refused


def _listed(call: Call, course: Course) -> bool:
    # Outsiders see every visible course in the catalogue; a hidden one just is not there, without an error.
    return course.visible or call.can("moodle/course:viewhiddencourses", course.id)


def _record(call: Call, course: Course) -> Json:
    record = _catalogue_record(call, course)
    if access.can_enter(call.world, call.user, course):
        record |= _inside_record(course)
        if call.can("moodle/course:update", course.id):
            record |= _editor_record(course)
    return record


def _catalogue_record(call: Call, course: Course) -> Json:
    home = course.id == SITE_COURSE
    return {
        "id": course.id,
        "fullname": formatted(course.fullname),
        "displayname": formatted(course.fullname),
        "shortname": formatted(course.shortname),
        "courseimage": f"{call.site.url}/pluginfile.php/{course.id}/course/generated/course.svg",
        "categoryid": course.category_id,
        "categoryname": course.category,
        "sortorder": course.category_id * 10000 + course.id,
        "summary": course.summary,
        "summaryformat": 1,
        "summaryfiles": [],
        "overviewfiles": [],
        "showactivitydates": False,
        "showcompletionconditions": None if home else True,
        "contacts": _contacts(call, course),
        "enrollmentmethods": [] if home else ["manual"],
    }


def _contacts(call: Call, course: Course) -> list[Json]:
    teachers = (
        call.world.users[person]
        for (person, place), enrolment in call.world.enrolments.items()
        if place == course.id and "editingteacher" in enrolment.roles
    )
    return [{"id": teacher.id, "fullname": teacher.fullname} for teacher in teachers]


def _inside_record(course: Course) -> Json:
    home = course.id == SITE_COURSE
    options = {} if home else {"courseformatoptions": [{"name": "hiddensections", "value": 1}]}
    return options | {
        "format": "site" if home else "topics",
        "showgrades": 1,
        "newsitems": 3 if home else 0,
        "startdate": seconds(course.starts),
        "enddate": seconds(course.ends),
        "maxbytes": 0,
        "showreports": 0,
        "visible": int(course.visible),
        "groupmode": course.group_mode,
        "groupmodeforce": 0,
        "defaultgroupingid": 0,
        "enablecompletion": int(course.completion_enabled and not home),
        "completionnotify": 0,
        "lang": course.lang,
        "theme": "",
        "marker": 0,
        "filters": [{"filter": "activitynames", "localstate": 0, "inheritedstate": 1}],
    }


def _editor_record(course: Course) -> Json:
    return {
        "idnumber": course.idnumber,
        "timecreated": seconds(course.created),
        "timemodified": seconds(course.created),
        "requested": 0,
        "cacherev": 0,
    }

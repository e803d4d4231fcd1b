"""core_completion_get_activities_completion_status and core_completion_get_course_completion_status."""

from __future__ import annotations

from connectors.moodle.simulator import errors
from connectors.moodle.simulator.functions.call import Call, Json, seconds
from connectors.moodle.simulator.records import Course, Module, User
from connectors.moodle.simulator.world import World


def get_activities_completion_status(call: Call) -> Json:
    """List the tracked activities of a course with one person's state in each."""
    course, person = _subject(call)
    if person.id != call.user.id:
        call.require("report/progress:view", "View activity completion reports", course.id)
    statuses = [_status(module, person) for module in _tracked(call.world, course)]
    return {"statuses": statuses, "warnings": []}


def get_course_completion_status(call: Call) -> Json:
    """Say whether a person completed a course; a course without criteria is an error, as on the real site."""
    course, person = _subject(call)
    allowed = person.id == call.user.id or call.can("report/completion:view", course.id)
    if not (allowed and course.completion_enabled):
        raise errors.plain("cannotviewreport", "You cannot view this report")
    enrolment = call.world.enrolment(person.id, course.id)
    # moodle/course:isincompletionreports is what students have and teachers have not.
    if enrolment is None or enrolment.suspended or "student" not in enrolment.roles:
        own = person.id == call.user.id
        raise errors.plain("notenroled" if own else "usernotenroled", "User is not enrolled in this course")
    criteria = _criteria(call.world, course)
    if not criteria:
        raise errors.plain("nocriteriaset", "No completion criteria set for this course")
    done = all(person.id in module.completed for module in criteria)
    completions = [_criterion(call, module, person) for module in criteria]
    return {
        "completionstatus": {"completed": done, "aggregation": 1, "completions": completions},
        "warnings": [],
    }


def _subject(call: Call) -> tuple[Course, User]:
    course = call.existing_course(call.arguments["courseid"])
    person = call.world.users.get(call.arguments["userid"])
    if person is None:
        raise errors.MoodleException("dml_missing_record_exception", "invaliduser", "Invalid user")
    return call.entered_activity(course.id), person


def _tracked(world: World, course: Course) -> list[Module]:
    return [module for module in world.modules.values() if module.course_id == course.id]


def _criteria(world: World, course: Course) -> list[Module]:
    return [module for module in _tracked(world, course) if module.counts_for_course]


def _status(module: Module, person: User) -> Json:
    completed = module.completed.get(person.id)
    state = int(completed is not None)
    return {
        "cmid": module.id,
        "modname": module.modname,
        "instance": module.instance,
        "state": state,
        "timecompleted": seconds(completed),
        "tracking": 2,
        "overrideby": None,
        "valueused": False,
        "hascompletion": True,
        "isautomatic": True,
        "istrackeduser": True,
        "uservisible": True,
        "details": [{"rulename": "completionview", "rulevalue": {"status": state, "description": "View"}}],
        "isoverallcomplete": bool(state),
    }


def _criterion(call: Call, module: Module, person: User) -> Json:
    completed = module.completed.get(person.id)
    link = f"{call.site.url}/mod/{module.modname}/view.php?id={module.id}"
    return {
        "type": 4,
        "title": "Activity completion",
        "status": "Yes" if completed else "No",
        "complete": completed is not None,
        "timecompleted": seconds(completed) if completed else None,
        "details": {
            "type": "Activity completion",
            "criteria": f'<a href="{link}">{module.name}</a>',
            "requirement": "",
            "status": "",
        },
    }


def progress(world: World, person: User, course: Course) -> Json:
    """Return the completion fields of a person's course in core_enrol_get_users_courses."""
    tracked = _tracked(world, course)
    criteria = _criteria(world, course)
    enabled = course.completion_enabled
    percent = 100 * sum(person.id in module.completed for module in tracked) / max(len(tracked), 1)
    return {
        "completionhascriteria": bool(criteria),
        "completionusertracked": enabled,
        "progress": _json_number(percent) if enabled and tracked else None,
        "completed": bool(criteria) and all(person.id in module.completed for module in criteria),
    }


def _json_number(value: float) -> int | float:
    # PHP writes a float without a fraction as an integer.
    return int(value) if value.is_integer() else value

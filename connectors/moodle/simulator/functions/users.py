"""core_user_get_users_by_field."""

from __future__ import annotations

from connectors.moodle.simulator import errors
from connectors.moodle.simulator.cleaning import Refused, clean
from connectors.moodle.simulator.functions.call import Call, Json
from connectors.moodle.simulator.functions.people import details
from connectors.moodle.simulator.records import User

_FIELDS = {"id": "int", "idnumber": "raw", "username": "raw", "email": "raw"}


def get_users_by_field(call: Call) -> list[Json]:
    """Find accounts by exact values (e-mail addresses case-sensitively); those one may not see are absent."""
    field = call.arguments["field"]
    values = {_value(field, value) for value in call.arguments["values"]}
    found = [person for person in call.world.users.values() if getattr(person, field) in values]
    return [details(call, person, None) for person in found if _visible(call, person)]


def _value(field: str, value: str) -> str | int | bool:
    try:
        return clean(_FIELDS[field], value)
    except (KeyError, Refused) as refused:
        raise errors.invalid_parameter() from refused


def _visible(call: Call, person: User) -> bool:
    if person.id == call.user.id or call.can("moodle/user:viewdetails"):
        return True
    shared = (course.id for course in call.world.courses_of(person.id))
    return any(call.can("moodle/user:viewdetails", course_id) for course_id in shared)

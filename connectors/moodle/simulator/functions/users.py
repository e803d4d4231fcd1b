"""core_user_get_users_by_field."""

from __future__ import annotations

import re

from connectors.moodle.simulator import access, errors
from connectors.moodle.simulator.cleaning import Refused, clean
from connectors.moodle.simulator.functions.call import Call, Json
from connectors.moodle.simulator.functions.people import details
from connectors.moodle.simulator.records import User

_FIELDS = {"id": "int", "idnumber": "raw", "username": "raw", "email": "raw"}
_USERNAME = re.compile(r"[-.@_a-z0-9]*")


def get_users_by_field(call: Call) -> list[Json]:
    """Find accounts by exact values (e-mail addresses case-sensitively); those one may not see are absent.

    So are those whose looked-up field one may not see.
    """
    field = call.arguments["field"]
    values = {_value(field, value) for value in call.arguments["values"]}
    found = [person for person in call.world.users.values() if getattr(person, field) in values]
    records = [details(call, person, None) for person in found if _visible(call, person)]
    return [record for record in records if record.get(field)]


def _value(field: str, value: str) -> str | int | bool:
    if field == "username" and not _USERNAME.fullmatch(value):
        raise errors.invalid_parameter()  # capitals, too: Moodle compares with the cleaned value
    try:
        return clean(_FIELDS[field], value)
    except (KeyError, Refused) as refused:
        raise errors.invalid_parameter() from refused


def _visible(call: Call, person: User) -> bool:
    if access.sees_account(call.world, call.user, person):
        return True
    shared = (course.id for course in call.world.courses_of(person.id))
    return any(call.can("moodle/user:viewdetails", course_id) for course_id in shared)

"""A person as Moodle shows one to somebody else: `user_get_user_details()` in user/lib.php.

Which field needs which capability was measured on 4.1, 4.5 and 5.1; a person always sees everything of
their own account. Fields that are empty are left out, except where Moodle only tests whether they are set.
"""

from __future__ import annotations

from connectors.moodle.simulator.functions.call import Call, Json, seconds
from connectors.moodle.simulator.records import Course, User

_OMITTED_WHEN_EMPTY = {"idnumber", "institution", "city", "country"}


def details(call: Call, person: User, course: Course | None) -> Json:
    """Return what the caller may see of a person within a course, or outside any."""
    course_id = None if course is None else course.id
    own = person.id == call.user.id
    everything = own or call.can("moodle/user:viewalldetails", course_id)
    record: Json = {
        "id": person.id,
        "fullname": person.fullname,
        "profileimageurlsmall": call.site.picture("f2"),
        "profileimageurl": call.site.picture(),
    }
    if own or call.site.release.at_least("4.5") or call.can("moodle/site:viewfullnames", course_id):
        record |= {"firstname": person.firstname, "lastname": person.lastname}
    if everything:
        record |= _account(person)
    if own or _shows_email(call, person, course_id):
        record["email"] = person.email
    record |= _hideable(call, person, course_id, own=own, everything=everything)
    return {key: value for key, value in record.items() if value != "" or key not in _OMITTED_WHEN_EMPTY}


def _account(person: User) -> Json:
    return {
        "username": person.username,
        "department": person.department,
        "idnumber": person.idnumber,
        "institution": person.institution,
        "auth": "manual",
        "confirmed": True,
        "lang": person.lang,
        "theme": "",
        "mailformat": 1,
        "trackforums": 0,
    }


def _hideable(call: Call, person: User, course_id: int | None, *, own: bool, everything: bool) -> Json:
    """Return the fields that the site setting hiddenuserfields can withhold."""
    capability = "user:viewhiddendetails" if course_id is None else "course:viewhiddenuserfields"
    sees_hidden = own or call.can(f"moodle/{capability}", course_id)
    fields: Json = {
        "firstaccess": seconds(person.first_access),
        "lastaccess": seconds(person.last_access),
        "suspended": person.suspended,
        "city": person.city,
        "country": person.country,
        "timezone": person.timezone,
    }
    hidden = set() if sees_hidden else set(call.site.hidden_user_fields)
    if "firstaccess" in call.site.hidden_user_fields and not own:
        hidden.add("firstaccess")  # hidden from everybody but administrators
    if not call.site.release.at_least("4.5"):
        hidden.discard("timezone")  # 4.1 asks for viewalldetails instead
        if not everything:
            hidden.add("timezone")
    return {key: value for key, value in fields.items() if key not in hidden}


def _shows_email(call: Call, person: User, course_id: int | None) -> bool:
    if person.maildisplay == "everyone" or call.can("moodle/site:viewuseridentity", course_id):
        return True
    return course_id is not None and call.can("moodle/course:useremail", course_id)

"""The columns of the participation dataset, each with its definition, unit and source.

``DEFINITIONS`` goes up when a definition changes its meaning, so that two files can be compared. Words
are in English: they are the names under which scripts and reports use the values.
"""

from __future__ import annotations

from coil_bridge.evaluation.dataset import Column, ColumnType

DEFINITIONS = "2"

_ENROLMENTS = "Moodle: enrolled users of the course"
_FORUMS = "Moodle: forum posts of the course"
_COMPLETION = "Moodle: course completion status"
_BRIDGE = "COIL Bridge"


def text(name: str, definition: str, source: str = _BRIDGE) -> Column:
    """A column of text."""
    return Column(name, ColumnType.TEXT, definition, source=source)


def _count(name: str, unit: str, definition: str, source: str) -> Column:
    return Column(name, ColumnType.INTEGER, definition, unit, source)


def _day(name: str, definition: str, source: str = _BRIDGE) -> Column:
    return Column(name, ColumnType.DATE, definition, "date (ISO 8601)", source)


PLACE = (
    text("pairing_id", "The pairing, as COIL Bridge numbers it."),
    text("pairing", "The title of the pairing."),
    text("model", "The model of the pairing: COIL, CLIL, TILT or EMI."),
    text("phase", "The phase of the pilot to which the pairing counts."),
    text("institution_id", "The institution, as COIL Bridge numbers it."),
    text("institution", "The institution in whose course the person is enrolled."),
    text("country", "The institution's country (ISO 3166-1 alpha-2)."),
)
PERSON = (
    text(
        "pseudonym",
        "Stands for one account of one partner's Moodle within this pilot; another pilot has another one. "
        "Somebody in two pairings of the pilot has the same pseudonym in both.",
        _ENROLMENTS,
    ),
    text(
        "role",
        "student; guest, a student of another partner university with an account in this course, as a "
        "partner has named it, who counts as a student at home; or staff (manager, course creator, editing "
        "or non-editing teacher in one of the courses). Indicators of participation are to be computed over "
        "students.",
        _ENROLMENTS,
    ),
)
_POSTS = (
    "Forum posts that the person wrote in the institution's course within the dates of the pairing and "
    "that were not deleted, replies included."
)
_REPLIES = "Those of the posts that answer another post."
_ACTIVE_DAYS = (
    "Different days, on the institution's calendar, on which the person wrote at least one forum post. "
    "Reading, joining a meeting and the like are not in it: core web services do not tell them."
)
WORK = (
    _count("posts", "posts", _POSTS, _FORUMS),
    _count("replies", "posts", _REPLIES, _FORUMS),
    _count("active_days", "days", _ACTIVE_DAYS, _FORUMS),
)
WEEK = (
    text(
        "iso_week",
        "The ISO 8601 week, by the institution's local date. The pairing's first and last week can have "
        "fewer than seven days in it.",
    ),
    _day("week_starts", "The Monday of that week."),
)
SUMMARY = (
    text(
        "completed",
        "Whether the person completed the institution's course by the course's own criteria: yes, no, or "
        "unknown where Moodle does not track completion or does not let it be read.",
        _COMPLETION,
    ),
    text(
        "last_access_week",
        "The ISO 8601 week of the person's last visit to the course as of the last pull, by the "
        "institution's local date; empty for somebody who never opened it, and in every row once the "
        "pilot's key has been destroyed.",
        _ENROLMENTS,
    ),
)
TOTALS = (
    *WORK,
    _count("active_weeks", "weeks", "Different ISO weeks with at least one active day.", _FORUMS),
)
GROUP = (
    text(
        "status",
        "shown; withheld, because the group has fewer students than the pilot's threshold; or not pulled, "
        "because not every course of it has been pulled completely yet.",
    ),
    text("note", "The status in words."),
    _count(
        "students",
        "people",
        "The institution's own enrolled students in the pairing, without those who object to being counted: "
        "the “enrolled” of the evidence, as of the last reading. Guests of a partner are not among them. "
        "Empty unless the group is shown.",
        _ENROLMENTS,
    ),
    _count(
        "guests",
        "people",
        "A partner's students with an account in this course; empty, and their rows left out, where they are "
        "fewer than the threshold.",
        _ENROLMENTS,
    ),
    _count(
        "staff",
        "people",
        "Staff, likewise; empty, and their rows left out, where they are fewer than the threshold.",
        _ENROLMENTS,
    ),
    _day("covered_to", "The last local day of which the data can know. Later weeks are not in the file."),
)

"""The words of the definitions, each with its unit and its source.

They are written to be copied into a final report: present tense, no names of our tables. Percentages and
minutes that a pilot can set are named, their values stand beside them in every export.
"""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.i18n import mark

_ROSTER = mark("Moodle: enrolled users of the courses")
_EVENTS = mark("Moodle: activity log or forum posts of the courses, as far as the partner provides them")
_ROOMS = mark("COIL Bridge: joins; records of rooms; attendance lists; teachers’ corrections")
_FORUMS = mark("Moodle: forum posts of the courses")
_PARTNERS = mark("Supplied by the partner universities")


@dataclass(frozen=True, slots=True)
class Definition:
    """One indicator in words; ``text``, ``label``, ``unit`` and ``source`` are translatable."""

    id: str
    version: int
    label: str
    text: str
    unit: str
    source: str
    thresholds: tuple[str, ...] = ()  # the pilot's settings that it depends on


def _people(name: str, label: str, text: str, source: str, *thresholds: str, version: int = 1) -> Definition:
    return Definition(name, version, label, text, mark("students"), source, thresholds)


COMPLETING_1 = _people(
    "completing",
    mark("Completing"),
    mark("Active students who completed every one of their courses by the course’s own criteria in Moodle."),
    mark("Moodle: course completion"),
)
COMPLETING_2 = _people(
    "completing",
    mark("Completing"),
    mark(
        "Active students who completed every one of their courses by the course’s own criteria in Moodle; "
        "where Moodle tracks no completion, those who were present in at least 80 per cent of the joint "
        "sessions held."
    ),
    mark("Moodle: course completion; attendance"),
    "presence_percent",
    version=2,
)
COMMON = (
    _people(
        "invited",
        mark("Invited"),
        mark("Students who were ever seen on the list of participants of a paired course."),
        _ROSTER,
    ),
    _people(
        "enrolled",
        mark("Enrolled"),
        mark(
            "Invited students who were still on that list on or after the first day of the pairing. "
            "Somebody in two pairings counts in each: these are participations."
        ),
        _ROSTER,
    ),
    _people(
        "active",
        mark("Active"),
        mark("Enrolled students with at least one active day or one minute in a joint session."),
        _EVENTS,
    ),
    Definition(
        "active_days",
        1,
        mark("Active days"),
        mark(
            "Different days, on the institution’s own calendar, with at least one event by the student in "
            "the course, within the dates of the pairing and of its phase. A day counts once."
        ),
        mark("days"),
        _EVENTS,
    ),
    _people(
        "weekly_active",
        mark("Active in the week"),
        mark("Enrolled students with at least one active day in the ISO week."),
        _EVENTS,
    ),
    Definition(
        "sessions_held",
        1,
        mark("Sessions held"),
        mark(
            "Joint sessions that were not called off and had ended by the last day covered. "
            "A session belongs to the phase of its pairing."
        ),
        mark("sessions"),
        "COIL Bridge",
    ),
    Definition(
        "attendances",
        1,
        mark("Sessions attended"),
        mark(
            "Sessions in which the student was present: for at least the set share of the session’s length. "
            "Summed over students. Where no attendance of anybody is recorded, there is no number: that does "
            "not say that nobody came."
        ),
        mark("participations in sessions"),
        _ROOMS,
        ("presence_percent",),
    ),
    Definition(
        "contact_hours",
        1,
        mark("Contact hours"),
        mark(
            "The union of the minutes that a student spent in joint sessions, within their planned times, "
            "summed over students. A join without an end counts to the planned end and is estimated. Where "
            "no attendance of anybody is recorded, there is no number: that does not say that nobody came."
        ),
        mark("hours"),
        _ROOMS,
    ),
    Definition(
        "contact_hours_estimated",
        1,
        mark("Of these estimated"),
        mark("The part of the contact hours that rests on joins without an end."),
        mark("hours"),
        _ROOMS,
    ),
    Definition(
        "time_on_task",
        1,
        mark("Time on task (estimate)"),
        mark(
            "An estimate: minutes between consecutive events of a student on one local day, where the gap is "
            "no longer than the set number of minutes. The last event of a sitting adds nothing. Where no "
            "two events of anybody lie so close, as with forum posts and no activity log, there is no number."
        ),
        mark("hours"),
        _EVENTS,
        ("gap_minutes",),
    ),
    Definition(
        "replies",
        1,
        mark("Forum replies"),
        mark("Answers by a student to a student in a forum of the courses; staff are left out."),
        mark("replies"),
        _FORUMS,
    ),
    Definition(
        "cross_share",
        1,
        mark("Share of replies that cross"),
        mark("The part of the forum replies that goes to a student of another institution."),
        "%",
        _FORUMS,
    ),
    _people(
        "isolates",
        mark("Isolated students"),
        mark("Enrolled students who neither wrote a reply to another student nor received one."),
        _FORUMS,
    ),
    Definition(
        "reciprocity",
        1,
        mark("Reciprocity"),
        mark("Of the pairs of students with a reply between them, the share with replies both ways."),
        "%",
        _FORUMS,
    ),
    _people(
        "gender",
        mark("By gender"),
        mark("Enrolled students by gender as the partner supplied it; otherwise undisclosed."),
        _PARTNERS,
    ),
    _people(
        "country",
        mark("By country"),
        mark("Enrolled students by country as the partner supplied it; otherwise undisclosed."),
        _PARTNERS,
    ),
    Definition(
        "staff",
        1,
        mark("Staff"),
        mark("Teachers and other staff of the paired courses. They are no part of any other indicator."),
        mark("people"),
        _ROSTER,
    ),
)

"""The participation dataset: the groups of a pilot laid out as tables, keyed to each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from coil_bridge.domain import Pilot
from coil_bridge.evaluation import weeks
from coil_bridge.evaluation.dataset import Dataset, ForeignKey, Row, Table, definitions
from coil_bridge.evaluation.participation import GroupStatus, GroupTable, PersonSummary, PersonWeek
from coil_bridge.evaluation.participation_columns import (
    DEFINITIONS,
    GROUP,
    PERSON,
    PLACE,
    SUMMARY,
    TOTALS,
    WEEK,
    WORK,
    text,
)
from coil_bridge.evaluation.participation_views import VIEWS
from coil_bridge.evaluation.records import Part, PilotCourse

SOURCE = "Core web services of the partners' Moodles, pulled by COIL Bridge"
_PAIRING_AND_INSTITUTION = ("pairing_id", "institution_id")


def participation_dataset(pilot: Pilot, groups: Sequence[GroupTable], made_at: datetime) -> Dataset:
    """Lay out the groups of a pilot as tables; ``made_at`` (UTC) is stated in the file."""
    tables = (_participation(groups), _people(groups), _groups(groups, pilot.suppression_threshold))
    return Dataset(
        title=f"Participation: {pilot.name}",
        description="One row a person and week, under pseudonyms; small groups are withheld whole.",
        source=SOURCE,
        made_at=made_at,
        tables=(*tables, definitions(tables), _about(pilot, made_at)),
        views=VIEWS,
    )


def flat_table(dataset_groups: Sequence[GroupTable], threshold: int) -> Table:
    """Everything in one table, for a file that holds only one: what is known of the person is repeated in
    each of the person's weeks, and a group that is not shown has one row that says so."""
    note = text("note", "Why a row has no values; empty where it has.")
    return Table(
        name="participation",
        title="Participation",
        description="One row a person and week.",
        columns=(*PLACE, *PERSON, *SUMMARY, *WEEK, *WORK, note),
        rows=tuple(row for group in dataset_groups for row in _flat_rows(group, threshold)),
        primary_key=(*_PAIRING_AND_INSTITUTION, "pseudonym", "week_starts"),
    )


def note_on(group: GroupTable, threshold: int) -> str:
    """Why a group is not shown, in words; empty for one that is. Never how small it is."""
    if group.status is GroupStatus.WITHHELD:
        return f"withheld: fewer than {threshold} students"
    if group.status is GroupStatus.NOT_PULLED:
        return "not pulled: no complete pull of every course yet"
    return ""


def _place(course: PilotCourse) -> Row:
    where = course.institution
    pairing = (course.pairing_id, course.pairing_title, course.model, course.phase_name)
    return (*pairing, where.id, where.name, where.country)


def _participation(groups: Sequence[GroupTable]) -> Table:
    rows = [
        (*_place(group.course), week.pseudonym, parts[week.pseudonym], *_week(week))
        for group in groups
        for parts in [{person.pseudonym: person.part.value for person in group.people}]
        for week in group.weeks
    ]
    return Table(
        name="participation",
        title="Participation by week",
        description="One row a person and ISO week of the pairing; zeros where nothing was seen.",
        columns=(*PLACE, *PERSON, *WEEK, *WORK),
        rows=rows,
        primary_key=(*_PAIRING_AND_INSTITUTION, "pseudonym", "week_starts"),
        foreign_keys=(
            ForeignKey(
                (*_PAIRING_AND_INSTITUTION, "pseudonym"),
                "person",
                (*_PAIRING_AND_INSTITUTION, "pseudonym"),
            ),
        ),
        indexes=(("week_starts",), ("role", "week_starts")),
    )


def _people(groups: Sequence[GroupTable]) -> Table:
    rows = [
        (*_place(group.course), person.pseudonym, person.part.value, *_summary(person), *_totals(person))
        for group in groups
        for person in group.people
    ]
    return Table(
        name="person",
        title="People",
        description="One row a person in a pairing, over all its weeks.",
        columns=(*PLACE, *PERSON, *SUMMARY, *TOTALS),
        rows=rows,
        primary_key=(*_PAIRING_AND_INSTITUTION, "pseudonym"),
        foreign_keys=(ForeignKey(_PAIRING_AND_INSTITUTION, "institution_group", _PAIRING_AND_INSTITUTION),),
        indexes=(("pseudonym",), ("role", "completed")),
    )


def _groups(groups: Sequence[GroupTable], threshold: int) -> Table:
    rows = [
        (
            *_place(group.course),
            group.status.value,
            note_on(group, threshold),
            group.count(Part.STUDENT),
            group.count(Part.GUEST),
            group.count(Part.STAFF),
            group.covered_to,
        )
        for group in groups
    ]
    return Table(
        name="institution_group",
        title="Groups",
        description="One row an institution in a pairing: what is shown, what is withheld, and why.",
        columns=(*PLACE, *GROUP),
        rows=rows,
        primary_key=_PAIRING_AND_INSTITUTION,
        indexes=(("status",),),
    )


def _about(pilot: Pilot, made_at: datetime) -> Table:
    rule = (
        "A group (the people of one institution in one pairing) with fewer students than the threshold "
        "is withheld whole: its rows, its staff and its size. Staff and guests are left out where they are "
        "fewer than the threshold. Totals are over what is shown."
    )
    key = f"destroyed at {_instant(pilot.key_destroyed_at)}" if pilot.key_destroyed_at else "in place"
    rows = (
        ("title", f"Participation: {pilot.name}"),
        ("pilot", pilot.name),
        ("pilot_starts_on", pilot.starts_on.isoformat()),
        ("pilot_ends_on", pilot.ends_on.isoformat()),
        ("made_at", _instant(made_at)),
        ("definitions", DEFINITIONS),
        ("source", SOURCE),
        ("suppression_threshold", str(pilot.suppression_threshold)),
        ("suppression", rule),
        ("pseudonym_key", key),
    )
    return Table(
        name="about",
        title="About this file",
        description="What this file is, when and under which rules it was made.",
        columns=(text("key", "What is stated."), text("value", "What it is.")),
        rows=rows,
        primary_key=("key",),
    )


def _flat_rows(group: GroupTable, threshold: int) -> Iterator[Row]:
    place = _place(group.course)
    if group.status is not GroupStatus.SHOWN:
        blank = (None,) * len((*PERSON, *SUMMARY, *WEEK, *WORK))
        yield (*place, *blank, note_on(group, threshold))
        return
    people = {person.pseudonym: person for person in group.people}
    for week in group.weeks:
        person = people[week.pseudonym]
        yield (*place, week.pseudonym, person.part.value, *_summary(person), *_week(week), "")


def _week(week: PersonWeek) -> Row:
    return (weeks.label(week.week), week.week, week.posts, week.replies, week.active_days)


def _summary(person: PersonSummary) -> Row:
    return (
        person.completed.value,
        weeks.label(person.last_access_week) if person.last_access_week else None,
    )


def _totals(person: PersonSummary) -> Row:
    return (person.posts, person.replies, person.active_days, person.active_weeks)


def _instant(at: datetime | None) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""

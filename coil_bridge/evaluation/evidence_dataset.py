"""The published figures of a pilot laid out as tables: what the pack's files hold.

Every table has the same rows for places; a value that is not published is empty and the row's note says so.
Surveys and other evidence join in as further tables (``extra``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat

from coil_bridge.evaluation import weeks
from coil_bridge.evaluation.dataset import Column, Dataset, ForeignKey, Row, Table, View, definitions
from coil_bridge.evaluation.definitions.registry import DefinitionSet
from coil_bridge.evaluation.evidence_columns import (
    NOTE,
    PLACE,
    UNRECORDED,
    UNTIMED,
    WITHHELD,
    count,
    day,
    derived,
    indicator,
    text,
)
from coil_bridge.evaluation.participation import GroupStatus
from coil_bridge.evaluation.published import OTHER, Published, Values

Headline = tuple[str, str, float | None, str, str]
SOURCE = "The partners' Moodles and the joint sessions, by COIL Bridge"
_DERIVED = ("_percent", "_per_student")  # empty also where there is nothing to divide by
_ATTENDANCE = ("attendances", "contact_hours", "contact_hours_estimated")
_TIME = ("time_on_task", "time_on_task_hours")
_KEY = ("axis", "place", "pairing_id", "institution_id")


@dataclass(frozen=True, slots=True)
class Made:
    """How an export was made: what is stated in it beside the data."""

    at: datetime
    chosen: DefinitionSet
    zone_data: str
    program: str


def evidence_dataset(published: Published, made: Made, extra: Sequence[Table] = ()) -> Dataset:
    """All tables of a pilot's evidence."""
    tables = (
        headline(published, made.chosen),
        funnel(published, made.chosen),
        engagement(published, made.chosen),
        weekly(published, made.chosen),
        interaction(published, made.chosen),
        network(published),
        by_trait(published, made.chosen, "gender"),
        by_trait(published, made.chosen, "country"),
        roles(published, made.chosen),
        groups(published),
        *extra,
    )
    pilot = published.figures.stored.pilot
    return Dataset(
        title=f"Evidence: {pilot.name}",
        description="Indicators of a pilot of paired courses; small numbers are withheld.",
        source=SOURCE,
        made_at=made.at,
        tables=(*tables, indicators(made.chosen), definitions(tables), about(published, made)),
        views=_VIEWS,
    )


def hours(minutes: int | None) -> float | None:
    """Minutes as hours, to two places."""
    return None if minutes is None else round(minutes / 60, 2)


def per(value: float | None, people: int | None) -> float | None:
    """Something for each of so many, to two places; nothing where there is nobody."""
    return None if value is None or not people else round(value / people, 2)


def missing(values: Values) -> Mapping[str, str]:
    """The indicators, and columns, of which nothing is known at a place; and why."""
    attendance = dict.fromkeys(_ATTENDANCE, UNRECORDED) if values.unrecorded else {}
    return attendance | (dict.fromkeys(_TIME, UNTIMED) if values.untimed else {})


def percent(part: int | None, whole: int | None) -> float | None:
    """A share in per cent, to one place."""
    return None if part is None or not whole else round(100 * part / whole, 1)


def headline(published: Published, chosen: DefinitionSet) -> Table:
    """The pilot in one number for each indicator."""
    return Table(
        name="headline",
        title="Headline",
        description="The whole pilot: one number for each indicator, over the groups that are shown.",
        columns=(
            text("indicator", "The indicator, as the table of indicators defines it."),
            text("label", "Its name in words."),
            derived("value", "Its value for the whole pilot; empty where it is withheld.", "as stated"),
            text("unit", "What is counted or measured."),
            NOTE,
        ),
        rows=tuple(
            (name, label, value, unit, note)
            for name, label, value, unit, note in headlines(published, chosen)
        ),
        primary_key=("indicator",),
    )


def headlines(published: Published, chosen: DefinitionSet) -> Iterator[Headline]:
    """Name, label, value and unit of every indicator of the whole pilot."""
    whole = published.whole
    values: dict[str, float | None] = {
        "invited": whole.invited,
        "enrolled": whole.enrolled,
        "active": whole.active,
        "completing": whole.completing,
        "active_days": whole.active_days,
        "sessions_held": whole.sessions_held,
        "attendances": whole.attendances,
        "contact_hours": hours(whole.contact_minutes),
        "contact_hours_estimated": hours(whole.estimated_minutes),
        "time_on_task": hours(whole.on_task_minutes),
        "replies": whole.replies,
        "cross_share": percent(whole.cross, whole.replies),
        "isolates": whole.isolated,
        "reciprocity": percent(whole.mutual, whole.pairs),
        "staff": whole.staff,
    }
    known = chosen.by_id()
    empty = {"cross_share": whole.replies == 0, "reciprocity": whole.pairs == 0}
    unknown = missing(whole)
    for name, value in values.items():
        why = unknown.get(name, "nothing to count" if empty.get(name) else WITHHELD)
        note = "" if value is not None else why
        yield name, known[name].label, value, known[name].unit, note
    note = "" if published.people is not None else WITHHELD
    yield "people", "Different students", published.people, "students", note


def funnel(published: Published, chosen: DefinitionSet) -> Table:
    """Invited, enrolled, active, completing."""
    names = ("invited", "enrolled", "active", "completing")
    rows = (
        (*_place(each), each.invited, each.enrolled, each.active, each.completing)
        for each in published.values
    )
    return _table(
        "funnel",
        "Funnel",
        "From invited to completing; each step is part of the one before.",
        [indicator(chosen, name) for name in names],
        rows,
    )


def engagement(published: Published, chosen: DefinitionSet) -> Table:
    """Active days, sessions, contact hours, time on task."""
    columns = (
        indicator(chosen, "enrolled"),
        indicator(chosen, "active_days"),
        derived("active_days_per_student", "Active days for each enrolled student.", "days"),
        indicator(chosen, "sessions_held"),
        derived("session_hours", "The length of the sessions held.", "hours"),
        indicator(chosen, "attendances"),
        indicator(chosen, "contact_hours", number=True),
        indicator(chosen, "contact_hours_estimated", number=True),
        derived("contact_hours_per_student", "Contact hours for each enrolled student.", "hours"),
        indicator(chosen, "time_on_task", number=True, column="time_on_task_hours"),
    )
    rows = (
        (
            *_place(each),
            each.enrolled,
            each.active_days,
            per(each.active_days, each.enrolled),
            each.sessions_held,
            hours(each.session_minutes),
            each.attendances,
            hours(each.contact_minutes),
            hours(each.estimated_minutes),
            per(hours(each.contact_minutes), each.enrolled),
            hours(each.on_task_minutes),
        )
        for each in published.values
    )
    unknown = [missing(each) for each in published.values]
    return _table("engagement", "Engagement", "Days, sessions and hours.", columns, rows, unknown=unknown)


def weekly(published: Published, chosen: DefinitionSet) -> Table:
    """Active students by ISO week."""
    columns = (
        text("iso_week", "The ISO 8601 week, by each institution's local date."),
        day("week_starts", "The Monday of that week."),
        indicator(chosen, "enrolled"),
        indicator(chosen, "weekly_active", column="active"),
        derived("active_percent", "Active students of those enrolled.", "%"),
    )
    rows = (
        (
            *_place(each),
            weeks.label(week),
            week,
            each.enrolled,
            active,
            percent(active, each.enrolled),
        )
        for each in published.values
        for week, active in each.weeks.items()
    )
    return _table("weekly", "Weekly activity", "Active students in each week.", columns, rows, "week_starts")


def interaction(published: Published, chosen: DefinitionSet) -> Table:
    """Replies within and across institutions, isolates, reciprocity."""
    columns = (
        indicator(chosen, "enrolled"),
        indicator(chosen, "replies"),
        count("replies_across", "Those of them that go to a student of another institution.", "replies"),
        indicator(chosen, "cross_share", number=True, column="cross_percent"),
        indicator(chosen, "isolates"),
        count("pairs", "Pairs of students with a reply between them.", "pairs"),
        indicator(chosen, "reciprocity", number=True, column="reciprocity_percent"),
    )
    rows = (
        (
            *_place(each),
            each.enrolled,
            each.replies,
            each.cross,
            percent(each.cross, each.replies),
            each.isolated,
            each.pairs,
            percent(each.mutual, each.pairs),
        )
        for each in published.values
    )
    return _table("interaction", "Interaction", "Who answers whom in forums.", columns, rows)


def network(published: Published) -> Table:
    """Replies from institution to institution."""
    names = {each.institution.id: each.institution.name for each in published.figures.stored.courses}
    titles = {each.pairing_id: each.pairing_title for each in published.figures.stored.courses}
    return Table(
        name="network",
        title="Network",
        description="Replies between students of institutions, within each pairing.",
        columns=(
            text("pairing_id", "The pairing, as COIL Bridge numbers it."),
            text("pairing", "The title of the pairing."),
            text("from_institution_id", "Where the students study who answered."),
            text("from_institution", "Its name."),
            text("to_institution_id", "Where the students study who were answered."),
            text("to_institution", "Its name."),
            count("replies", "How many answers.", "replies"),
        ),
        rows=tuple(
            (
                each.pairing_id,
                titles.get(each.pairing_id, ""),
                each.by,
                names.get(each.by, ""),
                each.to,
                names.get(each.to, ""),
                each.replies,
            )
            for each in published.edges
        ),
        primary_key=("pairing_id", "from_institution_id", "to_institution_id"),
        foreign_keys=tuple(
            ForeignKey(("pairing_id", end), "institution_group", ("pairing_id", "institution_id"))
            for end in ("from_institution_id", "to_institution_id")
        ),
    )


def by_trait(published: Published, chosen: DefinitionSet, name: str) -> Table:
    """Enrolled students by gender or by country."""
    found = chosen.by_id()[name]
    rows: list[Row] = []
    for each in published.values:
        counts = each.genders if name == "gender" else each.countries
        own = published.genders if name == "gender" else published.countries
        rows += [(*_place(each), value, counts[value] if counts else None) for value in (*own, OTHER)]
    columns = (text(name, found.text), count("students", found.text, found.unit))
    return _table(name, f"By {name}", found.text, columns, rows, name)


def roles(published: Published, chosen: DefinitionSet) -> Table:
    """Students and staff."""
    rows = ((*_place(each), each.enrolled, each.staff) for each in published.values)
    columns = (indicator(chosen, "enrolled", column="students"), indicator(chosen, "staff"))
    return _table("role", "By role", "Students and staff of the groups that are shown.", columns, rows)


def groups(published: Published) -> Table:
    """What is shown, what is withheld, and why."""
    threshold = published.figures.stored.pilot.suppression_threshold
    reasons = {
        GroupStatus.SHOWN: "",
        GroupStatus.WITHHELD: f"fewer than {threshold} enrolled students: counted in no figure",
        GroupStatus.NOT_PULLED: "not every course has been read completely yet",
    }
    seen = {course.group: course for course in reversed(published.figures.stored.courses)}
    return Table(
        name="institution_group",
        title="Groups",
        description="Each institution in each pairing: shown, withheld or not read yet.",
        columns=(
            text("pairing_id", "The pairing, as COIL Bridge numbers it."),
            text("pairing", "The title of the pairing."),
            text("phase", "The phase of the pilot to which it counts."),
            text("model", "Its model."),
            text("institution_id", "The institution, as COIL Bridge numbers it."),
            text("institution", "Its name."),
            text("country", "Its country (ISO 3166-1 alpha-2)."),
            text("status", "shown, withheld or not pulled."),
            NOTE,
        ),
        rows=tuple(
            (
                course.pairing_id,
                course.pairing_title,
                course.phase_name,
                course.model,
                course.institution.id,
                course.institution.name,
                course.institution.country,
                published.statuses[course.group].value,
                reasons[published.statuses[course.group]],
            )
            for course in sorted(
                seen.values(), key=lambda each: (each.pairing_title, each.pairing_id, each.institution.name)
            )
        ),
        primary_key=("pairing_id", "institution_id"),
    )


def indicators(chosen: DefinitionSet) -> Table:
    """The definitions in words."""
    return Table(
        name="indicator",
        title="Indicators",
        description="What each indicator means, its unit, its source and what can be set.",
        columns=(
            text("id", "The indicator."),
            count("version", "The number of its definition.", ""),
            text("label", "Its name in words."),
            text("definition", "What it means."),
            text("unit", "What is counted or measured."),
            text("source", "Where the values come from."),
            text("settings", "The pilot's settings that it depends on."),
        ),
        rows=tuple(
            (each.id, each.version, each.label, each.text, each.unit, each.source, ", ".join(each.thresholds))
            for each in chosen.definitions
        ),
        primary_key=("id",),
    )


def about(published: Published, made: Made) -> Table:
    """What the file is, when and under which rules it was made."""
    stored = published.figures.stored
    rules = stored.rules
    rows = (
        ("pilot", stored.pilot.name),
        ("pilot_starts_on", stored.pilot.starts_on.isoformat()),
        ("pilot_ends_on", stored.pilot.ends_on.isoformat()),
        ("covered_through", stored.through.isoformat()),
        ("made_at", f"{made.at:%Y-%m-%dT%H:%M:%SZ}"),
        ("program", made.program),
        ("zone_data", made.zone_data),
        ("definitions", made.chosen.version),
        ("suppression_threshold", str(stored.pilot.suppression_threshold)),
        ("presence_percent", str(rules.presence_percent)),
        ("gap_minutes", str(rules.gap_minutes)),
        ("source", SOURCE),
        ("suppression", SUPPRESSION),
    )
    return Table(
        name="about",
        title="About this file",
        description="What this file is, when and under which rules it was made.",
        columns=(text("key", "What is stated."), text("value", "What it is.")),
        rows=rows,
        primary_key=("key",),
    )


SUPPRESSION = (
    "A group (one institution in one pairing) with fewer enrolled students than the threshold is withheld "
    "whole and counted in no figure. Within the groups that are shown, a number is given only for sums of "
    "groups in which nobody belongs to fewer than the threshold: neither those whom it counts nor those whom "
    "it leaves out. All tables open the same tree of groups, so nothing that is withheld can be computed "
    "from several of them. What fewer people than the threshold have newly done waits until enough have, so "
    "nothing can be computed from two exports either; a phase that runs is not told apart. Of a sum nobody "
    "has given nearly all. When somebody objects to being counted, five others of the group are left out as "
    "well, so totals can be a few people too low. Figures cover whole ISO weeks."
)

_VIEWS = (
    View(
        "funnel_by_pairing",
        "The funnel of every pairing.",
        "SELECT place AS pairing, phase, model, invited, enrolled, active, completing, note "
        "FROM funnel WHERE axis = 'pairing' ORDER BY place, pairing_id",
    ),
    View(
        "weekly_pilot",
        "Active students of the whole pilot by week.",
        "SELECT iso_week, week_starts, enrolled, active, active_percent FROM weekly "
        "WHERE axis = 'pilot' ORDER BY week_starts",
    ),
    View(
        "withheld_groups",
        "Groups of which nothing is shown, and why.",
        "SELECT pairing, institution, status, note FROM institution_group WHERE status <> 'shown' "
        "ORDER BY pairing, institution",
    ),
)


def _place(each: Values) -> Row:
    place = each.place
    return (place.axis, place.name, place.phase, place.model, place.pairing_id, place.institution_id)


def _table(
    name: str,
    title: str,
    description: str,
    columns: Sequence[Column],
    rows: Iterable[Row],
    *more: str,
    unknown: Iterable[Mapping[str, str]] = repeat({}),
) -> Table:
    header = (*(each.name for each in PLACE), *(each.name for each in columns))

    def note(row: Row, why: Mapping[str, str]) -> str:
        own = [
            value
            for each, value in zip(header, row, strict=True)
            if not each.endswith(_DERIVED) and each not in why
        ]
        return "; ".join(dict.fromkeys([*why.values(), *([WITHHELD] if None in own else ())]))

    shown = tuple((*row, note(row, why)) for row, why in zip(rows, unknown, strict=False))
    return Table(
        name=name,
        title=title,
        description=description,
        columns=(*PLACE, *columns, NOTE),
        rows=shown,
        primary_key=(*_KEY, *more),
        indexes=(("axis",), ("pairing_id",), ("institution_id",)),
    )

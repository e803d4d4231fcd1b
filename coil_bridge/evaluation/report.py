"""The report of a pilot: what its pages say, whichever file they are in (``writers/pdf.py``, ``docx.py``).

The headings follow the final report of an Erasmus+ cooperation partnership: what was done, who took part,
what it gave, and how it was evaluated; so that a lead can copy section by section.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from babel import Locale
from babel.dates import format_date

from coil_bridge.evaluation.charts import number
from coil_bridge.evaluation.dataset import Cell
from coil_bridge.evaluation.evidence_charts import charts_of
from coil_bridge.evaluation.evidence_columns import UNRECORDED, UNTIMED
from coil_bridge.evaluation.evidence_dataset import SUPPRESSION, Made, headlines, hours, per, percent
from coil_bridge.evaluation.participation import GroupStatus
from coil_bridge.evaluation.published import OTHER, Published, Values
from coil_bridge.evaluation.report_parts import Grid, Heading, Part, Picture, Report, Text, numbered

_WITHHELD = "withheld"
_SAID = (_WITHHELD, UNRECORDED, UNTIMED)
_PART = "Part of the pilot"


def report_of(published: Published, made: Made, extra: Sequence[Part] = ()) -> Report:
    """The report of a pilot; ``extra`` are further sections (surveys, certificates)."""
    pilot = published.figures.stored.pilot
    charts = {each.name: Picture(each) for each in charts_of(published)}
    parts = (
        *_summary(published, made),
        *_activities(published, charts["contact"]),
        *_participants(published, charts["funnel"]),
        *_results(published, charts["weekly"]),
        *_cooperation(published, charts["network"]),
        *extra,
        *_method(published, made),
        *_definitions(made),
    )
    return Report(
        title=pilot.name,
        subtitle=f"Evidence for the final report · {day(pilot.starts_on)} to {day(pilot.ends_on)}",
        parts=tuple(numbered(parts)),
    )


def shown(value: Cell) -> str:
    """A value for people; what can be a fraction always has one place, so that a column stands in line."""
    if value is None:
        return _WITHHELD
    if isinstance(value, float):
        return f"{value:,.1f}".replace(",", "\u202f")
    return number(value) if isinstance(value, int) else str(value)


def country(code: str) -> str:
    """The English name of a country (ISO 3166-1 alpha-2), by the CLDR."""
    return str(Locale("en").territories.get(code, code))


def day(value: date) -> str:
    """A day for people: "15 November 2026"."""
    return format_date(value, "long", locale="en_GB")


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _summary(published: Published, made: Made) -> Iterator[Part]:
    stored = published.figures.stored
    yield Heading("Summary")
    yield Text(stored.pilot.description or "A piloting round of paired university courses.")
    pairings = len({course.pairing_id for course in stored.courses})
    institutions = {course.institution.id: course.institution for course in stored.courses}
    countries = sorted({country(each.country) for each in institutions.values()})
    where = (
        f"{_many(pairings, 'pairing', 'pairings')} of courses at "
        f"{_many(len(institutions), 'higher education institution', 'higher education institutions')} in "
        f"{_many(len(countries), 'country', 'countries')} ({', '.join(countries)})."
    )
    yield Text(
        f"{where} Figures cover the time up to {day(stored.through)}. Groups with fewer than "
        f"{stored.pilot.suppression_threshold} enrolled students are withheld and counted in no figure."
    )
    rows = [
        (
            label,
            note if note in (UNRECORDED, UNTIMED) else shown(value) if not note or note == _WITHHELD else "–",
            unit,
        )
        for name, label, value, unit, note in headlines(published, made.chosen)
    ]
    yield Grid("The pilot in figures", ("Indicator", "Value", "Unit"), rows)


def _activities(published: Published, chart: Picture) -> Iterator[Part]:
    yield Heading("Virtual activities implemented")
    yield Text(
        "Joint online sessions of the paired courses: how many were held, their length, and the virtual "
        "duration in contact hours, summed over the students."
    )
    yield Grid(
        "Joint sessions and contact hours by pairing",
        ("Pairing", "Phase", "Model", "Sessions", "Length (h)", "Contact hours", "Of these estimated"),
        [
            (
                each.place.name,
                each.place.phase,
                each.place.model,
                shown(each.sessions_held),
                shown(hours(each.session_minutes)),
                _attended(each, hours(each.contact_minutes)),
                _attended(each, hours(each.estimated_minutes)),
            )
            for each in published.of("pairing")
        ],
    )
    held = [each.contact_minutes for each in published.of("pairing")]
    if len(held) > 1 and any(minutes is not None for minutes in held):
        yield chart


def _participants(published: Published, chart: Picture) -> Iterator[Part]:
    yield Heading("Participants")
    yield Text("Learners in virtual mobility, from invited to completing, by where they study and with whom.")
    yield chart
    yield Grid(
        "Students from invited to completing",
        (_PART, "Invited", "Enrolled", "Active", "Completing", "Completing (%)"),
        [
            (
                f"{each.place.axis.capitalize()}: {each.place.name}",
                shown(each.invited),
                shown(each.enrolled),
                shown(each.active),
                shown(each.completing),
                shown(percent(each.completing, each.enrolled)),
            )
            for axis in ("pilot", "phase", "model", "institution", "pairing")
            for each in published.of(axis)
        ],
    )
    for title, own, which in (
        ("By gender", published.genders, "genders"),
        ("By country", published.countries, "countries"),
    ):
        yield Heading(title, 2)
        yield from _traits(published, own, which, title)


def _traits(published: Published, own: Sequence[str], which: str, title: str) -> Iterator[Part]:
    if not own:
        yield Text("No category is large enough to be shown, or the partners supplied nothing.")
        return
    names = (*own, OTHER)
    yield Grid(
        f"Enrolled students {title[:1].lower()}{title[1:]}",
        (_PART, *(country(name) if name.isupper() else name[:1].upper() + name[1:] for name in names)),
        [
            (each.place.name, *(shown(counts[name] if counts else None) for name in names))
            for each in (published.whole, *published.of("institution"))
            for counts in [getattr(each, which)]
        ],
    )


def _results(published: Published, chart: Picture) -> Iterator[Part]:
    yield Heading("Participation and results")
    if any(active is not None for active in published.whole.weeks.values()):
        yield chart
    yield Grid(
        "Active days, sessions and hours",
        (
            _PART,
            "Active days",
            "Active days per student",
            "Sessions attended",
            "Hours per student",
            "Time on task (h)",
        ),
        [
            _engaged(each)
            for axis in ("pilot", "phase", "institution", "pairing")
            for each in published.of(axis)
        ],
    )


def _engaged(each: Values) -> tuple[str, ...]:
    return (
        f"{each.place.axis.capitalize()}: {each.place.name}",
        shown(each.active_days),
        shown(per(each.active_days, each.enrolled)),
        _attended(each, each.attendances),
        _attended(each, per(hours(each.contact_minutes), each.enrolled)),
        UNTIMED if each.untimed else shown(hours(each.on_task_minutes)),
    )


def _attended(each: Values, value: Cell) -> str:
    """What rests on attendance: where none is recorded, that is neither nothing nor withheld."""
    return UNRECORDED if each.unrecorded else shown(value)


def _cooperation(published: Published, chart: Picture) -> Iterator[Part]:
    yield Heading("Cooperation across institutions")
    yield Text("Answers of students to students in the forums of the paired courses.")
    if published.edges:
        yield chart
    yield Grid(
        "Replies in forums, within and across institutions",
        (_PART, "Replies", "Across", "Across (%)", "Isolated students", "Reciprocity (%)"),
        [
            (
                f"{each.place.axis.capitalize()}: {each.place.name}",
                shown(each.replies),
                shown(each.cross),
                shown(percent(each.cross, each.replies)) if each.replies != 0 else "–",
                shown(each.isolated),
                shown(percent(each.mutual, each.pairs)) if each.pairs != 0 else "–",
            )
            for axis in ("pilot", "phase", "pairing")
            for each in published.of(axis)
        ],
    )


def _method(published: Published, made: Made) -> Iterator[Part]:
    stored = published.figures.stored
    yield Heading("How the pilot was evaluated")
    yield Text(SUPPRESSION)
    statuses = list(published.statuses.values())
    yield Text(
        f"{statuses.count(GroupStatus.SHOWN)} groups are shown, {statuses.count(GroupStatus.WITHHELD)} are "
        f"withheld, {statuses.count(GroupStatus.NOT_PULLED)} have not been read completely."
    )
    rules = stored.rules
    yield Grid(
        "How the figures were made",
        ("What", "Value"),
        [
            ("Suppression threshold", f"{stored.pilot.suppression_threshold} students"),
            ("Present from", f"{rules.presence_percent} % of a session's length"),
            ("Longest gap within a sitting", f"{rules.gap_minutes} minutes"),
            ("Figures cover the time up to", day(stored.through)),
            ("Definitions", f"set {made.chosen.version}"),
            ("Made at", f"{made.at:%Y-%m-%d %H:%M:%S} UTC"),
            ("Program", made.program),
            ("Time zone data", made.zone_data),
        ],
    )


def _definitions(made: Made) -> Iterator[Part]:
    yield Heading("Definitions")
    yield Grid(
        "What each indicator means",
        ("Indicator", "Definition", "Unit; source"),
        [
            (f"{each.label} ({each.version})", each.text, f"{each.unit}; {each.source}")
            for each in made.chosen.definitions
        ],
        wide=1,
    )

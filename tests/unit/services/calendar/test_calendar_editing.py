"""Who may change an institution's calendar, and what becomes of two changes at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from coil_bridge.errors import EditConflict, Forbidden, InvalidInput, NotFound
from coil_bridge.services.calendar.calendar_editing import CalendarEditing
from coil_bridge.services.calendar.calendar_inputs import DayInput, SpanInput
from scheduling.terms import Day
from tests.unit.services.consortium import Consortium

WINTER = SpanInput("term", "Winter term", date(2026, 10, 1), date(2027, 1, 15))
BREAK = SpanInput("break", "Winter break", date(2026, 12, 31), date(2027, 1, 8))


@pytest.fixture
def editing(consortium: Consortium) -> CalendarEditing:
    return CalendarEditing(storage=consortium.storage, clock=consortium.clock)


def version(editing: CalendarEditing, consortium: Consortium) -> int:
    return editing.get(consortium.mira, consortium.ub.institution.id).version


def test_a_teacher_there_enters_changes_and_removes(editing: CalendarEditing, consortium: Consortium) -> None:
    mira, ub = consortium.mira, consortium.ub.institution.id
    editing.add_span(mira, ub, replace(WINTER, name="  Winter   term "), 0)
    editing.add_span(mira, ub, BREAK, 1)
    term, pause = editing.get(mira, ub).spans
    assert (term.name, pause.name) == ("Winter term", "Winter break")
    editing.change_span(mira, ub, term.id, replace(WINTER, last=date(2027, 1, 22)), 2)
    editing.change_span(mira, ub, term.id, replace(WINTER, last=date(2027, 1, 22)), 2)  # a second click
    editing.remove_span(mira, ub, pause.id, 3)
    view = editing.get(mira, ub)
    assert [each.last for each in view.spans] == [date(2027, 1, 22)]
    assert (view.version, view.changed_at) == (4, consortium.clock())
    assert [each.action for each in view.trail] == [
        "span_added",
        "span_added",
        "span_changed",
        "span_removed",
    ]
    assert view.trail[2].detail["before"]["last"] == "2027-01-15"
    with pytest.raises(NotFound):
        editing.remove_span(mira, ub, pause.id, 4)


def test_a_second_click_enters_nothing_twice(editing: CalendarEditing, consortium: Consortium) -> None:
    for _ in range(2):
        editing.add_span(consortium.mira, consortium.ub.institution.id, WINTER, 0)
    assert len(editing.get(consortium.mira, consortium.ub.institution.id).spans) == 1


def test_others_read_and_do_not_change(editing: CalendarEditing, consortium: Consortium) -> None:
    ub = consortium.ub.institution.id
    editing.add_span(consortium.build.administrator(), ub, WINTER, 0)
    for person in (consortium.aigerim, consortium.jelena, consortium.build.lead()):
        view = editing.get(person, ub)
        assert (len(view.spans), view.may_edit, view.trail) == (1, False, ())
        with pytest.raises(Forbidden, match="teachers of this university"):
            editing.add_span(person, ub, BREAK, 1)
        with pytest.raises(Forbidden):
            editing.set_day(person, ub, DayInput(date(2026, 11, 11), "ordinary"), 1)
    as_student = replace(consortium.mira, learner_in=frozenset({consortium.belgrade.id}))
    assert not editing.get(as_student, ub).may_edit
    with pytest.raises(NotFound):
        editing.get(consortium.mira, "nowhere")
    mine = editing.all(consortium.aigerim)
    assert [each.may_edit for each in mine] == [True, False, False]
    assert mine[0].institution.id == consortium.ail.institution.id


def test_the_second_of_two_is_told(editing: CalendarEditing, consortium: Consortium) -> None:
    mira, ub = consortium.mira, consortium.ub.institution.id
    editing.add_span(mira, ub, WINTER, 0)
    with pytest.raises(EditConflict) as conflict:
        editing.add_span(consortium.build.administrator(), ub, BREAK, 0)
    assert conflict.value.current_version == 1
    assert len(editing.get(mira, ub).spans) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "party"}, "kind"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "Win\x07ter"}, "name"),
        ({"last": date(2026, 9, 30)}, "last"),
        ({"last": date(2027, 12, 1)}, "last"),
        ({"first": date(1999, 12, 31), "last": date(2000, 1, 3)}, "first"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    sqlite_consortium: Consortium, changes: dict[str, Any], field: str
) -> None:
    editing = CalendarEditing(storage=sqlite_consortium.storage, clock=sqlite_consortium.clock)
    with pytest.raises(InvalidInput) as refused:
        editing.add_span(
            sqlite_consortium.mira, sqlite_consortium.ub.institution.id, replace(WINTER, **changes), 0
        )
    assert list(refused.value.errors) == [field]


def test_terms_do_not_overlap_and_breaks_may_lie_in_them(
    editing: CalendarEditing, consortium: Consortium
) -> None:
    mira, ub = consortium.mira, consortium.ub.institution.id
    editing.add_span(mira, ub, WINTER, 0)
    summer = SpanInput("term", "Summer term", date(2027, 1, 15), date(2027, 6, 4))
    with pytest.raises(InvalidInput, match="Another term"):
        editing.add_span(mira, ub, summer, 1)
    editing.add_span(mira, ub, BREAK, 1)


def test_holidays_are_added_renamed_taken_away_and_restored(
    editing: CalendarEditing, consortium: Consortium
) -> None:
    mira, ub = consortium.mira, consortium.ub.institution.id
    sava, armistice, saturday = date(2027, 1, 27), date(2026, 11, 11), date(2026, 11, 14)
    editing.set_day(mira, ub, DayInput(sava, "holiday", " Saint Sava "), 0)
    editing.set_day(mira, ub, DayInput(sava, "holiday", "Saint Sava"), 0)  # a second click
    editing.set_day(mira, ub, DayInput(armistice, "ordinary", "ignored"), 1)
    editing.set_day(mira, ub, DayInput(saturday, "workday"), 2)
    calendar = editing.get(mira, ub).calendar
    assert calendar.on(sava) == Day("holiday", "Saint Sava")
    assert calendar.on(armistice).teaches
    assert calendar.on(saturday).teaches
    editing.clear_day(mira, ub, armistice, 3)
    editing.clear_day(mira, ub, armistice, 3)
    view = editing.get(mira, ub)
    assert view.calendar.on(armistice) == Day("holiday", "Armistice Day")
    assert [each.action for each in view.trail] == [
        "day_holiday",
        "day_ordinary",
        "day_workday",
        "day_restored",
    ]
    for wrong in (DayInput(sava, "party"), DayInput(sava, "holiday"), DayInput(date(1999, 1, 1), "workday")):
        with pytest.raises(InvalidInput):
            editing.set_day(mira, ub, wrong, 4)

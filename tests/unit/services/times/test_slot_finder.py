"""Times for a pairing out of what its partners have said, their calendars and their other sessions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from coil_bridge.domain import Pairing, PairingState
from coil_bridge.errors import Conflict, Forbidden, InvalidInput, NotFound
from coil_bridge.services.times.slot_finder import Finding, Question, SlotFinder
from coil_bridge.services.times.weekly_hours import WeeklyHours
from coil_bridge.storage.academic import HolidayOverride
from scheduling.weekly_hours import DAY, IMPOSSIBLE, PREFERRED, Stretch, Week, week_of
from scheduling.zones import to_local
from tests.unit.services.consortium import Consortium

FIRST, LAST = date(2026, 11, 2), date(2026, 12, 6)


def only(days: tuple[int, ...], starts: int, ends: int) -> Week:
    return week_of([Stretch(days, starts * 4, ends * 4, PREFERRED)], IMPOSSIBLE)


class Case:
    """Belgrade and Almaty, who can meet on Tuesdays at 9 to 11 in Belgrade (13 to 15 in Almaty)."""

    def __init__(self, consortium: Consortium) -> None:
        self.all = consortium
        self.hours = WeeklyHours(storage=consortium.storage, clock=consortium.clock)
        self.finder = SlotFinder(storage=consortium.storage, clock=consortium.clock)
        self.hours.set_institution(consortium.mira, consortium.ub.institution.id, only((1,), 9, 18))
        self.hours.set_institution(consortium.aigerim, consortium.ail.institution.id, only((1,), 9, 15))
        self.pairing = self.pair()

    def pair(self) -> Pairing:
        courses = [self.all.belgrade, self.all.almaty]
        return self.all.build.pairing(courses, proposed_by=self.all.mira, starts_on=date(2026, 10, 1))

    def find(self, **changes: object) -> Finding:
        question = Question(60, 4, 1, FIRST, LAST)
        asked = replace(question, **changes)  # type: ignore[arg-type]  # what a test changes
        return self.finder.find(self.all.mira, self.pairing.id, asked)[1]


@pytest.fixture
def case(consortium: Consortium) -> Case:
    return Case(consortium)


def starts(found: Finding) -> list[str]:
    return [f"{to_local(each.start, 'Europe/Belgrade'):%m-%d %H:%M}" for each in found.slots[0].meetings]


def test_it_finds_the_hour_that_both_have_said(case: Case) -> None:
    found = case.find()
    assert starts(found) == ["11-03 09:00", "11-10 09:00", "11-17 09:00", "11-24 09:00"]
    assert found.slots[0].totals == (0, 0)
    assert found.rotation is None


def test_a_teachers_own_hours_count_unless_the_teacher_need_not_be_there(case: Case) -> None:
    case.hours.set_own(case.all.aigerim, "Asia/Almaty", only((1,), 14, 20))
    assert starts(case.find())[0] == "11-03 10:00"
    assert starts(case.find(absent=frozenset({case.all.aigerim.id})))[0] == "11-03 09:00"


def test_other_joint_sessions_of_the_teachers_are_left_out(case: Case) -> None:
    other = case.all.build.pairing([case.all.belgrade, case.all.shanghai], proposed_by=case.all.mira)
    for hour in (8, 9):
        start = datetime(2026, 11, 10, hour, 0, tzinfo=UTC)
        case.all.build.session(other, case.all.mira, starts_at=start)
    found = case.find()
    assert starts(found) == ["11-03 09:00", "11-17 09:00", "11-24 09:00", "12-01 09:00"]
    [left_out] = found.slots[0].left_out
    assert (left_out.day, left_out.reasons) == (
        date(2026, 11, 10),
        ((case.all.ub.institution.id, "busy"),),
    )


def test_busy_times_of_a_calendar_are_left_out(case: Case) -> None:
    start = datetime(2026, 11, 3, 8, 30, tzinfo=UTC)
    with case.all.storage.write() as tx:
        tx.availability.set_calendar(case.all.aigerim.id, b"sealed", "Asia/Almaty", start)
        tx.availability.calendar_read(
            case.all.aigerim.id, b"sealed", [(start, start + timedelta(minutes=40))], start
        )
    offered = {each.start for slot in case.find(meetings=1).slots for each in slot.meetings}
    assert not any(start - timedelta(hours=1) < each < start + timedelta(minutes=40) for each in offered)
    assert starts(case.find())[0] == "11-10 09:00"


def test_days_off_of_the_academic_calendar_are_left_out(case: Case) -> None:
    with case.all.storage.write() as tx:
        tx.academic.set_override(
            HolidayOverride(case.all.ail.institution.id, date(2026, 11, 10), "holiday", "Rector's day")
        )
    found = case.find()
    assert "11-10 09:00" not in starts(found)
    assert found.slots[0].left_out[0].reasons == ((case.all.ail.institution.id, "day_off"),)


def test_where_there_is_no_hour_it_says_who_stands_in_the_way(case: Case) -> None:
    case.hours.set_institution(case.all.aigerim, case.all.ail.institution.id, only((3,), 9, 10))
    found = case.find()
    assert (found.slots, found.most) == ((), 0)
    assert set(found.blocking) == {case.all.ub.institution.id, case.all.ail.institution.id}
    assert found.rotation is not None
    assert found.rotation.meetings == ()


def test_the_past_is_not_offered(case: Case) -> None:
    case.all.clock.set(datetime(2026, 11, 10, 9, 0, tzinfo=UTC))
    assert starts(case.find(meetings=3))[0] == "11-17 09:00"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"minutes": 4}, "minutes"),
        ({"meetings": 31}, "meetings"),
        ({"every": 5}, "every"),
        ({"first": LAST, "last": FIRST}, "last"),
        ({"first": date(2026, 1, 1)}, "first"),
    ],
)
def test_a_question_that_cannot_be_is_refused_by_field(
    case: Case, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        case.find(**changes)
    assert field in refused.value.errors


def test_it_is_for_teachers_of_the_pairing(case: Case) -> None:
    with pytest.raises(Forbidden):
        case.finder.setting(case.all.jelena, case.pairing.id)
    with pytest.raises(NotFound):
        case.finder.setting(case.all.wei, case.pairing.id)


def test_two_courses_of_one_university_have_nothing_to_find(case: Case) -> None:
    course = case.all.build.course(case.all.ub, "Phonetics", teachers=[case.all.mira])
    alone = case.all.build.pairing([case.all.belgrade, course], proposed_by=case.all.mira)
    with pytest.raises(Conflict, match="between two and six"):
        case.finder.setting(case.all.mira, alone.id)


def test_the_setting_tells_what_is_known_of_whom(case: Case) -> None:
    case.hours.set_own(case.all.mira, "Europe/Belgrade", only((1,), 9, 18))
    setting = case.finder.setting(case.all.aigerim, case.pairing.id)
    assert [each.said for each in setting.places] == [True, True]
    [mira], [aigerim] = (each.teachers for each in setting.places)
    assert (mira.name, mira.own_hours, aigerim.own_hours) == ("Mira Jovanović", True, False)
    assert setting.usual.first == case.all.clock().date()


def test_before_a_proposal_the_universities_hours_alone_are_asked(case: Case) -> None:
    courses = [case.all.belgrade, case.all.almaty]
    glance = case.finder.glance(courses, FIRST, LAST)
    assert glance is not None
    assert glance.best is not None
    assert glance.best.local in (DAY + 36, DAY + 40)
    assert case.finder.glance([case.all.belgrade], FIRST, LAST) is None
    assert case.finder.glance(courses, LAST, FIRST) is None


def test_a_pairing_whose_course_has_left_counts_without_it(case: Case) -> None:
    gone = case.all.build.pairing(
        [case.all.belgrade, case.all.almaty], proposed_by=case.all.mira, state=PairingState.DECLINED
    )
    with pytest.raises(Conflict):
        case.finder.setting(case.all.mira, gone.id)

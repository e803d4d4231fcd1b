"""Series and their edits: fortnights, days off, "this and following", and sessions moved on their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from coil_bridge.domain import JointSession, Pairing, SessionState, Site
from coil_bridge.errors import Conflict, EditConflict, InvalidInput
from coil_bridge.services.agreed.session_plans import ChosenDate, PlanInput, TimeNeedsChoice
from coil_bridge.services.sessions.series_edits import Scope, moved_alone
from coil_bridge.storage.academic import AcademicSpan
from coil_bridge.vault import new_id
from tests.unit.services.consortium import Consortium, wall


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def span(consortium: Consortium, site: Site, what: tuple[str, str], first: str, last: str) -> None:
    kind, name = what
    row = AcademicSpan(
        new_id(), site.institution.id, kind, name, date.fromisoformat(first), date.fromisoformat(last)
    )
    with consortium.storage.write() as tx:
        tx.academic.insert_span(row)


def planned(consortium: Consortium, **changes: object) -> tuple[Pairing, list[JointSession]]:
    """Six Tuesdays at 14:00 in Belgrade, from before the clock change of 25 October on."""
    pairing = consortium.agreed()
    plan = consortium.plan(**{"starts_local": wall("2026-10-20 14:00"), "count": 6} | changes)
    return pairing, consortium.sessions.plan(consortium.mira, pairing.id, plan, new_id())


def now_of(consortium: Consortium, sessions: list[JointSession]) -> list[JointSession]:
    return [consortium.sessions.get(consortium.mira, each.id) for each in sessions]


def locals_of(sessions: list[JointSession]) -> list[str]:
    return [f"{each.starts_local:%m-%d %H:%M}" for each in sessions]


def form_of(session: JointSession, consortium: Consortium, **changes: object) -> PlanInput:
    """The edit form as it is opened on a session."""
    same = {
        name: getattr(session, name)
        for name in ("title", "phase", "starts_local", "zone", "minutes", "notes")
    }
    return replace(consortium.plan(), **(same | {"room_url": session.room_url} | changes))


def test_a_fortnightly_series_keeps_its_hour_on_the_anchors_clock(consortium: Consortium) -> None:
    _, sessions = planned(consortium, every=2, count=3)
    assert locals_of(sessions) == ["10-20 14:00", "11-03 14:00", "11-17 14:00"]
    assert [each.starts_at.hour for each in sessions] == [12, 13, 13]


def test_a_series_leaves_out_what_somebody_does_not_teach_and_ends_later(consortium: Consortium) -> None:
    span(consortium, consortium.ail, ("break", "Autumn break"), "2026-11-02", "2026-11-08")
    span(consortium, consortium.snc, ("exams", "Midterms"), "2026-11-10", "2026-11-10")
    _, sessions = planned(consortium, count=4, skip_days_off=True)
    assert locals_of(sessions) == ["10-20 14:00", "10-27 14:00", "11-17 14:00", "11-24 14:00"]
    pairing = consortium.agreed()
    plan = consortium.plan(starts_local=wall("2026-10-20 14:00"), count=4, skip_days_off=True)
    shown = consortium.sessions.preview(consortium.mira, pairing.id, plan)
    assert [
        (f"{each.local:%m-%d}", [(off.key, off.what.name) for off in each.reasons]) for each in shown.left_out
    ] == [
        ("11-03", [(consortium.ail.institution.id, "Autumn break")]),
        ("11-10", [(consortium.snc.institution.id, "Midterms")]),
    ]
    assert [each.instant for each in shown.occurrences] == [each.starts_at for each in sessions]


def test_days_off_are_pointed_out_where_they_are_not_left_out(consortium: Consortium) -> None:
    span(consortium, consortium.ail, ("break", "Autumn break"), "2026-11-02", "2026-11-08")
    plan = consortium.plan(starts_local=wall("2026-10-27 14:00"), count=2)
    shown = consortium.sessions.preview(consortium.mira, consortium.agreed().id, plan)
    assert shown.left_out == ()
    almaty = {slot.clock.name: slot for slot in shown.occurrences[1].slots}["AIL"]
    assert ("not_taught", "Autumn break") in [(each.kind, each.detail.get("name")) for each in almaty.notices]


def test_a_series_that_does_not_fit_before_the_last_day_says_so(consortium: Consortium) -> None:
    span(consortium, consortium.ail, ("break", "Long break"), "2026-11-02", "2026-12-10")
    pairing = consortium.agreed()
    plan = consortium.plan(starts_local=wall("2026-10-20 14:00"), count=6, skip_days_off=True)
    assert consortium.sessions.preview(consortium.mira, pairing.id, plan).missing == 3
    with pytest.raises(InvalidInput, match="Fewer days"):
        consortium.sessions.plan(consortium.mira, pairing.id, plan, "key-1")


def test_this_and_following_move_to_another_day_and_hour(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    third = sessions[2]
    plan = form_of(third, consortium, starts_local=wall("2026-11-05 16:00"))
    changed = consortium.sessions.edit_series(consortium.mira, third.id, plan, 1, Scope.FOLLOWING)
    assert len(changed) == 4
    after = now_of(consortium, sessions)
    assert locals_of(after) == [
        "10-20 14:00",
        "10-27 14:00",
        "11-05 16:00",
        "11-12 16:00",
        "11-19 16:00",
        "11-26 16:00",
    ]
    assert [each.sequence for each in after] == [0, 0, 1, 1, 1, 1]
    assert [each.uid for each in after] == [each.uid for each in sessions]
    assert not any(moved_alone(each) for each in after)


def test_an_hour_changed_before_the_clock_change_stays_that_hour_after_it(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    plan = form_of(sessions[0], consortium, starts_local=wall("2026-10-20 15:30"))
    consortium.sessions.edit_series(consortium.mira, sessions[0].id, plan, 1, Scope.ALL)
    after = now_of(consortium, sessions)
    assert {f"{each.starts_local:%H:%M}" for each in after} == {"15:30"}
    assert [f"{each.starts_at:%H:%M}" for each in after[:3]] == ["13:30", "14:30", "14:30"]


def test_the_series_can_be_anchored_to_another_clock(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    plan = form_of(sessions[0], consortium, starts_local=wall("2026-10-20 18:00"), zone="Asia/Almaty")
    consortium.sessions.edit_series(consortium.aigerim, sessions[0].id, plan, 1, Scope.ALL)
    after = now_of(consortium, sessions)
    assert {each.zone for each in after} == {"Asia/Almaty"}
    assert {f"{each.starts_at:%H:%M}" for each in after} == {"13:00"}


def test_a_session_moved_on_its_own_stays_where_it_was_put(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    fourth = sessions[3]
    plan = form_of(fourth, consortium, starts_local=wall("2026-11-13 09:00"))
    alone = consortium.sessions.edit(consortium.wei, fourth.id, plan, 1)
    assert moved_alone(alone)
    consortium.sessions.cancel(consortium.mira, sessions[4].id, 1)
    plan = form_of(
        sessions[1],
        consortium,
        starts_local=wall("2026-10-28 15:00"),
        minutes=90,
        title="Longer",
    )
    consortium.sessions.edit_series(consortium.mira, sessions[1].id, plan, 1, Scope.FOLLOWING)
    after = now_of(consortium, sessions)
    assert locals_of(after) == [
        "10-20 14:00",
        "10-28 15:00",
        "11-04 15:00",
        "11-13 09:00",
        "11-17 14:00",
        "11-25 15:00",
    ]
    # It takes over what it had in common with the others, and is counted once for each change.
    assert (after[3].title, after[3].minutes, after[3].sequence) == ("Longer", 90, 2)
    assert (after[4].state, after[4].title, after[4].sequence) == (SessionState.CANCELLED, "First meeting", 1)


def test_what_a_single_session_was_given_stays_with_it(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    final = sessions[-1]
    consortium.sessions.edit(
        consortium.mira, final.id, form_of(final, consortium, title="Final presentations", minutes=120), 1
    )
    plan = form_of(sessions[0], consortium, title="Weekly talk", room_url="https://meet.example.org/new")
    consortium.sessions.edit_series(consortium.mira, sessions[0].id, plan, 1, Scope.ALL)
    after = now_of(consortium, sessions)
    assert [each.title for each in after] == ["Weekly talk"] * 5 + ["Final presentations"]
    assert {each.room_url for each in after} == {"https://meet.example.org/new"}
    assert [each.minutes for each in after] == [60] * 5 + [120]


def test_what_is_over_is_not_reached(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    consortium.clock.set(utc("2026-11-01 08:00"))
    assert consortium.sessions.to_come(consortium.mira, sessions[3].id) == {Scope.FOLLOWING: 3, Scope.ALL: 4}
    assert consortium.sessions.to_come(consortium.mira, sessions[2].id) == {Scope.FOLLOWING: 4}
    plan = form_of(sessions[3], consortium, title="From now on")
    consortium.sessions.edit_series(consortium.mira, sessions[3].id, plan, 1, Scope.ALL)
    assert [each.title for each in now_of(consortium, sessions)] == ["First meeting"] * 2 + [
        "From now on"
    ] * 4


def test_a_session_put_back_is_part_of_the_series_again(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    third = sessions[2]
    consortium.sessions.edit(
        consortium.mira, third.id, form_of(third, consortium, starts_local=wall("2026-11-05 09:00")), 1
    )
    back = consortium.sessions.edit(consortium.mira, third.id, form_of(third, consortium), 2)
    assert not moved_alone(back)
    assert back.sequence == 2


def test_calling_off_this_and_following(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    off = consortium.sessions.cancel_series(consortium.mira, sessions[3].id, 1, "Strike", Scope.FOLLOWING)
    assert [each.id for each in off] == [each.id for each in sessions[3:]]
    assert [each.state for each in now_of(consortium, sessions)] == ["planned"] * 3 + ["cancelled"] * 3
    with pytest.raises(Conflict, match="stays so"):
        consortium.sessions.edit(consortium.mira, sessions[3].id, form_of(sessions[3], consortium), 2)


def test_the_second_of_two_editors_of_a_series_is_told(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    plan = form_of(sessions[0], consortium, title="Mira's")
    consortium.sessions.edit_series(consortium.mira, sessions[0].id, plan, 1, Scope.ALL)
    with pytest.raises(EditConflict):
        consortium.sessions.edit_series(
            consortium.wei, sessions[0].id, replace(plan, title="Wei's"), 1, Scope.ALL
        )
    before = consortium.counts()
    assert consortium.sessions.edit_series(consortium.mira, sessions[0].id, plan, 1, Scope.ALL) == []
    assert consortium.counts() == before


def test_a_series_cannot_leave_the_pairings_days(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    plan = form_of(sessions[0], consortium, starts_local=wall("2026-11-30 14:00"))
    with pytest.raises(InvalidInput, match="between the pairing"):
        consortium.sessions.edit_series(consortium.mira, sessions[0].id, plan, 1, Scope.ALL)
    assert now_of(consortium, sessions) == sessions


def test_a_date_of_the_series_that_does_not_exist_needs_a_choice(consortium: Consortium) -> None:
    """Sundays at 02:30 in Belgrade: the 28th of March 2027 has no such hour."""
    pairing = consortium.agreed(starts_on=date(2026, 10, 1), ends_on=date(2027, 6, 1))
    plan = consortium.plan(starts_local=wall("2027-03-14 10:00"), count=4)
    sessions = consortium.sessions.plan(consortium.mira, pairing.id, plan, "key-1")
    night = form_of(sessions[0], consortium, starts_local=wall("2027-03-14 02:30"))
    with pytest.raises(TimeNeedsChoice) as refusal:
        consortium.sessions.edit_series(consortium.mira, sessions[0].id, night, 1, Scope.ALL)
    assert [each.local for each in refusal.value.problems] == [wall("2027-03-28 02:30")]
    shown = consortium.sessions.preview_edit(consortium.mira, sessions[0].id, night, Scope.ALL)
    assert [each.local for each in shown.unresolved] == [wall("2027-03-28 02:30")]
    chosen = replace(night, choice="later")
    consortium.sessions.edit_series(consortium.mira, sessions[0].id, chosen, 1, Scope.ALL)
    after = now_of(consortium, sessions)
    assert locals_of(after) == ["03-14 02:30", "03-21 02:30", "03-28 03:30", "04-04 02:30"]
    assert not any(moved_alone(each) for each in after)
    later = replace(chosen, starts_local=wall("2027-03-14 11:00"), choice=None)
    consortium.sessions.edit_series(consortium.mira, sessions[0].id, later, 2, Scope.ALL)
    assert {f"{each.starts_local:%H:%M}" for each in now_of(consortium, sessions)} == {"11:00"}


def test_in_a_rotating_plan_only_the_same_turn_moves(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    first = date(2026, 10, 29)
    dates = [
        ChosenDate(first + timedelta(weeks=week), time(17), zone)
        for week, zone in enumerate(["Europe/Belgrade", "Asia/Shanghai"] * 2)
    ]
    turns = replace(consortium.plan(), dates=tuple(dates))
    sessions = consortium.sessions.plan(consortium.mira, pairing.id, turns, "key-1")
    plan = form_of(sessions[0], consortium, starts_local=wall("2026-10-30 18:00"))
    consortium.sessions.edit_series(consortium.mira, sessions[0].id, plan, 1, Scope.ALL)
    after = now_of(consortium, sessions)
    assert locals_of(after) == ["10-30 18:00", "11-05 17:00", "11-13 18:00", "11-19 17:00"]
    assert [each.sequence for each in after] == [1, 0, 1, 0]


def test_the_preview_of_an_edit_shows_everything_that_it_reaches(consortium: Consortium) -> None:
    _, sessions = planned(consortium)
    plan = form_of(sessions[1], consortium, starts_local=wall("2026-10-28 15:00"))
    shown = consortium.sessions.preview_edit(consortium.mira, sessions[1].id, plan, Scope.FOLLOWING)
    assert [f"{each.local:%m-%d %H:%M}" for each in shown.occurrences] == [
        "10-28 15:00",
        "11-04 15:00",
        "11-11 15:00",
        "11-18 15:00",
        "11-25 15:00",
    ]
    assert now_of(consortium, sessions) == sessions

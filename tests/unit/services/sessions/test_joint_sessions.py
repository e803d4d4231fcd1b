from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from coil_bridge.domain import CourseRole, PairingState, SessionState
from coil_bridge.errors import Conflict, EditConflict, Forbidden, InvalidInput, NotFound
from coil_bridge.services.agreed import session_changes
from coil_bridge.services.agreed.session_observers import Observed
from coil_bridge.services.agreed.session_plans import ChosenDate, TimeNeedsChoice
from coil_bridge.services.sessions.joint_sessions import SessionService
from coil_bridge.storage.storage import Transaction
from scheduling.zones import Resolved
from tests.unit.services.consortium import Consortium, wall


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_series_keeps_its_wall_time_when_belgrade_leaves_summer_time(consortium: Consortium) -> None:
    """The clocks go back on 25 October 2026: 14:00 in Belgrade is 12:00 UTC before and 13:00 UTC after."""
    pairing = consortium.agreed()
    plan = consortium.plan(starts_local=wall("2026-10-20 14:00"), count=3)
    sessions = consortium.sessions.plan(consortium.mira, pairing.id, plan, "key-1")
    assert [each.starts_local for each in sessions] == [
        wall("2026-10-20 14:00"),
        wall("2026-10-27 14:00"),
        wall("2026-11-03 14:00"),
    ]
    assert [each.starts_at for each in sessions] == [
        utc("2026-10-20 12:00"),
        utc("2026-10-27 13:00"),
        utc("2026-11-03 13:00"),
    ]
    assert len({each.series_id for each in sessions}) == 1
    assert sessions[0].series_id is not None
    assert {each.uid for each in sessions} == {f"{each.id}@bridge.example.org" for each in sessions}
    assert consortium.pairings.get(consortium.dana, pairing.id).sessions == tuple(sessions)


def test_a_series_anchored_in_almaty_moves_for_belgrade_instead(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    plan = consortium.plan(starts_local=wall("2026-10-20 18:00"), zone="Asia/Almaty", count=2)
    sessions = consortium.sessions.plan(consortium.aigerim, pairing.id, plan, "key-1")
    assert [each.starts_at for each in sessions] == [utc("2026-10-20 13:00"), utc("2026-10-27 13:00")]


def test_an_hour_that_spring_skips_is_refused_with_both_readings(consortium: Consortium) -> None:
    """In Belgrade the clocks jump from 02:00 to 03:00 on 28 March 2027."""
    pairing = consortium.agreed(ends_on=date(2027, 6, 30))
    plan = consortium.plan(starts_local=wall("2027-03-28 02:30"))
    before = consortium.counts()
    with pytest.raises(TimeNeedsChoice) as refusal:
        consortium.sessions.plan(consortium.mira, pairing.id, plan, "key-1")
    assert consortium.counts() == before
    assert list(refusal.value.errors) == ["choice"]
    [problem] = refusal.value.problems
    assert [(each.choice, each.local, each.instant) for each in problem.readings] == [
        ("earlier", wall("2027-03-28 01:30"), utc("2027-03-28 00:30")),
        ("later", wall("2027-03-28 03:30"), utc("2027-03-28 01:30")),
    ]
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, replace(plan, choice="later"), "key-1")
    assert (session.starts_local, session.starts_at) == (wall("2027-03-28 03:30"), utc("2027-03-28 01:30"))


@pytest.mark.parametrize(("choice", "fold", "hour"), [("earlier", 0, 0), ("later", 1, 1)])
def test_an_hour_that_autumn_repeats_is_stored_with_its_fold(
    consortium: Consortium, choice: Any, fold: int, hour: int
) -> None:
    """In Belgrade 02:30 comes twice on 25 October 2026."""
    pairing = consortium.agreed()
    plan = consortium.plan(starts_local=wall("2026-10-25 02:30"))
    assert len(consortium.sessions.preview(consortium.mira, pairing.id, plan).unresolved) == 1
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, replace(plan, choice=choice), "key-1")
    assert (session.fold, session.starts_at) == (fold, datetime(2026, 10, 25, hour, 30, tzinfo=UTC))
    # The form comes back without the choice: the time was not touched, so it is not asked again.
    after = consortium.sessions.edit(consortium.mira, session.id, replace(plan, title="Kick-off"), 1)
    assert (after.fold, after.starts_at, after.title) == (fold, session.starts_at, "Kick-off")


def test_in_a_series_only_the_bad_dates_are_named(consortium: Consortium) -> None:
    """Sundays at 02:30 in Belgrade: only the 25th of October comes twice."""
    consortium.clock.set(utc("2026-10-03 08:00"))
    pairing = consortium.agreed()
    plan = consortium.plan(starts_local=wall("2026-10-04 02:30"), count=6)
    shown = consortium.sessions.preview(consortium.mira, pairing.id, plan)
    assert shown.occurrences == ()
    assert [each.local for each in shown.unresolved] == [wall("2026-10-25 02:30")]
    chosen = consortium.sessions.preview(consortium.mira, pairing.id, replace(plan, choice="later"))
    assert [each.instant for each in chosen.occurrences][2:5] == [
        utc("2026-10-18 00:30"),
        utc("2026-10-25 01:30"),
        utc("2026-11-01 01:30"),
    ]


def test_the_preview_shows_every_clock_and_stores_nothing(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    before = consortium.counts()
    shown = consortium.sessions.preview(
        consortium.mira, pairing.id, consortium.plan(starts_local=wall("2026-10-20 14:00"), count=2)
    )
    assert consortium.counts() == before
    first, second = shown.occurrences
    assert [(slot.clock.name, f"{slot.start:%a %H:%M}") for slot in first.slots] == [
        ("UB", "Tue 14:00"),
        ("AIL", "Tue 17:00"),
        ("SNC", "Tue 20:00"),
    ]
    assert [f"{slot.start:%a %H:%M}" for slot in second.slots] == ["Tue 14:00", "Tue 18:00", "Tue 21:00"]
    kinds = {notice.kind for notice in second.slots[2].notices}
    assert kinds == {"outside_day", "clock_change"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "two\nlines"}, "title"),
        ({"title": "bell \x07"}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"notes": "nul \x00"}, "notes"),
        ({"notes": "x" * 4001}, "notes"),
        ({"zone": "America/New_York"}, "zone"),
        ({"zone": "nowhere"}, "zone"),
        ({"minutes": 4}, "minutes"),
        ({"minutes": 601}, "minutes"),
        ({"count": 0}, "count"),
        ({"count": 31}, "count"),
        ({"count": 9}, "count"),  # the ninth Tuesday is after the pairing's last day
        ({"starts_local": wall("2026-12-19 14:00")}, "starts_local"),
        ({"starts_local": wall("2026-09-30 14:00")}, "starts_local"),
        ({"starts_local": wall("2026-10-20 09:59")}, "starts_local"),  # a minute ago
        ({"starts_local": wall("9999-12-31 23:59")}, "starts_local"),
        ({"room_url": "javascript:alert(1)"}, "room_url"),
        ({"room_url": "ftp://meet.example.org/room"}, "room_url"),
        ({"room_url": "https://mira:secret@meet.example.org/"}, "room_url"),
        ({"room_url": "https://meet.example.org/\r\nX-EVIL:1"}, "room_url"),
        ({"room_url": "https://meet.example.org/" + "x" * 1000}, "room_url"),
        ({"room_url": "https://"}, "room_url"),
    ],
)
def test_a_session_that_cannot_be_is_refused_by_field(
    sqlite_consortium: Consortium, changes: dict[str, Any], field: str
) -> None:
    consortium = sqlite_consortium
    pairing = consortium.agreed()
    before = consortium.counts()
    with pytest.raises(InvalidInput) as refusal:
        consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(**changes), "key-1")
    assert field in refusal.value.errors
    assert len(refusal.value.errors) == 1
    assert consortium.counts() == before


def test_a_room_is_not_needed(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(
        consortium.mira, pairing.id, consortium.plan(room_url=" ", notes=" Bring\na map. "), "key-1"
    )
    assert (session.room_url, session.notes) == (None, "Bring\na map.")


def test_the_same_form_again_plans_nothing_new(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    first = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=3), "key-1")
    before = consortium.counts()
    assert consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=3), "key-1") == first
    assert consortium.counts() == before


def test_a_form_sent_for_another_pairing_is_no_key_here(consortium: Consortium) -> None:
    consortium.sessions.plan(consortium.mira, consortium.agreed().id, consortium.plan(), "key-1")
    with pytest.raises(InvalidInput):
        consortium.sessions.plan(consortium.mira, consortium.agreed().id, consortium.plan(), "key-1")


def test_sessions_are_planned_once_the_partners_agree(consortium: Consortium) -> None:
    for state in PairingState:
        pairing = consortium.agreed(state)
        may = consortium.pairings.get(consortium.mira, pairing.id).may_plan
        assert may == (state in {PairingState.ACCEPTED, PairingState.ACTIVE})
        if may:
            assert consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), f"key-{state}")
        else:
            with pytest.raises(Conflict, match=f"^This pairing (is|was) ({state}|called off)"):
                consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), f"key-{state}")


def test_students_see_sessions_but_do_not_plan_them(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    assert consortium.sessions.get(consortium.lin, session.id) == session
    with pytest.raises(Forbidden):
        consortium.sessions.plan(consortium.lin, pairing.id, consortium.plan(), "key-2")
    with pytest.raises(Forbidden):
        consortium.sessions.preview(consortium.lin, pairing.id, consortium.plan())
    with pytest.raises(Forbidden):
        consortium.sessions.edit(consortium.lin, session.id, consortium.plan(title="Party"), 1)
    with pytest.raises(Forbidden):
        consortium.sessions.cancel(consortium.lin, session.id, 1)


def test_for_outsiders_a_session_does_not_exist(consortium: Consortium) -> None:
    pairing = consortium.build.pairing([consortium.belgrade, consortium.almaty], proposed_by=consortium.mira)
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    for outsider in (consortium.wei, consortium.lin):
        with pytest.raises(NotFound):
            consortium.sessions.get(outsider, session.id)
        with pytest.raises(NotFound):
            consortium.sessions.edit(outsider, session.id, consortium.plan(), 1)
        with pytest.raises(NotFound):
            consortium.sessions.cancel(outsider, session.id, 1)
    with pytest.raises(NotFound):
        consortium.sessions.get(consortium.mira, "nosuchsession")


def test_a_session_moves_out_of_its_series_and_stays_part_of_it(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    first, second = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=2), "key-1")
    consortium.clock.advance(hours=1)
    plan = consortium.plan(starts_local=wall("2026-11-04 16:00"))
    after = consortium.sessions.edit(consortium.wei, second.id, plan, 1)
    assert (after.uid, after.series_id) == (second.uid, first.series_id)
    assert (after.starts_at, after.sequence, after.version) == (utc("2026-11-04 15:00"), 1, 2)
    assert (after.changed_at, after.created_at) == (consortium.clock(), second.created_at)
    assert consortium.sessions.get(consortium.mira, first.id) == first
    entry = consortium.pairings.get(consortium.mira, pairing.id).audit[-1]
    assert (entry.actor_name, entry.action) == ("Wei Zhang", "changed")
    assert entry.detail["changes"]["starts_local"] == ["2026-11-03T14:00", "2026-11-04T16:00"]


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    mine = consortium.sessions.edit(consortium.mira, session.id, consortium.plan(title="Kick-off"), 1)
    with pytest.raises(EditConflict) as refusal:
        consortium.sessions.edit(consortium.aigerim, session.id, consortium.plan(minutes=90), 1)
    assert refusal.value.current_version == 2
    with pytest.raises(EditConflict):
        consortium.sessions.cancel(consortium.aigerim, session.id, 1)
    assert consortium.sessions.get(consortium.mira, session.id) == mine


def test_an_edit_that_changes_nothing_leaves_no_trace(consortium: Consortium) -> None:
    """So a double click on "save" is no conflict with oneself."""
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    plan = consortium.plan(title="Kick-off")
    after = consortium.sessions.edit(consortium.mira, session.id, plan, 1)
    before = consortium.counts()
    assert consortium.sessions.edit(consortium.mira, session.id, plan, 1) == after
    assert consortium.counts() == before


def test_a_session_that_is_over_can_still_be_given_another_title(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    consortium.clock.set(utc("2026-10-28 08:00"))
    assert consortium.sessions.edit(consortium.mira, session.id, consortium.plan(title="Kick-off"), 1)
    moved = consortium.plan(starts_local=wall("2026-10-27 15:00"))
    with pytest.raises(InvalidInput, match="has passed"):
        consortium.sessions.edit(consortium.mira, session.id, moved, 2)


def test_a_cancelled_session_stays_and_stays_cancelled(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    after = consortium.sessions.cancel(consortium.aigerim, session.id, 1, "A public holiday here.")
    assert (after.state, after.sequence, after.version, after.uid) == (
        SessionState.CANCELLED,
        1,
        2,
        session.uid,
    )
    assert consortium.sessions.cancel(consortium.aigerim, session.id, 1) == after
    with pytest.raises(Conflict, match="stays so"):
        consortium.sessions.edit(consortium.mira, session.id, consortium.plan(), 2)
    view = consortium.pairings.get(consortium.lin, pairing.id)
    assert view.sessions == (after,)


def test_what_comes_next_over_all_pairings(consortium: Consortium) -> None:
    one, two = consortium.agreed(), consortium.agreed()
    proposed = consortium.agreed(PairingState.PROPOSED)
    session = consortium.build.session
    over = session(one, consortium.mira, starts_at=utc("2026-10-20 06:30"))  # ended at 07:30
    running = session(one, consortium.mira, starts_at=utc("2026-10-20 07:30"))
    off = session(two, consortium.mira, starts_at=utc("2026-10-21 10:00"), state=SessionState.CANCELLED)
    soon = session(two, consortium.mira, starts_at=utc("2026-10-21 09:00"))
    session(proposed, consortium.mira, starts_at=utc("2026-10-21 09:30"))
    later = session(one, consortium.mira, starts_at=utc("2026-11-21 09:00"))
    for person in (consortium.mira, consortium.dana):
        coming = consortium.sessions.upcoming(person, 10)
        assert [each.session for each in coming] == [running, soon, later]
        assert [each.pairing.id for each in coming] == [one.id, two.id, one.id]
    assert [each.session for each in consortium.sessions.upcoming(consortium.dana, 1)] == [running]
    assert consortium.sessions.upcoming(consortium.build.person("Tariq Haddad")) == []
    assert {over.id, off.id}.isdisjoint({running.id, soon.id, later.id})
    consortium.unenrol(consortium.dana, consortium.almaty.id, CourseRole.STUDENT)
    assert consortium.sessions.upcoming(consortium.dana) == []


def test_a_calendar_holds_so_many_sessions(consortium: Consortium, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_changes, "MOST_SESSIONS", 3)
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=2), "key-1")
    with pytest.raises(Conflict, match="full"):
        consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=2), "key-2")


def test_new_zone_rules_move_the_instant_and_keep_the_agreed_hour(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if Serbia had given up winter time: 14:00 in Belgrade is then 12:00 UTC in November too."""
    pairing = consortium.agreed()
    past = consortium.build.session(pairing, consortium.mira, starts_at=utc("2026-10-20 06:00"))
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    off = consortium.build.session(pairing, consortium.mira, state=SessionState.CANCELLED)
    link = consortium.feeds.link(consortium.lin, pairing.id)
    assert consortium.sessions.follow_zone_rules() == 0

    def summer_for_ever(local: datetime, zone: str, choice: object = None) -> Resolved:
        return Resolved((local - timedelta(hours=2)).replace(tzinfo=UTC), local)

    monkeypatch.setattr(session_changes, "to_instant", summer_for_ever)
    assert consortium.sessions.follow_zone_rules() == 1
    assert consortium.sessions.follow_zone_rules() == 0
    after = consortium.sessions.get(consortium.mira, session.id)
    assert (after.starts_local, after.starts_at) == (session.starts_local, utc("2026-10-27 12:00"))
    assert (after.uid, after.sequence) == (session.uid, 1)
    assert consortium.sessions.get(consortium.mira, past.id) == past
    assert consortium.sessions.get(consortium.mira, off.id) == off
    assert b"DTSTART:20261027T120000Z" in consortium.feeds.serve(link.token).body
    assert consortium.pairings.get(consortium.mira, pairing.id).audit[-1].action == "zone_rules_changed"


def test_chosen_dates_become_a_series_each_on_its_own_clock(consortium: Consortium) -> None:
    """A rotating plan: Belgrade's afternoon in one week, Almaty's in the next."""
    pairing = consortium.agreed()
    dates = [
        ChosenDate(date(2026, 11, 5), time(15), "Asia/Almaty"),
        ChosenDate(date(2026, 10, 29), time(15), "Europe/Belgrade"),
        ChosenDate(date(2026, 11, 5), time(15), "Asia/Almaty"),  # twice by mistake
    ]
    plan = replace(consortium.plan(), dates=tuple(dates))
    first, second = consortium.sessions.plan(consortium.mira, pairing.id, plan, "key-1")
    assert (first.zone, first.starts_at) == ("Europe/Belgrade", utc("2026-10-29 14:00"))
    assert (second.zone, second.starts_at) == ("Asia/Almaty", utc("2026-11-05 10:00"))
    assert first.series_id == second.series_id is not None
    assert consortium.sessions.plan(consortium.mira, pairing.id, plan, "key-1") == [first, second]


class _Onlooker:
    def __init__(self) -> None:
        self.seen: list[tuple[int | None, int, str]] = []

    def changed(self, tx: Transaction, changed: Sequence[Observed]) -> None:
        for before, after in changed:
            assert tx.sessions.get(after.id) == after
            self.seen.append((before.sequence if before else None, after.sequence, after.state))


def test_observers_are_asked_in_the_transaction_of_each_change(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    onlooker = _Onlooker()
    sessions = SessionService(
        storage=consortium.storage,
        clock=consortium.clock,
        settings=consortium.settings,
        telling=consortium.telling.now,
        feeds=consortium.feeds,
        observers=[onlooker],
    )
    first, second = sessions.plan(consortium.mira, pairing.id, consortium.plan(count=2), "key-1")
    sessions.edit(consortium.mira, first.id, consortium.plan(title="Kick-off"), 1)
    sessions.cancel(consortium.mira, second.id, 1)
    assert onlooker.seen == [
        (None, 0, "planned"),
        (None, 0, "planned"),
        (0, 1, "planned"),
        (0, 1, "cancelled"),
    ]

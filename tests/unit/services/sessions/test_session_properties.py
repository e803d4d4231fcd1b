"""What holds for every session whatever is done to it, around the clock changes of 2026/27.

SQLite alone: the subject is the rules, and both engines run them in the tests of single cases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from coil_bridge.domain import CoilPhase, JointSession, Pairing, SessionState
from coil_bridge.errors import InvalidInput
from coil_bridge.i18n import translator
from coil_bridge.services.agreed.session_plans import PlanInput, TimeNeedsChoice
from coil_bridge.services.calendar import feed_content
from coil_bridge.services.sessions.series_edits import Scope
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault, new_id
from tests.builders import Build, SettableClock
from tests.unit.services.consortium import Consortium, wall

ZONES = ("Europe/Belgrade", "Asia/Almaty", "Asia/Shanghai")
# A fortnight around each change, at every quarter of an hour: gaps and repeated hours included.
QUARTERS = st.integers(0, 14 * 96 - 1)
CHANGES = st.sampled_from([wall("2026-10-18 00:00"), wall("2027-03-21 00:00")])
TITLES = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40
).filter(str.strip)
ROOMS = st.sampled_from([None, "https://meet.example.org/soba-1", "https://meet.example.org/комната?x=1,2;3"])


@st.composite
def plans(draw: st.DrawFn) -> PlanInput:
    return PlanInput(
        title=draw(TITLES),
        phase=draw(st.sampled_from(CoilPhase)),
        starts_local=draw(CHANGES) + timedelta(minutes=15 * draw(QUARTERS)),
        zone=draw(st.sampled_from(ZONES)),
        minutes=draw(st.integers(5, 600)),
        choice=draw(st.sampled_from(["earlier", "later"])),
        room_url=draw(ROOMS),
        notes=draw(st.sampled_from(["", "Bring\na map."])),
    )


frugal = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def world(
    sqlite_storage: Storage, vault: Vault, clock: SettableClock, settings: Settings
) -> Callable[[], tuple[Consortium, Pairing]]:
    """One consortium for all examples of a test; each example gets a pairing of its own."""
    clock.set(datetime(2026, 10, 1, 8, tzinfo=UTC))
    made = Consortium(sqlite_storage, Build(sqlite_storage, vault, clock), clock, vault, settings)
    return lambda: (made, made.agreed(starts_on=date(2026, 10, 1), ends_on=date(2027, 6, 30)))


def entries(consortium: Consortium, pairing: Pairing) -> list[Any]:
    link = consortium.feeds.link(consortium.dana, pairing.id)
    return list(Calendar.from_ical(consortium.feeds.serve(link.token).body).walk("VEVENT"))


@frugal
@given(plan=plans())
def test_session_preview_and_feed_agree_on_the_instant(
    world: Callable[[], tuple[Consortium, Pairing]], plan: PlanInput
) -> None:
    consortium, pairing = world()
    [shown] = consortium.sessions.preview(consortium.mira, pairing.id, plan).occurrences
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, plan, new_id())
    [entry] = entries(consortium, pairing)
    assert shown.instant == session.starts_at == entry.start
    assert entry.end - entry.start == timedelta(minutes=plan.minutes)
    assert {slot.start.astimezone(UTC) for slot in shown.slots} == {session.starts_at}
    wall_time = session.starts_local.replace(tzinfo=ZoneInfo(session.zone), fold=session.fold)
    assert wall_time.astimezone(UTC) == session.starts_at
    for zone in ZONES:
        local = session.starts_at.astimezone(ZoneInfo(zone))
        assert translator("en").moment(local) in str(entry["DESCRIPTION"])


@frugal
@given(first=plans(), edits=st.lists(plans(), max_size=4), cancel=st.booleans())
def test_any_sequence_of_edits_keeps_the_uid_and_raises_the_sequence(
    world: Callable[[], tuple[Consortium, Pairing]],
    first: PlanInput,
    edits: list[PlanInput],
    cancel: bool,
) -> None:
    consortium, pairing = world()
    [before] = consortium.sessions.plan(consortium.mira, pairing.id, first, new_id())
    for plan in edits:
        consortium.clock.advance(seconds=1)
        after = consortium.sessions.edit(consortium.aigerim, before.id, plan, before.version)
        _check_step(before, after, consortium.clock())
        before = after
    if cancel:
        consortium.clock.advance(seconds=1)
        after = consortium.sessions.cancel(consortium.wei, before.id, before.version)
        assert after.state is SessionState.CANCELLED
        _check_step(before, after, consortium.clock())
        before = after
    [entry] = entries(consortium, pairing)
    assert (entry["UID"], entry["SEQUENCE"]) == (before.uid, before.sequence)
    assert entry["LAST-MODIFIED"].dt == entry["DTSTAMP"].dt == before.changed_at
    assert entry.start == before.starts_at


def _check_step(before: JointSession, after: JointSession, now: datetime) -> None:
    assert (after.id, after.uid, after.created_at) == (before.id, before.uid, before.created_at)
    if after == before:
        return
    assert after.sequence == before.sequence + 1
    assert after.version == before.version + 1
    assert after.changed_at == now


DEEDS = st.tuples(
    st.sampled_from(["edit", "cancel", "zones"]),
    st.integers(0, 9),
    st.sampled_from(Scope),
    st.integers(-3 * 96, 3 * 96),
    st.sampled_from(ZONES),
    TITLES,
)


@frugal
@given(first=plans(), count=st.integers(2, 8), every=st.integers(1, 2), deeds=st.lists(DEEDS, max_size=5))
def test_whatever_is_done_to_a_series_every_session_keeps_its_uid_and_counts_its_changes(
    world: Callable[[], tuple[Consortium, Pairing]],
    first: PlanInput,
    count: int,
    every: int,
    deeds: list[tuple[str, int, Scope, int, str, str]],
) -> None:
    """Feed and page show the same instants; a calendar never sees a change without a higher SEQUENCE."""
    consortium, pairing = world()
    plan = replace(first, count=count, every=every)
    consortium.sessions.plan(consortium.mira, pairing.id, plan, new_id())
    for deed in deeds:
        before = {each.id: each for each in _page(consortium, pairing)}
        consortium.clock.advance(seconds=1)
        _do(consortium, list(before.values()), deed)
        after = {each.id: each for each in _page(consortium, pairing)}
        assert after.keys() == before.keys()
        for session_id, session in after.items():
            old = before[session_id]
            assert (session.uid, session.series_id) == (old.uid, old.series_id)
            seen = replace(session, slot_local=old.slot_local, slot_zone=old.slot_zone)
            if seen != old:
                assert (session.sequence, session.changed_at) == (old.sequence + 1, consortium.clock())
            if old.state is SessionState.CANCELLED:
                assert seen == old
        _check_feed(consortium, pairing)


def _page(consortium: Consortium, pairing: Pairing) -> tuple[JointSession, ...]:
    return consortium.pairings.get(consortium.dana, pairing.id).sessions


def _do(
    consortium: Consortium, sessions: list[JointSession], deed: tuple[str, int, Scope, int, str, str]
) -> None:
    what, position, scope, quarters, zone, title = deed
    session = sessions[position % len(sessions)]
    if what == "zones":
        assert consortium.sessions.follow_zone_rules() == 0
    elif what == "cancel":
        consortium.sessions.cancel_series(consortium.wei, session.id, session.version, "", scope)
    elif session.state is SessionState.PLANNED:
        plan = PlanInput(
            title=title,
            phase=session.phase,
            starts_local=session.starts_local + timedelta(minutes=15 * quarters),
            zone=zone,
            minutes=session.minutes,
            choice="earlier",
            room_url=session.room_url,
            notes=session.notes,
        )
        try:
            consortium.sessions.edit_series(consortium.mira, session.id, plan, session.version, scope)
        except InvalidInput:
            assert quarters  # only a time can lie outside the pairing's days


def _check_feed(consortium: Consortium, pairing: Pairing) -> None:
    shown = {
        str(entry["UID"]): (entry.start, entry["SEQUENCE"], str(entry["STATUS"]))
        for entry in entries(consortium, pairing)
    }
    states = {SessionState.PLANNED: "CONFIRMED", SessionState.CANCELLED: "CANCELLED"}
    assert shown == {
        each.uid: (each.starts_at, each.sequence, states[each.state]) for each in _page(consortium, pairing)
    }


@frugal
@given(plan=plans(), count=st.integers(1, 10))
def test_a_series_keeps_the_wall_time_unless_a_choice_moved_it(
    world: Callable[[], tuple[Consortium, Pairing]], plan: PlanInput, count: int
) -> None:
    consortium, pairing = world()
    plan = replace(plan, count=count)
    sessions = consortium.sessions.plan(consortium.mira, pairing.id, plan, new_id())
    assert len({each.uid for each in sessions}) == count
    unresolved = _unresolved(consortium, pairing, replace(plan, choice=None))
    for week, session in enumerate(sessions):
        expected = plan.starts_local + timedelta(weeks=week)
        assert session.starts_local == expected or expected in unresolved


def _unresolved(consortium: Consortium, pairing: Pairing, plan: PlanInput) -> set[datetime]:
    try:
        consortium.sessions.plan(consortium.mira, pairing.id, plan, new_id())
    except TimeNeedsChoice as choice:
        return {problem.local for problem in choice.problems}
    return set()


@frugal
@given(plan=plans())
def test_a_feed_is_the_same_in_any_order_of_its_sessions(
    world: Callable[[], tuple[Consortium, Pairing]], plan: PlanInput
) -> None:
    consortium, pairing = world()
    sessions = consortium.sessions.plan(consortium.mira, pairing.id, replace(plan, count=3), new_id())
    page, english = "https://bridge.example.org/pairings/x", translator("en")
    feed = feed_content.build(pairing, sessions, page, english)
    assert feed_content.build(pairing, sessions[::-1], page, english) == feed

"""Pilots: set up, seen, and cut off from the people behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from coil_bridge.domain import PairingState, Person, Pilot, Role
from coil_bridge.errors import Conflict, Forbidden, InvalidInput, NotFound
from coil_bridge.evaluation.participation import GroupStatus, GroupTable
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Event, EventKind, EventSource, Member, Part, RunState, Tally
from coil_bridge.evaluation.weeks import noon_of
from coil_bridge.services.piloting.pilot_groups import groups_of
from coil_bridge.services.piloting.pilot_inputs import PhaseInput, PilotInput
from coil_bridge.services.piloting.pilots import PilotService
from coil_bridge.settings import Settings
from coil_bridge.storage.event_tables import actor, event_block, reply, seen_record
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import participant
from coil_bridge.storage.tables import pilot as pilot_table
from coil_bridge.vault import Vault
from tests.builders import Build, SettableClock
from tests.stored_events import events_in
from tests.unit.services.stored_pilot import StoredPilot

AUTUMN = PhaseInput("Autumn", date(2026, 9, 14), date(2027, 1, 29))
SPRING = PhaseInput("Spring", date(2027, 2, 15), date(2027, 6, 30))
FORM = PilotInput(
    "Pilot 2026/27", date(2026, 9, 1), date(2027, 7, 31), "Two phases.", phases=(AUTUMN, SPRING)
)


@pytest.fixture
def pilots(storage: Storage, clock: SettableClock, vault: Vault, settings: Settings) -> PilotService:
    return PilotService(storage=storage, clock=clock, vault=vault, settings=settings)


@pytest.fixture
def stored(storage: Storage, build: Build, clock: SettableClock) -> StoredPilot:
    return StoredPilot(storage, build, clock)


def test_a_pilot_is_set_up_with_its_phases_and_a_key(
    pilots: PilotService, build: Build, storage: Storage, vault: Vault
) -> None:
    lead = build.lead()
    pilot = pilots.create(lead, replace(FORM, name=" Pilot 2026/27 "))
    assert (pilot.name, pilot.suppression_threshold) == ("Pilot 2026/27", 10)
    assert pilots.all(lead) == [pilot]
    view = pilots.get(lead, pilot.id)
    assert [line.phase.name for line in view.phases] == ["Autumn", "Spring"]
    assert [phase.pilot_name for phase in pilots.phases()] == ["Pilot 2026/27", "Pilot 2026/27"]
    with storage.read() as tx:
        sealed = tx.pilots.sealed_key(pilot.id)
        (entry,) = tx.audit.of("pilot", pilot.id)
    assert sealed is not None
    assert Pseudonymiser(vault.decrypt(sealed))
    assert (entry.actor_name, entry.action) == (lead.name, "created")
    assert entry.detail == {"name": "Pilot 2026/27", "threshold": 10, "phases": ["Autumn", "Spring"]}


def test_a_phase_is_added_later(pilots: PilotService, build: Build) -> None:
    lead = build.lead()
    pilot = pilots.create(lead, replace(FORM, phases=(AUTUMN,)))
    phase = pilots.add_phase(lead, pilot.id, SPRING)
    assert (phase.pilot_id, phase.name) == (pilot.id, "Spring")
    assert [line.phase.name for line in pilots.get(lead, pilot.id).phases] == ["Autumn", "Spring"]
    with pytest.raises(InvalidInput) as caught:
        pilots.add_phase(lead, pilot.id, replace(SPRING, name="spring "))
    assert set(caught.value.errors) == {"name"}


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "PILOT 2025/26"}, "name"),
        ({"description": "x" * 4001}, "description"),
        ({"ends_on": date(2026, 8, 31)}, "ends_on"),
        ({"suppression_threshold": 4}, "suppression_threshold"),
        ({"suppression_threshold": 1001}, "suppression_threshold"),
        ({"phases": [AUTUMN, replace(SPRING, name="AUTUMN")]}, "phases.1.name"),
        ({"phases": [replace(AUTUMN, name="")]}, "phases.0.name"),
        ({"phases": [replace(AUTUMN, name="x" * 101)]}, "phases.0.name"),
        ({"phases": [replace(AUTUMN, ends_on=date(2026, 9, 13))]}, "phases.0.ends_on"),
        ({"phases": [replace(AUTUMN, starts_on=date(2026, 8, 31))]}, "phases.0.starts_on"),
        ({"phases": [AUTUMN, replace(SPRING, ends_on=date(2027, 8, 1))]}, "phases.1.ends_on"),
    ],
)
def test_what_is_wrong_is_said_by_field(
    pilots: PilotService, build: Build, changes: dict[str, Any], field: str
) -> None:
    build.pilot("Pilot 2025/26")
    with pytest.raises(InvalidInput) as caught:
        pilots.create(build.lead(), replace(FORM, **changes))
    assert field in caught.value.errors
    assert len(pilots.all(build.lead())) == 1


def test_thresholds_down_to_the_floor_are_taken(pilots: PilotService, build: Build) -> None:
    assert pilots.create(build.lead(), replace(FORM, suppression_threshold=5)).suppression_threshold == 5


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_only_leads_and_administrators_see_and_make_pilots(pilots: PilotService, build: Build) -> None:
    mira, pilot = build.person("Mira Jovanović"), build.pilot()
    refused: list[Callable[[Person], object]] = [
        pilots.all,
        lambda who: pilots.create(who, FORM),
    ]
    unknown: list[Callable[[Person], object]] = [
        lambda who: pilots.get(who, pilot.id),
        lambda who: pilots.add_phase(who, pilot.id, AUTUMN),
        lambda who: pilots.destroy_key(who, pilot.id),
    ]
    for act in refused:
        with pytest.raises(Forbidden):
            act(mira)
    for act in unknown:
        with pytest.raises(NotFound):
            act(mira)
    with pytest.raises(NotFound):
        pilots.get(build.lead(), "unknown")
    for evaluator in (build.lead(), build.person("Ana Petrović", roles=[Role.ADMINISTRATOR])):
        assert pilots.get(evaluator, pilot.id).pilot == pilot


def test_the_page_shows_pairings_by_phase_with_their_groups_and_pulls(
    pilots: PilotService, stored: StoredPilot
) -> None:
    view = pilots.get(stored.lead, stored.pilot.id)
    (autumn,) = view.phases
    (line,) = autumn.pairings
    assert [(group.institution.city, group.status) for group in line.groups] == [
        ("Almaty", GroupStatus.NOT_PULLED),
        ("Belgrade", GroupStatus.NOT_PULLED),
    ]
    stored.put(stored.belgrade, students=12, staff=2)
    stored.put(stored.almaty, students=9)
    view = pilots.get(stored.lead, stored.pilot.id)
    almaty, belgrade = view.phases[0].pairings[0].groups
    assert (belgrade.status, belgrade.students, belgrade.staff) == (GroupStatus.SHOWN, 12, None)
    assert (almaty.status, almaty.students, almaty.staff) == (GroupStatus.WITHHELD, None, None)
    (course,) = belgrade.courses
    assert course.run is not None
    assert (course.run.state, course.run.tally) == (RunState.DONE, Tally(14, 14, {}, 4, 4))
    counts = view.counts
    assert (counts.pairings, counts.institutions, counts.courses, counts.students) == (1, 2, 2, 12)
    assert (counts.shown, counts.withheld, counts.not_pulled) == (1, 1, 0)


def test_the_page_looks_the_same_whatever_is_inside_a_small_group(
    pilots: PilotService, stored: StoredPilot
) -> None:
    stored.put(stored.belgrade, students=12)
    stored.put(stored.almaty, students=2)
    before = pilots.get(stored.lead, stored.pilot.id)
    stored.put(stored.almaty, students=9, staff=3)
    after = pilots.get(stored.lead, stored.pilot.id)
    assert after == before
    assert before.courses[0].run is not None
    assert before.courses[0].run.tally is None


def test_a_running_pull_tells_how_far_it_is_but_not_of_a_small_group(
    pilots: PilotService, stored: StoredPilot
) -> None:
    for of, students in ((stored.belgrade, 12), (stored.almaty, 4)):
        stored.put(of, students=students, finished=False)
    shares = {
        line.course.institution.city: line.run.share
        for line in pilots.get(stored.lead, stored.pilot.id).courses
        if line.run
    }
    assert shares == {"Belgrade": 0.5, "Almaty": 0.0}


def test_cancelled_pairings_are_not_evaluated(pilots: PilotService, stored: StoredPilot) -> None:
    stored.pair(state=PairingState.CANCELLED, title="Called off")
    stored.pair(state=PairingState.COMPLETED, title="Over")
    view = pilots.get(stored.lead, stored.pilot.id)
    assert [line.title for line in view.phases[0].pairings] == ["Over", "Voices across borders"]


def _tables(storage: Storage, pilot: Pilot) -> tuple[GroupTable, ...]:
    with storage.read() as tx:
        return groups_of(tx, pilot, with_activity=True)


def test_destroying_the_key_unlinks_the_rows_and_keeps_the_counts(
    pilots: PilotService, stored: StoredPilot, storage: Storage
) -> None:
    people = stored.put(stored.belgrade, students=12, last_access_week=date(2026, 10, 12))
    days = [date(2026, 10, 5), date(2026, 10, 7), date(2026, 10, 11), date(2026, 10, 12)]
    stored.write(stored.belgrade, [(people[0], day) for day in days] + [(people[1], days[1])] * 3)
    answer = Event(
        "r" * 32, people[1], EventKind.FORUM_REPLY, noon_of(days[1].toordinal()), days[1], people[0], "q" * 32
    )
    with storage.write() as tx:
        tx.events.add_records(stored.pilot.id, stored.pairing.id, stored.belgrade.id, [answer])
    before = _tables(storage, stored.pilot)
    old_people, old_actors = stored.rows(participant), stored.rows(actor)
    pilot = pilots.destroy_key(stored.lead, stored.pilot.id)
    assert pilot.key_destroyed_at == stored.clock()
    assert stored.rows(pilot_table)[0]["key_encrypted"] is None
    new_people, new_actors = (stored.rows(each) for each in (participant, actor))
    new_events = events_in(stored.rows(event_block))
    for old, new in ((old_people, new_people), (old_actors, new_actors)):
        assert len(new) == len(old)
        assert not {row["pseudonym"] for row in new} & {row["pseudonym"] for row in old}
    assert not {row["no"] for row in new_actors} & {row["no"] for row in old_actors}
    assert {row["last_access_week"] for row in new_people} == {None}
    assert stored.rows(seen_record) == []
    # Three days of one week become its Monday, Tuesday and Wednesday, whichever they were, at noon.
    days = {date.fromordinal(row["day"]) for row in new_events}
    assert days == {date(2026, 10, 5), date(2026, 10, 6), date(2026, 10, 7), date(2026, 10, 12)}
    assert {row["minute"] for row in new_events} == {noon_of(day.toordinal()) for day in days}
    after = _tables(storage, pilot)
    assert _counted(after) == _counted(before)
    assert any(week.active_days == 3 for group in after for week in group.weeks)
    new = {row["no"] for row in new_actors}
    assert {row["actor"] for row in new_events} <= new
    for row in stored.rows(reply):
        assert {row["from_actor"], row["to_actor"]} <= new
        assert row["day"] == date(2026, 10, 5).toordinal()
    assert len(stored.rows(reply)) == 1


def _counted(groups: tuple[GroupTable, ...]) -> list[object]:
    """What the groups say of weeks and people, without names and last visits."""
    by_person: dict[str, list[tuple[object, ...]]] = {}
    for group in groups:
        for person in group.people:
            totals = (person.part, person.completed, person.posts, person.replies, person.active_days)
            by_person[person.pseudonym] = [totals]
        for week in group.weeks:
            row = (week.week, week.posts, week.replies, week.active_days)
            by_person[week.pseudonym].append(row)
    return sorted(by_person.values(), key=repr)


def test_destroying_the_key_leaves_other_pilots_alone_and_happens_once(
    pilots: PilotService, stored: StoredPilot, build: Build, storage: Storage, clock: SettableClock
) -> None:
    other = StoredPilot(storage, build, clock, name="Pilot 2027/28")
    people = other.put(other.belgrade, students=10)
    other.write(other.belgrade, [(people[0], date(2026, 10, 7))])
    before = [other.rows(each) for each in (participant, actor, event_block, seen_record)]
    pilots.destroy_key(stored.lead, stored.pilot.id)
    assert [other.rows(each) for each in (participant, actor, event_block, seen_record)] == before
    with pytest.raises(Conflict, match="has been destroyed"):
        pilots.destroy_key(stored.lead, stored.pilot.id)
    with storage.read() as tx:
        assert tx.pilots.sealed_key(other.pilot.id)
        assert [entry.action for entry in tx.audit.of("pilot", stored.pilot.id)] == ["key_destroyed"]


def test_members_and_events_come_back_as_stored(stored: StoredPilot, storage: Storage) -> None:
    member = Member(
        stored.pairing.id,
        stored.belgrade.id,
        "a" * 32,
        Part.STAFF,
        date(2026, 10, 5),
        completed=True,
        observed_at=stored.clock(),
    )
    on = date(2026, 10, 6)
    posted = Event("k" * 32, "a" * 32, EventKind.FORUM_REPLY, noon_of(on.toordinal()) + 61, on)
    nobody = replace(posted, source_key="n" * 32, pseudonym="b" * 32)
    with storage.write() as tx:
        tx.activity.put_members(stored.pilot.id, [replace(member, completed=None)])
        tx.activity.put_members(stored.pilot.id, [member])
        stored_now = [
            tx.events.add_records(stored.pilot.id, stored.pairing.id, stored.belgrade.id, events)
            for events in ([posted, posted], [posted, nobody], [])
        ]
    assert stored_now == [1, 0, 0]
    with storage.read() as tx:
        assert tx.activity.members(stored.pilot.id) == [member]
        (day,) = tx.events.day_counts(stored.pilot.id)
    assert (day.day, day.posts, day.replies) == (date(2026, 10, 6), 1, 1)
    (row,) = events_in(stored.rows(event_block))
    assert (row["kind"], row["minute"], row["source"]) == (
        EventKind.FORUM_REPLY,
        posted.minute,
        EventSource.RECORDS,
    )

"""Reading activity logs through the plugin of simulated Moodles, over real HTTP."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from coil_bridge.evaluation.records import EventKind, EventSource, LogFinding, LogRun, RunState
from coil_bridge.services.activity import log_course, log_reading
from coil_bridge.storage.event_tables import actor, event_day
from coil_bridge.storage.log_cursors import pack, unpack
from coil_bridge.storage.log_tables import log_cursor
from connectors.moodle import simulator
from connectors.moodle.simulator import activity_log as log
from connectors.moodle.simulator.activity_log import ActivityLog
from tests.unit.services.pilot import Class, PilotTrial, utc

on_one_engine = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


def view(of: Class, who: simulator.User, at: str, name: str = log.VIEWED, **more: Any) -> int:
    return of.moodle.world.log.add(of.there.id, who.id, name, utc(at), **more)


def reading(trial: PilotTrial, of: Class) -> LogRun:
    with trial.storage.read() as tx:
        return tx.log_runs.latest(trial.pilot.id)[of.here.site_id]


def told(trial: PilotTrial) -> Counter[tuple[int, int]]:
    """How many events of each kind stand at each minute."""
    return Counter((row["kind"], row["minute"]) for row in trial.events())


def minute(at: str) -> int:
    return int(utc(at).timestamp()) // 60


def balanced(run: LogRun) -> bool:
    return run.tally.read == run.tally.stored + sum(run.tally.dropped.values())


def counted_right(trial: PilotTrial) -> bool:
    """Whether the daily counts are those of the events."""
    counts = Counter((row["actor"], row["day"], row["kind"]) for row in trial.events())
    return counts == {(row["actor"], row["day"], row["kind"]): row["n"] for row in trial.rows(event_day)}


def test_rows_become_events_by_minute_local_day_and_kind(
    trial: PilotTrial, people: list[simulator.User]
) -> None:
    ana, marko, _ = people
    view(trial.belgrade, ana, "2026-10-24 22:00")  # Sunday 00:00 in Belgrade, the day of 25 hours
    view(trial.belgrade, ana, "2026-10-25 22:59", log.MODULE_VIEWED)
    view(trial.belgrade, ana, "2026-10-25 23:00", log.SESSION_JOINED)
    view(trial.belgrade, marko, "2026-10-26 09:30", log.SUBMITTED)
    view(trial.belgrade, marko, "2026-10-26 09:31", log.ATTEMPTED)
    trial.pull()
    days = [utc(day).toordinal() for day in ("2026-10-25", "2026-10-26")]
    found = [tuple(row[name] for name in ("kind", "minute", "day", "source")) for row in trial.events()]
    assert sorted(found, key=lambda row: row[1]) == [
        (EventKind.VIEW, minute("2026-10-24 22:00"), days[0], EventSource.LOG),
        (EventKind.VIEW, minute("2026-10-25 22:59"), days[0], EventSource.LOG),
        (EventKind.ROOM_JOIN, minute("2026-10-25 23:00"), days[1], EventSource.LOG),
        (EventKind.SUBMISSION, minute("2026-10-26 09:30"), days[1], EventSource.LOG),
        (EventKind.QUIZ, minute("2026-10-26 09:31"), days[1], EventSource.LOG),
    ]
    run = reading(trial, trial.belgrade)
    assert (run.state, run.finding, run.tally.read, run.tally.stored) == (
        RunState.DONE,
        LogFinding.READ,
        5,
        5,
    )
    assert counted_right(trial)


def test_what_is_left_out_is_counted_by_reason(trial: PilotTrial, people: list[simulator.User]) -> None:
    ana = people[0]
    world = trial.belgrade.moodle.world
    stranger = world.add_user("stranger", "Nobody", "Known")
    view(trial.belgrade, ana, "2026-10-06 09:00")
    view(trial.belgrade, stranger, "2026-10-06 09:00")
    view(
        trial.belgrade, ana, "2026-09-30 21:59"
    )  # 30 September in Belgrade: the pairing starts the day after
    view(trial.belgrade, ana, "2026-10-06 09:00", "\\core\\event\\user_graded")
    view(trial.belgrade, ana, "2026-10-06 09:00", log.POST_CREATED)
    view(trial.belgrade, ana, "2026-10-06 09:00", anonymous=True)
    view(trial.belgrade, ana, "2026-10-06 09:00", impersonated=True)
    trial.pull()
    run = reading(trial, trial.belgrade)
    assert run.tally.dropped == {
        "not_a_participant": 1,
        "outside_dates": 1,
        "no_activity": 1,
        "told_by_posts": 1,
        "anonymous": 1,
        "acting_as_another": 1,
    }
    assert (run.tally.read, run.tally.stored) == (7, 1)
    assert balanced(run)


def test_a_second_reading_adds_what_is_new(trial: PilotTrial, people: list[simulator.User]) -> None:
    ana = people[0]
    for second in range(5):
        view(trial.belgrade, ana, f"2026-10-06 09:00:{second:02}")
    trial.pull()
    assert reading(trial, trial.belgrade).tally.stored == 5
    view(trial.belgrade, ana, "2026-10-06 09:01")
    trial.pull()
    run = reading(trial, trial.belgrade)
    assert (run.tally.read, run.tally.stored, run.tally.dropped) == (6, 1, {"already_stored": 5})
    assert told(trial) == {(0, minute("2026-10-06 09:00")): 5, (0, minute("2026-10-06 09:01")): 1}


def test_a_row_that_becomes_visible_below_the_cursor_is_found(
    trial: PilotTrial, people: list[simulator.User]
) -> None:
    ana, entries = people[0], trial.belgrade.moodle.world.log
    for number in range(4):
        view(trial.belgrade, ana, f"2026-10-06 09:0{number}")
    late = {name: column.pop(1) for name, column in entries.columns.items()}
    arrived = entries.arrived.pop(1)
    del entries.left_out[1]
    trial.pull()
    assert reading(trial, trial.belgrade).tally.stored == 3
    for name, column in entries.columns.items():
        column.insert(1, late[name])
    entries.arrived.insert(1, arrived)
    entries.left_out.insert(1, 0)
    trial.pull()
    assert reading(trial, trial.belgrade).tally.stored == 1
    assert len(trial.events()) == 4
    trial.pull()
    assert reading(trial, trial.belgrade).tally.stored == 0


@on_one_engine
def test_pages_of_any_size_bring_the_same_rows(
    trial: PilotTrial, people: list[simulator.User], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = trial.belgrade.moodle.world
    world.log_rows(900, [trial.belgrade.there], start=utc("2026-10-01 00:00"))
    world.service_user.capabilities.discard("mod/forum:viewdiscussion")
    monkeypatch.setattr(log_reading, "ROWS", 70)
    monkeypatch.setattr(log_course, "OVERLAP", 40)
    trial.pull()
    columns = world.log.columns
    expected = Counter(at // 60 for at in columns["time"])
    run = reading(trial, trial.belgrade)
    assert balanced(run)
    assert run.tally.read == 900
    stored = Counter(row["minute"] for row in trial.events())
    assert sum(stored.values()) == run.tally.stored > 700
    assert stored <= expected
    again = trial.stored()
    trial.pull()
    assert trial.stored() == again
    assert reading(trial, trial.belgrade).tally.dropped["already_stored"] == 40


@on_one_engine
def test_a_course_that_comes_later_is_read_from_the_beginning_and_meets_the_others(
    trial: PilotTrial, people: list[simulator.User], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = trial.belgrade.moodle.world
    monkeypatch.setattr(log_reading, "ROWS", 7)
    other = world.add_course("C-2", "Street Art")
    world.enrol(people[1], other)
    for number in range(30):
        view(trial.belgrade, people[0], f"2026-10-06 09:{number:02}")
        world.log.add(other.id, people[1].id, log.VIEWED, utc(f"2026-10-06 09:{number:02}"))
    trial.pull()
    assert len(trial.events()) == 30
    here = trial.build.course(_site(trial), "Street Art", moodle_id=other.id)
    later = Class(trial.belgrade.moodle, other, here)
    trial.pair(later, trial.almaty, title="Street art")
    for number in range(30, 40):
        view(trial.belgrade, people[0], f"2026-10-06 09:{number:02}")
        world.log.add(other.id, people[1].id, log.VIEWED, utc(f"2026-10-06 09:{number:02}"))
    trial.pull()
    by_actor = Counter(row["actor"] for row in trial.events())
    assert sorted(by_actor.values()) == [40, 40]
    assert balanced(reading(trial, trial.belgrade))
    assert (
        len({row["after_id"] for row in trial.rows(log_cursor) if row["course_id"] != trial.almaty.here.id})
        == 1
    )


def _site(trial: PilotTrial) -> Any:
    with trial.storage.read() as tx:
        return tx.sites.get(trial.belgrade.here.site_id)


def test_a_course_in_two_pairings_counts_in_each(trial: PilotTrial, people: list[simulator.User]) -> None:
    view(trial.belgrade, people[0], "2026-10-06 09:00")
    trial.pair(trial.belgrade, title="Streets of two cities")
    trial.pull()
    pairings = {row["no"]: row["pairing_id"] for row in trial.rows(actor)}
    assert len({pairings[row["actor"]] for row in trial.events()}) == len(trial.events()) == 2
    assert reading(trial, trial.belgrade).tally.read == 2


def test_an_emptied_log_whose_ids_begin_anew_is_noticed(
    trial: PilotTrial, people: list[simulator.User]
) -> None:
    world = trial.belgrade.moodle.world
    for number in range(20):
        view(trial.belgrade, people[0], f"2026-10-06 09:{number:02}")
    trial.pull()
    world.log = ActivityLog()
    for number in range(5):
        view(trial.belgrade, people[0], f"2026-10-07 09:{number:02}")
    trial.pull()
    assert len(trial.events()) == 25
    world.log = ActivityLog()  # and again, so long after that the ids have gone past the cursor
    for number in range(30):
        view(trial.belgrade, people[0], f"2026-10-08 09:{number:02}")
    trial.pull()
    assert len(trial.events()) == 55
    assert counted_right(trial)
    trial.pull()
    assert len(trial.events()) == 55


def test_a_log_with_other_ids_for_the_same_rows_replaces_them(
    trial: PilotTrial, people: list[simulator.User]
) -> None:
    world = trial.belgrade.moodle.world
    for number in range(20):
        view(trial.belgrade, people[number % 2], f"2026-10-06 09:{number:02}")
    trial.pull()
    before = told(trial)
    old, world.log = world.log, ActivityLog()
    world.log.add(9999, people[0].id, log.VIEWED, utc("2026-10-06 08:00"))  # moves every id by one
    for row in range(len(old)):
        world.log.add(
            old.columns["course"][row],
            old.columns["user"][row],
            old.event_names[old.columns["event"][row]],
            utc("1970-01-01 00:00") + timedelta(seconds=old.columns["time"][row]),
        )
    trial.pull()
    assert told(trial) == before
    assert counted_right(trial)


def test_a_course_restored_with_its_log_adds_nothing_twice(
    trial: PilotTrial, people: list[simulator.User]
) -> None:
    world = trial.belgrade.moodle.world
    for number in range(10):
        view(trial.belgrade, people[0], f"2026-10-06 09:{number:02}")
    view(trial.belgrade, people[0], "2026-10-08 09:00")
    trial.pull()
    log.restored(world.log, range(10), trial.belgrade.there.id, utc("2026-10-08 10:00"))
    view(trial.belgrade, people[0], "2026-10-08 10:30")
    trial.pull()
    run = reading(trial, trial.belgrade)
    assert (run.tally.stored, run.tally.dropped) == (1, {"already_stored": 21})
    assert len(trial.events()) == 12


def test_a_course_that_may_not_be_read_waits_where_it_stands(
    trial: PilotTrial, people: list[simulator.User]
) -> None:
    world = trial.belgrade.moodle.world
    view(trial.belgrade, people[0], "2026-10-06 09:00")
    trial.pull()
    world.service_user.capabilities.discard("report/log:view")
    view(trial.belgrade, people[0], "2026-10-06 09:01")
    trial.pull()
    run = reading(trial, trial.belgrade)
    assert (run.state, run.refused) == (RunState.DONE, {trial.belgrade.here.id: "capability"})
    progress = trial.services.pulls.progress(trial.lead, trial.pilot.id)
    (line,) = [line for line in progress.logs if line.refused]
    assert [(each.name, each.reason) for each in line.refused] == [
        (trial.belgrade.here.fullname, "capability")
    ]
    world.service_user.capabilities.add("report/log:view")
    trial.pull()
    assert len(trial.events()) == 2


@on_one_engine
@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"version": 0}, LogFinding.NO_PLUGIN),
        ({"version": 1}, LogFinding.PLUGIN_TOO_OLD),
        ({"logging": False}, LogFinding.NO_LOG_STORE),
    ],
)
def test_what_a_moodle_lacks_is_written_down(
    trial: PilotTrial, people: list[simulator.User], change: dict[str, Any], finding: LogFinding
) -> None:
    for name, value in change.items():
        setattr(trial.belgrade.moodle.site.plugin, name, value)
    view(trial.belgrade, people[0], "2026-10-06 09:00")
    trial.pull()
    run = reading(trial, trial.belgrade)
    assert (run.state, run.finding, run.tally.read) == (RunState.DONE, finding, 0)
    assert trial.events() == []


@on_one_engine
def test_nothing_is_read_before_the_roster_is_known(trial: PilotTrial, people: list[simulator.User]) -> None:
    view(trial.belgrade, people[0], "2026-10-06 09:00")
    with trial.storage.write() as tx:
        trial.services.activity.logs.queue(tx, trial.pilot.id, trial.belgrade.here.site_id)
    trial.work()
    assert trial.rows(log_cursor) == []
    trial.pull()
    assert len(trial.events()) == 1


@on_one_engine
def test_posts_come_from_the_log_where_forums_cannot_be_read_and_go_when_they_can(
    trial: PilotTrial, people: list[simulator.User]
) -> None:
    world = trial.belgrade.moodle.world
    forum = world.add_forum(trial.belgrade.there, "Cities")
    world.post(people[0], forum, "Streets", at=utc("2026-10-06 09:00"))
    view(trial.belgrade, people[0], "2026-10-06 09:00", log.DISCUSSION_CREATED)
    trial.belgrade.moodle.faults.error_in_200(
        "nopermissions", function="mod_forum_get_forum_discussions", times=1
    )
    trial.belgrade.moodle.faults.error_in_200(
        "accessexception", function="local_coilbridge_get_facts", times=5
    )
    trial.pull()
    assert [row["source"] for row in trial.events()] == [EventSource.LOG]
    trial.pull()
    assert [row["source"] for row in trial.events()] == [EventSource.RECORDS]
    assert counted_right(trial)


@on_one_engine
def test_the_key_that_goes_takes_the_cursors_and_stops_the_reading(
    trial: PilotTrial, people: list[simulator.User]
) -> None:
    view(trial.belgrade, people[0], "2026-10-06 09:17")
    trial.pull()
    trial.services.pilots.destroy_key(trial.lead, trial.pilot.id)
    assert trial.rows(log_cursor) == []
    (row,) = trial.events()
    assert row["minute"] % 1440 == 720
    trial.clock.advance(minutes=1)
    with trial.storage.write() as tx:
        trial.services.activity.logs.queue(tx, trial.pilot.id, trial.belgrade.here.site_id)
    trial.work()
    assert reading(trial, trial.belgrade).state is RunState.FAILED


@on_one_engine
def test_numbers_are_told_only_where_those_of_each_course_may_be(
    trial: PilotTrial, people: list[simulator.User]
) -> None:
    view(trial.belgrade, people[0], "2026-10-06 09:00")
    trial.pull()
    progress = trial.services.pulls.progress(trial.lead, trial.pilot.id)
    assert progress.ended
    assert [line.tally for line in progress.logs] == [None, None]
    trial.belgrade.enrol(10)
    trial.pull()
    lines = trial.services.pulls.progress(trial.lead, trial.pilot.id).logs
    assert [line.tally.read for line in lines if line.tally] == [1]


@on_one_engine
def test_a_failure_halfway_keeps_what_came_and_goes_on_from_there(
    trial: PilotTrial, people: list[simulator.User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_reading, "ROWS", 10)
    for number in range(35):
        view(trial.belgrade, people[0], f"2026-10-06 09:{number:02}")
    faults = trial.belgrade.moodle.faults
    faults.html(function="local_coilbridge_get_log", times=1)
    trial.pull()
    assert reading(trial, trial.belgrade).state is RunState.FAILED
    trial.clock.advance(hours=1)
    trial.pull()
    assert reading(trial, trial.belgrade).tally.stored == 35


def test_the_recent_ids_are_packed_into_few_bytes_and_come_back() -> None:
    chance = random.Random(5)  # noqa: S311 - numbers with gaps, no secret
    ids = sorted(chance.sample(range(10**9, 10**9 + 10_000), 5000))
    rows = tuple((row_id, 1_790_000_000 + place // 3) for place, row_id in enumerate(ids))
    assert unpack(pack(rows)) == rows
    assert len(pack(rows)) < 20_000
    assert unpack(pack([])) == ()

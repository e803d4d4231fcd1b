"""What the plugin tells besides the log: posts, stays in rooms and registers, completion, counts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from coil_bridge.evaluation.attendance import PresenceSource
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import RunState
from coil_bridge.services.activity import course_facts
from coil_bridge.storage.event_tables import reply
from coil_bridge.storage.fact_tables import fact_cursor, moodle_stay
from coil_bridge.storage.tables import participant
from connectors.moodle.plugin import OLDEST_PLUGIN
from connectors.moodle.simulator import Module, User
from tests.unit.services.pilot import Class, PilotTrial, balanced, utc

BELGRADE, ALMATY = "Intercultural Communication", "English for Negotiators"
FACTS = "local_coilbridge_get_facts"
COMPLETION = "core_completion_get_course_completion_status"
NAMES = Pseudonymiser("00" * 32)  # the key that the builders give a pilot
on_one_engine = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


@pytest.fixture
def room(trial: PilotTrial) -> Module:
    return trial.belgrade.moodle.world.add_activity(trial.belgrade.there, "Soba", "bigbluebuttonbn")


@pytest.fixture
def register(trial: PilotTrial) -> Module:
    return trial.belgrade.moodle.world.add_activity(trial.belgrade.there, "Prisustvo", "attendance")


def minute(at: str) -> int:
    return int(utc(at).timestamp()) // 60


def name(of: Class, who: User) -> str:
    return NAMES.person(of.here.site_id, who.id)


def stays(trial: PilotTrial) -> set[tuple[Any, ...]]:
    columns = ("pseudonym", "source", "joined_minute", "left_minute")
    return {tuple(row[column] for column in columns) for row in trial.rows(moodle_stay)}


def install(of: Class, version: int) -> None:
    of.moodle.site.plugin.version = version


def test_posts_come_in_one_question_and_are_the_same_that_core_tells(
    trial: PilotTrial, people: list[User]
) -> None:
    world, (jelena, marko, ana) = trial.belgrade.moodle.world, people
    install(trial.belgrade, 0)
    forum = world.add_forum(trial.belgrade.there, "Cities")
    talk = world.post(jelena, forum, "Streets", at=utc("2026-10-06 09:00"))
    world.post(marko, talk, "Re: Streets", at=utc("2026-10-06 10:00"))
    world.post(ana, forum, "Rivers", at=utc("2026-10-06 11:00"))
    trial.pull()
    before, answers = trial.stored(), trial.rows(reply)
    install(trial.belgrade, OLDEST_PLUGIN)  # in the middle of the pilot
    run = trial.pull()[BELGRADE]
    assert (trial.stored(), trial.rows(reply)) == (before, answers)
    assert run.tally.dropped["already_stored"] >= 3
    posted = world.post(marko, talk, "Re: Streets", at=utc("2026-10-07 09:00"))
    asked = trial.belgrade.calls("mod_forum_get_discussion_posts")
    run = trial.pull()[BELGRADE]
    assert trial.belgrade.calls("mod_forum_get_discussion_posts") == asked
    assert len(trial.events()) == 4
    assert len(trial.rows(reply)) == 2
    assert balanced(run)
    assert run.tally.steps_done == run.tally.steps_expected
    posted.deleted = True  # what somebody did is not undone by taking it away
    install(trial.belgrade, 0)
    trial.pull()
    assert len(trial.events()) == 4


@on_one_engine
def test_who_answers_a_post_of_long_ago_answers_its_author(
    trial: PilotTrial, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_facts, "PAGE", 3)
    monkeypatch.setattr(course_facts, "OVERLAP", 1)
    world, (jelena, marko, _) = trial.belgrade.moodle.world, people
    forum = world.add_forum(trial.belgrade.there, "Cities")
    talk = world.post(jelena, forum, "Streets", at=utc("2026-10-06 09:00"))
    for number in range(6):
        world.post(jelena, forum, f"River {number}", at=utc("2026-10-06 10:00"))
    trial.pull()
    world.post(marko, talk, "Re: Streets", at=utc("2026-10-07 09:00"))
    run = trial.pull()[BELGRADE]
    (answer,) = trial.rows(reply)
    assert answer["day"] == date(2026, 10, 7).toordinal()
    assert answer["from_actor"] != answer["to_actor"]
    assert run.tally.stored == 1
    trial.pull()
    assert len(trial.rows(reply)) == 1
    ids = {row["kind"]: row["after_id"] for row in trial.rows(fact_cursor) if row["after_id"]}
    assert ids == {"posts": 8}


@on_one_engine
def test_what_newcomers_did_before_is_read_when_they_are_known(
    trial: PilotTrial, people: list[User], room: Module
) -> None:
    world, (jelena, *_) = trial.belgrade.moodle.world, people
    late = world.add_user("late", "Late", "Comer")
    forum = world.add_forum(trial.belgrade.there, "Cities")
    for who in (jelena, late):
        world.post(who, forum, "Streets", at=utc("2026-10-06 09:00"))
        world.enter_room(who, room, utc("2026-10-06 10:00"))
    run = trial.pull()[BELGRADE]
    assert run.tally.dropped["author_not_enrolled"] == run.tally.dropped["not_a_participant"] == 1
    world.enrol(late, trial.belgrade.there)
    trial.pull()
    posts = [row for row in trial.events() if row["kind"] == 1]
    assert (len(posts), len(trial.rows(moodle_stay))) == (2, 2)


def test_stays_in_a_room_of_the_moodle_are_stored_once_with_their_length(
    trial: PilotTrial, people: list[User], room: Module
) -> None:
    world, (jelena, marko, _) = trial.belgrade.moodle.world, people
    world.enter_room(jelena, room, utc("2026-10-06 09:00"), minutes=50)
    world.enter_room(marko, room, utc("2026-10-06 09:02"))
    world.enter_room(marko, room, utc("2026-12-19 09:00"))  # after the pairing
    world.enter_room(trial.belgrade.teacher(), room, utc("2026-10-06 09:00"))
    first = trial.pull()[BELGRADE]
    began = minute("2026-10-06 09:00")
    mine, his = (name(trial.belgrade, who) for who in (jelena, marko))
    expected = {
        (mine, PresenceSource.MOODLE, began, None),
        (mine, PresenceSource.MOODLE_ROOM, began, began + 50),
        (his, PresenceSource.MOODLE, began + 2, None),
    }
    assert stays(trial) == expected
    assert (first.tally.dropped["staff"], first.tally.dropped["outside_dates"]) == (1, 1)
    assert balanced(first)
    again = trial.pull()[BELGRADE]
    assert stays(trial) == expected
    assert again.tally.stored == 0
    assert balanced(again)


@on_one_engine
def test_a_register_says_who_was_there_and_is_followed(
    trial: PilotTrial, people: list[User], register: Module
) -> None:
    world, (jelena, marko, ana) = trial.belgrade.moodle.world, people
    at = utc("2026-10-06 09:00")
    there = world.mark(jelena, register, at, 90)
    world.mark(marko, register, at, 90, grade=1)
    world.mark(ana, register, at, 90, grade=0)
    run = trial.pull()[BELGRADE]
    began = minute("2026-10-06 09:00")
    assert stays(trial) == {(name(trial.belgrade, jelena), PresenceSource.REGISTER, began, began + 90)}
    assert (run.tally.dropped["marked_absent"], run.tally.dropped["marked_between"]) == (1, 1)
    assert balanced(run)
    del world.marks[there.id]  # the teacher had mistaken one for the other
    world.mark(ana, register, at, 90)
    trial.pull()
    assert stays(trial) == {(name(trial.belgrade, ana), PresenceSource.REGISTER, began, began + 90)}


@on_one_engine
def test_completion_is_one_question_where_somebody_has_finished(
    trial: PilotTrial, people: list[User]
) -> None:
    world, (jelena, *_) = trial.belgrade.moodle.world, people
    report = world.add_activity(trial.belgrade.there, "Joint report", counts_for_course=True)
    trial.pull()
    assert trial.belgrade.calls(COMPLETION) == 1  # whether the course tracks it at all
    assert {row["completed"] for row in trial.rows(participant)} == {False, None}
    world.complete(jelena, report)
    trial.pull()
    assert trial.belgrade.calls(COMPLETION) == 1
    done = {row["pseudonym"] for row in trial.rows(participant) if row["completed"]}
    assert done == {name(trial.belgrade, jelena)}
    assert trial.almaty.calls(COMPLETION) == 2  # nothing is tracked there, for one student


@on_one_engine
def test_answers_to_a_feedback_are_counted_for_the_course(trial: PilotTrial, people: list[User]) -> None:
    world = trial.belgrade.moodle.world
    form = world.add_activity(trial.belgrade.there, "Evaluacija", "feedback")
    for answers in (4, 12):
        world.answered(form, answers)
        trial.pull()
    with trial.storage.read() as tx:
        found = tx.feedback_counts.of_pilot(trial.pilot.id)
    ((place, (count,)),) = found.items()
    assert place == (trial.pairing.id, trial.belgrade.here.id)
    assert (count.module, count.answers, count.anonymous) == (form.id, 12, True)


@on_one_engine
def test_a_moodle_that_was_put_back_is_read_from_the_beginning(
    trial: PilotTrial, people: list[User], room: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_facts, "OVERLAP", 1)
    world, (jelena, *_) = trial.belgrade.moodle.world, people
    for day in range(1, 6):
        world.enter_room(jelena, room, utc(f"2026-10-0{day} 09:00"))
    trial.pull()
    for number in (4, 5):
        del world.room_rows[number]
    world.room_rows[3] = world.room_rows.pop(3)
    trial.pull()
    (cursor,) = (
        row["after_id"] for row in trial.rows(fact_cursor) if row["kind"] == "joins" and row["after_id"]
    )
    assert cursor == 3
    assert len(trial.rows(moodle_stay)) == 5


@on_one_engine
def test_what_the_plugin_may_not_tell_is_said_and_core_is_asked_instead(
    trial: PilotTrial, people: list[User], room: Module
) -> None:
    world, moodle = trial.belgrade.moodle.world, trial.belgrade.moodle
    world.post(
        people[0], world.add_forum(trial.belgrade.there, "Cities"), "Streets", at=utc("2026-10-06 09:00")
    )
    world.enter_room(people[0], room, utc("2026-10-06 09:00"))
    moodle.world.service_user.capabilities.discard("local/coilbridge:readactivity")
    run = trial.pull()[BELGRADE]
    assert run.state is RunState.DONE
    assert run.tally.dropped["facts_not_told"] == 3  # rooms, register, counts
    assert [row["kind"] for row in trial.events() if row["source"] == 1] == [1]
    assert balanced(run)


@on_one_engine
def test_a_failure_halfway_goes_on_where_it_stood(
    trial: PilotTrial, people: list[User], room: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course_facts, "PAGE", 2)
    world = trial.belgrade.moodle.world
    for number in range(7):
        world.enter_room(people[0], room, utc(f"2026-10-06 09:{number:02}"))
    ask = course_facts.CourseFacts._ask

    def fails_at_the_third_page(facts: Any, kind: str, after_id: int) -> Any:
        if (kind, after_id) == ("joins", 4):
            trial.belgrade.moodle.faults.html(function=FACTS, times=1)
        return ask(facts, kind, after_id)

    monkeypatch.setattr(course_facts.CourseFacts, "_ask", fails_at_the_third_page)
    assert trial.pull()[BELGRADE].state is RunState.FAILED
    assert len(trial.rows(moodle_stay)) == 4
    monkeypatch.undo()
    run = trial.pull()[BELGRADE]
    assert run.state is RunState.DONE
    assert len(trial.rows(moodle_stay)) == 7


def test_without_the_key_only_minutes_in_sessions_are_left(
    trial: PilotTrial, people: list[User], room: Module
) -> None:
    session = trial.build.session(trial.pairing, trial.mira, starts_at=utc("2026-10-06 09:00"), minutes=60)
    world = trial.belgrade.moodle.world
    world.enter_room(people[0], room, utc("2026-10-06 09:07"), minutes=40)
    world.enter_room(people[0], room, utc("2026-10-08 09:07"), minutes=40)  # a lesson of the course's own
    trial.pull()
    trial.services.pilots.destroy_key(trial.lead, trial.pilot.id)
    assert (trial.rows(moodle_stay), trial.rows(fact_cursor)) == ([], [])
    with trial.storage.read() as tx:
        kept = tx.attendance.of_pilot(trial.pilot.id)
    (left,) = (each for each in kept if each.source is PresenceSource.MOODLE_ROOM)
    began = minute("2026-10-06 09:00")
    assert (left.session_id, left.joined, left.left) == (session.id, began, began + 40)
    assert left.pseudonym != name(trial.belgrade, people[0])

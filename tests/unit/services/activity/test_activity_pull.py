"""Pulling a pilot's activity from simulated Moodles over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest

from coil_bridge.domain import PairingState
from coil_bridge.errors import Conflict, NotFound
from coil_bridge.evaluation.facts import Trait
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Part, RunState
from coil_bridge.services.activity.pull_rows import PullRows
from coil_bridge.services.bundle import Services
from coil_bridge.services.piloting.pilot_groups import EVALUATED
from coil_bridge.services.piloting.traits import TRAITS
from coil_bridge.storage.event_tables import actor, event_block, reply
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import audit_entry, participant, pull_run, task
from connectors.moodle.simulator import SERVICE_CAPABILITIES, Simulator
from tests.builders import Build, SettableClock
from tests.unit.services.pilot import PilotTrial, balanced, utc

BELGRADE, ALMATY = "Intercultural Communication", "English for Negotiators"
COMPLETION = "core_completion_get_course_completion_status"
POSTS = "mod_forum_get_discussion_posts"
# What is between the Moodle and us, and not in the database, is tested on one engine.
on_one_engine = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
NAMES = Pseudonymiser("00" * 32)  # the key that the builders give a pilot


@pytest.fixture
def trial(
    services: Services,
    storage: Storage,
    build: Build,
    clock: SettableClock,
    moodle: Callable[..., Simulator],
) -> PilotTrial:
    return PilotTrial(services, storage, build, clock, moodle)


def test_a_pull_brings_people_completion_and_posts(trial: PilotTrial) -> None:
    world, course = trial.almaty.moodle.world, trial.almaty.there
    arman, dana, *_ = trial.almaty.enrol(3)
    aigerim = trial.almaty.teacher()
    world.enrol(arman, course, last_access=utc("2026-11-01 20:00"))  # Monday 2 November in Almaty
    report = world.add_activity(course, "Joint report", counts_for_course=True)
    world.complete(dana, report)
    forum = world.add_forum(course, "Introductions")
    first = world.post(arman, forum, "Hello", at=utc("2026-10-04 18:59"))  # Sunday 23:59 in Almaty
    world.post(dana, first, "Re: Hello", at=utc("2026-10-04 19:00"))  # Monday 00:00
    world.post(aigerim, first, "Re: Hello", at=utc("2026-10-05 05:00"))
    trial.belgrade.enrol(1)
    run = trial.pull()[ALMATY]
    assert (run.state, run.failure) == (RunState.DONE, None)
    with trial.storage.read() as tx:
        members = {
            m.pseudonym: m for m in tx.activity.members(trial.pilot.id, course_id=trial.almaty.here.id)
        }
    site_id = trial.almaty.here.site_id
    found = members[NAMES.person(site_id, arman.id)]
    assert (found.part, found.last_access_week, found.completed) == (Part.STUDENT, date(2026, 11, 2), False)
    assert members[NAMES.person(site_id, dana.id)].completed is True
    assert members[NAMES.person(site_id, aigerim.id)].part is Part.STAFF
    assert trial.weeks(trial.almaty) == [("2026-09-28", 1, 0, 1), ("2026-10-05", 1, 1, 1)]
    assert trial.weeks(trial.almaty, part=Part.STAFF) == [("2026-10-05", 1, 1, 1)]
    # In Almaty it was Monday when Dana answered Arman, and Aigerim answered him as well.
    numbers = {row["pseudonym"]: row["no"] for row in trial.rows(actor)}
    named = {each.id: numbers[NAMES.person(site_id, each.id)] for each in (arman, dana, aigerim)}
    answers = {(row["from_actor"], row["to_actor"], row["day"]) for row in trial.rows(reply)}
    monday = date(2026, 10, 5).toordinal()
    assert answers == {(named[who], named[arman.id], monday) for who in (dana.id, aigerim.id)}
    assert {row["minute"] % 60 for row in trial.events()} == {59, 0}
    # Four people, three answers on completion of which one changed "unknown" each, three posts.
    assert (run.tally.read, run.tally.stored, run.tally.dropped) == (10, 10, {})
    assert run.tally.steps_done == run.tally.steps_expected


@on_one_engine
def test_days_follow_belgrades_clock_over_the_change(trial: PilotTrial) -> None:
    world = trial.belgrade.moodle.world
    (jelena,) = trial.belgrade.enrol(1)
    forum = world.add_forum(trial.belgrade.there, "Cities")
    for at in ("2026-10-24 22:30", "2026-10-25 22:30", "2026-10-25 23:30"):
        world.post(jelena, forum, "A thought", at=utc(at))  # Sunday 00:30, Sunday 23:30, Monday 00:30
    trial.pull()
    assert trial.weeks(trial.belgrade) == [("2026-10-19", 2, 0, 1), ("2026-10-26", 1, 0, 1)]


@on_one_engine
def test_whom_somebody_erased_no_pull_brings_back(trial: PilotTrial) -> None:
    arman, dana = trial.almaty.enrol(2)
    forum = trial.almaty.moodle.world.add_forum(trial.almaty.there, "Introductions")
    trial.almaty.moodle.world.post(arman, forum, "Hello", at=utc("2026-10-04 18:59"))
    trial.belgrade.enrol(1)
    trial.pull()
    name = NAMES.person(trial.almaty.here.site_id, arman.id)
    with trial.storage.write() as tx:
        tx.erasure.pseudonym(trial.pilot.id, name)
    run = trial.pull()[ALMATY]
    assert run.tally.dropped["erased"] == 1
    assert name not in {row["pseudonym"] for row in trial.rows(participant)}
    assert trial.events() == []
    assert NAMES.person(trial.almaty.here.site_id, dana.id) in {
        row["pseudonym"] for row in trial.rows(participant)
    }


def test_a_second_pull_adds_nothing_and_says_so(trial: PilotTrial) -> None:
    world = trial.belgrade.moodle.world
    jelena, marko = trial.belgrade.enrol(2)
    forum = world.add_forum(trial.belgrade.there, "Cities")
    lonely = world.post(jelena, forum, "Streets", at=utc("2026-10-06 09:00"))
    trial.almaty.enrol(1)
    trial.pull()
    before = trial.stored()
    again = trial.pull()[BELGRADE]
    assert trial.stored() == before
    assert again.tally.stored == 0
    assert again.tally.dropped == {"already_stored": 3, "completion_not_tracked": 2}
    # The first reply makes the opening post come by another way; it stays the same record.
    world.post(marko, lonely, "Re: Streets", at=utc("2026-10-07 09:00"))
    third = trial.pull()[BELGRADE]
    assert third.tally.stored == 1
    assert trial.weeks(trial.belgrade) == [("2026-10-05", 2, 1, 2)]
    assert balanced(again)
    assert balanced(third)


@on_one_engine
def test_what_is_read_and_not_wanted_is_counted_by_reason(trial: PilotTrial) -> None:
    world, course = trial.belgrade.moodle.world, trial.belgrade.there
    jelena, marko = trial.belgrade.enrol(2)
    (suspended,) = trial.belgrade.enrol(1, suspended=True)
    stranger = world.add_user("stranger", "Nobody", "Known")
    forum = world.add_forum(course, "Cities")
    talk = world.post(jelena, forum, "Streets", at=utc("2026-10-01 00:00"))
    for author, at in (
        (stranger, "2026-10-02 09:00"),
        (suspended, "2026-10-02 09:00"),
        (marko, "2026-12-18 23:00"),
    ):
        world.post(author, talk, "Re: Streets", at=utc(at))  # the last one is 19 December in Belgrade
    world.post(marko, talk, "Re: Streets", at=utc("2026-10-02 09:00")).deleted = True
    world.post(jelena, forum, "Too early", at=utc("2026-09-30 21:59"))  # 23:59 in Belgrade
    world.post(jelena, forum, "In time", at=utc("2026-09-30 22:00"))
    trial.almaty.enrol(1)
    run = trial.pull()[BELGRADE]
    assert run.tally.dropped == {
        "suspended": 1,
        "completion_not_tracked": 2,
        "author_not_enrolled": 2,
        "outside_dates": 2,
        "post_deleted": 1,
    }
    assert run.tally.stored == 2 + 2
    assert balanced(run)


@on_one_engine
def test_completion_is_not_asked_for_again_and_again_where_there_is_none(trial: PilotTrial) -> None:
    trial.belgrade.enrol(30)
    untracked = trial.almaty.moodle.world
    trial.almaty.enrol(30)
    untracked.service_user.capabilities = set(SERVICE_CAPABILITIES - {"report/completion:view"})
    runs = trial.pull()
    assert trial.belgrade.calls(COMPLETION) == trial.almaty.calls(COMPLETION) == 3
    assert runs[BELGRADE].tally.dropped == {"completion_not_tracked": 30}
    assert runs[ALMATY].tally.dropped == {"completion_not_permitted": 30}
    assert {run.state for run in runs.values()} == {RunState.DONE}
    trial.almaty.there.completion_enabled = False
    assert trial.pull()[ALMATY].tally.dropped == {"already_stored": 30, "completion_not_tracked": 30}
    assert all(row["completed"] is None for row in trial.rows(participant))


@on_one_engine
def test_one_students_refusal_does_not_end_the_questions(trial: PilotTrial) -> None:
    world, course = trial.belgrade.moodle.world, trial.belgrade.there
    ana = trial.belgrade.enrol(5)[-1]
    world.complete(ana, world.add_activity(course, "Report", counts_for_course=True))
    trial.almaty.enrol(1)
    # A student of a group that the account may not see.
    trial.belgrade.moodle.faults.error_in_200("accessdenied", function=COMPLETION, times=1)
    run = trial.pull()[BELGRADE]
    assert run.state is RunState.DONE
    assert run.tally.dropped == {"completion_not_permitted": 1}
    answers = [row["completed"] for row in trial.rows(participant) if row["course_id"] == run.course_id]
    assert (answers.count(None), answers.count(False), answers.count(True)) == (1, 3, 1)


def test_what_moodle_stops_telling_is_not_forgotten(trial: PilotTrial) -> None:
    world, course = trial.belgrade.moodle.world, trial.belgrade.there
    (jelena,) = trial.belgrade.enrol(1, last_access=utc("2026-10-20 09:00"))
    world.complete(jelena, world.add_activity(course, "Report", counts_for_course=True))
    forum = world.add_forum(course, "Cities")
    trial.almaty.enrol(1)
    trial.pull()
    world.post(jelena, forum, "Goodbye", at=utc("2026-10-21 09:00"))
    world.unenrol(jelena, course)
    (marko,) = trial.belgrade.enrol(1)
    run = trial.pull()[BELGRADE]
    people, events = trial.stored()
    assert len(people) == 3
    assert len(events) == 1  # who has left took part nevertheless
    name = NAMES.person(trial.belgrade.here.site_id, jelena.id)
    (row,) = [row for row in trial.rows(participant) if row["pseudonym"] == name]
    assert (row["completed"], row["last_access_week"]) == (True, date(2026, 10, 19))
    assert balanced(run)
    assert marko.id != jelena.id


@on_one_engine
@pytest.mark.parametrize(
    "fault", ["down", "maintenance", "html", "half_json", "error_500", "token"], ids=lambda name: name
)
def test_a_sites_failure_names_it_and_leaves_the_others(trial: PilotTrial, fault: str) -> None:
    trial.belgrade.enrol(2)
    trial.almaty.enrol(2)
    if fault == "token":
        trial.almaty.moodle.faults.error_in_200("invalidtoken")
    else:
        getattr(trial.almaty.moodle.faults, fault)()
    runs = trial.pull()
    assert (runs[BELGRADE].state, runs[ALMATY].state) == (RunState.DONE, RunState.FAILED)
    assert trial.almaty.here.site_name in str(runs[ALMATY].failure)
    assert trial.almaty.moodle.token not in str(runs[ALMATY].failure)
    progress = trial.services.pulls.progress(trial.lead, trial.pilot.id)
    assert progress.ended
    assert [line.course.site_name for line in progress.failed] == [trial.almaty.here.site_name]
    trial.almaty.moodle.faults.clear()
    trial.clock.advance(hours=1)
    assert trial.pull()[ALMATY].state is RunState.DONE


def test_a_failure_halfway_keeps_what_came_and_its_account(trial: PilotTrial) -> None:
    world = trial.belgrade.moodle.world
    jelena, marko = trial.belgrade.enrol(2)
    talk = world.post(
        jelena, world.add_forum(trial.belgrade.there, "Cities"), "Streets", at=utc("2026-10-06 09:00")
    )
    world.post(marko, talk, "Re: Streets", at=utc("2026-10-07 09:00"))
    trial.almaty.enrol(1)
    trial.belgrade.moodle.faults.html(function=POSTS)
    run = trial.pull()[BELGRADE]
    assert run.state is RunState.FAILED
    assert balanced(run)
    assert run.tally.stored == 2
    trial.belgrade.moodle.faults.clear()
    trial.clock.advance(hours=1)
    whole = trial.pull()[BELGRADE]
    assert (whole.state, whole.tally.stored) == (RunState.DONE, 2)
    assert whole.tally.dropped == {"already_stored": 2, "completion_not_tracked": 2}


@on_one_engine
def test_a_roster_without_students_is_not_believed(trial: PilotTrial) -> None:
    trial.belgrade.enrol(1)
    trial.almaty.teacher()
    run = trial.pull()[ALMATY]
    assert run.state is RunState.FAILED
    assert f"{trial.almaty.here.site_name} shows no students in “{ALMATY}”" in str(run.failure)
    assert "moodle/user:viewdetails" in str(run.failure)
    assert run.tally.read == 0


@on_one_engine
def test_an_unreadable_forum_or_discussion_is_counted(trial: PilotTrial) -> None:
    world = trial.belgrade.moodle.world
    jelena, marko = trial.belgrade.enrol(2)
    forum = world.add_forum(trial.belgrade.there, "Cities")
    for number in range(2):
        talk = world.post(jelena, forum, f"Streets {number}", at=utc("2026-10-06 09:00"))
        world.post(marko, talk, "Re: Streets", at=utc("2026-10-07 09:00"))
    trial.almaty.enrol(1)
    trial.belgrade.moodle.faults.error_in_200("noviewdiscussionspermission", function=POSTS, times=1)
    run = trial.pull()[BELGRADE]
    assert run.state is RunState.DONE
    assert run.tally.dropped["discussion_not_readable"] == 2
    assert len(trial.events()) == 2
    trial.belgrade.moodle.faults.error_in_200(
        "nopermissions", function="mod_forum_get_forum_discussions", times=1
    )
    run = trial.pull()[BELGRADE]
    assert run.tally.dropped["forum_not_readable"] == 1
    assert balanced(run)


def test_a_course_in_two_pairings_counts_in_each(trial: PilotTrial) -> None:
    world = trial.belgrade.moodle.world
    (jelena,) = trial.belgrade.enrol(1)
    trial.almaty.enrol(1)
    world.post(jelena, world.add_forum(trial.belgrade.there, "Cities"), "Streets", at=utc("2026-10-06 09:00"))
    trial.pair(trial.belgrade, title="Streets of two cities")
    trial.pull()
    people = {row["no"]: row for row in trial.rows(actor)}
    rows = [people[row["actor"]] for row in trial.events()]
    assert len({row["pairing_id"] for row in rows}) == len(rows) == 2
    assert len({row["pseudonym"] for row in rows}) == 1


def test_only_running_and_completed_pairings_are_pulled(trial: PilotTrial) -> None:
    for state in PairingState:
        trial.pair(trial.belgrade, state=state)
    with trial.storage.read() as tx:
        courses = tx.pilots.courses(trial.pilot.id, EVALUATED)
    assert sorted(each.pairing_state for each in courses) == ["active", "active", "active", "completed"]


@on_one_engine
def test_nothing_personal_is_stored(trial: PilotTrial) -> None:
    world = trial.belgrade.moodle.world
    (jelena,) = trial.belgrade.enrol(1, last_access=utc("2026-10-06 09:13"))
    talk = world.post(
        jelena,
        world.add_forum(trial.belgrade.there, "Cities"),
        "My street",
        "<p>Skadarlija</p>",
        at=utc("2026-10-06 09:13"),
    )
    world.post(jelena, talk, "Re: My street", "<p>And yours?</p>", at=utc("2026-10-06 09:14"))
    trial.almaty.enrol(1)
    trial.pull()
    tables = (participant, actor, event_block, reply, pull_run, task, audit_entry)
    text = json.dumps([trial.rows(each) for each in tables], default=str, ensure_ascii=False)
    assert len(trial.events()) == 2
    for secret in (jelena.lastname, jelena.email, "Skadarlija", "My street", "Cities", "09:13", "00" * 32):
        assert secret not in text
    names = {row["pseudonym"] for each in (participant, actor) for row in trial.rows(each)}
    assert all(len(name) == 32 for name in names)


@on_one_engine
def test_the_moodle_is_asked_for_few_fields_and_few_times(trial: PilotTrial) -> None:
    world = trial.belgrade.moodle.world
    jelena, marko = trial.belgrade.enrol(2)
    forum = world.add_forum(trial.belgrade.there, "Cities")
    for number in range(5):
        talk = world.post(jelena, forum, f"Street {number}", at=utc("2026-10-06 09:00"))
    world.post(marko, talk, "Re: Street", at=utc("2026-10-06 09:00"))
    trial.almaty.enrol(1)
    trial.pull()
    asked = [call.function for call in trial.belgrade.moodle.calls]
    assert asked.count(POSTS) == 1  # four discussions without replies tell everything themselves
    assert asked.count("core_enrol_get_enrolled_users") == 2
    # rosters, completion, forums, discussions, posts; whether there is a plugin, for facts and for the log
    assert len(asked) == 2 + 2 + 1 + 1 + 1 + 2


def test_asking_twice_queues_once(trial: PilotTrial) -> None:
    trial.belgrade.enrol(1)
    trial.almaty.enrol(1)
    assert trial.services.pulls.request(trial.lead, trial.pilot.id) == 2
    assert trial.services.pulls.request(trial.lead, trial.pilot.id) == 0
    progress = trial.services.pulls.progress(trial.lead, trial.pilot.id)
    assert (progress.ended, progress.share) == (False, 0.0)
    trial.work()
    progress = trial.services.pulls.progress(trial.lead, trial.pilot.id)
    assert (progress.ended, progress.share, progress.failed) == (True, 1.0, ())
    assert trial.services.pulls.request(trial.lead, trial.pilot.id) == 2
    assert len(trial.rows(pull_run)) == 4


def test_a_task_that_comes_again_does_nothing_more(trial: PilotTrial) -> None:
    trial.belgrade.enrol(1)
    trial.almaty.enrol(1)
    run = trial.pull()[BELGRADE]
    calls = len(trial.belgrade.moodle.calls)
    trial.services.pulls.perform({"run_id": run.id})
    trial.services.pulls.perform({"run_id": "unknown"})
    assert len(trial.belgrade.moodle.calls) == calls
    assert trial.runs()[BELGRADE] == run


def test_a_pull_that_is_waiting_when_the_key_is_destroyed_brings_nothing(trial: PilotTrial) -> None:
    trial.belgrade.enrol(1)
    trial.almaty.enrol(1)
    trial.services.pulls.request(trial.lead, trial.pilot.id)
    trial.services.pilots.destroy_key(trial.lead, trial.pilot.id)
    trial.work()
    assert {run.state for run in trial.runs().values()} == {RunState.FAILED}
    assert "key" in str(trial.runs()[BELGRADE].failure)
    assert trial.rows(participant) == []
    assert trial.belgrade.moodle.calls == ()
    with pytest.raises(Conflict, match="has been destroyed"):
        trial.services.pulls.request(trial.lead, trial.pilot.id)


def test_a_running_pull_writes_nothing_after_the_key_is_destroyed(trial: PilotTrial) -> None:
    trial.services.pulls.request(trial.lead, trial.pilot.id)
    with trial.storage.read() as tx:
        course = tx.pilots.courses(trial.pilot.id, EVALUATED)[0]
    rows = PullRows(trial.storage, trial.pilot, course, trial.runs()[BELGRADE].id)
    trial.services.pilots.destroy_key(trial.lead, trial.pilot.id)
    with pytest.raises(Conflict, match="has been destroyed"):
        rows.put_members([], 0)


def test_a_pairing_that_has_left_the_pilot_is_not_pulled(trial: PilotTrial) -> None:
    trial.services.pulls.request(trial.lead, trial.pilot.id)
    trial.services.pairings.assign_phase(trial.lead, trial.pairing.id, None)
    trial.work()
    assert "not part of the pilot" in str(trial.runs()[BELGRADE].failure)
    with pytest.raises(Conflict, match="No active or completed pairing"):
        trial.services.pulls.request(trial.lead, trial.pilot.id)


@on_one_engine
def test_who_does_not_evaluate_knows_of_no_pilot(trial: PilotTrial) -> None:
    for ask in (trial.services.pulls.request, trial.services.pulls.progress):
        with pytest.raises(NotFound):
            ask(trial.mira, trial.pilot.id)
        with pytest.raises(NotFound):
            ask(trial.lead, "unknown")


def test_every_pull_is_in_the_audit_trail_without_numbers(trial: PilotTrial) -> None:
    trial.belgrade.enrol(1)
    trial.pull()
    entries = [(each.actor_name, each.action) for each in trial.audited()]
    assert sorted(entries) == [
        ("COIL Bridge", "pull_failed"),
        ("COIL Bridge", "pulled"),
        (trial.lead.name, "pull_requested"),
    ]
    done = next(each for each in trial.audited() if each.action == "pulled")
    assert done.detail == {"pairing_id": trial.pairing.id, "course_id": trial.belgrade.here.id, "reason": ""}


@on_one_engine
def test_a_list_of_gender_and_country_may_name_people_by_their_address(trial: PilotTrial) -> None:
    world, course = trial.almaty.moodle.world, trial.almaty.there
    first, second = (
        world.add_user(name, "Aliya", name, email=f"{name}@ail.example") for name in ("one", "two")
    )
    for each in (first, second):
        world.enrol(each, course)
    trial.pull()
    traits = trial.services.evidence.traits
    content = b"email,gender,country\nOne@AIL.example,f,KZ\nnobody@ail.example,m,KZ\n"
    assert traits.upload(trial.lead, trial.pilot.id, trial.almaty.here.id, content) == 2
    [payload] = [row["payload"] for row in trial.rows(task) if row["kind"] == TRAITS]
    traits.perform(payload)
    with trial.storage.read() as tx:
        found = tx.evidence.traits(trial.pilot.id)
    assert found == {NAMES.person(trial.almaty.here.site_id, first.id): Trait("female", "KZ", "")}

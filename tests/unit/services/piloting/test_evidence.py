"""A pilot's evidence from stored rows: Belgrade and Almaty, with sessions on 13 and 20 October 2026."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from coil_bridge.domain import CourseRole, Person
from coil_bridge.errors import Conflict, Forbidden, InvalidInput, NotFound
from coil_bridge.evaluation.attendance import PresenceSource, Standing, minute_of
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.evaluation.evidence_dataset import Made, evidence_dataset
from coil_bridge.evaluation.facts import Rules, Trait
from coil_bridge.evaluation.figures import figures_of
from coil_bridge.evaluation.packed_events import pack
from coil_bridge.evaluation.publication import publish
from coil_bridge.evaluation.records import Event, EventKind, EventSource
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.services.piloting.attendance_sheet import Correction
from coil_bridge.services.piloting.evidence import KEPT, PACK
from coil_bridge.services.piloting.evidence_reading import stored_of
from coil_bridge.services.piloting.exports import ExportService
from coil_bridge.services.piloting.figures_queue import WORK_OUT
from coil_bridge.services.piloting.figures_state import FiguresState
from coil_bridge.services.piloting.own_class import End
from coil_bridge.services.piloting.traits import TRAITS, Traits
from coil_bridge.storage.joins import Join
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault, new_id
from connectors.transport import Transport, TransportPolicy
from tests.builders import Build, SettableClock
from tests.unit.services.evidence_world import FIRST, NOW, World
from tests.unit.services.stored_pilot import StoredPilot


@pytest.fixture
def world(sqlite_storage: Storage, clock: SettableClock, vault: Vault) -> World:
    return World(sqlite_storage, Build(sqlite_storage, vault, clock), clock, vault)


def test_both_engines_read_the_same(
    storage: Storage, build: Build, clock: SettableClock, vault: Vault
) -> None:
    world = World(storage, build, clock, vault)
    world.was_there(world.sessions[0], 51)
    with storage.write() as tx:
        actor = tx.events.actors(world.pilot.id, world.pairing.id, world.of.almaty.id)["almaty-0"]
        number = tx.events.make_number(world.pilot.id)
        at = minute_of(world.sessions[1].starts_at) - 5
        day = world.sessions[1].starts_at.date().toordinal()
        tx.events.append(number, EventSource.LOG, [pack(actor, at, day, EventKind.ROOM_JOIN)])
        first = Event("k1", "almaty-1", EventKind.FORUM_TOPIC, at, date.fromordinal(day))
        tx.events.add_records(world.pilot.id, world.pairing.id, world.of.almaty.id, [first])
    with storage.read() as tx:
        found = figures_of(stored_of(tx, world.pilot, SETS[CURRENT], date(2026, 10, 25)))
        active = tx.evidence.last_active(world.pilot.id)
    units = {unit.course.institution.city: unit for unit in found.units.values()}
    assert {city: (u.enrolled, u.active, u.on_task.total) for city, u in units.items()} == {
        "Belgrade": (12, 12, 12 * 20),
        "Almaty": (12, 12, 12 * 20),
    }
    assert (units["Almaty"].contact.total, units["Almaty"].estimated.total) == (12 * 51 + 60, 60)
    assert units["Belgrade"].attendances.total == 12
    assert active[f"{world.pairing.id}:{world.of.almaty.id}"] == day


def test_figures_are_made_by_the_worker_and_read_by_pages(world: World) -> None:
    world.was_there(world.sessions[0])
    pilot, nothing = world.evidence.figures(world.lead, world.pilot.id)
    assert (pilot, nothing) == (world.pilot, None)
    assert world.evidence.ask(world.lead, world.pilot.id)
    assert not world.evidence.ask(world.lead, world.pilot.id)
    [(kind, payload)] = world.tasks()
    assert kind == WORK_OUT
    world.evidence.perform(payload)
    _, snapshot = world.evidence.figures(world.lead, world.pilot.id)
    assert snapshot is not None
    assert snapshot.through == date(2026, 10, 25)  # the Sunday before
    row = snapshot.rows("engagement", "pilot")[0]
    assert (row["enrolled"], row["contact_hours"], row["attendances"]) == (24, 24.0, 24)
    assert snapshot.charts["sr_Latn"][0].title == "Od pozvanih do završenih"


def test_a_pack_is_made_kept_and_forgotten(world: World) -> None:
    pack_id = world.evidence.request(world.lead, world.pilot.id, xapi=True)
    [(kind, payload)] = world.tasks()
    assert kind == PACK
    world.evidence.make(payload)
    world.evidence.make(payload)  # a second time changes nothing
    [pack] = world.evidence.packs(world.lead, world.pilot.id)
    assert (pack.state, pack.share, pack.id) == ("done", 100, pack_id)
    file = world.evidence.download(world.lead, world.pilot.id, pack_id)
    with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
        assert {"report.pdf", "xapi/statements.jsonl"} <= set(archive.namelist())
        stated = json.loads(archive.read("manifest.json"))["made_at"]
    at = datetime.strptime(stated, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    world.clock.advance(days=1)
    again = world.evidence.pack(world.lead, world.pilot.id, made_at=at, xapi=True)
    assert again.content == file.content
    with pytest.raises(NotFound):
        world.evidence.download(world.mira, world.pilot.id, pack_id)
    world.clock.advance(seconds=KEPT.total_seconds())
    with pytest.raises(NotFound):
        world.evidence.download(world.lead, world.pilot.id, pack_id)
    assert world.evidence.prune() == 1


def test_a_double_click_asks_for_one_pack_and_another_form_for_another(world: World) -> None:
    ask = partial(world.evidence.request, world.lead, world.pilot.id)
    assert ask(form_key="a form") == ask(form_key="a form")
    assert [kind for kind, _ in world.tasks()] == [PACK]
    assert (
        len({ask(form_key="a form"), ask(form_key="a form", xapi=True), ask(form_key="another"), ask()}) == 4
    )


def test_a_pack_outlives_the_key_and_a_later_pull(world: World) -> None:
    file = world.evidence.pack(world.lead, world.pilot.id)
    at = NOW.replace(microsecond=0)
    world.was_there(world.sessions[0])
    world.clock.advance(days=7)
    later = world.evidence.pack(world.lead, world.pilot.id)
    assert later.content != file.content
    with world.storage.write() as tx:
        tx.pilots.destroy_key(world.pilot.id, world.clock())
        tx.unlinking.unlink(world.pilot.id, new_id)
    assert world.evidence.pack(world.lead, world.pilot.id, made_at=at).content == file.content
    with zipfile.ZipFile(io.BytesIO(world.evidence.pack(world.lead, world.pilot.id).content)) as archive:
        figures = archive.read("csv/engagement.csv")
    with zipfile.ZipFile(io.BytesIO(later.content)) as archive:
        assert archive.read("csv/engagement.csv") == figures  # the sums are those of before
    with pytest.raises(Conflict):
        world.evidence.pack(world.lead, world.pilot.id, made_at=at - timedelta(days=1))


def test_whoever_turns_out_to_be_a_guest_is_counted_at_home_at_once(world: World) -> None:
    world.evidence.perform({"pilot_id": world.pilot.id})
    guests = world.students[world.of.belgrade.id][:2]
    with world.storage.write() as tx:
        home = tx.courses.get(world.of.almaty.id)
        assert home is not None
        trait = Trait("undisclosed", "", home.institution.id)
        tx.evidence.put_traits(world.pilot.id, dict.fromkeys(guests, trait))
    world.evidence.perform({"pilot_id": world.pilot.id})
    _, snapshot = world.evidence.figures(world.lead, world.pilot.id)
    assert snapshot is not None
    assert snapshot.rows("funnel", "pilot")[0]["enrolled"] == 24 - 2 - 5  # five rest beside them


def test_settings_of_the_figures(world: World) -> None:
    with pytest.raises(InvalidInput):
        world.evidence.set_rules(world.lead, world.pilot.id, Rules(presence_percent=0))
    world.evidence.set_rules(world.lead, world.pilot.id, Rules(50, 45, 7))
    assert world.evidence.rules(world.lead, world.pilot.id) == Rules(50, 45, 7)
    with pytest.raises(InvalidInput):
        world.evidence.request(world.lead, world.pilot.id, definitions="0")


def test_an_objection_holds_from_the_next_figures_on(world: World) -> None:
    assert world.objections.switch(world.jelena, on=True)
    assert not world.objections.switch(world.jelena, on=True)
    world.work_out()
    assert world.row("funnel")["enrolled"] == 23
    assert world.own.own(world.jelena).objects_since == NOW
    exports = ExportService(storage=world.storage, clock=world.clock)
    file = exports.participation(world.lead, world.pilot.id, "csv").content.decode()
    name = world.students[world.of.belgrade.id][0]
    assert name not in file
    assert world.students[world.of.belgrade.id][1] in file


@pytest.mark.parametrize("over", [False, True], ids=["phase runs", "phase is over"])
def test_who_takes_an_objection_back_counts_again_as_before(world: World, *, over: bool) -> None:
    if over:
        early = world.build.phase(world.pilot, "Early autumn", ends_on=date(2026, 10, 18))
        with world.storage.write() as tx:
            tx.pairings.set_phase(world.pairing.id, early.id, world.clock())
    world.was_there(world.sessions[0])
    counts = []
    for on in (None, True, False):
        if on is not None:
            world.objections.switch(world.jelena, on=on)
        counts.append(world.publish())
    assert counts == [(24, 24, 24 * 60), (18, 18, 18 * 60), (24, 24, 24 * 60)]  # five rest beside her


def test_who_is_erased_does_not_leave_the_figures_alone_either(world: World) -> None:
    assert world.publish()[0] == 24
    at = world.clock()
    with world.storage.write() as tx:
        tx.erasure.pseudonym(world.pilot.id, world.students[world.of.belgrade.id][3])
    assert world.publish()[0] == 24 - 1 - 5
    assert world.publish()[0] == 24 - 1 - 5
    with pytest.raises(Conflict, match="was erased since"):
        world.evidence.pack(world.lead, world.pilot.id, made_at=at)


def test_an_objection_and_its_end_have_the_figures_worked_out(world: World) -> None:
    for on in (True, False):
        world.objections.switch(world.jelena, on=on)
        assert world.tasks() == [(WORK_OUT, {"pilot_id": world.pilot.id})]
        world.clock.advance(seconds=30)


def test_what_came_during_an_objection_waits_after_it_like_anything_new(world: World) -> None:
    world.publish()
    world.objections.switch(world.jelena, on=True)
    world.was_there(world.sessions[0], course_id=world.of.belgrade.id, numbers=[0])
    world.publish()
    world.objections.switch(world.jelena, on=False)
    assert world.publish() == (24, 24, 0)


def test_figures_and_packs_wait_until_the_courses_are_read(world: World) -> None:
    with world.storage.write() as tx:
        tx.pulls.insert(run := new_id(), world.pilot.id, world.pairing.id, world.of.almaty.id, world.clock())
    world.work_out()
    pack = world.evidence.request(world.lead, world.pilot.id)
    asked = world.tasks()
    assert [kind for kind, _ in asked] == [PACK, WORK_OUT]
    world.evidence.make(asked[0][1])
    assert world.evidence.figures(world.lead, world.pilot.id)[1] is None
    assert world.evidence.packs(world.lead, world.pilot.id)[0].state == "queued"
    assert world.evidence.state(world.lead, world.pilot.id) is FiguresState.READING
    with world.storage.write() as tx:
        tx.pulls.finish(run, world.clock())
    assert world.tasks() == [(PACK, {"pack_id": pack})]
    assert world.evidence.state(world.lead, world.pilot.id) is FiguresState.READY


def test_a_reading_that_never_ends_holds_the_figures_up_for_an_hour(world: World) -> None:
    with world.storage.write() as tx:
        tx.pulls.insert(new_id(), world.pilot.id, world.pairing.id, world.of.almaty.id, world.clock())
    world.clock.advance(minutes=61)
    assert world.evidence.state(world.lead, world.pilot.id) is FiguresState.READY


def test_a_pilot_of_which_nothing_was_read_has_no_figures(world: World) -> None:
    other = StoredPilot(world.storage, world.build, world.clock, name="Next pilot")
    world.evidence.perform({"pilot_id": other.pilot.id})
    assert world.evidence.figures(world.lead, other.pilot.id)[1] is None


def test_a_phase_that_runs_says_that_nothing_is_recorded(world: World) -> None:
    with world.storage.read() as tx:
        found = publish(figures_of(stored_of(tx, world.pilot, SETS[CURRENT], date(2026, 10, 25))))
    assert (found.whole.contact_minutes, found.whole.unrecorded) == (None, True)
    assert [each.unrecorded for each in found.of("phase")] == [True]
    assert [each.contact_minutes for each in found.of("pairing")] == [None]  # a running phase is one block


def test_nothing_recorded_is_not_nobody_came(world: World) -> None:
    early = world.build.phase(world.pilot, "Early autumn", ends_on=date(2026, 10, 18))
    with world.storage.write() as tx:
        tx.pairings.set_phase(world.pairing.id, early.id, world.clock())

    def engagement() -> dict[str, tuple[object, object, str]]:
        with world.storage.read() as tx:
            figures = figures_of(stored_of(tx, world.pilot, SETS[CURRENT], date(2026, 10, 25)))
        table = evidence_dataset(publish(figures), Made(NOW, SETS[CURRENT], "", "")).table("engagement")
        rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
        return {
            str(row["place"]): (row["contact_hours"], row["attendances"], str(row["note"]))
            for row in rows
            if row["axis"] in ("pairing", "institution")
        }

    assert set(engagement().values()) == {(None, None, "nothing recorded")}
    world.was_there(world.sessions[0], course_id=world.of.belgrade.id)
    found = engagement()
    assert found[world.of.almaty.institution.name] == (0.0, 0, "")
    assert found[world.of.belgrade.institution.name] == (12.0, 12, "")


def test_time_that_nothing_tells_is_not_none(world: World) -> None:
    with world.storage.write() as tx:
        stored = replace(stored_of(tx, world.pilot, SETS[CURRENT], date(2026, 10, 25)), sitting_minutes={})
        whole = publish(figures_of(stored)).whole
    assert (whole.active_days, whole.on_task_minutes, whole.untimed) == (24, None, True)


def test_nobody_has_missed_a_session_of_which_nothing_is_recorded(world: World) -> None:
    [found] = world.own.own(world.jelena).pairings
    assert found.figures is not None
    assert (found.figures.held, found.figures.recorded, found.figures.missed_in_a_row) == (2, 0, 0)
    world.was_there(world.sessions[1], numbers=range(1, 12))
    [found] = world.own.own(world.jelena).pairings
    assert found.figures is not None
    assert (found.figures.held, found.figures.recorded, found.figures.missed_in_a_row) == (2, 1, 1)


def correction(world: World, **changes: object) -> Correction:
    values: dict[str, object] = {
        "course_id": world.of.belgrade.id,
        "person_id": world.jelena.id,
        "verdict": "minutes",
        "minutes": 30,
        "reason": "Left early, as agreed",
    }
    return Correction(**(values | changes))  # type: ignore[arg-type]  # plain values by name


def test_a_teacher_sees_and_corrects_the_own_class(world: World) -> None:
    session = world.sessions[0]
    with world.storage.write() as tx:
        join = Join(session.id, world.jelena.id, world.of.belgrade.id, CourseRole.STUDENT, FIRST)
        tx.joins.add(join, timedelta(minutes=1))
    world.was_there(world.sessions[1])
    [course] = world.sheets.get(world.mira, session.id).courses
    [line] = course.lines
    assert (line.person, line.attended.standing, line.attended.minutes) == (
        world.jelena,
        Standing.PRESENT,
        60,
    )
    assert (line.sources, course.nameless) == ((PresenceSource.JOIN,), 0)
    assert world.sheets.get(world.mira, world.sessions[1].id).courses[0].nameless == 11
    world.sheets.correct(world.mira, session.id, correction(world))
    [line] = world.sheets.get(world.mira, session.id).courses[0].lines
    assert (line.attended.standing, line.attended.minutes, line.reason) == (
        Standing.PARTLY,
        30,
        "Left early, as agreed",
    )
    with world.storage.read() as tx:
        [entry] = tx.audit.of("session", session.id)
    assert (entry.action, entry.actor_name) == ("attendance_corrected", "Mira Jovanović")
    assert "Jelena" not in json.dumps(dict(entry.detail))
    world.sheets.correct(world.mira, session.id, correction(world, verdict="recorded"))
    assert world.sheets.get(world.mira, session.id).courses[0].lines[0].attended.minutes == 60


def test_a_sheet_says_whether_anything_is_recorded(world: World) -> None:
    assert not world.sheets.get(world.mira, world.sessions[0].id).recorded
    world.was_there(world.sessions[0], course_id=world.of.almaty.id, numbers=[3])  # the partner's student
    assert world.sheets.get(world.mira, world.sessions[0].id).recorded
    world.sheets.correct(world.mira, world.sessions[1].id, correction(world))
    assert world.sheets.get(world.mira, world.sessions[1].id).recorded
    assert (
        world.sheets.get(world.mira, world.sessions[1].id).courses[0].lines[0].corrected_by == world.mira.name
    )


def test_who_may_not_correct(world: World) -> None:
    session = world.sessions[0]
    with pytest.raises(InvalidInput):
        world.sheets.correct(world.mira, session.id, correction(world, reason=" "))
    with pytest.raises(InvalidInput):
        world.sheets.correct(world.mira, session.id, correction(world, minutes=None))
    with pytest.raises(NotFound):
        world.sheets.correct(world.mira, session.id, correction(world, course_id=world.of.almaty.id))
    with pytest.raises(Forbidden):
        world.sheets.get(world.jelena, session.id)
    stranger = world.build.person("Wei Zhang")
    with pytest.raises(NotFound):
        world.sheets.get(stranger, session.id)
    later = world.session(NOW + timedelta(days=1))
    with pytest.raises(Conflict):
        world.sheets.correct(world.mira, later.id, correction(world))


def test_a_student_sees_what_the_teacher_sees(world: World) -> None:
    world.was_there(world.sessions[0])
    pairing, [view] = world.classes.of(world.mira, world.pairing.id)
    [line] = view.lines
    [own] = world.own.own(world.jelena).pairings
    assert own.figures == line.figures
    assert (line.figures.active_days, line.figures.attended, line.figures.held) == (1, 1, 2)
    assert (line.figures.last_seen, line.figures.contact) == (date(2026, 10, 14), 60)
    assert line.quiet  # twelve days without anything
    assert not line.missed  # one session only
    assert (view.nameless, pairing.id) == (11, world.pairing.id)


def test_a_session_is_a_sign_of_life_and_presence_completes_where_moodle_tracks_nothing(world: World) -> None:
    world.was_there(world.sessions[0], numbers=range(2))
    world.was_there(world.sessions[1], numbers=[0, 2, 3])
    _, [view] = world.classes.of(world.mira, world.pairing.id)
    assert view.lines[0].figures.last_seen == date(2026, 10, 20)
    assert not view.lines[0].quiet
    world.was_there(world.session(FIRST + timedelta(weeks=3)), numbers=[0, 2])
    world.clock.set(datetime(2026, 12, 28, 8, 0, tzinfo=UTC))
    _, [view] = world.classes.of(world.mira, world.pairing.id)
    assert view.ends == {End.COMPLETED: 1, End.TO_THE_END: 1, End.STOPPED: 10, End.NEVER_SEEN: 0}
    assert (view.lines[0].end, view.completion_known) == (End.COMPLETED, True)
    [own] = world.own.own(world.jelena).pairings
    assert (own.over, own.figures) == (True, view.lines[0].figures)  # a student sees the same


def test_nothing_of_others_is_in_the_own_data(world: World) -> None:
    stranger: Person = world.build.person("Lin Chen")
    assert world.own.own(stranger).pairings == ()
    with pytest.raises(Forbidden):
        world.classes.of(world.jelena, world.pairing.id)


def test_traits_and_rules_survive_as_they_were_stored(world: World) -> None:
    name = world.students[world.of.belgrade.id][0]
    with world.storage.write() as tx:
        tx.evidence.put_traits(world.pilot.id, {name: Trait("female", "RS", "")})
        tx.evidence.put_traits(world.pilot.id, {name: Trait("other", "BA", "")})
    with world.storage.read() as tx:
        assert tx.evidence.traits(world.pilot.id) == {name: Trait("other", "BA", "")}


def test_a_partner_s_list_becomes_traits_under_pseudonyms(world: World) -> None:
    transport = Transport(TransportPolicy())
    partners = Partners(storage=world.storage, vault=world.vault, transport=transport, clock=world.clock)
    traits = Traits(storage=world.storage, clock=world.clock, vault=world.vault, partners=partners)
    content = b"user_id,gender,country,home\n1,f,RS,\n2,x,,AIL\n99,m,RS,\n"
    assert traits.upload(world.lead, world.pilot.id, world.of.belgrade.id, content) == 3
    payloads = [payload for kind, payload in world.tasks() if kind == TRAITS]
    assert set(payloads[0]) == {"pilot_id", "course_id", "sealed"}  # nothing of the list outside the seal
    for (
        line
    ) in content.decode().splitlines():  # whole lines: two letters may stand by chance in a sealed text
        assert line not in json.dumps(payloads)
    traits.perform(payloads[0])
    with world.storage.read() as tx:
        found = tx.evidence.traits(world.pilot.id)
        almaty = tx.courses.get(world.of.almaty.id)
    assert almaty is not None
    first, second = world.students[world.of.belgrade.id][:2]
    assert found == {first: Trait("female", "RS"), second: Trait("other", "", almaty.institution.id)}
    with pytest.raises(InvalidInput):
        traits.upload(world.lead, world.pilot.id, world.of.belgrade.id, b"nothing")
    with pytest.raises(NotFound):
        traits.upload(world.mira, world.pilot.id, world.of.belgrade.id, content)

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from coil_bridge.domain import Answer, CourseRole, PairingState
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import new_id
from tests.builders import START, Build


def test_a_pairing_comes_back_as_stored(storage: Storage, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    courses = [build.course(build.site(city)) for city in ("Belgrade", "Almaty", "Shanghai")]
    with storage.read() as tx:
        assert tx.pairings.get("nosuchpairing") is None
    pairing = build.pairing(courses, proposed_by=mira, phase=build.phase())
    with storage.write() as tx:
        assert tx.pairings.get(pairing.id) == pairing
        assert tx.pairings.locked(pairing.id) == pairing
        assert tx.pairings.all() == [pairing]


def test_the_initiating_course_comes_first_then_by_institution(storage: Storage, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    courses = [build.course(build.site(city)) for city in ("Shanghai", "Belgrade", "Almaty")]
    pairing = build.pairing(courses, proposed_by=mira)
    with storage.read() as tx:
        found = tx.pairings.get(pairing.id)
    assert found is not None
    assert [each.course.institution.short_name for each in found.courses] == ["SNC", "AIL", "UB"]


def test_a_form_is_stored_once_per_person(storage: Storage, build: Build) -> None:
    mira, aigerim = build.person("Mira Jovanović"), build.person("Aigerim Sadykova")
    course = build.course()
    pairing = build.pairing([course], proposed_by=mira)
    second = replace(pairing, id=new_id())
    with storage.write() as tx:
        assert not tx.pairings.insert(second, pairing.id)  # the builder's key is the id
        assert tx.pairings.get(second.id) is None
        assert tx.pairings.insert(replace(second, proposed_by=aigerim.id), pairing.id)
        assert tx.pairings.by_key(mira.id, pairing.id) == pairing
        assert tx.pairings.by_key(mira.id, "another key") is None


def test_every_change_raises_the_version(storage: Storage, build: Build) -> None:
    mira, phase = build.person("Mira Jovanović"), build.phase()
    course = build.course()
    pairing = build.pairing([course], proposed_by=mira, state=PairingState.ACCEPTED)
    later = START + timedelta(hours=1)
    with storage.write() as tx:
        tx.pairings.set_state(pairing.id, PairingState.ACTIVE, later)
        tx.pairings.set_phase(pairing.id, phase.id, later)
        found = tx.pairings.get(pairing.id)
    assert found == replace(pairing, state=PairingState.ACTIVE, phase=phase, version=3, changed_at=later)


def test_an_answer_is_kept_with_its_author(storage: Storage, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    courses = [build.course(build.site(city)) for city in ("Belgrade", "Almaty")]
    pairing = build.pairing(courses, proposed_by=mira, state=PairingState.PROPOSED)
    with storage.write() as tx:
        tx.pairings.set_answer(pairing.id, courses[1].id, Answer.DECLINED, mira.id, START)
        found = tx.pairings.get(pairing.id)
    assert found is not None
    own, invited = found.courses
    assert own == pairing.courses[0]
    assert (invited.answer, invited.answered_by, invited.answered_at) == (Answer.DECLINED, mira.id, START)


def test_courses_are_together_only_where_both_are_part_of_the_pairing(storage: Storage, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    own, first, second = (build.course(build.site(city)) for city in ("Belgrade", "Almaty", "Shanghai"))
    pairing = build.pairing([own, first, second], proposed_by=mira)
    open_states = [PairingState.ACTIVE]
    with storage.write() as tx:
        assert [each.id for each in tx.pairings.between(own.id, [second.id], open_states)] == [pairing.id]
        assert [each.id for each in tx.pairings.between(second.id, [first.id], open_states)] == [pairing.id]
        assert tx.pairings.between(own.id, [second.id], [PairingState.PROPOSED]) == []
        assert tx.pairings.between(own.id, [], open_states) == []
        tx.pairings.set_answer(pairing.id, second.id, Answer.DECLINED, mira.id, START)
        assert tx.pairings.between(own.id, [second.id], open_states) == []
        assert len(tx.pairings.between(own.id, [first.id, second.id], open_states)) == 1


def test_who_belongs_to_a_pairing(storage: Storage, build: Build) -> None:
    mira, jelena, wei = (build.person(name) for name in ("Mira Jovanović", "Jelena Marković", "Wei Zhang"))
    own = build.course(build.site("Belgrade"), teachers=[mira], students=[jelena])
    partner = build.course(build.site("Shanghai"), teachers=[wei, mira])
    elsewhere = build.course(build.site("Almaty"), teachers=[jelena])
    pairing = build.pairing([own, partner], proposed_by=mira)
    other = build.pairing([elsewhere], proposed_by=mira)
    both = [own.id, partner.id]
    with storage.read() as tx:
        assert tx.pairings.roles(mira.id, pairing.id) == dict.fromkeys(both, CourseRole.TEACHER)
        assert tx.pairings.roles(jelena.id, pairing.id) == {own.id: CourseRole.STUDENT}
        assert tx.pairings.roles(wei.id, other.id) == {}
        assert set(tx.pairings.people(both, [CourseRole.TEACHER])) == {mira.id, wei.id}
        assert len(tx.pairings.people(both, list(CourseRole))) == 3
        assert tx.pairings.people([], list(CourseRole)) == []
        assert [each.id for each in tx.pairings.of_person(jelena.id)] in (
            [pairing.id, other.id],
            [other.id, pairing.id],
        )
        assert [each.id for each in tx.pairings.of_person(wei.id)] == [pairing.id]

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import IntegrityError, StatementError

from coil_bridge.domain import Answer, JointSession, PairingState, Person, SessionState
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import new_id
from tests.builders import START, Build


@pytest.fixture
def mira(build: Build) -> Person:
    return build.person("Mira Jovanović")


@pytest.fixture
def session(build: Build, mira: Person) -> JointSession:
    """A session of Mira's course in Belgrade with one in Almaty."""
    own = build.course(build.site("Belgrade"), teachers=[mira])
    return build.session(build.pairing([own, build.course(build.site("Almaty"))], proposed_by=mira), mira)


def another(session: JointSession) -> JointSession:
    session_id = new_id()
    return replace(session, id=session_id, uid=f"{session_id}@bridge.example.org")


def test_a_session_comes_back_with_wall_time_fold_and_instant(
    storage: Storage, session: JointSession
) -> None:
    """The second 02:30 of the night in which Belgrade's clocks go back."""
    repeated = replace(
        another(session),
        series_id=new_id(),
        starts_local=datetime(2026, 10, 25, 2, 30),  # noqa: DTZ001 - a wall time
        fold=1,
        starts_at=datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        room_url=None,
    )
    with storage.write() as tx:
        tx.sessions.insert([repeated], "key-1")
    with storage.read() as tx:
        assert tx.sessions.get(repeated.id) == repeated
        assert tx.sessions.of_pairing(session.pairing_id) == [repeated, session]
        assert tx.sessions.get("nosuchsession") is None


def test_an_instant_without_a_zone_is_refused(storage: Storage, session: JointSession) -> None:
    naive = replace(another(session), starts_at=session.starts_at.replace(tzinfo=None))
    with pytest.raises(StatementError, match="naive"), storage.write() as tx:
        tx.sessions.insert([naive], "key-1")


def test_what_a_form_planned_is_found_in_its_order(
    storage: Storage, session: JointSession, mira: Person
) -> None:
    series = [
        replace(another(session), starts_at=session.starts_at - timedelta(weeks=week)) for week in range(3)
    ]
    with storage.write() as tx:
        tx.sessions.insert(series, "key-1")
        assert tx.sessions.by_key(mira.id, "key-1") == series
        assert tx.sessions.by_key(mira.id, "key-2") == []
        assert tx.sessions.by_key(new_id(), "key-1") == []


def test_a_uid_is_given_once(storage: Storage, session: JointSession) -> None:
    with pytest.raises(IntegrityError), storage.write() as tx:
        tx.sessions.insert([replace(session, id=new_id())], "key-1")


def test_a_changed_session_takes_its_place(storage: Storage, session: JointSession) -> None:
    changed = replace(session, title="Kick-off", state=SessionState.CANCELLED, sequence=1, version=2)
    with storage.write() as tx:
        tx.sessions.replace(changed)
        assert tx.sessions.of_pairing(session.pairing_id) == [changed]


def test_what_a_person_goes_to(storage: Storage, session: JointSession, mira: Person) -> None:
    states = [PairingState.ACTIVE]
    with storage.write() as tx:
        cancelled = replace(another(session), state=SessionState.CANCELLED)
        tx.sessions.insert([cancelled], "key-1")
        assert tx.sessions.of_person_since(mira.id, states, START) == [session]
        assert tx.sessions.planned_since(START) == [session]
        after = session.starts_at + timedelta(seconds=1)
        assert tx.sessions.of_person_since(mira.id, states, after) == []
        assert tx.sessions.planned_since(after) == []
        assert tx.sessions.of_person_since(mira.id, [PairingState.PROPOSED], START) == []
        pairing = tx.pairings.get(session.pairing_id)
        assert pairing is not None
        own = pairing.courses[0].course.id
        tx.pairings.set_answer(pairing.id, own, Answer.DECLINED, mira.id, START)
        assert tx.sessions.of_person_since(mira.id, states, START) == []


def test_the_trail_of_a_pairing_has_its_sessions_in_it(
    storage: Storage, session: JointSession, mira: Person
) -> None:
    entries = [
        ("pairing", session.pairing_id, "proposed"),
        ("session", session.id, "planned"),
        ("session", "another", "planned"),
        ("site", session.pairing_id, "added"),
    ]
    with storage.write() as tx:
        for kind, subject, action in entries:
            tx.audit.add(
                at=START,
                actor_id=mira.id,
                actor_name=mira.name,
                subject_kind=kind,
                subject_id=subject,
                action=action,
                detail={"courses": ["Čas"], "count": 2},
            )
    with storage.read() as tx:
        trail = tx.audit.of_pairing(session.pairing_id)
        assert [(each.subject_kind, each.action) for each in trail] == [
            ("pairing", "proposed"),
            ("session", "planned"),
        ]
        [entry] = tx.audit.of("site", session.pairing_id)
    assert (entry.at, entry.actor_id, entry.actor_name) == (START, mira.id, "Mira Jovanović")
    assert entry.detail == {"courses": ["Čas"], "count": 2}

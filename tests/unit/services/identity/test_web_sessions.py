from __future__ import annotations

from sqlalchemy import select

from coil_bridge.services.bundle import Services
from coil_bridge.storage.engine import reading
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import web_session
from tests.builders import START, Build, SettableClock


def test_a_session_belongs_to_its_person_until_it_ends(services: Services, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    here, there = services.web_sessions.start(mira.id), services.web_sessions.start(mira.id)
    assert services.web_sessions.resolve(here) == mira
    services.web_sessions.end(here)
    assert services.web_sessions.resolve(here) is None
    assert services.web_sessions.resolve(there) == mira
    services.web_sessions.end_all(mira.id)
    assert services.web_sessions.resolve(there) is None
    assert services.web_sessions.resolve("made up") is None


def test_a_session_ends_with_its_time_however_busy(
    services: Services, build: Build, clock: SettableClock
) -> None:
    token = services.web_sessions.start(build.person("Mira Jovanović").id)
    for _ in range(11):
        clock.advance(hours=1)
        assert services.web_sessions.resolve(token) is not None
    clock.advance(hours=1)
    assert services.web_sessions.resolve(token) is None


def test_the_cookie_is_stored_as_a_hash_and_noted_at_most_every_five_minutes(
    services: Services, build: Build, storage: Storage, clock: SettableClock
) -> None:
    token = services.web_sessions.start(build.person("Mira Jovanović").id)
    clock.advance(minutes=4)
    services.web_sessions.resolve(token)
    with reading(storage._engine) as connection:
        row = connection.execute(select(web_session)).one()
    assert token not in str(row)
    assert row.last_seen_at == START
    clock.advance(minutes=1)
    services.web_sessions.resolve(token)
    with reading(storage._engine) as connection:
        assert connection.execute(select(web_session.c.last_seen_at)).scalar_one() == clock()

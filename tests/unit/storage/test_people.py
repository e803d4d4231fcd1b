from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from coil_bridge.domain import Role
from coil_bridge.storage.people import EMAIL, MOODLE, Identity
from coil_bridge.storage.storage import Storage
from tests.builders import START, Build


def test_a_person_comes_back_as_stored(storage: Storage, build: Build) -> None:
    ana = build.administrator()
    with storage.read() as tx:
        assert tx.people.get(ana.id) == ana
        assert tx.people.get("nobody") is None


def test_an_identity_leads_to_its_person_only(storage: Storage, build: Build) -> None:
    belgrade, almaty = build.site("Belgrade"), build.site("Almaty")
    mira = build.person("Mira Jovanović", site=belgrade, moodle_user_id=7)
    with storage.read() as tx:
        assert tx.people.by_identity(Identity(MOODLE, belgrade.id, "7")) == mira
        assert tx.people.by_identity(Identity(MOODLE, almaty.id, "7")) is None
        assert tx.people.identities([mira.id]) == {mira.id: [Identity(MOODLE, belgrade.id, "7")]}


def test_a_way_in_cannot_be_given_to_two_people(storage: Storage, build: Build) -> None:
    first, second = build.person("Mira Jovanović"), build.person("Aigerim Sadykova")
    shared = Identity(EMAIL, "", "shared@example.org")
    with storage.write() as tx:
        tx.people.add_identity(first.id, shared)
    with pytest.raises(IntegrityError), storage.write() as tx:
        tx.people.add_identity(second.id, shared)


def test_roles_are_written_anew(storage: Storage, build: Build) -> None:
    ana = build.administrator()
    with storage.write() as tx:
        tx.people.set_roles(ana.id, [Role.EVALUATION_LEAD], START)
    with storage.read() as tx:
        assert [person.roles for person in tx.people.with_roles()] == [{Role.EVALUATION_LEAD}]
    with storage.write() as tx:
        tx.people.set_roles(ana.id, [], START)
    with storage.read() as tx:
        assert tx.people.with_roles() == []


def test_a_link_is_used_once_and_only_in_time(storage: Storage, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    until = START + timedelta(minutes=30)
    with storage.write() as tx:
        tx.people.insert_signin_token("hash", mira.id, START, until)
        assert tx.people.person_of_signin_token("hash", START) == mira
        assert tx.people.person_of_signin_token("hash", until) is None
        assert not tx.people.use_signin_token("hash", until)
        assert tx.people.use_signin_token("hash", START)
        assert not tx.people.use_signin_token("hash", START)
        assert tx.people.person_of_signin_token("hash", START) is None


def test_pruning_leaves_what_still_counts(storage: Storage, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    with storage.write() as tx:
        tx.people.insert_web_session("old", mira.id, START, START + timedelta(hours=1))
        tx.people.insert_web_session("live", mira.id, START, START + timedelta(hours=12))
        tx.people.insert_signin_request("somebody", START)
        assert tx.people.prune(START + timedelta(hours=2)) == 2
        assert tx.people.web_session("live", START + timedelta(hours=2)) == (mira, START)

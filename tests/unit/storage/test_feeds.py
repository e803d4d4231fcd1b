from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from coil_bridge.domain import Answer, CourseRole, Pairing, Person
from coil_bridge.storage.feeds import StoredFeed, StoredLink
from coil_bridge.storage.served_feeds import Served
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import new_id
from tests.builders import START, Build

FEED = StoredFeed(b"BEGIN:VCALENDAR", b"\x1f\x8b", "hash", START)


@pytest.fixture
def dana(build: Build) -> Person:
    return build.person("Dana Akhmetova")


@pytest.fixture
def pairing(build: Build, dana: Person) -> Pairing:
    mira = build.person("Mira Jovanović")
    courses = [build.course(build.site(city), students=[dana]) for city in ("Belgrade", "Almaty")]
    return build.pairing(courses, proposed_by=mira)


@pytest.fixture
def link(storage: Storage, pairing: Pairing, dana: Person) -> StoredLink:
    made = StoredLink(new_id(), b"sealed", pairing.id, dana.id, "en", START, None)
    with storage.write() as tx:
        tx.feeds.insert_link(made, "hash of the token")
        tx.feeds.store(pairing.id, "en", FEED)
    return made


def test_a_token_leads_to_the_feed_in_the_links_language(storage: Storage, link: StoredLink) -> None:
    serbian = replace(FEED, body=b"BEGIN:VCALENDAR sr", etag="other")
    with storage.write() as tx:
        tx.feeds.store(link.pairing_id, "sr_Latn", serbian)
    assert storage.served_feeds.at("hash of the token") == Served(FEED, revoked=False, entitled=True)
    with storage.write() as tx:
        tx.feeds.set_link_language(link.id, "sr_Latn")
    assert storage.served_feeds.at("hash of the token") == Served(serbian, revoked=False, entitled=True)
    assert storage.served_feeds.at("another hash") is None
    with storage.read() as tx:
        assert tx.feeds.languages(link.pairing_id) == ["en", "sr_Latn"]
        assert tx.feeds.pairings() == [link.pairing_id]


def test_entitled_is_who_still_belongs_to_a_course_of_the_pairing(
    storage: Storage, link: StoredLink, pairing: Pairing
) -> None:
    first, second = (each.course.id for each in pairing.courses)

    def entitled() -> bool:
        served = storage.served_feeds.at("hash of the token")
        assert served is not None
        return served.entitled

    with storage.write() as tx:
        tx.courses.replace_people_of_course(first, CourseRole.STUDENT, [], START)
    assert entitled()  # still in the second course
    with storage.write() as tx:
        tx.pairings.set_answer(pairing.id, second, Answer.DECLINED, link.person_id, START)
    assert not entitled()
    with storage.write() as tx:
        tx.courses.enrol(link.person_id, first, CourseRole.TEACHER, START)
    assert entitled()


def test_a_link_is_revoked_once(storage: Storage, link: StoredLink) -> None:
    later = START + timedelta(hours=1)
    with storage.write() as tx:
        assert tx.feeds.link(link.id) == link
        assert tx.feeds.revoke(link.id, later)
        assert not tx.feeds.revoke(link.id, later + timedelta(hours=1))
        assert tx.feeds.links(link.person_id, link.pairing_id) == [replace(link, revoked_at=later)]
        assert tx.feeds.link("nosuchlink") is None
    served = storage.served_feeds.at("hash of the token")
    assert served is not None
    assert served.revoked


def test_a_feed_takes_the_place_of_the_one_before(storage: Storage, link: StoredLink) -> None:
    newer = replace(
        FEED, body=b"new", body_gzip=b"gz", etag="newer", last_modified=START + timedelta(hours=1)
    )
    with storage.write() as tx:
        assert tx.feeds.stored(link.pairing_id, "en") == FEED
        tx.feeds.store(link.pairing_id, "en", newer)
        assert tx.feeds.stored(link.pairing_id, "en") == newer
        assert tx.feeds.stored(link.pairing_id, "fr") is None


def test_a_link_whose_feed_was_never_built_shows_none(
    storage: Storage, pairing: Pairing, dana: Person
) -> None:
    with storage.write() as tx:
        tx.feeds.insert_link(StoredLink(new_id(), b"sealed", pairing.id, dana.id, "en", START, None), "bare")
    assert storage.served_feeds.at("bare") == Served(None, revoked=False, entitled=True)

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from coil_bridge.domain import Answer, CourseRole, FeedChoice, FeedKind, Pairing, Person, Role
from coil_bridge.storage.feed_subjects import concerned
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
    choice = FeedChoice(FeedKind.PAIRING, pairing.id, "en")
    made = StoredLink(new_id(), b"sealed", choice, dana.id, public=False, created_at=START, revoked_at=None)
    with storage.write() as tx:
        tx.feeds.store(choice, FEED, [pairing.id])
        tx.feeds.insert_link(made, "hash of the token")
    return made


def test_a_token_leads_to_the_feed_that_was_chosen(storage: Storage, link: StoredLink) -> None:
    serbian, other = (
        replace(FEED, body=b"BEGIN:VCALENDAR sr", etag="other"),
        replace(link.feed, language="sr_Latn"),
    )
    with storage.write() as tx:
        tx.feeds.store(other, serbian, [link.feed.subject_id])
    assert storage.served_feeds.at("hash of the token") == Served(FEED, revoked=False, entitled=True)
    with storage.write() as tx:
        tx.feeds.lead_to(link.id, other)
    assert storage.served_feeds.at("hash of the token") == Served(serbian, revoked=False, entitled=True)
    assert storage.served_feeds.at("another hash") is None
    with storage.read() as tx:
        assert tx.feeds.choices(FeedKind.PAIRING, link.feed.subject_id) == [link.feed, other]
        assert tx.feeds.choices(FeedKind.PILOT) == []


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
        assert tx.feeds.links(link.person_id, FeedKind.PAIRING, link.feed.subject_id) == [
            replace(link, revoked_at=later)
        ]
        assert tx.feeds.link("nosuchlink") is None
    served = storage.served_feeds.at("hash of the token")
    assert served is not None
    assert served.revoked


def test_a_feed_takes_the_place_of_the_one_before(storage: Storage, link: StoredLink) -> None:
    newer = replace(
        FEED, body=b"new", body_gzip=b"gz", etag="newer", last_modified=START + timedelta(hours=1)
    )
    with storage.write() as tx:
        assert tx.feeds.stored(link.feed) == FEED
        tx.feeds.store(link.feed, newer, [link.feed.subject_id])
        assert tx.feeds.stored(link.feed) == newer
        assert tx.feeds.stored(replace(link.feed, alarm=15)) is None


def test_a_mark_is_taken_away_by_one_who_builds(storage: Storage, link: StoredLink) -> None:
    mine = replace(link.feed, kind=FeedKind.PERSON, subject_id=link.person_id)
    with storage.write() as tx:
        tx.feeds.store(mine, FEED, [])
        assert tx.feeds.stale() == []
        tx.feeds.mark_stale(concerned(link.feed.subject_id))
        assert tx.feeds.stale() == [mine]  # the pairing's own are built in the transaction itself
        assert tx.feeds.take_up(mine)
        assert not tx.feeds.take_up(mine)


@pytest.mark.parametrize(
    ("kind", "role", "public_and_entitled"),
    [
        (FeedKind.PILOT, None, (False, False)),
        (FeedKind.PILOT, None, (True, True)),
        (FeedKind.PILOT, Role.EVALUATION_LEAD, (False, True)),
        (FeedKind.INSTITUTION, Role.ADMINISTRATOR, (False, True)),
    ],
)
def test_the_calendars_of_pilots_and_institutions_are_for_those_who_look_after_everything(
    storage: Storage, build: Build, kind: FeedKind, role: Role | None, public_and_entitled: tuple[bool, bool]
) -> None:
    public, entitled = public_and_entitled
    holder = build.person("Tomasz Zieliński", roles=[role] if role else [])
    choice = FeedChoice(kind, new_id(), "en")
    link = StoredLink(new_id(), b"sealed", choice, holder.id, public, START, None)
    with storage.write() as tx:
        tx.feeds.store(choice, FEED, [])
        tx.feeds.insert_link(link, "the hash")
    assert storage.served_feeds.at("the hash") == Served(FEED, revoked=False, entitled=entitled)

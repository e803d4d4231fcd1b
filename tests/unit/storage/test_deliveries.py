from __future__ import annotations

from datetime import timedelta

from coil_bridge.storage.deliveries import SENT, Route
from coil_bridge.storage.storage import Storage, Transaction
from tests.builders import START, Build

LEASE = START + timedelta(minutes=10)
MAIL = Route("email", None)


def queue(tx: Transaction, person_id: str, key: str, route: Route = MAIL) -> bool:
    return tx.deliveries.queue(
        dedup_key=key,
        route=route,
        person_id=person_id,
        subject="Hello",
        body_encrypted=b"sealed",
        at=START,
        give_up_at=START + timedelta(days=1),
    )


def test_each_route_is_claimed_apart_oldest_first_and_once(storage: Storage, build: Build) -> None:
    mira, site = build.person("Mira Jovanović"), build.site()
    into_moodle = Route("moodle", site.id)
    with storage.write() as tx:
        assert queue(tx, mira.id, "a")
        assert not queue(tx, mira.id, "a")
        assert queue(tx, mira.id, "b", into_moodle)
        assert set(tx.deliveries.due_routes(START)) == {MAIL, into_moodle}
        [taken] = tx.deliveries.claim(MAIL, "w1", now=START, until=LEASE, limit=9)
        assert (taken.person_id, taken.attempts) == (mira.id, 1)
        assert tx.deliveries.claim(MAIL, "w2", now=START, until=LEASE, limit=9) == []
        assert tx.deliveries.due_routes(START) == [into_moodle]


def test_what_is_finished_goes_in_the_end_and_what_waits_stays(storage: Storage, build: Build) -> None:
    mira = build.person("Mira Jovanović")
    with storage.write() as tx:
        queue(tx, mira.id, "a")
        [first] = tx.deliveries.claim(MAIL, "w1", now=START, until=LEASE, limit=9)
        tx.deliveries.finish(first.id, SENT, START)
        queue(tx, mira.id, "b")
        assert not queue(tx, mira.id, "a")
        assert tx.deliveries.prune(START + timedelta(days=1)) == 1
        assert tx.deliveries.counts() == {"queued": 1}

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import event

from coil_bridge.domain import CourseRole, FeedChoice, FeedKind, PairingState, SessionState
from coil_bridge.errors import Conflict, Forbidden, Gone, NotFound
from coil_bridge.i18n import Translator, translator
from coil_bridge.services.calendar import feed_content
from coil_bridge.storage.feeds import StoredFeed
from coil_bridge.vault import token_hash
from scheduling import ical
from tests.unit.services.consortium import Consortium, wall

PAGE = "https://bridge.example.org/pairings/x"


def events(body: bytes) -> list[Any]:
    return list(Calendar.from_ical(body).walk("VEVENT"))


def test_a_student_subscribes_and_reads_every_partners_hour(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    link = consortium.feeds.link(consortium.dana, pairing.id)
    [entry] = events(consortium.feeds.serve(link.token).body)
    assert entry["UID"] == session.uid
    assert entry.start == session.starts_at == datetime(2026, 10, 27, 13, tzinfo=UTC)
    assert entry.end == datetime(2026, 10, 27, 14, tzinfo=UTC)
    assert entry["SUMMARY"] == "First meeting"
    assert entry["LOCATION"] == "https://meet.example.org/room"
    assert str(entry["DESCRIPTION"]).splitlines() == [
        "First meeting",
        "Voices across borders",
        "Team building",
        "",
        "UB (Belgrade): Tue 27 Oct 2026, 14:00–15:00 (UTC+1)",
        "AIL (Almaty): Tue 27 Oct 2026, 18:00–19:00 (UTC+5)",
        "SNC (Shanghai): Tue 27 Oct 2026, 21:00–22:00 (UTC+8)",
        "",
        "Room: https://meet.example.org/room",
    ]


def test_no_feed_names_a_person(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(notes="Ask Mira."), "key-1")
    body = consortium.feeds.serve(consortium.feeds.link(consortium.dana, pairing.id).token).body.decode()
    assert "First meeting" in body
    for private in ("Mira", "Jovanović", "Aigerim", "Wei", "Dana", "Shall we?"):
        assert private not in body


def test_the_address_is_private_stable_and_opens_in_five_ways(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    first = consortium.feeds.link(consortium.dana, pairing.id)
    assert consortium.feeds.link(consortium.dana, pairing.id) == first
    assert consortium.feeds.links(consortium.dana, pairing.id) == [first]
    assert consortium.feeds.link(consortium.lin, pairing.id).token != first.token
    assert first.token not in repr(first)
    addresses = consortium.feeds.addresses(first, "Voices")
    assert addresses.https == f"https://bridge.example.org/calendar/{first.token}.ics"
    assert addresses.webcal == f"webcal://bridge.example.org/calendar/{first.token}.ics"
    with consortium.storage.read() as tx:
        [stored] = tx.feeds.links(consortium.dana.id, FeedKind.PAIRING, pairing.id)
    assert first.token.encode() not in stored.token_encrypted


def test_a_revoked_address_is_gone_for_good_and_a_new_one_is_issued(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    first = consortium.feeds.link(consortium.dana, pairing.id)
    revoked = consortium.feeds.revoke(consortium.dana, first.id)
    assert revoked.revoked_at == consortium.clock()
    consortium.clock.advance(hours=1)
    assert consortium.feeds.revoke(consortium.dana, first.id) == revoked
    with pytest.raises(Gone):
        consortium.feeds.serve(first.token)
    second = consortium.feeds.link(consortium.dana, pairing.id)
    assert second.token != first.token
    assert consortium.feeds.links(consortium.dana, pairing.id) == [second]
    assert consortium.feeds.serve(second.token).body


def test_nobody_revokes_anothers_address(consortium: Consortium) -> None:
    link = consortium.feeds.link(consortium.dana, consortium.agreed().id)
    for other in (consortium.lin, consortium.mira, consortium.build.administrator()):
        with pytest.raises(NotFound):
            consortium.feeds.revoke(other, link.id)
    assert consortium.feeds.serve(link.token).body


def test_an_address_ends_when_the_enrolment_ends_and_works_again_when_it_comes_back(
    consortium: Consortium,
) -> None:
    pairing = consortium.agreed()
    student = consortium.feeds.link(consortium.dana, pairing.id)
    teacher = consortium.feeds.link(consortium.wei, pairing.id)
    consortium.unenrol(consortium.dana, consortium.almaty.id)
    consortium.unenrol(consortium.wei, consortium.shanghai.id, CourseRole.TEACHER)
    for link in (student, teacher):
        with pytest.raises(Gone):
            consortium.feeds.serve(link.token)
    consortium.build.enrol(consortium.dana, consortium.almaty, CourseRole.STUDENT)
    assert consortium.feeds.serve(student.token).body


def test_an_enrolment_elsewhere_opens_nothing(consortium: Consortium) -> None:
    pairing = consortium.build.pairing([consortium.belgrade, consortium.almaty], proposed_by=consortium.mira)
    link = consortium.feeds.link(consortium.dana, pairing.id)
    consortium.unenrol(consortium.dana, consortium.almaty.id)
    consortium.build.enrol(consortium.dana, consortium.shanghai, CourseRole.STUDENT)
    with pytest.raises(Gone):
        consortium.feeds.serve(link.token)


@pytest.mark.parametrize("token", ["", "nosuchtoken", "x" * 5000, "ключ"])
def test_an_address_that_never_was_is_not_found(consortium: Consortium, token: str) -> None:
    with pytest.raises(NotFound):
        consortium.feeds.serve(token)


def test_who_may_subscribe(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    assert consortium.feeds.link(consortium.mira, pairing.id)
    with pytest.raises(Forbidden):
        consortium.feeds.link(consortium.build.lead(), pairing.id)
    with pytest.raises(NotFound):
        consortium.feeds.link(consortium.build.person("Tariq Haddad"), pairing.id)
    with pytest.raises(Conflict):
        consortium.feeds.link(consortium.mira, consortium.agreed(PairingState.PROPOSED).id)


def test_serving_is_one_query_over_indexes_and_opens_no_secret(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=3), "key-1")
    link = consortium.feeds.link(consortium.dana, pairing.id)
    monkeypatch.setattr(type(consortium.vault), "decrypt", None)
    monkeypatch.setattr(feed_content, "assemble", None)
    engine = consortium.storage._engine
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert consortium.feeds.serve(link.token).body
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert statements == []  # nothing beside the prepared one, which goes to the driver itself
    if engine.dialect.name == "sqlite":
        query = consortium.storage.served_feeds._query._compiled.sql
        with engine.connect() as connection:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", ("x",) * query.count("?"))
            steps = [row[-1] for row in plan]
        assert not [step for step in steps if step.startswith("SCAN") and "CONSTANT" not in step]


def test_every_change_rebuilds_every_language_in_the_same_transaction(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    link = consortium.feeds.link(consortium.dana, pairing.id)
    before = consortium.feeds.serve(link.token)
    assert (events(before.body), before.last_modified) == ([], pairing.created_at)
    serbian = FeedChoice(FeedKind.PAIRING, pairing.id, "sr_Latn")
    with consortium.storage.write() as tx:  # somebody reads Serbian too
        tx.feeds.store(serbian, StoredFeed(b"old", b"old", "old", pairing.created_at), [pairing.id])
    consortium.clock.advance(hours=1)
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    planned = consortium.feeds.serve(link.token)
    assert planned.last_modified == consortium.clock()
    with consortium.storage.read() as tx:
        stored = tx.feeds.stored(serbian)
    assert stored is not None
    assert len(events(stored.body)) == 1
    consortium.clock.advance(hours=1)
    consortium.sessions.cancel(consortium.mira, session.id, 1)
    cancelled = consortium.feeds.serve(link.token)
    [entry] = events(cancelled.body)
    assert (entry["STATUS"], entry["SUMMARY"]) == ("CANCELLED", "Cancelled: First meeting")
    assert (entry["UID"], entry["SEQUENCE"]) == (session.uid, 1)
    assert len({before.etag, planned.etag, cancelled.etag}) == 3


def test_a_change_that_fails_leaves_the_feed_as_it_was(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    link = consortium.feeds.link(consortium.dana, pairing.id)
    before, counts = consortium.feeds.serve(link.token), consortium.counts()

    def broken(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(consortium.sessions._writer._telling, "note", broken)
    with pytest.raises(RuntimeError):
        consortium.sessions.edit(consortium.mira, session.id, consortium.plan(title="Kick-off"), 1)
    assert consortium.feeds.serve(link.token) == before
    assert consortium.counts() == counts
    assert consortium.sessions.get(consortium.mira, session.id) == session


def test_the_same_sessions_give_the_same_bytes(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=4), "key-1")
    link = consortium.feeds.link(consortium.dana, pairing.id)
    before = consortium.feeds.serve(link.token)
    assert before.etag == hashlib.sha256(before.body).hexdigest()
    assert gzip.decompress(before.body_gzip) == before.body
    consortium.clock.advance(days=3)
    assert consortium.feeds.rebuild_all() == 0
    assert consortium.feeds.serve(link.token) == before


def test_what_a_release_changes_reaches_the_feeds_by_rebuilding_all(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    link = consortium.feeds.link(consortium.dana, pairing.id)
    monkeypatch.setattr(feed_content, "COLOR", "navy")
    assert consortium.feeds.rebuild_all() == 1
    assert b"COLOR:navy" in consortium.feeds.serve(link.token).body


def test_the_language_follows_the_person_and_the_address_stays(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    first = consortium.feeds.link(consortium.dana, pairing.id)
    monkeypatch.setattr(
        "coil_bridge.services.calendar.feeds.translator", lambda _language: Translator("sr_Latn")
    )
    after = consortium.feeds.link(consortium.dana, pairing.id)
    assert (after.token, after.language) == (first.token, "sr_Latn")
    assert "UB (Beograd): uto\\, 27. okt 2026. u " in unfolded(consortium.feeds.serve(first.token).body)


def unfolded(body: bytes) -> str:
    return body.replace(b"\r\n ", b"").decode()


def test_in_serbian_the_cities_and_weekdays_are_serbian(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    session = consortium.build.session(pairing, consortium.mira)
    text = unfolded(feed_content.build(pairing, [session], PAGE, Translator("sr_Latn")).body)
    assert "AIL (Almati): uto\\, 27. okt 2026. u " in text
    assert "SNC (Šangaj): uto\\, 27. okt 2026. u " in text
    assert "Zajednički susreti: " in text


def test_in_serbian_a_cancelled_session_is_marked_in_serbian(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    session = consortium.build.session(pairing, consortium.mira, state=SessionState.CANCELLED)
    text = unfolded(feed_content.build(pairing, [session], PAGE, Translator("sr_Latn")).body)
    assert f"SUMMARY:Otkazano: {session.title}" in text


def test_a_session_over_midnight_says_so_on_each_clock(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    session = consortium.build.session(
        pairing, consortium.mira, starts_at=datetime(2026, 10, 27, 15, 30, tzinfo=UTC), minutes=60
    )
    text = unfolded(feed_content.build(pairing, [session], PAGE, translator("en")).body)
    assert "SNC (Shanghai): Tue 27 Oct 2026\\, 23:30–Wed 28 Oct 2026\\, 00:30 (UTC+8)" in text


def test_two_courses_of_one_university_share_a_line(consortium: Consortium) -> None:
    second = consortium.build.course(consortium.ail, "Negotiation Lab")
    pairing = consortium.build.pairing(
        [consortium.belgrade, consortium.almaty, second], proposed_by=consortium.mira
    )
    session = consortium.build.session(pairing, consortium.mira)
    text = unfolded(feed_content.build(pairing, [session], PAGE, translator("en")).body)
    assert text.count("AIL (Almaty)") == 1


def test_an_overfull_feed_keeps_the_latest_sessions(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The change itself must go through: a session could not even be called off otherwise."""
    pairing = consortium.agreed()
    sessions = [
        consortium.build.session(pairing, consortium.mira, starts_at=datetime(2026, 11, day, 9, tzinfo=UTC))
        for day in range(1, 9)
    ]
    monkeypatch.setattr(ical, "MAX_FEED_EVENTS", 5)
    kept = [
        entry["UID"] for entry in events(feed_content.build(pairing, sessions, PAGE, translator("en")).body)
    ]
    assert kept == [each.uid for each in sessions[-len(kept) :]]
    assert len(kept) == 5


def test_a_cancelled_pairing_keeps_its_calendar(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    link = consortium.feeds.link(consortium.dana, pairing.id)
    consortium.pairings.cancel(consortium.mira, pairing.id, "No room.")
    [session] = consortium.pairings.get(consortium.dana, pairing.id).sessions
    assert session.state is SessionState.CANCELLED
    [entry] = events(consortium.feeds.serve(link.token).body)
    assert entry["STATUS"] == "CANCELLED"


def test_a_token_is_found_by_its_hash_alone(consortium: Consortium) -> None:
    link = consortium.feeds.link(consortium.dana, consortium.agreed().id)
    assert consortium.storage.served_feeds.at(token_hash(link.token)) is not None
    assert consortium.storage.served_feeds.at(link.token) is None


def test_universities_on_the_same_clock_have_a_line_each(consortium: Consortium) -> None:
    """Kraków and Belgrade share a clock all year; a student looks for the own university."""
    course = consortium.build.course(consortium.build.site("Kraków"), "Trade Law")
    pairing = consortium.build.pairing([consortium.belgrade, course], proposed_by=consortium.mira)
    plan = consortium.plan(starts_local=wall("2026-11-03 07:00"), zone="Europe/Warsaw")
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, plan, "key-1")
    text = unfolded(feed_content.build(pairing, [session], PAGE, translator("en")).body)
    assert "UB (Belgrade): Tue 3 Nov 2026\\, 07:00–08:00 (UTC+1)" in text
    assert "KST (Warsaw): Tue 3 Nov 2026\\, 07:00–08:00 (UTC+1)" in text

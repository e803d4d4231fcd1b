"""Feeds of persons, institutions and pilots; what a link chooses; public addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from coil_bridge.domain import CourseRole, FeedChoice, FeedKind, Pairing, PairingState, SessionState
from coil_bridge.errors import Forbidden, Gone, InvalidInput, NotFound
from coil_bridge.i18n import translator
from coil_bridge.services.calendar import feed_content
from coil_bridge.services.calendar.feed_content import Head, Part
from coil_bridge.services.calendar.feeds import LinkOptions
from coil_bridge.vault import new_id
from scheduling import ical
from tests.unit.services.consortium import Consortium, wall


def read(consortium: Consortium, token: str) -> Any:
    return Calendar.from_ical(consortium.feeds.serve(token).body)


def uids(consortium: Consortium, token: str) -> set[str]:
    return {str(each["UID"]) for each in read(consortium, token).walk("VEVENT")}


def plan(consortium: Consortium, pairing: Pairing, **changes: Any) -> str:
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(**changes), new_id())
    return session.uid


def test_one_address_shows_the_sessions_of_all_own_pairings(consortium: Consortium) -> None:
    first = consortium.agreed()
    second = consortium.build.pairing([consortium.belgrade, consortium.almaty], proposed_by=consortium.mira)
    link = consortium.feeds.personal_link(consortium.dana)
    wei = consortium.feeds.personal_link(consortium.wei)
    planned = {plan(consortium, first), plan(consortium, second, starts_local=wall("2026-10-28 14:00"))}
    assert uids(consortium, link.token) == set()  # the worker comes within seconds
    assert consortium.feeds.builder.renew() == 2
    assert uids(consortium, link.token) == planned
    assert len(uids(consortium, wei.token)) == 1
    assert consortium.feeds.builder.renew() == 0
    calendar = read(consortium, link.token)
    assert str(calendar["NAME"]) == "My joint sessions"
    for private in ("Dana", "Mira", "Akhmetova"):
        assert private.encode() not in consortium.feeds.serve(link.token).body


def test_a_pairing_that_is_agreed_later_arrives_and_one_that_is_left_goes(consortium: Consortium) -> None:
    link = consortium.feeds.personal_link(consortium.dana)
    before = consortium.feeds.serve(link.token)
    session = consortium.build.session(consortium.agreed(), consortium.mira)
    assert consortium.feeds.builder.mark_changed_circles() == 1
    consortium.feeds.builder.renew()
    assert uids(consortium, link.token) == {session.uid}
    arrived = consortium.feeds.serve(link.token)
    assert arrived.last_modified > before.last_modified
    assert consortium.feeds.builder.mark_changed_circles() == 0
    consortium.clock.advance(hours=6)
    consortium.unenrol(consortium.dana, consortium.almaty.id)
    assert consortium.feeds.builder.mark_changed_circles() == 1
    consortium.feeds.builder.renew()
    assert uids(consortium, link.token) == set()
    # Who asks by date alone must learn that something has gone.
    assert consortium.feeds.serve(link.token).last_modified == consortium.clock()


def test_proposals_and_declined_pairings_are_in_no_feed(consortium: Consortium) -> None:
    for state in (PairingState.PROPOSED, PairingState.DECLINED):
        consortium.build.session(consortium.agreed(state), consortium.mira)
    assert uids(consortium, consortium.feeds.personal_link(consortium.dana).token) == set()


def test_who_came_by_a_launch_learns_nothing_of_other_courses(consortium: Consortium) -> None:
    consortium.feeds.personal_link(consortium.dana)
    launched = replace(consortium.dana, attends_only=frozenset({consortium.almaty.id}))
    assert consortium.feeds.personal_links(launched) == []
    with pytest.raises(Forbidden):
        consortium.feeds.personal_link(launched)


def test_each_choice_has_an_address_of_its_own(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    plain = consortium.feeds.link(consortium.dana, pairing.id)
    reminding = consortium.feeds.link(consortium.dana, pairing.id, LinkOptions(alarm=15))
    moodle = consortium.feeds.link(consortium.dana, pairing.id, LinkOptions(for_moodle=True))
    assert len({plain.token, reminding.token, moodle.token}) == 3
    assert consortium.feeds.link(consortium.dana, pairing.id, LinkOptions(alarm=15)) == reminding
    assert len(consortium.feeds.links(consortium.dana, pairing.id)) == 3
    consortium.feeds.revoke(consortium.dana, reminding.id)
    with pytest.raises(Gone):
        consortium.feeds.serve(reminding.token)
    assert consortium.feeds.serve(plain.token)
    again = consortium.feeds.link(consortium.dana, pairing.id, LinkOptions(alarm=15))
    assert again.token != reminding.token
    with pytest.raises(InvalidInput):
        consortium.feeds.link(consortium.dana, pairing.id, LinkOptions(alarm=7))


def test_a_reminder_stands_at_sessions_that_take_place(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.build.session(pairing, consortium.mira)
    consortium.build.session(pairing, consortium.mira, title="Kick-off", state=SessionState.CANCELLED)
    link = consortium.feeds.link(consortium.dana, pairing.id, LinkOptions(alarm=1440))
    standing, cancelled = sorted(
        read(consortium, link.token).walk("VEVENT"), key=lambda each: str(each["STATUS"]), reverse=True
    )
    [alarm] = standing.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", -timedelta(days=1))
    assert not cancelled.walk("VALARM")


def test_what_was_called_off_leaves_the_feed_for_a_moodle(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    plain = consortium.feeds.link(consortium.mira, pairing.id)
    moodle = consortium.feeds.link(consortium.mira, pairing.id, LinkOptions(for_moodle=True))
    sessions = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=2), "key-1")
    assert uids(consortium, moodle.token) == uids(consortium, plain.token) == {it.uid for it in sessions}
    consortium.sessions.cancel(consortium.mira, sessions[0].id, 1)
    assert uids(consortium, moodle.token) == {sessions[1].uid}
    assert len(uids(consortium, plain.token)) == 2


def test_an_institution_and_a_pilot_have_calendars(consortium: Consortium) -> None:
    lead, pilot = consortium.build.lead(), consortium.build.pilot()
    phase = consortium.build.phase(pilot)
    with_almaty = consortium.build.pairing(
        [consortium.belgrade, consortium.almaty], proposed_by=consortium.mira, phase=phase
    )
    without = consortium.build.pairing(
        [consortium.belgrade, consortium.shanghai], proposed_by=consortium.mira
    )
    first, second = plan(consortium, with_almaty), plan(consortium, without)

    def of(kind: FeedKind, subject_id: str) -> set[str]:
        return uids(consortium, consortium.published.private_link(lead, kind, subject_id).token)

    assert of(FeedKind.PILOT, pilot.id) == {first}
    assert of(FeedKind.INSTITUTION, consortium.ub.institution.id) == {first, second}
    assert of(FeedKind.INSTITUTION, consortium.ail.institution.id) == {first}
    for stranger in (consortium.mira, consortium.dana):
        with pytest.raises(Forbidden):
            consortium.published.private_link(stranger, FeedKind.PILOT, pilot.id)
    with pytest.raises(NotFound):
        consortium.published.private_link(lead, FeedKind.PILOT, "nosuchpilot")


def test_a_private_address_ends_with_the_role(consortium: Consortium) -> None:
    lead = consortium.build.lead()
    link = consortium.published.private_link(lead, FeedKind.INSTITUTION, consortium.ub.institution.id)
    assert consortium.feeds.serve(link.token)
    with consortium.storage.write() as tx:
        tx.people.set_roles(lead.id, [], consortium.clock())
    with pytest.raises(Gone):
        consortium.feeds.serve(link.token)


def test_a_public_address_has_no_secret_and_its_feed_no_room(consortium: Consortium) -> None:
    ana, ub = consortium.build.administrator(), consortium.ub.institution
    pairing = consortium.agreed()
    plan(consortium, pairing)
    link = consortium.published.publish(ana, FeedKind.INSTITUTION, ub.id)
    assert link.token == "university-of-belgrade"
    body = consortium.feeds.serve("university-of-belgrade").body.replace(b"\r\n ", b"")
    assert b"SUMMARY:First meeting" in body
    assert b"UB (Belgrade)" in body
    for way_in in (b"meet.example.org", b"CONFERENCE", b"LOCATION"):
        assert way_in not in body
    assert consortium.published.publish(ana, FeedKind.INSTITUTION, ub.id) == link
    [shown] = consortium.published.all(None)
    assert (shown.subject.name, shown.private) == ("University of Belgrade", None)
    assert len(consortium.published.all(ana)) == 3


def test_a_public_address_is_taken_back_and_comes_back_as_it_was(consortium: Consortium) -> None:
    ana, ub = consortium.build.administrator(), consortium.ub.institution
    consortium.published.publish(ana, FeedKind.INSTITUTION, ub.id)
    consortium.published.take_back(ana, FeedKind.INSTITUTION, ub.id)
    consortium.published.take_back(ana, FeedKind.INSTITUTION, ub.id)
    with pytest.raises(Gone):
        consortium.feeds.serve("university-of-belgrade")
    assert consortium.published.all(None) == []
    consortium.published.publish(consortium.build.lead(), FeedKind.INSTITUTION, ub.id)
    assert consortium.feeds.serve("university-of-belgrade")
    with consortium.storage.read() as tx:
        trail = [each.action for each in tx.audit.of("institution", ub.id)]
    assert trail == ["calendar_published", "calendar_taken_back", "calendar_published"]
    with pytest.raises(Forbidden):
        consortium.published.publish(consortium.mira, FeedKind.INSTITUTION, ub.id)


def test_names_that_are_the_same_in_latin_letters_get_addresses_of_their_own(consortium: Consortium) -> None:
    ana = consortium.build.administrator()
    names = ["Универзитет у Нишу", "Kraków School", "Krakow School!"]
    tokens = []
    for name in names:
        it = consortium.build.institution("Kraków", name=name)
        tokens.append(consortium.published.publish(ana, FeedKind.INSTITUTION, it.id).token)
        last = it.id
    assert tokens[1:] == ["krakow-school", f"krakow-school-{last[:6]}"]
    assert tokens[0].isascii()
    assert len(tokens[0]) == 16  # the id: nothing of the name is left


def test_past_years_leave_a_feed_that_would_be_too_large(
    consortium: Consortium, monkeypatch: pytest.MonkeyPatch
) -> None:
    pairing = consortium.agreed()
    sessions = [
        consortium.build.session(pairing, consortium.mira, starts_at=datetime(year, month, 4, 9, tzinfo=UTC))
        for year in (2024, 2025, 2026)
        for month in range(1, 5)
    ]
    monkeypatch.setattr(ical, "MAX_FEED_EVENTS", 9)
    choice = FeedChoice(FeedKind.INSTITUTION, "x", "en")
    feed = feed_content.assemble(choice, Head("UB", "All"), [Part(pairing, sessions, "https://b.example/p")])
    assert {str(it["UID"]) for it in Calendar.from_ical(feed.body).walk("VEVENT")} == {
        it.uid for it in sessions[4:]
    }


def test_the_same_choice_gives_the_same_bytes_in_each_language(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    plan(consortium, pairing)
    sessions = consortium.pairings.get(consortium.mira, pairing.id).sessions
    for language in ("en", "sr_Latn"):
        choice = FeedChoice(FeedKind.PERSON, "x", language, alarm=15)
        parts = [Part(pairing, sessions, "https://b.example/p")]
        first, second = (feed_content.assemble(choice, Head("N", "D"), parts) for _ in range(2))
        assert first == second
        assert translator(language).gettext("Team building") in first.body.decode().replace("\r\n ", "")


def test_a_teacher_who_is_a_student_elsewhere_sees_both(consortium: Consortium) -> None:
    other = consortium.build.pairing([consortium.almaty, consortium.shanghai], proposed_by=consortium.wei)
    consortium.build.enrol(consortium.mira, consortium.shanghai, CourseRole.STUDENT)
    session = consortium.build.session(other, consortium.wei)
    assert uids(consortium, consortium.feeds.personal_link(consortium.mira).token) == {session.uid}


def test_erasing_a_person_takes_the_own_feed_and_its_address_along(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.build.session(pairing, consortium.mira)
    link = consortium.feeds.personal_link(consortium.dana)
    shared = consortium.feeds.link(consortium.lin, pairing.id)
    consortium.feeds.link(consortium.dana, pairing.id)
    with consortium.storage.write() as tx:
        tx.erasure.person(consortium.dana.id)
        assert tx.feeds.choices(FeedKind.PERSON) == []
    with pytest.raises(NotFound):
        consortium.feeds.serve(link.token)
    assert consortium.feeds.serve(shared.token).body

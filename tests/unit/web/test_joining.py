"""The way into a room, as browsers take it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from coil_bridge.domain import JointSession, SessionState
from coil_bridge.storage.joins import Join
from tests.unit.web.conftest import World

FRAMED = {"Sec-Fetch-Dest": "iframe"}
ROOM = "https://meet.example.org/room"


@pytest.fixture
def session(world: World) -> JointSession:
    """On at the moment."""
    session = world.build.session(world.pairing(), world.mira)
    world.clock.set(session.starts_at)
    return session


def joins(world: World, session: JointSession) -> list[Join]:
    with world.services.storage.read() as tx:
        return tx.joins.of_session(session.id)


def test_an_open_door_leads_to_the_room_and_is_kept(world: World, session: JointSession) -> None:
    answer = world.browser(world.jelena).get(f"/join/{session.id}")
    assert (answer.status_code, answer.location) == (303, ROOM)
    assert [each.person_id for each in joins(world, session)] == [world.jelena.id]


def test_in_a_frame_the_page_leads_to_a_window_of_its_own(world: World, session: JointSession) -> None:
    answer = world.browser(world.jelena).get(f"/join/{session.id}", headers=FRAMED)
    assert answer.status_code == 200
    assert f'href="{ROOM}" rel="noreferrer noopener external" target="_blank"' in answer.text
    assert len(joins(world, session)) == 1


def test_the_frames_script_gets_the_rooms_address(world: World, session: JointSession) -> None:
    browser, script = world.browser(world.jelena), {"Accept": "application/json"}
    assert browser.get(f"/join/{session.id}", headers=script).json == {"room": ROOM}
    world.clock.advance(hours=-2)
    assert browser.get(f"/join/{session.id}", headers=script).json == {"room": None}
    assert len(joins(world, session)) == 1


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}])
def test_a_browser_that_looks_ahead_has_not_come(
    headers: dict[str, str], world: World, session: JointSession
) -> None:
    world.browser(world.jelena).get(f"/join/{session.id}", headers=headers)
    assert joins(world, session) == []


def test_asking_for_the_head_is_not_coming(world: World, session: JointSession) -> None:
    browser = world.browser(world.jelena)
    browser.client.head(f"/join/{session.id}", base_url="https://bridge.example.org")
    assert joins(world, session) == []


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (timedelta(minutes=16), "in 1 minute<"),
        (timedelta(minutes=15, seconds=1), "in 1 minute<"),
        (timedelta(minutes=38), "in 23 minutes<"),
        (timedelta(days=2), "in 2 days<"),
    ],
)
def test_a_door_that_is_not_open_says_when(
    before: timedelta, says: str, world: World, session: JointSession
) -> None:
    world.clock.set(session.starts_at - before)
    page = world.browser(world.dana).get(f"/join/{session.id}")
    assert page.status_code == 200
    assert "The room is not open yet" in page.text
    assert "The room opens at Tue 27 Oct 2026, 17:45 on your clock:" in page.text  # Almaty
    assert says in page.text
    assert ROOM not in page.text
    assert joins(world, session) == []


def test_a_door_that_is_shut_says_why(world: World, session: JointSession) -> None:
    pairing_id, build = session.pairing_id, world.build
    pairing = world.services.pairings.get(world.mira, pairing_id).pairing
    off = build.session(pairing, world.mira, state=SessionState.CANCELLED)
    bare = build.session(pairing, world.mira, room_url=None)
    student, teacher = world.browser(world.jelena), world.browser(world.mira)
    assert "This session was called off" in student.get(f"/join/{off.id}").text
    assert "have not given a link to the room yet" in student.get(f"/join/{bare.id}").text
    assert f"/sessions/{bare.id}/edit" in teacher.get(f"/join/{bare.id}").text
    world.clock.advance(hours=1)
    over = student.get(f"/join/{session.id}").text
    assert "This session is over" in over
    assert "It ended at Tue 27 Oct 2026, 15:00 on your clock." in over


def test_strangers_and_those_who_are_not_signed_in_stay_outside(world: World, session: JointSession) -> None:
    stranger = world.build.person("Marko Ilić", site=world.ub)
    assert world.browser(stranger).get(f"/join/{session.id}").status_code == 404
    assert world.browser().get(f"/join/{session.id}").status_code == 401
    assert world.browser(world.build.lead()).get(f"/join/{session.id}").status_code == 403
    assert joins(world, session) == []


def test_pages_lead_to_the_door_and_never_past_it(world: World, session: JointSession) -> None:
    browser = world.browser(world.jelena)
    pages = ("/", f"/pairings/{session.pairing_id}", f"/pairings/{session.pairing_id}/calendar")
    course = (f"/courses/{world.belgrade.id}/sessions", f"/courses/{world.belgrade.id}/next")
    for page in (*pages, *course):
        text = browser.get(page).text
        assert f'href="/join/{session.id}" data-join target="_blank"' in text, page
        assert ROOM not in text, page
    framed = browser.get(course[1], headers=FRAMED).text
    assert f'href="/join/{session.id}" data-join>' in framed
    overseer = world.browser(world.build.lead()).get(f"/pairings/{session.pairing_id}").text
    assert "/join/" not in overseer


def test_feeds_work_without_being_signed_in(world: World, session: JointSession) -> None:
    """Calendar programs open the link for people who are not signed in, so it is the room's own."""
    link = world.services.feeds.link(world.jelena, session.pairing_id)
    feed = world.browser().get(
        world.services.feeds.addresses(link, "Voices").https.partition("example.org")[2]
    )
    assert ROOM in feed.text
    assert "/join/" not in feed.text

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest

from coil_bridge.domain import JointSession
from tests.builders import START
from tests.unit.web.conftest import World

FRAGMENT = {"X-Fragment": "preview"}


def plan(**changes: object) -> dict[str, object]:
    return {
        "idempotency_key": "s" * 16,
        "title": "First meeting",
        "phase": "team_building",
        "starts_local": "2026-10-22T14:00",
        "zone": "Europe/Belgrade",
        "minutes": "90",
        "count": "1",
        "repeat": "weekly",
        "room_url": "https://meet.example.org/room",
        "notes": "",
    } | changes


def sessions(world: World, pairing_id: str) -> tuple[JointSession, ...]:
    return world.services.pairings.get(world.mira, pairing_id).sessions


def test_the_form_starts_on_the_teachers_own_clock(world: World) -> None:
    page = world.browser(world.aigerim).get(f"/pairings/{world.pairing().id}/sessions/new").text
    assert '<option value="Asia/Almaty" selected>' in page


def test_a_series_over_a_clock_change_shows_what_moves_for_whom(world: World) -> None:
    address = f"/pairings/{world.pairing().id}/sessions/preview"
    fragment = world.browser(world.mira).post(address, plan(count="3"), headers=FRAGMENT).text
    assert "<html" not in fragment
    assert "Clock change: a week later, on Thu 29 Oct, it is 18:00, not 17:00" in fragment
    assert fragment.count('<th scope="row">') == 3


def test_the_date_of_a_row_is_the_one_on_the_anchors_clock(world: World) -> None:
    """At one in the morning in Almaty it is still the day before in Belgrade, whose column comes first."""
    address = f"/pairings/{world.pairing().id}/sessions/preview"
    form = plan(starts_local="2026-10-23T01:00", zone="Asia/Almaty", count="2")
    fragment = world.browser(world.mira).post(address, form, headers=FRAGMENT).text
    assert re.findall(r'<th scope="row">([^<]+)<', fragment) == ["Fri 23 Oct", "Fri 30 Oct"]
    assert fragment.count("previous day") == 3  # on the strip of the first date, and in both rows


def test_without_javascript_the_preview_is_the_whole_page_with_what_was_typed(world: World) -> None:
    address = f"/pairings/{world.pairing().id}/sessions/preview"
    page = world.browser(world.mira).post(address, plan(title="Draft", phase="comparing")).text
    assert "<html" in page
    assert 'value="Draft"' in page
    assert "Almaty 17:00, Thu 22 Oct" in page


def test_another_session_of_the_pairing_at_the_same_time_is_pointed_out(world: World) -> None:
    """From 13:00 to 14:00 UTC on 27 October there is one, in whatever week of the series it falls."""
    pairing = world.pairing()
    session = world.build.session(pairing, world.mira)
    browser, address = world.browser(world.mira), f"/pairings/{pairing.id}/sessions/preview"
    touching = plan(starts_local="2026-10-20T14:45", minutes="60", count="2")
    shown = browser.post(address, touching, headers=FRAGMENT).text
    assert "“First meeting” meets then: Tue 27 Oct 2026, 14:00" in shown
    after_it = browser.post(address, touching | {"starts_local": "2026-10-20T15:00"}, headers=FRAGMENT).text
    assert "meets then" not in after_it
    own = browser.get(f"/sessions/{session.id}/edit").text
    assert "Belgrade 14:00, Tue 27 Oct" in own  # shown without a script, too
    assert "meets then" not in own


def test_a_preview_of_nothing_yet_says_what_to_do(world: World) -> None:
    address = f"/pairings/{world.pairing().id}/sessions/preview"
    answer = world.browser(world.mira).post(address, plan(starts_local=""), headers=FRAGMENT)
    assert answer.status_code == 200
    assert "Choose a day and a time" in answer.text


@pytest.mark.parametrize(
    ("local", "earlier", "later"),
    [
        ("2026-10-25T02:30", "02:30 (UTC+2)", "02:30 (UTC+1)"),
        ("2027-03-28T02:30", "01:30 (UTC+1)", "03:30 (UTC+2)"),
    ],
)
def test_a_time_that_is_skipped_or_repeated_is_refused_with_both_readings(
    world: World, local: str, earlier: str, later: str
) -> None:
    pairing = world.pairing(ends_on=date(2027, 6, 1))
    browser = world.browser(world.mira)
    refused = browser.post(f"/pairings/{pairing.id}/sessions", plan(starts_local=local))
    assert refused.status_code == 422
    assert earlier in refused.text
    assert later in refused.text
    assert 'href="#f-choice"' in refused.text
    assert 'id="f-choice"' in refused.text
    assert sessions(world, pairing.id) == ()
    browser.post(f"/pairings/{pairing.id}/sessions", plan(starts_local=local, choice="later"))
    [session] = sessions(world, pairing.id)
    assert f"{session.starts_local:%H:%M}" == later[:5]


def test_a_double_click_plans_once(world: World) -> None:
    pairing = world.pairing()
    browser = world.browser(world.mira)
    answers = [browser.post(f"/pairings/{pairing.id}/sessions", plan(count="2")) for _ in range(2)]
    assert [each.status_code for each in answers] == [303, 303]
    assert len(sessions(world, pairing.id)) == 2


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("starts_local", "tomorrow", "Please give a day and a time"),
        ("starts_local", "2026-10-22T14:00+02:00", "Please give a day and a time"),
        ("minutes", "0", "from 5 minutes to 10 hours"),
        ("minutes", "1e3", "from 5 minutes to 10 hours"),
        ("count", "31", "from 1 to 30 sessions"),
        ("zone", "Europe/Paris", "one of the pairing"),
        ("room_url", "javascript:alert(1)", "web address"),
        ("title", "", "Please fill this in."),
        ("phase", "party", "Please choose one from the list."),
        ("starts_local", "2026-10-19T14:00", "This time has passed."),
        ("starts_local", "2027-10-22T14:00", "between the pairing"),
    ],
)
def test_each_field_says_what_is_wrong(world: World, field: str, value: str, reason: str) -> None:
    answer = world.browser(world.mira).post(
        f"/pairings/{world.pairing().id}/sessions", plan(**{field: value})
    )
    assert answer.status_code == 422
    assert reason in answer.text


def test_a_room_link_cannot_carry_markup(world: World) -> None:
    pairing = world.pairing()
    world.build.session(pairing, world.mira, title='<script>"x"</script>', notes="<b>bold</b>")
    page = world.browser(world.jelena).get(f"/pairings/{pairing.id}").text
    assert '<script>"x"' not in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_the_second_of_two_editors_sees_what_stands_beside_what_was_typed(world: World) -> None:
    session = world.build.session(world.pairing(), world.mira)
    address = f"/sessions/{session.id}/edit"
    first = plan(version="1", starts_local="2026-10-27T14:00", minutes="60", title="Mira's title")
    second = first | {"title": "Aigerim's title"}
    assert world.browser(world.mira).post(address, first).status_code == 303
    browser = world.browser(world.aigerim)
    told = browser.post(address, second)
    assert told.status_code == 409
    assert "Mira&#39;s title" in told.text
    assert 'value="Aigerim&#39;s title"' in told.text
    assert 'name="version" value="2"' in told.text
    assert world.services.sessions.get(world.mira, session.id).title == "Mira's title"
    assert browser.post(address, second | {"version": "2"}).status_code == 303


def test_calling_off_asks_first_and_keeps_the_session_in_sight(world: World) -> None:
    pairing = world.pairing()
    session = world.build.session(pairing, world.mira)
    browser = world.browser(world.mira)
    assert "Call off “First meeting”?" in browser.get(f"/sessions/{session.id}/cancel").text
    done = browser.post(f"/sessions/{session.id}/cancel", {"version": "1", "reason": "Strike"})
    assert urlsplit(done.headers["Location"]).path == f"/pairings/{pairing.id}"
    page = browser.get(f"/pairings/{pairing.id}").text
    assert "Called off" in page
    assert "Strike" in page


def test_a_student_can_look_but_not_plan(world: World) -> None:
    pairing = world.pairing()
    session = world.build.session(pairing, world.mira)
    jelena = world.browser(world.jelena)
    assert jelena.post(f"/pairings/{pairing.id}/sessions", plan()).status_code == 403
    assert jelena.post(f"/sessions/{session.id}/edit", plan(version="1")).status_code == 403
    assert sessions(world, pairing.id) == (session,)


def test_the_calendar_page_gives_a_private_address_with_five_doors_and_takes_it_back(world: World) -> None:
    pairing = world.pairing()
    browser, page = world.browser(world.jelena), f"/pairings/{pairing.id}/calendar"
    assert "webcal://" not in browser.get(page).text
    browser.post(page)
    shown = browser.get(page).text
    [link] = world.services.feeds.links(world.jelena, pairing.id)
    for door in (
        f"webcal://bridge.example.org/calendar/{link.token}.ics",
        "https://calendar.google.com/calendar/r?cid=webcal%3A%2F%2F",
        "https://outlook.office.com/calendar/0/addfromweb?url=https%3A%2F%2F",
        "https://outlook.live.com/calendar/0/addfromweb?url=https%3A%2F%2F",
        f"/calendar/{link.token}.ics?download=1",
    ):
        assert door in shown
    assert "End this calendar address?" in browser.get(f"/calendar-links/{link.id}/revoke").text
    assert world.browser(world.dana).post(f"/calendar-links/{link.id}/revoke").status_code == 404
    assert world.browser(world.dana).get(f"/calendar-links/{link.id}/revoke").status_code == 404
    assert browser.get("/calendar-links/of-nobody/revoke").status_code == 404
    assert browser.post(f"/calendar-links/{link.id}/revoke").status_code == 303
    assert browser.get(f"/calendar-links/{link.id}/revoke").status_code == 404
    assert browser.get(f"/calendar/{link.token}.ics").status_code == 410


def test_only_teachers_are_shown_the_forms_of_a_session(world: World) -> None:
    pairing = world.pairing()
    world.browser(world.mira).post(f"/pairings/{pairing.id}/sessions", plan())
    [session] = sessions(world, pairing.id)
    forms = [
        f"/pairings/{pairing.id}/sessions/new",
        f"/sessions/{session.id}/edit",
        f"/sessions/{session.id}/cancel",
    ]
    for person, status in ((world.aigerim, 200), (world.jelena, 403), (world.build.lead(), 403)):
        assert [world.browser(person).get(form).status_code for form in forms] == [status] * 3


def test_a_link_fills_in_a_slot_that_was_found(world: World) -> None:
    address = f"/pairings/{world.pairing().id}/sessions/new"
    asked = "?date=2026-11-05&time=15:30&zone=Asia/Almaty&minutes=75&weeks=6"
    page = world.browser(world.mira).get(address + asked).text
    for expected in (
        'value="2026-11-05T15:30"',
        '<option value="Asia/Almaty" selected>',
        'value="75"',
        'name="repeat" value="weekly" checked',
        'value="6"',
    ):
        assert expected in page
    assert world.browser(world.mira).get(f"{address}?date=soon").status_code == 422


def test_days_that_somebody_chose(world: World) -> None:
    pairing = world.pairing()
    browser = world.browser(world.mira)
    days = {"repeat": "dates", "dates": ["2026-11-06", "", "2026-11-25"]}
    more = browser.post(f"/pairings/{pairing.id}/sessions/preview", plan(**days, more="yes")).text
    assert more.count('name="dates"') == 8
    assert 'value="2026-11-25"' in more
    assert browser.post(f"/pairings/{pairing.id}/sessions", plan(**days)).status_code == 303
    assert [f"{each.starts_local:%m-%d %H:%M}" for each in sessions(world, pairing.id)] == [
        "10-22 14:00",
        "11-06 14:00",
        "11-25 14:00",
    ]


def test_a_series_is_moved_from_here_on(world: World) -> None:
    pairing = world.pairing()
    browser = world.browser(world.mira)
    browser.post(f"/pairings/{pairing.id}/sessions", plan(count="4"))
    second = sessions(world, pairing.id)[1]
    address = f"/sessions/{second.id}/edit"
    page = browser.get(address).text
    assert "This one and those after it" in page
    assert "3 sessions" in page
    assert "2 of 4" in browser.get(f"/pairings/{pairing.id}").text
    moved = plan(starts_local="2026-10-30T09:00", count="1", version="1", scope="following", repeat="once")
    shown = browser.post(f"/sessions/{second.id}/preview", moved, headers=FRAGMENT).text
    assert shown.count('<th scope="row">') == 3
    done = browser.post(address, moved)
    assert done.status_code == 303
    assert [f"{each.starts_local:%m-%d %H:%M}" for each in sessions(world, pairing.id)] == [
        "10-22 14:00",
        "10-30 09:00",
        "11-06 09:00",
        "11-13 09:00",
    ]
    off = browser.post(f"/sessions/{second.id}/cancel", {"version": "2", "scope": "following"})
    assert off.status_code == 303
    page = browser.get(f"/pairings/{pairing.id}").text
    assert "3 sessions are called off" in page
    for deed in ("Planned 4 sessions", "Changed 3 sessions", "Called off 3 sessions"):
        assert deed in page
    assert f"/sessions/new?again={second.id}" in page
    again = browser.get(f"/pairings/{pairing.id}/sessions/new?again={second.id}").text
    assert 'value="First meeting"' in again


def test_forty_sessions_are_a_page_that_one_can_load(world: World) -> None:
    """The next ones with their ribbons, the further ones and those that are over as a line each."""
    pairing = world.pairing(ends_on=date(2027, 9, 1))
    for number in range(40):
        start = START + timedelta(days=7 * number - 63, hours=2)
        world.build.session(
            pairing,
            world.mira,
            starts_at=start,
            starts_local=start.replace(tzinfo=None),
            zone="Europe/Belgrade",
        )
    page = world.browser(world.mira).get(f"/pairings/{pairing.id}").text
    assert page.count('class="ribbon"') == 10
    assert "26 sessions further on" in page
    assert "9 sessions are over" in page
    assert len(page) < 110_000

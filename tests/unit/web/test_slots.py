"""Finding a time on the pages: the question, the answer in words, using a time or a plan."""

from __future__ import annotations

import re
from datetime import date

from coil_bridge.domain import Pairing, PairingState, SessionState
from scheduling.weekly_hours import IMPOSSIBLE, PREFERRED, Stretch, week_of
from tests.unit.web.conftest import World

HIDDEN = re.compile(r'name="dates" value="([^"]+)"')


def hours(world: World, belgrade: tuple[int, int], almaty: tuple[int, int]) -> None:
    for person, site, (starts, ends) in (
        (world.mira, world.ub, belgrade),
        (world.aigerim, world.ail, almaty),
    ):
        week = week_of([Stretch((1, 3), starts * 4, ends * 4, PREFERRED)], IMPOSSIBLE)
        world.services.slots.hours.set_institution(person, site.institution.id, week)


def pairing(world: World) -> Pairing:
    return world.pairing(state=PairingState.ACCEPTED, ends_on=date(2026, 12, 18))


def test_the_best_time_leads_to_the_filled_in_form_of_a_series(world: World) -> None:
    hours(world, (9, 12), (10, 18))
    of = pairing(world)
    browser = world.browser(world.mira)
    assert f"/pairings/{of.id}/times" in browser.get(f"/pairings/{of.id}").text
    page = browser.get(f"/pairings/{of.id}/times?meetings=4&first=2026-11-02&last=2026-12-18").text
    assert "suits everybody" in page
    assert "Inside everybody’s good hours on all dates." in page
    [link] = re.findall(r'href="(/pairings/[^"]+/sessions/new\?[^"]+)"', page)[:1]
    form = browser.get(link.replace("&amp;", "&")).text
    assert 'value="2026-11-03T10:00"' in form
    assert page.index('id="slot-3"') < page.index("more time") < page.index('id="slot-4"')


def test_the_clock_change_is_told_for_the_clock_on_which_the_hour_moves(world: World) -> None:
    hours(world, (9, 12), (10, 18))
    of = pairing(world)
    page = world.browser(world.mira).get(f"/pairings/{of.id}/times?meetings=6&first=2026-10-21").text
    assert "When clocks change, the hour moves in" in page
    assert re.search(r"1\d:00 until Thu 22 Oct, 1\d:00 from", page)


def test_dates_with_gaps_go_over_a_preview_and_are_planned_as_shown(world: World) -> None:
    hours(world, (9, 12), (10, 18))
    of = pairing(world)
    browser = world.browser(world.mira)
    asked = f"/pairings/{of.id}/times?every=2&meetings=3&first=2026-11-02&last=2026-12-18"
    [link] = re.findall(r'href="(/pairings/[^"]+/times/plan\?[^"]+)"', browser.get(asked).text)[:1]
    preview = browser.get(link.replace("&amp;", "&")).text
    dates = HIDDEN.findall(preview)
    assert len(dates) == 3
    assert dates[0].endswith("Europe/Belgrade")
    assert preview.count('<th scope="row">') == 3
    assert re.search(r'<option value="">As the plan has it on that day', preview)
    filled = {"dates": dates, "minutes": "60", "phase": "", "idempotency_key": "k1"}
    refused = browser.post(f"/pairings/{of.id}/times/plan", filled)
    assert refused.status_code == 422
    assert HIDDEN.findall(refused.text) == dates
    assert refused.text.count('<th scope="row">') == 3
    for _ in range(2):  # a double click
        assert browser.post(f"/pairings/{of.id}/times/plan", filled | {"title": "Studio"}).status_code == 303
    with world.services.storage.read() as tx:
        planned = [each for each in tx.sessions.of_pairing(of.id) if each.state is SessionState.PLANNED]
    assert [f"{each.starts_local:%Y-%m-%dT%H:%M} {each.zone}" for each in planned] == dates


def test_a_time_on_a_weekend_is_planned_as_found_since_a_series_leaves_weekends_out(world: World) -> None:
    saturdays = week_of([Stretch((5,), 9 * 4, 15 * 4, PREFERRED)], IMPOSSIBLE)
    for person, site in ((world.mira, world.ub), (world.aigerim, world.ail)):
        world.services.slots.hours.set_institution(person, site.institution.id, saturdays)
    asked = f"/pairings/{pairing(world).id}/times?meetings=4&first=2026-11-02"
    page = world.browser(world.mira).get(asked).text
    assert "Every Saturday" in page
    assert "/sessions/new?" not in page
    assert "/times/plan?" in page


def test_where_no_time_is_possible_it_says_without_whom_there_would_be_one(world: World) -> None:
    hours(world, (9, 11), (18, 20))
    of = pairing(world)
    page = world.browser(world.mira).get(f"/pairings/{of.id}/times?first=2026-11-02").text
    assert "No weekly time is possible for all on 8 dates" not in page or "There would be one without" in page
    assert "There would be one without Belgrade or without Almaty." in page


def test_what_is_asked_wrongly_is_said_at_its_field(world: World) -> None:
    of = pairing(world)
    answer = world.browser(world.mira).get(f"/pairings/{of.id}/times?meetings=99&first=nonsense")
    assert answer.status_code == 422
    assert "Ask for 1 to 30 meetings." in answer.text
    assert "Please give a day" in answer.text


def test_it_is_for_the_teachers_of_the_pairing(world: World) -> None:
    of = pairing(world)
    assert world.browser(world.jelena).get(f"/pairings/{of.id}/times").status_code == 403
    assert (
        world.browser(world.build.person("Somebody Else")).get(f"/pairings/{of.id}/times").status_code == 404
    )
    gone = world.browser(world.mira).get(f"/pairings/{of.id}/times/plan?slot=nowhere-40")
    assert (gone.status_code, "no longer free" in gone.text) == (409, True)


def test_dates_that_somebody_made_up_are_refused(world: World) -> None:
    of = pairing(world)
    filled = {"dates": ["yesterday"], "minutes": "60", "phase": "team_building", "title": "Studio"}
    answer = world.browser(world.mira).post(
        f"/pairings/{of.id}/times/plan", filled | {"idempotency_key": "k2"}
    )
    assert answer.status_code == 422
    assert "Find a time anew, please." in answer.text


def test_own_hours_are_rows_that_come_back_as_they_were_saved(world: World) -> None:
    browser = world.browser(world.mira)
    rows = {
        "days-0": ["0", "2"], "from-0": "09:00", "to-0": "12:30", "level-0": "preferred",
        "days-1": ["4"], "from-1": "20:00", "to-1": "00:00", "level-1": "acceptable",
        "from-2": "", "to-2": "", "level-2": "preferred",
        "otherwise": "impossible", "zone": "Asia/Tokyo",
    }  # fmt: skip
    assert browser.post("/me/hours", rows).status_code == 303
    page = browser.get("/me/hours").text
    for value in ('value="09:00"', 'value="12:30"', 'value="20:00"', 'value="00:00"'):
        assert value in page
    assert '<option value="Asia/Tokyo" selected>' in page
    assert browser.post("/me/hours", {"forget": "1", "zone": "Asia/Tokyo"}).status_code == 303
    assert "You have said nothing yet" in browser.get("/me/hours").text


def test_a_row_that_cannot_be_keeps_what_was_typed(world: World) -> None:
    rows = {"days-0": ["0"], "from-0": "12:00", "to-0": "09:00", "level-0": "preferred"}
    rows |= {"from-1": "10:00", "to-1": "11:00", "level-1": "preferred"}
    answer = world.browser(world.mira).post(
        "/me/hours", rows | {"otherwise": "impossible", "zone": "Asia/Tokyo"}
    )
    assert answer.status_code == 422
    assert "The hours end after they begin" in answer.text
    assert "Choose at least one day." in answer.text
    assert 'value="12:00"' in answer.text


def test_a_universitys_hours_are_a_form_for_its_teachers_and_text_for_others(world: World) -> None:
    path = f"/institutions/{world.ub.institution.id}/hours"
    assert 'name="otherwise"' in world.browser(world.mira).get(path).text
    others = world.browser(world.aigerim).get(path).text
    assert 'name="otherwise"' not in others
    assert "Monday, Tuesday, Wednesday, Thursday, Friday: 08:00–20:00" in others
    assert world.browser(world.aigerim).post(path, {"otherwise": "preferred"}).status_code == 403


def test_the_address_of_a_calendar_is_never_shown_again(world: World) -> None:
    browser = world.browser(world.mira)
    address = "https://calendar.example.org/private-4711/basic.ics"
    assert browser.post("/me/hours/calendar", {"address": address}).status_code == 303
    page = browser.get("/me/hours").text
    assert "calendar.example.org" in page
    assert "4711" not in page
    assert "4711" not in world.browser(world.aigerim).get("/me/hours").text
    refused = browser.post("/me/hours/calendar", {"address": "ftp://calendar.example.org/4712"})
    assert (refused.status_code, "4712" in refused.text) == (422, False)
    assert browser.post("/me/hours/calendar/forget").status_code == 303
    assert browser.post("/me/hours/calendar/read").status_code == 409


def test_the_proposal_says_whether_a_weekly_time_suits(world: World) -> None:
    hours(world, (9, 12), (10, 18))
    browser = world.browser(world.mira)
    page = browser.get(f"/pairings/new?own={world.belgrade.id}&partner={world.almaty.id}").text
    assert "would suit everybody, by the universities’ own hours." in page
    hours(world, (9, 12), (18, 20))
    page = browser.get(f"/pairings/new?own={world.belgrade.id}&partner={world.almaty.id}").text
    assert "no weekly time is possible for all." in page

"""The pages of calendars: own, a pairing's, and those of universities and pilots."""

from __future__ import annotations

import re
from datetime import timedelta

from tests.builders import START
from tests.unit.web.conftest import World


def test_a_student_chooses_a_reminder_and_gets_an_address_of_that_kind(world: World) -> None:
    pairing = world.pairing()
    page, jelena = f"/pairings/{pairing.id}/calendar", world.browser(world.jelena)
    assert "For Moodle’s own calendar import" in jelena.get(page).text
    assert jelena.post(page, {"alarm": "60"}).status_code == 303
    assert jelena.post(page, {"alarm": "0", "for_moodle": "true"}).status_code == 303
    moodle, reminding = world.services.feeds.links(world.jelena, pairing.id)
    if reminding.feed.alarm == 0:
        moodle, reminding = reminding, moodle
    assert (reminding.feed.alarm, reminding.feed.called_off) == (60, True)
    assert (moodle.feed.alarm, moodle.feed.called_off) == (0, False)
    text = jelena.get(page).text
    assert f"/calendar/{reminding.token}.ics" in text
    assert "Import or export calendars" in text
    assert jelena.post(page, {"alarm": "7"}).status_code == 422


def test_one_address_for_all_own_pairings(world: World) -> None:
    jelena = world.browser(world.jelena)
    assert "One private address" in jelena.get("/me/calendar").text
    jelena.post("/me/calendar", {"alarm": "0"})
    [link] = world.services.feeds.personal_links(world.jelena)
    assert f"/calendar/{link.token}.ics" in jelena.get("/me/calendar").text
    answer = jelena.post(f"/calendar-links/{link.id}/revoke")
    assert answer.headers["Location"].endswith("/me/calendar")
    assert world.browser().get(f"/calendar/{link.token}.ics").status_code == 410


def test_a_calendar_is_published_and_taken_back(world: World) -> None:
    ana, place = (
        world.browser(world.build.administrator()),
        f"/calendars/institution/{world.ub.institution.id}",
    )
    assert ana.post(f"{place}/publish").status_code == 303
    shown = world.browser().get("/calendars").text
    assert "/calendar/university-of-belgrade.ics" in shown
    assert "Almaty Institute" not in shown
    assert "Make it public" not in shown
    assert world.browser().get("/calendar/university-of-belgrade.ics").status_code == 200
    ana.post(f"{place}/take-back")
    assert world.browser().get("/calendar/university-of-belgrade.ics").status_code == 410
    assert "No calendar is public yet" in world.browser().get("/calendars").text


def test_only_those_who_look_after_everything_manage_calendars(world: World) -> None:
    place = f"/calendars/institution/{world.ub.institution.id}"
    mira = world.browser(world.mira)
    for action in ("private", "publish", "take-back"):
        assert mira.post(f"{place}/{action}").status_code == 403
    assert mira.post("/calendars/person/x/publish").status_code == 404
    lead = world.browser(world.build.lead())
    lead.post(f"{place}/private")
    token = re.search(r"/calendar/([\w-]{43})\.ics", lead.get("/calendars").text)
    assert token
    assert world.browser().get(f"/calendar/{token[1]}.ics").status_code == 200


def test_what_lies_ahead_comes_before_what_is_over(world: World) -> None:
    pairing = world.pairing()
    world.build.session(pairing, world.mira, title="Held before", starts_at=START - timedelta(days=7))
    world.build.session(pairing, world.mira, title="Still to come")
    text = world.browser(world.jelena).get(f"/pairings/{pairing.id}/calendar").text
    assert text.index("Still to come") < text.index("1 session is over") < text.index("Held before")


def test_teachers_see_how_the_moodles_own_calendars_stand(world: World) -> None:
    pairing = world.pairing()
    world.build.session(pairing, world.mira)
    page = f"/pairings/{pairing.id}/calendar"
    with world.services.storage.write() as tx:
        tx.moodle_calendars.ask([world.belgrade.id, world.almaty.id], world.clock())
    mira = world.browser(world.mira)
    assert f'data-poll="{page}/moodles"' in mira.get(page).text
    part = mira.get(f"{page}/moodles").text
    assert (part.count("Being written"), "data-done" in part) == (2, False)
    for course in (world.belgrade, world.almaty):
        world.services.calendars.moodles.keep(course.id)  # nobody answers there
    assert "data-done" in mira.get(f"{page}/moodles").text
    text = mira.get(page).text
    assert "Not up to date" in text
    assert "It is tried again by itself." in text
    assert "Moodle calendars" not in world.browser(world.jelena).get(page).text

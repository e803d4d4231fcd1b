"""Describing a university anew: calendars follow, and no session moves behind anybody's back."""

from __future__ import annotations

from tests.unit.web.conftest import World


def form(**changes: str) -> dict[str, str]:
    return {
        "name": "University of Belgrade",
        "short_name": "UB",
        "city": "Belgrade",
        "country": "RS",
        "subdivision": "",
        "zone": "Europe/Belgrade",
        "day_starts": "08:00",
        "day_ends": "20:00",
    } | changes


def address(world: World) -> str:
    return f"/console/universities/{world.ub.institution.id}"


def test_a_change_reaches_holidays_feeds_and_the_trail(world: World) -> None:
    pairing = world.pairing()
    world.build.session(pairing, world.mira)
    link = world.services.feeds.link(world.mira, pairing.id)
    ivana = world.browser(world.build.administrator())
    assert 'value="University of Belgrade"' in ivana.get(address(world)).text
    saved = ivana.post(address(world), form(short_name="UniBg", country="at", subdivision="at-9"))
    assert saved.status_code == 303
    changed = world.services.terms.institutions.get(world.build.administrator("Ada"), world.ub.institution.id)
    assert (changed.short_name, changed.country, changed.subdivision) == ("UniBg", "AT", "9")
    feed = world.services.feeds.serve(link.token).body.replace(b"\r\n ", b"")
    assert b"UniBg (Belgrade): Tue 27 Oct 2026" in feed
    with world.services.storage.read() as tx:
        assert tx.moodle_calendars.due(world.clock())
    calendar = world.browser(world.mira).get(f"/academic-calendars/{world.ub.institution.id}").text
    assert "Changed the description of the university" in calendar
    assert "Country: RS → AT" in calendar
    assert "Immaculate Conception" in calendar  # a holiday in Austria, not in Serbia


def test_the_clock_stays_while_sessions_are_planned_on_it(world: World) -> None:
    session = world.build.session(world.pairing(), world.mira)
    ivana = world.browser(world.build.administrator())
    refused = ivana.post(address(world), form(zone="Europe/Skopje"))
    assert refused.status_code == 422
    assert "Sessions are planned on this university’s clock." in refused.text.replace("&#39;", "’")
    world.services.sessions.cancel(world.mira, session.id, session.version)
    assert ivana.post(address(world), form(zone="Europe/Skopje")).status_code == 303


def test_what_cannot_be_is_said_and_others_have_no_such_page(world: World) -> None:
    ivana = world.browser(world.build.administrator())
    taken = ivana.post(address(world), form(name=world.ail.institution.name.upper()))
    assert "Another university has this name." in taken.text
    assert "The day must end after it starts." in ivana.post(address(world), form(day_ends="07:00")).text
    elsewhere = ivana.post(address(world), form(country="BA", subdivision="vo", zone="Europe/Sarajevo"))
    assert "Known are: BIH, BRC, SRP." in elsewhere.text
    none = ivana.post(address(world), form(subdivision="VO"))
    assert "No region of this country is known" in none.text
    assert ivana.get("/console/universities/nowhere").status_code == 404
    assert world.browser(world.mira).get(address(world)).status_code == 404

"""The product in Serbian: every page of every role, and what went wrong long before it is read."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from coil_bridge.domain import Person, Role
from coil_bridge.services.moodles.partners import reason_of
from tests.unit.web.conftest import Browser, World

_TEXT = re.compile(r"<[^>]*>")


@pytest.fixture
def ana(world: World) -> Person:
    return world.build.person("Ana Kovač", language="sr_Latn", roles=[Role.ADMINISTRATOR])


@pytest.fixture
def browser(world: World, ana: Person) -> Browser:
    return world.browser(ana)


def shown(browser: Browser, path: str) -> str:
    """The page's text; it is a Serbian page."""
    page = browser.get(path)
    assert page.status_code == 200
    assert '<html lang="sr-Latn"' in page.text
    return " ".join(_TEXT.sub(" ", page.text).split())


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/", "Dobar dan, Ana Kovač"),
        ("/about", "O usluzi COIL Bridge"),
        ("/me", "Vaš jezik i Vaše vreme"),
        ("/pilots", "Još nema nijednog pilota"),
        ("/pilots/new", "Najmanja grupa koja se prikazuje"),
        ("/console/sites", "Beograd, Srbija"),
        ("/console/sites/new", "Skraćeni naziv"),
        ("/console/people", "Rukovodilac evaluacije"),
        ("/console/work", "Radni proces se još nije javio."),
    ],
)
def test_the_consortium_s_pages(browser: Browser, path: str, text: str) -> None:
    assert text in shown(browser, path)


def test_a_teacher_s_pages(world: World) -> None:
    browser = world.browser(world.mira)
    assert browser.post("/language", {"language": "sr_Latn"}).status_code == 303
    pairing = world.pairing(language="en")
    session = world.build.session(pairing, world.mira)
    page = shown(browser, f"/pairings/{pairing.id}")
    assert "uto, 27. okt 2026. u 14:00" in page
    assert "Almati" in page
    assert "Engleski" in page
    assert "Da li otkazujete" in shown(browser, f"/sessions/{session.id}/cancel")
    assert "Po svačijem lokalnom vremenu" in shown(browser, f"/pairings/{pairing.id}/sessions/new")
    assert "Predajete" in shown(browser, "/courses")
    assert "Almati" in shown(browser, "/courses/find")


def test_an_error_has_its_sentence(browser: Browser) -> None:
    page = browser.get("/pairings/nothing")
    assert page.status_code == 404
    assert "Na ovoj adresi nema ničega" in page.text


def test_a_failure_of_a_partner_is_told_in_the_language_of_who_reads_it(
    world: World, browser: Browser
) -> None:
    now = world.clock()
    reason = reason_of("timeout", {"site": world.ub.name, "function": "core_course_get_courses"})
    with world.services.storage.write() as tx:
        tx.sites.record_failure(world.ub.id, now, reason, now + timedelta(minutes=1))
    told = f"{world.ub.name} ne odgovara na vreme (core_course_get_courses)."
    assert told in shown(browser, "/console/sites")
    assert told in shown(browser, f"/console/sites/{world.ub.id}")

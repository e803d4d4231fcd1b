from __future__ import annotations

from collections.abc import Iterator

import pytest

from coil_bridge.domain import Person, Role, SiteState
from connectors.moodle.plugin_files import build
from connectors.moodle.simulator import Simulator
from connectors.moodle.simulator import World as MoodleWorld
from tests.unit.web.conftest import Browser, World


@pytest.fixture
def moodle() -> Iterator[Simulator]:
    simulator = Simulator(MoodleWorld(), version="4.5", name="Shanghai", zone="Asia/Shanghai")
    simulator.start()
    yield simulator
    simulator.stop()


@pytest.fixture
def ana(world: World) -> Person:
    return world.build.administrator()


@pytest.fixture
def browser(world: World, ana: Person) -> Browser:
    return world.browser(ana)


def form(moodle: Simulator, **changes: str) -> dict[str, str]:
    return {
        "base_url": moodle.url,
        "token": moodle.token,
        "name": "Shanghai Normal College",
        "short_name": "SNC",
        "city": "Shanghai",
        "country": "CN",
        "zone": "Asia/Shanghai",
        "day_starts": "08:00",
        "day_ends": "21:00",
    } | changes


def test_a_moodle_is_connected_and_its_report_says_what_to_do(browser: Browser, moodle: Simulator) -> None:
    added = browser.post("/console/sites", form(moodle))
    page = browser.get(added.headers["Location"]).text
    assert "SNC Moodle" in page
    assert "What to do:" in page
    assert moodle.token not in page


def test_a_refused_form_keeps_everything_but_the_token(browser: Browser, moodle: Simulator) -> None:
    answer = browser.post("/console/sites", form(moodle, day_ends="07:00", country="Mars"))
    assert answer.status_code == 422
    assert 'value="Shanghai Normal College"' in answer.text
    assert moodle.token not in answer.text
    assert 'href="#f-country"' in answer.text


def test_the_same_moodle_twice_is_a_conflict_told_in_the_form(browser: Browser, moodle: Simulator) -> None:
    browser.post("/console/sites", form(moodle))
    again = browser.post("/console/sites", form(moodle))
    assert again.status_code == 409
    assert "connected already" in again.text
    assert 'href="#f-base_url"' in again.text
    assert f'value="{moodle.url}"' in again.text
    assert moodle.token not in again.text


def test_pausing_resuming_and_removing(world: World, browser: Browser) -> None:
    address = f"/console/sites/{world.ub.id}"
    browser.post(f"{address}/pause")
    assert world.services.sites.get(world.ub.id).state is SiteState.PAUSED
    assert "Paused" in browser.get("/console/sites").text
    assert f'value="{world.ub.id}"' not in browser.get("/signin").text
    browser.post(f"{address}/resume")
    assert world.services.sites.get(world.ub.id).state is SiteState.ACTIVE
    assert "Remove UB Moodle?" in browser.get(f"{address}/remove").text
    assert browser.post(f"{address}/remove").headers["Location"] == "/console/sites"
    assert f'value="{world.ub.id}"' not in browser.get("/signin").text


def test_a_bad_new_token_is_refused_and_never_shown(world: World, browser: Browser) -> None:
    answer = browser.post(f"/console/sites/{world.ub.id}/token", {"token": "not a token!"})
    assert answer.status_code == 422
    assert "not a token!" not in answer.text


def test_somebody_is_invited_and_loses_the_role_again(world: World, browser: Browser) -> None:
    given = {"name": "Tomasz Zieliński", "email": "tomasz@example.org", "roles": ["evaluation_lead"]}
    assert browser.post("/console/people", given).status_code == 303
    [tomasz] = [each for each in world.services.people.all_with_roles() if each.name == "Tomasz Zieliński"]
    assert tomasz.roles == {Role.EVALUATION_LEAD}
    browser.post(f"/console/people/{tomasz.id}", {})
    assert f"/console/people/{tomasz.id}" not in browser.get("/console/people").text


def test_the_last_administrator_stays(world: World, browser: Browser, ana: Person) -> None:
    answer = browser.post(f"/console/people/{ana.id}", {})
    assert answer.status_code == 409
    assert "last administrator" in answer.text


@pytest.mark.parametrize(("field", "value"), [("email", "not an address"), ("name", ""), ("roles", ["king"])])
def test_an_invitation_says_what_is_wrong(browser: Browser, field: str, value: object) -> None:
    given = {"name": "Tomasz", "email": "tomasz@example.org", "roles": ["administrator"], field: value}
    answer = browser.post("/console/people", given)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text


def test_work_shows_counts_and_reasons_but_no_texts(world: World, browser: Browser) -> None:
    world.services.signin.request(world.ub.id, "mira@example.org", "en", "127.0.0.1")
    page = browser.get("/console/work").text
    assert "Waiting" in page
    assert "No worker has been seen yet." in page
    assert "mira@example.org" not in page


def test_the_plugin_is_offered_with_its_checksum(browser: Browser) -> None:
    page = browser.get("/console/plugin").text
    file = build("local_coilbridge")
    assert file.sha256 in page
    got = browser.get("/console/plugin/local_coilbridge.zip")
    assert got.headers["Content-Disposition"] == f'attachment; filename="{file.name}"'
    assert got.data == file.content
    assert browser.get("/console/plugin/mod_forum.zip").status_code == 404


def test_the_plugin_is_for_administrators(world: World) -> None:
    teacher = world.browser(world.build.person("Jelena Marković"))
    for path in ("/console/plugin", "/console/plugin/local_coilbridge.zip"):
        assert teacher.get(path).status_code == 404

from __future__ import annotations

from datetime import timedelta

import pytest

from coil_bridge.domain import CourseRole, Role
from coil_bridge.evaluation.attendance import PresenceSource, minute_of
from coil_bridge.evaluation.stays import Stay
from coil_bridge.storage.joins import Join
from tests.unit.web.conftest import Browser, World


@pytest.fixture
def browser(world: World) -> Browser:
    return world.browser(world.build.person("Tomasz Zieliński", roles=[Role.EVALUATION_LEAD]))


def form(**changes: str) -> dict[str, str]:
    return {
        "name": "Pilot 2026/27",
        "starts_on": "2026-09-01",
        "ends_on": "2027-07-31",
        "suppression_threshold": "10",
        "phases.0.name": "Autumn",
        "phases.0.starts_on": "2026-09-01",
        "phases.0.ends_on": "2027-01-31",
    } | changes


def made(browser: Browser) -> str:
    answer = browser.post("/pilots", form())
    assert answer.status_code == 303
    return answer.headers["Location"]


def test_a_pilot_with_phases_to_which_a_pairing_is_counted(world: World, browser: Browser) -> None:
    page = made(browser)
    [phase] = world.services.pilots.phases()
    pairing = world.pairing()
    browser.post(f"/pairings/{pairing.id}/phase", {"phase_id": phase.id})
    assert "Pilot 2026/27: Autumn" in browser.get(f"/pairings/{pairing.id}").text
    assert pairing.title in browser.get(page).text


def test_the_start_page_says_how_the_partners_stand(world: World, browser: Browser) -> None:
    page = made(browser)
    [phase] = world.services.pilots.phases()
    world.build.pairing([world.belgrade, world.almaty], proposed_by=world.mira, phase=phase)
    board = f'href="{page}/board"'
    assert "The worker has not looked yet." in browser.get("/").text
    world.services.evidence.monitoring.look()
    for path in ("/", "/pilots"):
        text = browser.get(path).text
        assert "2 partners need a look" in text  # never read
        assert board in text
    assert board not in world.browser(world.mira).get("/").text


def test_every_row_of_the_form_says_what_is_wrong_with_it(browser: Browser) -> None:
    bad = {"name": "", "phases.0.ends_on": "2026-08-01", "phases.1.name": "Spring"}
    answer = browser.post("/pilots", form(**bad))
    assert answer.status_code == 422
    for field in ("name", "phases.1.starts_on", "phases.1.ends_on"):
        assert f'href="#f-{field}"' in answer.text
    later = browser.post("/pilots", form(**{"phases.0.ends_on": "2026-08-01"}))
    assert 'href="#f-phases.0.ends_on"' in later.text
    assert 'value="2026-08-01"' in later.text


def test_a_pull_is_queued_once_and_its_progress_can_be_asked_for(world: World, browser: Browser) -> None:
    page = made(browser)
    assert browser.post(f"{page}/pull").status_code == 409
    [phase] = world.services.pilots.phases()
    browser.post(f"/pairings/{world.pairing().id}/phase", {"phase_id": phase.id})
    assert "2 courses are pulled now." in browser.post(f"{page}/pull", follow_redirects=True).text
    assert "being pulled already" in browser.post(f"{page}/pull", follow_redirects=True).text
    fragment = browser.get(f"{page}/progress").text
    assert "<html" not in fragment
    assert "data-done" not in fragment
    assert fragment.count("Waiting") == 2


@pytest.mark.parametrize(("ending", "begins"), [("csv", b""), ("xlsx", b"PK"), ("db", b"SQLite format 3")])
def test_participation_comes_as_a_file(browser: Browser, ending: str, begins: bytes) -> None:
    answer = browser.get(f"{made(browser)}/participation.{ending}")
    assert answer.status_code == 200
    assert answer.data.startswith(begins)
    assert answer.headers["Content-Disposition"].startswith(
        'attachment; filename="participation-pilot-2026-27-'
    )
    assert answer.headers["Content-Disposition"].endswith(f'.{ending}"')


def test_no_other_format(browser: Browser) -> None:
    assert browser.get(f"{made(browser)}/participation.exe").status_code == 422


def test_destroying_the_key_asks_first_and_ends_pulling(browser: Browser) -> None:
    page = made(browser)
    assert "This cannot be undone." in browser.get(f"{page}/destroy-key").text
    assert browser.post(f"{page}/destroy-key").status_code == 303
    assert "The pseudonym key is destroyed" in browser.get(page).text
    assert browser.post(f"{page}/pull").status_code == 409
    assert browser.post(f"{page}/destroy-key").status_code == 409


def test_teachers_do_not_get_to_know_of_pilots(world: World, browser: Browser) -> None:
    page = made(browser)
    mira = world.browser(world.mira)
    for address in ("/pilots", page, f"{page}/participation.csv", f"{page}/progress"):
        assert mira.get(address).status_code == 404
    assert mira.post(f"{page}/destroy-key").status_code == 404


def test_the_records_behind_the_board_name_and_count_nobody(world: World, browser: Browser) -> None:
    page = made(browser)
    [phase] = world.services.pilots.phases()
    pairing = world.pairing(phase=phase)
    session = world.build.session(pairing, world.mira, starts_at=world.clock() - timedelta(hours=3))
    join = Join(session.id, world.dana.id, world.almaty.id, CourseRole.STUDENT, session.starts_at)
    with world.services.storage.write() as tx:
        tx.joins.add(join, timedelta(0))
        began, pilot_id = minute_of(session.starts_at), page.rpartition("/")[2]
        stays = {
            "a": Stay(pairing.id, world.almaty.id, "dana", began, began + 50, PresenceSource.MOODLE_ROOM),
            "b": Stay(pairing.id, world.almaty.id, "dana", began - 600, began - 510, PresenceSource.REGISTER),
        }
        tx.stays.put(pilot_id, stays)
    found = browser.get(f"{page}/records/{pairing.id}").text
    assert found.count("Nobody came") == 1  # of Belgrade
    assert "record of BigBlueButton in Moodle" in found
    assert "Registers in Moodle that belong to no session" in found
    assert "Dana" not in found
    assert browser.get(f"{page}/records/nothing").status_code == 404
    assert world.browser(world.mira).get(f"{page}/records/{pairing.id}").status_code in {403, 404}

"""A partner's broken Moodle breaks nobody else's day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from coil_bridge.demo.running import Consortium
from connectors.moodle.simulator.faults import Faults
from tests.functional.visitors import Enter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

OURS, SOON = "Cities that work", 5_000  # milliseconds within which a page has to be there


@contextmanager
def broken(faults: Faults) -> Iterator[Faults]:
    """Whole again afterwards, whatever happens."""
    try:
        yield faults
    finally:
        faults.clear()


def test_the_others_go_on_and_pages_say_since_when(enter: Enter, running: Consortium) -> None:
    aigerim, ivana = enter("almaty-teacher"), enter("administrator").go("/console/sites")
    expect(site_row(ivana.page)).to_contain_text("Answers")
    with broken(running.partners["almaty"].moodle.faults) as faults:
        faults.down()
        ivana.press("Alatau Moodle").press("Check again")
        expect(ivana.page.get_by_text("The last attempts failed")).to_be_visible()
        expect(ivana.page.get_by_text("Last good answer:")).to_be_visible()
        expect(ivana.page.get_by_text("What to do:").first).to_be_visible()
        expect(site_row(ivana.go("/console/sites").page)).to_contain_text("last answered")
        aigerim.page.set_default_timeout(SOON)
        aigerim.go("/courses").press("Ask Moodle again")
        assert "Urban Studies of Central Asia" in aigerim.text  # as it was last known
        expect(aigerim.page.get_by_text("As Moodle showed it")).to_be_visible()
        assert "Comparing two cities" in aigerim.go("/pairings").press(OURS).text
        li = enter("shanghai-teacher").go("/courses")  # another Moodle's people come in as ever
        assert "Digital Media and Society" in li.text
        assert "Urban Studies of Central Asia" in li.go("/courses/find?text=urban").text
    ivana.press("Alatau Moodle").press("Check again")
    expect(site_row(ivana.go("/console/sites").page)).to_contain_text("Answers")


def site_row(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("listitem").filter(has_text="Alatau University")


def test_a_silent_moodle_holds_up_no_page_and_no_other_pull(enter: Enter, running: Consortium) -> None:
    lead = enter("evaluation-lead").go("/pilots").press("Pilot of the virtual")
    with broken(running.partners["belgrade"].moodle.faults) as faults:
        faults.hang(function="local_coilbridge_get_facts")
        lead.press("Pull activity now")
        rows = lead.page.get_by_role("row")
        expect(rows.filter(has_text="Urban Studies")).to_contain_text("stored", timeout=30_000)
        expect(rows.filter(has_text="Danube")).not_to_contain_text("stored")
        nikola = enter("belgrade-student")
        nikola.page.set_default_timeout(SOON)
        assert "Belgrade" in nikola.go("/pairings").press(OURS).text


def test_an_answer_that_is_no_data_is_told_by_the_name_of_the_site(enter: Enter, running: Consortium) -> None:
    ivana = enter("administrator")
    for fault in ("html", "half_json", "error_500", "maintenance"):
        with broken(running.partners["shanghai"].moodle.faults) as faults:
            getattr(faults, fault)()
            ivana.go("/console/sites").press("Huangpu Moodle").press("Check again")
            expect(ivana.page.get_by_text("The last attempts failed")).to_be_visible()
            expect(ivana.page.get_by_text("What to do:").first).to_be_visible()
            assert ivana.status_of("/console/sites") == 200
            assert "Huangpu" in ivana.text

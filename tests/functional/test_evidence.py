"""The lead's evidence of a pilot that is over, the teacher's class, and a student's own data."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.functional.thread.looking import faults_of
from tests.functional.visitors import Enter, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SHARED = True

PILOT, PAIRING = "First pilot of the consortium", "Two rivers, two cities"


def until_shown(lead: Visitor, text: str) -> None:
    """Ask again until the worker has worked the figures out: pulls come first."""
    for _ in range(40):
        if lead.page.locator("dl.stats").filter(has_text=text).count():
            return
        lead.page.wait_for_timeout(1000)
        lead.page.reload()
    raise AssertionError(f"no {text} on the page: {lead.text[:500]}")


def test_the_lead_reads_the_figures_and_takes_the_pack_home(enter: Enter) -> None:
    lead = enter("evaluation-lead").go("/pilots").press(PILOT).press("Evidence")
    until_shown(lead, "82")
    charts = lead.page.get_by_role("img")
    expect(charts.filter(has_text="From invited to completing")).to_be_visible()
    meaning = lead.page.get_by_role("region", name="What the numbers mean")
    expect(meaning.get_by_role("row").filter(has_text="union of the minutes")).to_contain_text("Unit: hours")
    lead.press("University in a pairing")
    group = lead.page.get_by_role("row").filter(has_text=f"{PAIRING}: Danube")
    expect(group.first).to_be_visible()
    lead.page.get_by_role("button", name="Make a pack").click()
    file = lead.page.locator("a[href*='/evidence/packs/']").first
    file.wait_for(timeout=60_000)
    with lead.page.expect_download() as waiting:
        file.click()
    with zipfile.ZipFile(io.BytesIO(waiting.value.path().read_bytes())) as pack:
        manifest = json.loads(pack.read("manifest.json"))
        assert {"report.pdf", "report.docx", "evidence.xlsx", "evidence.db"} <= set(pack.namelist())
    assert manifest["pilot"]["name"] == PILOT
    assert lead.complaints == []


def test_the_board_s_reds_lead_to_their_records(enter: Enter) -> None:
    lead = enter("evaluation-lead").go("/pilots").press("Pilot of the virtual").press("Monitoring board")
    expect(lead.page.get_by_role("row").filter(has_text="Cities that work")).to_have_count(2)
    silent = lead.page.get_by_role("row").filter(has_text="Markets and streets").filter(has_text="Huangpu")
    expect(silent.locator(".chip.bad, .chip.warn").first).to_be_visible()
    for light in lead.page.locator("a.chip-link").all():
        assert re.search(r"/records/\w+#|/pilots/\w+#", light.get_attribute("href") or "")
    silent.get_by_role("link", name="Nothing recorded").click()
    expect(lead.page.get_by_role("row").filter(has_text="Two streets").first).to_contain_text(
        "Nothing recorded"
    )
    lead.press("Monitoring board").press("Cities that work")
    expect(lead.page).to_have_url(re.compile(r"/pilots/\w+/records/\w+"))
    expect(lead.page.get_by_role("row").filter(has_text="Comparing two cities").first).to_be_visible()
    assert lead.complaints == []


def test_a_teacher_s_class_has_names_of_those_who_came_and_can_be_corrected(enter: Enter) -> None:
    marija = enter("belgrade-teacher").go("/pairings").press(PAIRING)
    sheet = marija.page.locator("a[href$='/attendance']").first.get_attribute("href") or ""
    marija.press("My students")
    rows = marija.page.get_by_role("row").filter(has_text="Ilić")
    expect(rows.filter(has_text="Completed").first).to_be_visible()
    assert "might be lost" not in marija.text  # it is over
    assert "Nedić" not in marija.text  # has never been here
    marija.press("Ask my Moodle for their names")
    expect(marija.page.get_by_role("row").filter(has_text="Nedić").first).to_contain_text("never opened")
    assert "An Cai" not in marija.text  # the partner's student
    assert marija.page.url.endswith("/students")  # nothing of it in an address
    assert faults_of(marija) == []
    marija.go(sheet)
    expect(marija.page.get_by_role("heading", name="Attendance")).to_be_visible()
    marija.page.get_by_text("Correct").first.click()
    marija.press("Note the correction")
    expect(marija.page.get_by_role("alert")).to_contain_text("Say why")
    marija.page.get_by_label("Reason").first.fill("Was in the room with a colleague")
    marija.press("Note the correction")
    expect(marija.page.get_by_text("corrected: Was in the room with a colleague")).to_be_visible()
    assert marija.complaints == []


def test_a_student_sees_the_own_data_and_objects(enter: Enter) -> None:
    nikola = enter("belgrade-student").go("/me/data")
    expect(nikola.page.get_by_role("heading", name="My data")).to_be_visible()
    nikola.press("Do not count me")
    expect(nikola.page.get_by_role("heading", name="You are not counted")).to_be_visible()
    nikola.press("Count me again")
    expect(nikola.page.get_by_role("heading", name="You are not counted")).to_have_count(0)
    assert nikola.complaints == []

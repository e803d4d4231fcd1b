"""What the administrator of the story does."""

from __future__ import annotations

from playwright.sync_api import expect

from coil_bridge.demo.running import Consortium
from tests.functional.visitors import Visitor


def looks_after_a_site(ivana: Visitor) -> None:
    """Check it again, stop using it for a while, use it again."""
    ivana.go("/console/sites").press("Huangpu Moodle")
    expect(ivana.page.get_by_role("definition").filter(has_text="Build")).to_contain_text("5.1")
    ivana.press("Check again")
    expect(ivana.page.get_by_text("The site was checked.")).to_be_visible()
    ivana.press("Pause")
    expect(ivana.page.get_by_text("The site is paused.")).to_be_visible()
    ivana.press("Resume")
    expect(ivana.page.get_by_text("The site is in use again.")).to_be_visible()


def adds_nothing_twice(ivana: Visitor, running: Consortium) -> None:
    """The same Moodle once more is refused with the reason; what was typed stays, but for the token."""
    moodle = running.partners["shanghai"].moodle
    ivana.go("/console/sites").press("Connect a Moodle")
    fields = {
        "Address of the Moodle": moodle.url,
        "Token": moodle.token,
        "Name of the university": "Huangpu once more",
        "Short name": "Twice",
        "City": "Shanghai",
    }
    for label, value in fields.items():
        ivana.page.get_by_label(label).fill(value)
    ivana.page.get_by_label("Country").select_option("CN")
    ivana.page.get_by_label("Time zone").select_option("Asia/Shanghai")
    ivana.press("Connect and check")
    expect(ivana.page.get_by_role("alert")).to_contain_text("Address of the Moodle")
    expect(ivana.page.get_by_label("Short name")).to_have_value("Twice")
    expect(ivana.page.get_by_label("Token")).to_have_value("")
    assert moodle.token not in ivana.page.content()
    expect(ivana.go("/console/sites").page.get_by_role("link", name="Moodle", exact=False)).not_to_have_count(
        0
    )
    assert "Twice" not in ivana.text


def signs_out(ivana: Visitor) -> None:
    ivana.go("/").press("Sign out")
    expect(ivana.page.get_by_text("You are signed out.")).to_be_visible()
    assert "Sign in" in ivana.go("/console/sites").text
    assert "Huangpu Moodle" not in ivana.text

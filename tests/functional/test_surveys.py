"""Surveys and the own data, as a student and the lead meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.functional.visitors import Enter

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
SHARED = True


def test_a_student_answers_by_keyboard_alone(enter: Enter) -> None:
    arman = enter("almaty-student").go("/surveys")
    waiting = arman.text.count("Intercultural knowledge")  # one for each pairing
    arman.press("Answer")
    page = arman.page
    page.get_by_role("radio", name="1 beginning").first.focus()
    for _ in range(6):  # space chooses, an arrow moves within a scale, tab goes to the next one
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Tab")
    page.keyboard.type("AL07TY")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your answers are stored without your name.")).to_be_visible()
    assert arman.text.count("Intercultural knowledge") == waiting - 1


def test_a_code_that_is_too_short_loses_no_answer(enter: Enter) -> None:
    li = enter("belgrade-student").go("/surveys").press("Answer")
    li.page.get_by_role("radio", name="4 fully").first.check()
    li.page.get_by_label("Your own code").fill("a")
    li.press("Send my answers")
    expect(li.page.get_by_role("alert")).to_contain_text("4 to 40")
    expect(li.page.get_by_role("radio", name="4 fully").first).to_be_checked()


def test_somebody_takes_the_own_data_along(enter: Enter, tmp_path: Path) -> None:
    nikola = enter("belgrade-student").go("/privacy")
    with nikola.page.expect_download() as downloading:
        nikola.page.get_by_role("button", name="Download my data").click()
    file = tmp_path / "data.json"
    downloading.value.save_as(file)
    assert json.loads(file.read_text("utf-8"))["rows"]["person"][0]["name"] == "Nikola Jovanović"

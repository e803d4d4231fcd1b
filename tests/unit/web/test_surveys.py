from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coil_bridge.domain import CoilPhase, Pairing, Role
from coil_bridge.evaluation.records import FeedbackCount
from tests.unit.web.conftest import Browser, World


@pytest.fixture
def pairing(world: World) -> Pairing:
    return world.pairing(phase=world.build.phase())


@pytest.fixture
def lead(world: World, pairing: Pairing) -> Browser:
    assert pairing.phase
    return world.browser(world.build.person("Tomasz Zieliński", roles=[Role.EVALUATION_LEAD]))


def form(**changes: str) -> dict[str, str]:
    return {
        "version": "1",
        "title": "Working together",
        "language": "en",
        "pre_first": "2026-10-19",
        "pre_last": "2026-10-28",
        "post_first": "2027-01-11",
        "post_last": "2027-01-18",
        "items.0.text": "I can speak up in a mixed team.",
        "items.0.points": "5",
        "items.0.low": "not at all",
        "items.0.high": "fully",
        "items.3.text": "I ask before I judge.",
        "items.3.points": "5",
        "items.3.low": "never",
        "items.3.high": "always",
    } | changes


def drafted(lead: Browser, pairing: Pairing, start: str = "blank") -> str:
    assert pairing.phase
    answer = lead.post(f"/pilots/{pairing.phase.pilot_id}/surveys", {"start": start})
    assert answer.status_code == 303
    return answer.headers["Location"].removesuffix("/edit")


def published(lead: Browser, pairing: Pairing) -> str:
    page = drafted(lead, pairing)
    assert lead.post(f"{page}/edit", form()).status_code == 303
    assert lead.post(f"{page}/publish").status_code == 303
    return page


def test_from_the_draft_to_an_answer(world: World, lead: Browser, pairing: Pairing) -> None:
    page = published(lead, pairing)
    assert "I ask before I judge." in lead.get(page).text
    jelena = world.browser(world.jelena)
    assert "Working together" in jelena.get("/").text
    address = f"{page}/answer/{pairing.id}"
    questions = jelena.get(address).text
    assert questions.count('type="radio"') == 10
    sent = jelena.post(address, {"answer.q1": "4", "code": "MA07KO"}, follow_redirects=True)
    assert "stored without your name" in sent.text
    assert "Nothing waits for you" in sent.text
    assert jelena.post(address, {"answer.q1": "4", "code": "MA07KO"}).status_code == 404


def test_each_student_is_asked_in_the_own_language(world: World, lead: Browser, pairing: Pairing) -> None:
    page = published(lead, pairing)
    words = {"language": "zh", "version": "3", "title": "合作"}
    some = words | {"items.q1.text": "我能在混合团队中发言。", "items.q1.low": "完全不能"}
    refused = lead.post(f"{page}/words", some)  # one end of the scale is missing
    assert (refused.status_code, "我能在混合团队中发言。" in refused.text) == (422, True)
    assert lead.post(f"{page}/words", some | {"items.q1.high": "完全能"}).status_code == 303
    assert "readonly" in lead.get(f"{page}/words?language=zh").text
    assert lead.get(f"{page}/words?language=en").status_code == 303
    assert lead.get(f"{page}/words?language=xx").status_code == 404
    address = f"{page}/answer/{pairing.id}"
    jelena, chinese = world.browser(world.jelena), {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"}
    assert "Working together" in jelena.get(address).text
    asked = jelena.get(address, headers=chinese).text
    assert '<h1 lang="zh">合作</h1>' in asked
    assert 'lang="zh"><legend>我能在混合团队中发言。' in asked
    assert 'lang="en"><legend>I ask before I judge.' in asked  # not translated
    assert "我能在混合团队中发言。" in jelena.get(f"{address}?lang=zh").text
    again = jelena.post(f"{address}?lang=zh", {"answer.q1": "9", "code": "MA07KO"})
    assert (again.status_code, "合作" in again.text) == (422, True)
    assert jelena.post(f"{address}?lang=zh", {"answer.q1": "4", "code": "MA07KO"}).status_code == 303


def test_a_refused_answer_comes_back_as_it_was_typed(world: World, lead: Browser, pairing: Pairing) -> None:
    page = published(lead, pairing)
    jelena = world.browser(world.jelena)
    again = jelena.post(f"{page}/answer/{pairing.id}", {"answer.q1": "4", "code": "x"})
    assert again.status_code == 422
    assert 'name="answer.q1" value="4" checked' in again.text
    assert 'href="#f-code"' in again.text
    forged = jelena.post(f"{page}/answer/{pairing.id}", {"answer.q1": "9", "code": "MA07KO"})
    assert forged.status_code == 422


def test_the_editor_says_what_is_wrong_with_which_statement(lead: Browser, pairing: Pairing) -> None:
    page = drafted(lead, pairing)
    again = lead.post(f"{page}/edit", form(**{"items.0.points": "11", "items.3.low": ""}))
    assert again.status_code == 422
    for field in ("items.0.points", "items.3.low"):
        assert f'href="#f-{field}"' in again.text
    assert "I ask before I judge." in again.text


def test_a_draft_grows_by_saving_it(lead: Browser, pairing: Pairing) -> None:
    page = drafted(lead, pairing, "value")
    first = lead.get(f"{page}/edit").text
    assert first.count("<legend>Statement ") == 9
    assert "beginning" in first
    assert lead.post(f"{page}/edit", form(more="1")).headers["Location"] == f"{page}/edit"


def test_two_leads_editing_at_once_learn_of_each_other(lead: Browser, pairing: Pairing) -> None:
    page = drafted(lead, pairing)
    assert lead.post(f"{page}/edit", form()).status_code == 303
    assert lead.post(f"{page}/edit", form(title="Mine")).status_code == 409


def test_after_a_joint_session_teachers_are_asked_too(world: World, lead: Browser, pairing: Pairing) -> None:
    page = drafted(lead, pairing, "meeting")
    lead.post(f"{page}/publish")
    world.build.session(pairing, world.mira, phase=CoilPhase.TEAM_BUILDING)
    world.clock.set(datetime(2026, 10, 27, 15, 0, tzinfo=UTC))
    mira = world.browser(world.mira)
    assert "First meeting" in mira.get("/surveys").text
    assert "code" not in mira.get("/surveys").text


@pytest.mark.parametrize("path", ["", "/edit"])
def test_only_those_who_evaluate_see_a_survey(
    world: World, lead: Browser, pairing: Pairing, path: str
) -> None:
    page = published(lead, pairing)
    assert world.browser(world.mira).get(f"{page}{path}").status_code == 404
    assert world.browser().get(f"{page}{path}").status_code in {302, 303, 401}


def test_answers_to_feedback_in_moodle_are_counted_beside_the_surveys(
    world: World, lead: Browser, pairing: Pairing
) -> None:
    assert pairing.phase
    page = f"/pilots/{pairing.phase.pilot_id}/surveys"
    assert "Feedback activities in Moodle" not in lead.get(page).text
    counted = [FeedbackCount(71, 34, True, world.clock()), FeedbackCount(72, 9, False, world.clock())]
    with world.services.storage.write() as tx:
        tx.feedback_counts.replace(pairing.phase.pilot_id, pairing.id, world.almaty.id, counted)
    text = lead.get(page).text
    assert "Moodle: Feedback activity, anonymous" in text
    assert ">34<" in text
    assert ">9<" not in text  # fewer than the pilot's threshold
    assert text.count("withheld") == 1

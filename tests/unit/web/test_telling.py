"""What somebody wants to be told: the choice on the own page, and the links in e-mails."""

from __future__ import annotations

from urllib.parse import urlsplit

from coil_bridge.domain import MessageKind, Reminder, TellingChoice
from tests.unit.web.conftest import ORIGIN, World


def test_the_own_page_shows_and_keeps_what_is_chosen(world: World) -> None:
    browser = world.browser(world.dana)
    page = browser.get("/me").text
    assert page.count("checked") == 3
    assert '<option value="none" selected>' in page
    done = browser.post("/me/messages", {"digest": "on", "reminder": "hour"})
    assert urlsplit(done.headers["Location"]).path == "/me"
    choice = world.services.telling.choices.of(world.dana)
    assert choice == TellingChoice(changes=False, digest=True, pairings=False, reminder=Reminder.HOUR)
    page = browser.get("/me").text
    assert page.count("checked") == 1
    assert '<option value="hour" selected>' in page


def test_choices_are_ones_own(world: World) -> None:
    assert world.browser().post("/me/messages", {"digest": "on"}).status_code in {302, 303, 401}


def test_a_link_in_a_mail_asks_first_and_needs_no_sign_in(world: World) -> None:
    """Scanners of mail open every link."""
    path = urlsplit(world.services.telling.links.link(world.dana.id, MessageKind.DIGEST)).path
    stranger = world.browser()
    page = stranger.get(path)
    assert page.status_code == 200
    assert "the daily summary of changes" in page.text
    assert world.dana.name not in page.text
    assert world.services.telling.choices.of(world.dana).digest
    done = stranger.client.post(path, base_url=ORIGIN)
    assert "You get no more of these messages" in done.text
    assert not world.services.telling.choices.of(world.dana).digest


def test_a_mail_programs_one_click_is_enough(world: World) -> None:
    """RFC 8058: a POST with this body, without cookies, referrer or our token."""
    path = urlsplit(world.services.telling.links.link(world.dana.id, MessageKind.REMINDER)).path
    world.services.telling.choices.choose(world.dana, TellingChoice(reminder=Reminder.DAY))
    answer = world.app.test_client().post(path, base_url=ORIGIN, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert world.services.telling.choices.of(world.dana).reminder is Reminder.NONE


def test_a_forged_link_ends_nothing(world: World) -> None:
    path = urlsplit(world.services.telling.links.link(world.dana.id, MessageKind.DIGEST)).path
    forged = path.replace(world.dana.id, world.mira.id)
    assert world.browser().get(forged).status_code == 404
    assert world.browser().client.post(forged, base_url=ORIGIN).status_code == 404
    assert world.services.telling.choices.of(world.mira).digest

"""The pages that people of the demo see."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from connectors.moodle.simulator import World
from connectors.moodle.simulator.markup import show
from tests.contract.simulator.conftest import Site

NOW = datetime(2026, 10, 20, 8, tzinfo=UTC)


@pytest.fixture
def almaty(start: Callable[..., Site]) -> Site:
    world = World(lambda: NOW)
    site = start(world, name="Қазақ ұлттық университеті", zone="Asia/Almaty")
    teacher = world.add_user("aigerim", "Айгерім", "<Сәрсенова>")
    student = world.add_user("james", "James", "Carter", timezone="Europe/London")
    course = world.add_course("IM301", "Internal Medicine & <more>", summary="<p>Autumn <b>2026</b></p>")
    hidden = world.add_course("OLD", "Pharmacology (archived)", visible=False)
    world.enrol(teacher, course, "editingteacher")
    world.enrol(student, course)
    world.enrol(student, hidden)
    world.post(student, world.add_forum(course, "Team forum"), "Introductions")
    return site


def enter(site: Site, username: str) -> requests.Session:
    browser = requests.Session()
    answer = browser.post(f"{site.moodle.url}/login/index.php", data={"username": username}, timeout=10)
    assert answer.url == f"{site.moodle.url}/my/"
    return browser


def page(site: Site, path: str, browser: requests.Session) -> str:
    answer = browser.get(site.moodle.url + path, timeout=10)
    assert answer.status_code == 200
    return answer.text


def test_people_choose_who_they_are_and_technical_accounts_are_not_offered(almaty: Site) -> None:
    answer = requests.get(almaty.moodle.url, timeout=10)
    assert answer.url == f"{almaty.moodle.url}/login/index.php"
    assert re.findall(r'name="username" value="(\w+)"', answer.text) == ["aigerim", "james"]
    assert "&lt;Сәрсенова&gt;" in answer.text
    unknown = requests.post(answer.url, data={"username": "admin"}, timeout=10)
    assert unknown.status_code == 404


def test_a_link_can_be_a_door(almaty: Site) -> None:
    browser = requests.Session()
    answer = browser.get(f"{almaty.moodle.url}/login/index.php", params={"username": "james"}, timeout=10)
    assert answer.url.endswith("/my/")
    assert "James Carter" in answer.text
    browser.post(f"{almaty.moodle.url}/login/logout.php", timeout=10)
    assert browser.get(f"{almaty.moodle.url}/my/", timeout=10).url.endswith("/login/index.php")


@pytest.mark.parametrize("path", ["/my/", "/message/index.php", "/course/view.php?id=2"])
def test_nobody_sees_anything_before_choosing(almaty: Site, path: str) -> None:
    assert requests.get(almaty.moodle.url + path, timeout=10).url.endswith("/login/index.php")


def test_the_dashboard_lists_own_visible_courses(almaty: Site) -> None:
    text = page(almaty, "/my/", enter(almaty, "james"))
    assert "Internal Medicine &amp; &lt;more&gt;" in text
    assert "Pharmacology" not in text


def test_messages_have_live_links_and_nothing_else_alive(almaty: Site) -> None:
    world = almaty.world
    james = world.user("james")
    world.send(
        world.service_user,
        james,
        "Sign in: http://127.0.0.1:8000/signin/abc?x=1&y=2.\n<script>alert(1)</script>",
    )
    text = page(almaty, "/message/index.php", enter(almaty, "james"))
    assert 'href="http://127.0.0.1:8000/signin/abc?x=1&amp;y=2"' in text
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "Sign in" not in page(almaty, "/message/index.php", enter(almaty, "aigerim"))


def event(site: Site, **more: Any) -> None:
    fields = {"name": "Joint session", "courseid": 2, "eventtype": "course", "timestart": 1792918800} | more
    variables = {f"events[0][{name}]": value for name, value in fields.items()}
    assert site.ask("core_calendar_create_calendar_events", variables)["warnings"] == []


def test_a_course_shows_its_calendar_on_the_persons_own_clock(almaty: Site) -> None:
    event(almaty, description="<p>Join <a href='https://meet.example.org/x?a=1&b=2'>the room</a></p>")
    event(almaty, name="Long over", timestart=1700000000)
    event(almaty, name="Not shown", visible=0)
    james = page(almaty, "/course/view.php?id=2", enter(almaty, "james"))
    assert "Sunday, 25 October 2026, 09:00 (Europe/London)" in james
    assert 'href="https://meet.example.org/x?a=1&amp;b=2"' in james
    assert "Long over" not in james
    assert "Not shown" not in james
    assert "Introductions" in james
    teacher = page(almaty, "/my/", enter(almaty, "aigerim"))
    assert "Sunday, 25 October 2026, 14:00 (Asia/Almaty)" in teacher


def test_other_groups_events_and_foreign_courses_stay_unseen(almaty: Site) -> None:
    world = almaty.world
    group = world.add_group(world.courses[2], "Team B", [world.user("aigerim")])
    event(almaty, name="For B", eventtype="group", groupid=group.id)
    browser = enter(almaty, "james")
    assert "For B" not in page(almaty, "/course/view.php?id=2", browser)
    assert "For B" in page(almaty, "/course/view.php?id=2", enter(almaty, "aigerim"))
    for unknown in ("3", "1", "99", "x", ""):
        answer = browser.get(f"{almaty.moodle.url}/course/view.php?id={unknown}", timeout=10)
        assert answer.status_code == 404


def test_pages_bring_their_own_style_and_allow_no_script(almaty: Site) -> None:
    answer = requests.get(f"{almaty.moodle.url}/login/index.php", timeout=10)
    assert "default-src 'none'; style-src 'self'" in answer.headers["Content-Security-Policy"]
    assert " style=" not in answer.text
    (sheet,) = re.findall(r'<link rel="stylesheet" href="([^"]+)"', answer.text)
    style = requests.get(almaty.moodle.url + sheet, timeout=10)
    assert style.headers["Content-Type"].startswith("text/css")
    assert "http" not in style.text


def test_two_sites_on_one_host_do_not_sign_people_out(start: Callable[..., Site], almaty: Site) -> None:
    belgrade = start(name="Univerzitet u Beogradu")
    belgrade.world.add_user("milica", "Милица", "Јовановић")
    browser = enter(almaty, "james")
    browser.get(f"{belgrade.moodle.url}/login/index.php", params={"username": "milica"}, timeout=10)
    assert "James Carter" in page(almaty, "/my/", browser)
    assert "Милица" in page(belgrade, "/my/", browser)


@pytest.mark.parametrize(
    ("text", "text_format", "shown"),
    [
        ("a < b & c", 0, "a &lt; b &amp; c"),
        ("javascript:alert(1)", 2, "javascript:alert(1)"),
        (
            "(see https://a.example/x).",
            0,
            '(see <a href="https://a.example/x" rel="noopener noreferrer">https://a.example/x</a>).',
        ),
        ("<p>one</p><p>two<br>three</p>", 1, "one\ntwo\nthree"),
        ('<a href="javascript:alert(1)">x</a>', 1, "x"),
        ('<a href="https://a.example/">x &amp; y</a>', 1,
         '<a href="https://a.example/" rel="noopener noreferrer">x &amp; y</a>'),
        ('<a href="https://a.example/&quot; onclick=&quot;x">x</a>', 1, "x"),
        ("<style>p{}</style><img src=x onerror=alert(1)>after", 1, "after"),
        ("&lt;b&gt;", 1, "&lt;b&gt;"),
    ],
)  # fmt: skip
def test_other_peoples_text_is_made_safe(text: str, text_format: int, shown: str) -> None:
    assert str(show(text, text_format)) == shown

"""Puts the service into the courses of the simulated Moodles, as the people of a university do it.

The consortium's administrator makes a registration address, the Moodle's administrator registers and
activates the tool, teachers place links by the picker. Everything goes over HTTP to the running service,
which asks the Moodle back while it is registered. One link in every course opens a window of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests

from coil_bridge.demo import browsing
from coil_bridge.demo.consortium import Partner
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM, system_clock
from coil_bridge.settings import Settings
from coil_bridge.storage.lti_records import ResourceKind
from coil_bridge.wiring.services.installation import build_services
from connectors.moodle.simulator import Course
from connectors.moodle.simulator.lti import Tool

WINDOW_LINK = "Joint sessions in a window"
_SECONDS = 20
_PLACED = (ResourceKind.SESSIONS, ResourceKind.NEXT)


class NotPlaced(Exception):
    """A page on the way was not what was expected; says which."""


def open_from_courses(settings: Settings, partners: Sequence[Partner]) -> None:
    """Register the service in every Moodle and place its links in every course.

    Raises:
        NotPlaced: the service or a Moodle answered with something else than the next step, or not at all.
    """
    services = build_services(settings, clock=system_clock)
    try:
        addresses = {partner.key: _invitation(services, partner) for partner in partners}
    finally:
        services.close()
    try:
        for partner in partners:
            _open_from(partner, _register(partner, addresses[partner.key]))
    except requests.RequestException as error:
        raise NotPlaced(f"No answer while links were placed: {type(error).__name__}.") from None


def _open_from(partner: Partner, tool: Tool) -> None:
    for entry in partner.facts["courses"]:
        course = partner.courses[entry["shortname"]]
        _place(partner, course, tool, partner.people[entry["teachers"][0]].username)
        partner.moodle.lti.add_link(course, tool, WINDOW_LINK, new_window=True)


def _invitation(services: Services, partner: Partner) -> str:
    site = next(each for each in services.sites.all() if each.base_url == partner.moodle.url)
    return services.lti.registry.invite(SYSTEM, site.id).url


def _register(partner: Partner, invitation: str) -> Tool:
    """What pasting the address, pressing the button and activating does."""
    address = partner.moodle.lti.registration_address(invitation)
    _checked(requests.get(address, timeout=_SECONDS))
    fields = dict(parse_qsl(urlsplit(address).query))
    _checked(requests.post(invitation, data=fields, timeout=_SECONDS))
    (tool,) = partner.moodle.lti.tools()
    return partner.moodle.lti.activate(tool.client_id)


def _place(partner: Partner, course: Course, tool: Tool, username: str) -> None:
    """Place the links by the picker, in a teacher's browser."""
    moodle = partner.moodle.url
    with browsing.browser() as browser:
        _checked(browser.get(f"{moodle}/login/index.php", params={"username": username}, timeout=_SECONDS))
        page = browser.get(
            f"{moodle}/mod/lti/contentitem.php", params={"course": course.id, "id": tool.id}, timeout=_SECONDS
        )
        page = _submit(browser, page, "login_hint")
        page = _submit(browser, page, "id_token")
        page = _submit(browser, page, "sealed", [("kinds", kind.value) for kind in _PLACED])
        _submit(browser, page, "JWT")


def _submit(
    browser: requests.Session,
    page: requests.Response,
    name: str,
    chosen: Sequence[tuple[str, str]] = (),
) -> requests.Response:
    """Send the form that has a hidden field of that name, with what the person chose."""
    reader = _Forms()
    reader.feed(_checked(page).text)
    form = next((each for each in reader.forms if name in dict(each.fields)), None)
    if form is None:
        raise NotPlaced(f"{urlsplit(page.url).path} has no form with {name}.")
    return _checked(
        browser.post(urljoin(page.url, form.action), data=[*form.fields, *chosen], timeout=_SECONDS)
    )


def _checked(page: requests.Response) -> requests.Response:
    if not page.ok:
        raise NotPlaced(f"{urlsplit(page.url).path} answered {page.status_code}.")
    return page


@dataclass
class _Form:
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    """The forms of a page with their hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append(_Form(found.get("action") or ""))
        elif tag == "input" and found.get("type") == "hidden" and self.forms:
            self.forms[-1].fields.append((found.get("name") or "", found.get("value") or ""))

"""Opens a door: does what the person behind it would do, by the same pages and messages.

1. Ask for a sign-in link on the service's own form (university and e-mail address).
2. Wait for it where it arrives: in the person's Moodle messages, or else in the mailbox.
3. Hand the link over; the service's own page and button sign in.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

from coil_bridge.demo import browsing
from coil_bridge.demo.consortium import Partner
from coil_bridge.demo.mailbox import Mailbox
from coil_bridge.web.schemas.signin import NO_UNIVERSITY

_PATIENCE = 20.0  # seconds until a link has to be there
_POLL = 0.1


class DoorStuck(Exception):
    """The sign-in link did not arrive; says what to look at."""


@dataclass(frozen=True)
class Door:
    """A person of the demo and the way in: ``site_id`` is empty for people without a Moodle."""

    key: str
    role: str
    name: str
    email: str
    site_id: str
    partner: Partner | None


class Doors:
    """Knows every door and opens it."""

    def __init__(self, service_url: str, mailbox: Mailbox, doors: list[Door]) -> None:
        self._service_url = service_url
        self._mailbox = mailbox
        self._link = re.compile(re.escape(service_url) + r"/signin/[\w-]{20,}")
        self.all = {door.key: door for door in doors}

    def open(self, door: Door) -> str:
        """Ask for a link as this person and return it once it has arrived.

        Raises:
            DoorStuck: none came in time, or the form refused.
        """
        before = set(self._links(door))
        self._ask(door)
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            fresh = [link for link in self._links(door) if link not in before]
            if fresh:
                return fresh[0]
            time.sleep(_POLL)
        raise DoorStuck(f"No sign-in link for {door.name} came within {_PATIENCE:.0f} seconds.")

    def _ask(self, door: Door) -> None:
        with browsing.browser() as browser:
            page = browser.get(f"{self._service_url}/signin", timeout=10)
            form = {
                "csrf_token": _csrf_token(page.text),
                "site_id": door.site_id or NO_UNIVERSITY,
                "login": door.email,
            }
            answer = browser.post(page.url, data=form, headers={"Referer": page.url}, timeout=10)
        if not answer.ok:
            raise DoorStuck(f"The sign-in form answered {answer.status_code}.")

    def _links(self, door: Door) -> Iterator[str]:
        for text in self._texts(door):
            yield from self._link.findall(text)

    def _texts(self, door: Door) -> Iterator[str]:
        if door.partner:
            world = door.partner.moodle.world
            user = next(each for each in door.partner.people.values() if each.email == door.email)
            yield from (each.text for each in list(world.messages.values()) if each.recipient_id == user.id)
        yield from (mail.body for mail in self._mailbox.to(door.email))


class _TokenFinder(HTMLParser):
    token = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and found.get("name") == "csrf_token":
            self.token = found.get("value") or ""


def _csrf_token(page: str) -> str:
    finder = _TokenFinder()
    finder.feed(page)
    return finder.token

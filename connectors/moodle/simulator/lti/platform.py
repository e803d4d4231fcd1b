"""One Moodle as an LTI platform: its tools, links, launches, tokens and tool-made grade items, in memory.

Whoever changes them holds the world's lock, as everywhere in the simulator.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from connectors.moodle.simulator.lti.addresses import Addresses
from connectors.moodle.simulator.lti.faults import LtiFaults
from connectors.moodle.simulator.lti.keys import SigningKey
from connectors.moodle.simulator.lti.records import AccessToken, GradeItem, Launch, Link, Tool
from connectors.moodle.simulator.records import Course, Site, User
from connectors.moodle.simulator.world import World


class Platform:
    """The tables behind the LTI pages and services of one site."""

    def __init__(self, world: World, site: Site, key: SigningKey) -> None:
        self.world = world
        self.site = site
        self.key = key
        self.addresses = Addresses(site)
        self.faults = LtiFaults()
        self.tools: dict[int, Tool] = {}
        self.links: dict[int, Link] = {}
        self.launches: dict[str, Launch] = {}
        self.access_tokens: dict[str, AccessToken] = {}
        self.items: dict[int, GradeItem] = {}
        self.histories: dict[int, tuple[int, ...]] = {}  # of copied courses: what they were copied from
        self.requests: list[str] = []
        self._salt = secrets.token_bytes(16)

    def now(self) -> datetime:
        """Return the instant that this site believes in."""
        return self.world.clock() + self.site.clock_skew

    def sesskey(self, user: User) -> str:
        """Return the person's sesskey (ten characters; one for all of the person's browsers)."""
        return hashlib.blake2b(str(user.id).encode(), key=self._salt).hexdigest()[:10]

    def client(self, client_id: str) -> Tool | None:
        """Return the tool of a client id."""
        return next((tool for tool in self.tools.values() if tool.client_id == client_id), None)

    def links_in(self, course: Course) -> list[Link]:
        """Return the course's external tool activities, in the order of their making."""
        return [link for link in self.links.values() if link.course_id == course.id]

    def link_of_module(self, module_id: int) -> Link | None:
        """Return the activity of that cmid."""
        return next((link for link in self.links.values() if link.module_id == module_id), None)

    def items_of_link(self, link: Link) -> list[GradeItem]:
        """Return the grade items that point at the link."""
        return [item for item in self.items.values() if item.link_id == link.id]

    def opens_window(self, link: Link) -> bool:
        """Whether the link opens in a new window; embedded otherwise."""
        chosen = link.new_window
        return self.tools[link.tool_id].settings.new_window if chosen is None else chosen

    def offered_in(self, course: Course) -> list[Tool]:
        """Return the tools that a teacher can add to the course.

        4.1 has every active tool in the list of its External tool activity; later releases offer what the
        administrator put in the activity chooser, or a teacher switched on in the course.
        """
        needs_switch = self.site.release.at_least("4.5")
        return [
            tool
            for tool in self.tools.values()
            if tool.active and (not needs_switch or tool.in_chooser or course.id in tool.courses)
        ]

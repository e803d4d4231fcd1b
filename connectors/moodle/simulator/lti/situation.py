"""What a message to a tool is about: who, where, by which link of which tool."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import Launch, Link, Tool
from connectors.moodle.simulator.records import Course, User


@dataclass(frozen=True)
class Situation:
    """One launch with its rows looked up; no `link` means deep linking."""

    platform: Platform
    user: User
    course: Course
    tool: Tool
    link: Link | None
    as_learner: bool
    review_of: int | None

    @classmethod
    def of(cls, platform: Platform, launch: Launch) -> Situation:
        """Look a launch's rows up; raises KeyError when one was removed meanwhile."""
        return cls(
            platform,
            platform.world.users[launch.user_id],
            platform.world.courses[launch.course_id],
            platform.tools[launch.tool_id],
            launch.link,
            launch.as_learner,
            launch.review_of,
        )

    @property
    def target(self) -> str:
        """The address that the tool is to show."""
        settings = self.tool.settings
        if self.link is None:
            return settings.deep_linking_url or settings.url
        return self.link.url or settings.url

"""External tool activities: made by a teacher, by content selection, or with a copy of their course."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from connectors.moodle.simulator.lti.grade_items import add_item
from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import GradeItem, Link, Tool
from connectors.moodle.simulator.records import Course


def add_link(
    platform: Platform,
    course: Course,
    tool: Tool,
    name: str,
    *,
    url: str = "",
    text: str = "",
    custom: Mapping[str, str] | None = None,
    new_window: bool | None = None,
) -> Link:
    """Add an ungraded activity; the tool is not asked and must be active (ValueError)."""
    if not tool.active:
        raise ValueError(f"{tool.settings.name} is pending: activate it first")
    world = platform.world
    link = Link(
        world.next_id("lti"),
        world.next_id("cm"),
        course.id,
        tool.id,
        name,
        url,
        text,
        dict(custom or {}),
        new_window,
    )
    return world.keep(platform.links, link.id, link)


def grade_link(
    platform: Platform, link: Link, maximum: float, *, label: str = "", resource_id: str = "", tag: str = ""
) -> GradeItem:
    """Give the activity its column in the gradebook."""
    tool, course = platform.tools[link.tool_id], platform.world.courses[link.course_id]
    return add_item(
        platform,
        tool,
        course,
        label or link.name,
        maximum,
        link_id=link.id,
        resource_id=resource_id,
        tag=tag,
        coupled=True,
    )


def copy_links(platform: Platform, source: Course, target: Course) -> list[Link]:
    """Copy a course's activities, with new ids and nothing that says what they were copied from.

    Only $Context.id.history tells the tool which course it was.
    """
    world = platform.world
    with world.lock:
        platform.histories[target.id] = (source.id, *platform.histories.get(source.id, ()))
        copies = [
            replace(link, id=world.next_id("lti"), module_id=world.next_id("cm"), course_id=target.id)
            for link in platform.links_in(source)
        ]
        platform.links.update((copy.id, copy) for copy in copies)
    return copies

"""Third-party initiated login, with which a launch begins (`lti_build_login_request()`)."""

from __future__ import annotations

import json
import secrets

from connectors.moodle.simulator.lti.platform import Platform
from connectors.moodle.simulator.lti.records import Form, Launch, Link, Tool
from connectors.moodle.simulator.lti.situation import Situation
from connectors.moodle.simulator.records import Course, User


def open_link(
    platform: Platform, user: User, link: Link, *, as_learner: bool = False, review_of: int | None = None
) -> Form:
    """Return the login initiation of a resource link; `review_of` makes it a submission review."""
    launch = Launch(
        f"ltilaunch{link.id}_{secrets.randbelow(2**31)}",
        user.id,
        link.course_id,
        link.tool_id,
        link,
        as_learner,
        review_of,
    )
    return _form(platform, launch, {"cmid": link.module_id})


def select_content(platform: Platform, user: User, course: Course, tool: Tool) -> Form:
    """Return the login initiation of the tool's content selection."""
    number = secrets.randbelow(2**31)
    launch = Launch(f"ltilaunch_ContentItemSelectionRequest{number}", user.id, course.id, tool.id, None)
    return _form(platform, launch, {})


def _form(platform: Platform, launch: Launch, hint: dict[str, object]) -> Form:
    platform.launches[launch.id] = launch
    situation = Situation.of(platform, launch)
    fields = {
        "iss": platform.site.url,
        "target_link_uri": situation.target,
        "login_hint": str(launch.user_id),
        "lti_message_hint": json.dumps({**hint, "launchid": launch.id}, separators=(",", ":")),
        "client_id": situation.tool.client_id,
        "lti_deployment_id": str(launch.tool_id),
    }
    return Form(situation.tool.settings.login_url, fields)

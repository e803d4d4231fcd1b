"""The LTI pages and services of one site, ready to be registered with its application."""

from __future__ import annotations

from flask import Blueprint

from connectors.moodle.simulator.faults import Faults
from connectors.moodle.simulator.lti.admin_pages import AdminPages
from connectors.moodle.simulator.lti.api import Lti
from connectors.moodle.simulator.lti.content_pages import ContentPages
from connectors.moodle.simulator.lti.endpoints import Endpoints
from connectors.moodle.simulator.lti.launch_pages import LaunchPages
from connectors.moodle.simulator.lti.screen import Screen
from connectors.moodle.simulator.lti.tool_keys import ToolKeys
from connectors.moodle.simulator.pages import Pages


def lti_blueprints(lti: Lti, pages: Pages, faults: Faults) -> tuple[Blueprint, ...]:
    """Return the blueprints; they share one store of tools' keys."""
    keys, screen = ToolKeys(), Screen(lti.platform, pages)
    return (
        Endpoints(lti.platform, keys, faults).blueprint(),
        LaunchPages(screen).blueprint(),
        ContentPages(screen, keys).blueprint(),
        AdminPages(screen, lti).blueprint(),
    )

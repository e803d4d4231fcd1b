"""The pages of the LTI tool."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from coil_bridge.services.bundle import Services
from coil_bridge.services.bundles.lti_bundle import LtiServices
from coil_bridge.services.context import Clock
from coil_bridge.web.connecting import ConnectPages
from coil_bridge.web.cookies import Cookies
from coil_bridge.web.grading import GradingPages
from coil_bridge.web.in_course import InCoursePages
from coil_bridge.web.joining import JoinPages
from coil_bridge.web.lti.handover import HandOverPages
from coil_bridge.web.lti.keys import KeyPages
from coil_bridge.web.lti.launch import LaunchPages
from coil_bridge.web.lti.login import LoginPages
from coil_bridge.web.lti.readiness import ReadinessPages
from coil_bridge.web.lti.register import RegisterPages
from coil_bridge.web.placing import PlacingPages
from coil_bridge.web.visitors import Visitors


def pages_for_platforms(
    lti: LtiServices, visitors: Visitors, cookies: Cookies, clock: Clock
) -> Iterable[Blueprint]:
    """What platforms send browsers to, with proofs of their own instead of our form tokens."""
    yield LoginPages(lti.launching, cookies, clock).blueprint()
    yield LaunchPages(
        launching=lti.launching,
        launches=lti.launches,
        sessions=lti.sessions,
        placements=lti.placements,
        show_picker=PlacingPages.picker,
        visitors=visitors,
        cookies=cookies,
    ).blueprint()
    yield RegisterPages(lti.registration).blueprint()


def pages_for_people(services: Services, visitors: Visitors, clock: Clock) -> Iterable[Blueprint]:
    """What people see after a launch, and what is fetched without one."""
    lti = services.lti
    yield KeyPages(lti.keys).blueprint()
    yield HandOverPages(lti.sessions, visitors).blueprint()
    yield ReadinessPages(services.sites, lti.registry, lti.sessions, visitors).blueprint()
    yield PlacingPages(lti.placements, visitors).blueprint()
    yield InCoursePages(lti.courses, services.academic, visitors, clock).blueprint()
    yield JoinPages(lti.joining, services.calendars.rooms, visitors).blueprint()
    yield GradingPages(lti.participation, visitors).blueprint()
    yield ConnectPages(lti.connecting, lti.sessions, visitors).blueprint()

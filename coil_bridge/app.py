"""The web application: the services of an installation, and its pages."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, Flask

from coil_bridge.services.bundle import Services
from coil_bridge.services.context import Clock, system_clock
from coil_bridge.settings import Settings
from coil_bridge.web.about import AboutPages
from coil_bridge.web.cookies import Cookies
from coil_bridge.web.courses import CoursePages
from coil_bridge.web.errors import handle_errors
from coil_bridge.web.feed import FeedPages
from coil_bridge.web.framing import Framing
from coil_bridge.web.health import HealthPages
from coil_bridge.web.home import HomePages
from coil_bridge.web.lti.console import LtiConsolePages
from coil_bridge.web.lti.refusals import handle_refusals
from coil_bridge.web.me import MePages
from coil_bridge.web.metrics import Metrics
from coil_bridge.web.pairing_changes import PairingChangePages
from coil_bridge.web.pairings import PairingPages
from coil_bridge.web.people import PeoplePages
from coil_bridge.web.pilots import PilotPages
from coil_bridge.web.plugin import PluginPages
from coil_bridge.web.rendering import prepare_templates
from coil_bridge.web.requests_log import observe_requests
from coil_bridge.web.security import secure
from coil_bridge.web.sessions import SessionPages
from coil_bridge.web.signin import SignInPages
from coil_bridge.web.sites import SitePages
from coil_bridge.web.survey_answers import AnswerPages
from coil_bridge.web.surveys import SurveyPages
from coil_bridge.web.telling import StopPages, TellingPages
from coil_bridge.web.visitors import Visitors
from coil_bridge.web.work import WorkPages
from coil_bridge.wiring.pages.academic import academic_pages
from coil_bridge.wiring.pages.activity import activity_pages, pages_for_plugins
from coil_bridge.wiring.pages.calendar import calendar_pages
from coil_bridge.wiring.pages.evidence import evidence_pages
from coil_bridge.wiring.pages.lti import pages_for_people, pages_for_platforms
from coil_bridge.wiring.pages.rights import (
    pages_of_rights,
)
from coil_bridge.wiring.pages.slots import slot_pages
from coil_bridge.wiring.services.installation import build_services


def create_app(settings: Settings, *, clock: Clock = system_clock) -> Flask:
    """The web application of one installation, with services of its own.

    Raises:
        ConfigurationError: as ``build_services``.
    """
    metrics = Metrics()
    services = build_services(settings, clock=clock, observe=metrics.partner_call)
    visitors = Visitors(services.web_sessions, services.catalogue, clock, settings.languages)
    app = Flask("coil_bridge.web")
    app.config["SERVICES"] = services  # for whoever made the application (tests, shells); pages never ask
    observe_requests(app, metrics, behind_proxy=settings.trusted_proxies > 0)
    cookies = Cookies.of(settings)
    csrf = secure(app, settings, cookies, Framing(services.lti.registry.origins, clock))
    prepare_templates(app, visitors, settings, clock)
    signin = SignInPages(services.signin, services.sites, visitors, settings.signin_link_minutes)
    handle_errors(app, signin.sign_in_first)
    handle_refusals(app)
    app.register_blueprint(signin.blueprint())
    for pages in _blueprints(services, visitors, cookies, metrics, clock):
        app.register_blueprint(pages)
    stop_pages = StopPages(services.telling.choices).blueprint()
    of_machines = (*pages_for_platforms(services.lti, visitors, cookies, clock), *pages_for_plugins(services))
    for pages in (stop_pages, *of_machines):
        csrf.exempt(pages)
        app.register_blueprint(pages)
    return app


def _blueprints(
    services: Services, visitors: Visitors, cookies: Cookies, metrics: Metrics, clock: Clock
) -> Iterable[Blueprint]:
    yield HomePages(
        sessions=services.sessions,
        pairings=services.pairings,
        catalogue=services.catalogue,
        sites=services.sites,
        surveys=services.survey_answers,
        academic=services.academic,
        monitoring=services.evidence.monitoring,
        visitors=visitors,
        clock=clock,
    ).blueprint()
    yield MePages(
        people=services.people,
        sessions=services.web_sessions,
        choices=services.telling.choices,
        visitors=visitors,
        cookies=cookies,
    ).blueprint()
    yield TellingPages(services.telling.choices, visitors).blueprint()
    yield CoursePages(services.catalogue, visitors).blueprint()
    yield PairingPages(
        pairings=services.pairings,
        catalogue=services.catalogue,
        phases=services.pilots.phases,
        grading=services.lti.participation,
        feeds=services.feeds,
        terms=services.terms,
        finder=services.slots.finder,
        visitors=visitors,
        clock=clock,
    ).blueprint()
    yield PairingChangePages(services.pairings, services.pairings.dates, visitors).blueprint()
    yield SessionPages(services.sessions, services.pairings, services.calendars.rooms, visitors).blueprint()
    yield from calendar_pages(services, visitors, clock)
    yield FeedPages(services.feeds, metrics).blueprint()
    yield PilotPages(
        pilots=services.pilots,
        pulls=services.pulls,
        exports=services.exports,
        monitoring=services.evidence.monitoring,
        visitors=visitors,
        threshold=services.settings.suppression_threshold,
    ).blueprint()
    lti_console = LtiConsolePages(
        services.lti.registry, services.sites, visitors, clock, services.settings.public_url
    )
    yield lti_console.blueprint()
    hook_keys = services.activity.hook_keys
    yield SitePages(services.sites, lti_console, hook_keys, visitors).blueprint()
    yield PluginPages(visitors, services.settings.public_url).blueprint()
    yield PeoplePages(services.people, visitors).blueprint()
    yield WorkPages(services.work, services.health, visitors).blueprint()
    yield SurveyPages(services.surveys, services.survey_import, visitors).blueprint()
    yield AnswerPages(services.survey_answers, visitors).blueprint()
    yield from pages_of_rights(services, visitors, clock)
    yield AboutPages().blueprint()
    yield HealthPages(services.health, metrics).blueprint()
    yield from evidence_pages(services, visitors)
    yield from pages_for_people(services, visitors, clock)
    yield from slot_pages(services, visitors)
    yield from activity_pages(services, visitors)
    yield from academic_pages(services, visitors, clock)

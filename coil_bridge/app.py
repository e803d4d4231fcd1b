"""The only place where objects are wired together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import version

from flask import Blueprint, Flask

from coil_bridge.errors import ConfigurationError
from coil_bridge.services.activity.work import Work
from coil_bridge.services.bundle import Services
from coil_bridge.services.calendar.academic_calendars import AcademicCalendars
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.context import Clock, system_clock
from coil_bridge.services.health import Health
from coil_bridge.services.identity.people import PeopleService
from coil_bridge.services.identity.signin import SignIn
from coil_bridge.services.identity.web_sessions import WebSessions
from coil_bridge.services.messaging.messages import Messages
from coil_bridge.services.messaging.post import Post
from coil_bridge.services.moodles.catalogue import Catalogue
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.services.moodles.roster_fallback import RosterFallback
from coil_bridge.services.moodles.sites import SiteRegistry
from coil_bridge.services.pairing.pairings import PairingService
from coil_bridge.services.piloting.certificate_rules import CertificateRules, RuleEvidence
from coil_bridge.services.piloting.exports import ExportService
from coil_bridge.services.piloting.pilots import PilotService
from coil_bridge.services.piloting.survey_answers import SurveyAnswers
from coil_bridge.services.piloting.survey_evidence import SurveyEvidence
from coil_bridge.services.piloting.survey_import import SurveyImport
from coil_bridge.services.piloting.surveys import SurveyService
from coil_bridge.services.sessions.joint_sessions import SessionService
from coil_bridge.settings import Settings
from coil_bridge.storage import migrate
from coil_bridge.storage.engine import open_engine
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
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
from coil_bridge.wiring.academic import academic_pages, academic_services
from coil_bridge.wiring.activity import activity_pages, activity_services, pages_for_plugins
from coil_bridge.wiring.calendar import calendar_pages, calendar_services
from coil_bridge.wiring.evidence import evidence_pages, evidence_services
from coil_bridge.wiring.lti import lti_services, pages_for_people, pages_for_platforms
from coil_bridge.wiring.rights import certificate_service, pages_of_rights, retention_service, rights_service
from coil_bridge.wiring.slots import slot_pages, slot_services
from coil_bridge.wiring.telling import telling_services
from connectors.mail import Mailer
from connectors.transport import Exchange, Transport, TransportPolicy
from scheduling.zones import ZoneDataMismatch, check_zone_data, use_packaged_zone_data

Observer = Callable[[Exchange], None]


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


def build_services(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    observe: Observer | None = None,
    transport: Transport | None = None,
) -> Services:
    """Wire every service of one installation; opens no connection yet.

    ``observe`` gets to know of every call to a partner (for metrics). ``transport`` replaces the one that
    the settings ask for (with less patience, in tests).

    Raises:
        ConfigurationError: the database or the mail server of the settings cannot be used, or the zone data.
    """
    _trust_zone_data()
    engine = open_engine(settings.database_url)
    storage, vault = Storage(engine), Vault(settings.encryption_keys)
    # Whose calendar is where is nobody's metric.
    private = transport or _transport(settings, None)
    transport = transport or _transport(settings, observe)
    partners = Partners(storage=storage, vault=vault, transport=transport, clock=clock)
    mailer = mailer_of(settings)
    messages = Messages(vault=vault, clock=clock, mail=mailer is not None)
    lti = lti_services(
        settings, storage=storage, vault=vault, transport=transport, messages=messages, clock=clock
    )
    launched = RosterFallback(storage=storage, clock=clock, rosters=lti.rosters)
    catalogue = Catalogue(storage=storage, clock=clock, partners=partners, launched=launched)
    feeds = FeedService(storage=storage, clock=clock, vault=vault, settings=settings)
    calendars = calendar_services(
        settings,
        storage=storage,
        vault=vault,
        clock=clock,
        feeds=feeds,
        partners=partners,
        transport=transport,
    )
    telling = telling_services(settings, storage=storage, clock=clock, messages=messages)
    sessions = SessionService(
        storage=storage,
        clock=clock,
        settings=settings,
        telling=telling.now,
        feeds=feeds,
        observers=calendars.observers,
    )
    activity = activity_services(
        storage=storage,
        vault=vault,
        partners=partners,
        clock=clock,
        launched=launched,
        catalogue=catalogue,
        public_url=settings.public_url,
    )
    return Services(
        settings=settings,
        storage=storage,
        vault=vault,
        partners=partners,
        sites=SiteRegistry(
            storage=storage,
            vault=vault,
            clock=clock,
            partners=partners,
            catalogue=catalogue,
            allow_http=settings.allow_private_partners,
        ),
        catalogue=catalogue,
        signin=SignIn(
            storage=storage,
            vault=vault,
            clock=clock,
            partners=partners,
            messages=messages,
            public_url=settings.public_url,
            link_minutes=settings.signin_link_minutes,
            links_an_hour=settings.signin_links_an_hour,
        ),
        web_sessions=WebSessions(storage=storage, clock=clock, hours=settings.web_session_hours),
        people=PeopleService(storage=storage, clock=clock, messages=messages, public_url=settings.public_url),
        messages=messages,
        work=Work(storage=storage),
        post=Post(
            storage=storage, vault=vault, clock=clock, partners=partners, mailer=mailer, links=telling.links
        ),
        health=Health(storage=storage, clock=clock, schema=lambda: migrate.state(engine)),
        pairings=PairingService(
            storage=storage,
            clock=clock,
            settings=settings,
            messages=messages,
            sessions=sessions,
            sync_teachers=catalogue.sync_teachers,
        ),
        sessions=sessions,
        telling=telling,
        feeds=feeds,
        pilots=PilotService(storage=storage, clock=clock, vault=vault, settings=settings),
        pulls=activity.pulls,
        exports=ExportService(storage=storage, clock=clock),
        activity=activity,
        surveys=SurveyService(storage=storage, clock=clock),
        survey_answers=SurveyAnswers(storage=storage, clock=clock, vault=vault),
        survey_import=SurveyImport(storage=storage, clock=clock, vault=vault),
        rights=rights_service(storage=storage, clock=clock, vault=vault),
        retention=retention_service(storage=storage, clock=clock),
        certificates=certificate_service(settings, storage=storage, clock=clock, vault=vault),
        certificate_rules=CertificateRules(storage=storage, clock=clock),
        lti=lti,
        evidence=evidence_services(
            settings,
            storage=storage,
            vault=vault,
            clock=clock,
            partners=partners,
            launched=launched,
            extras=[SurveyEvidence(), RuleEvidence()],
        ),
        calendars=calendars,
        academic=AcademicCalendars(storage=storage),
        slots=slot_services(settings, storage=storage, vault=vault, transport=private, clock=clock),
        terms=academic_services(storage=storage, clock=clock, catalogue=catalogue, feeds=feeds),
    )


def _trust_zone_data() -> None:
    """Take the zone data of the package tzdata, and no others.

    Raises:
        ConfigurationError: pytz does not carry the same version, so neither can be trusted.
    """
    use_packaged_zone_data()
    try:
        check_zone_data()
    except ZoneDataMismatch as mismatch:
        raise ConfigurationError(
            "The time zone data cannot be trusted: %(reason)s", {"reason": mismatch}
        ) from None


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


def _transport(settings: Settings, observe: Observer | None) -> Transport:
    return Transport(
        TransportPolicy(
            allow_private=settings.allow_private_partners,
            allow_http=settings.allow_private_partners,
            user_agent=f"COIL-Bridge/{version('coil-bridge')} (+{settings.public_url})",
        ),
        observe=observe,
    )


def mailer_of(settings: Settings) -> Mailer | None:
    """The mail server of the settings, if there is one.

    Raises:
        ConfigurationError: its address cannot be used.
    """
    if not settings.smtp_url:
        return None
    try:
        return Mailer(
            settings.smtp_url,
            settings.smtp_password,
            sender=settings.mail_sender,
            sender_name=settings.consortium,
        )
    except ValueError as error:
        raise ConfigurationError("smtp_url cannot be used: %(reason)s", {"reason": error}) from None

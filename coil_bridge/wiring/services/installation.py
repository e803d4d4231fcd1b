"""The services of one installation, put together from those of each area.

Nothing here knows the web: the worker and the commands do without it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version

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
from coil_bridge.storage import schema_state
from coil_bridge.storage.engine import open_engine
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from coil_bridge.wiring.services.academic import academic_services
from coil_bridge.wiring.services.activity import activity_services
from coil_bridge.wiring.services.calendar import calendar_services
from coil_bridge.wiring.services.evidence import evidence_services
from coil_bridge.wiring.services.lti import lti_services
from coil_bridge.wiring.services.rights import (
    certificate_service,
    retention_service,
    rights_service,
)
from coil_bridge.wiring.services.slots import slot_services
from coil_bridge.wiring.services.telling import telling_services
from connectors.mail import Mailer
from connectors.transport import Exchange, Transport, TransportPolicy
from scheduling.zones import ZoneDataMismatch, check_zone_data, use_packaged_zone_data

Observer = Callable[[Exchange], None]


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
        health=Health(storage=storage, clock=clock, schema=lambda: schema_state.state(engine)),
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


def _transport(settings: Settings, observe: Observer | None) -> Transport:
    return Transport(
        TransportPolicy(
            allow_private=settings.allow_private_partners,
            allow_http=settings.allow_private_partners,
            user_agent=f"COIL-Bridge/{version('coil-bridge')} (+{settings.public_url})",
        ),
        observe=observe,
    )

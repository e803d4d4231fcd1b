"""The only place where objects are wired together."""

from __future__ import annotations

from importlib.metadata import version

from coil_bridge.errors import ConfigurationError
from coil_bridge.services.bundle import Services
from coil_bridge.services.catalogue import Catalogue
from coil_bridge.services.context import Clock, system_clock
from coil_bridge.services.feeds import FeedService
from coil_bridge.services.health import Health
from coil_bridge.services.joint_sessions import SessionService
from coil_bridge.services.messages import Messages
from coil_bridge.services.pairings import PairingService
from coil_bridge.services.partners import Partners
from coil_bridge.services.people import PeopleService
from coil_bridge.services.post import Post
from coil_bridge.services.signin import SignIn
from coil_bridge.services.sites import SiteRegistry
from coil_bridge.services.web_sessions import WebSessions
from coil_bridge.settings import Settings
from coil_bridge.storage import migrate
from coil_bridge.storage.engine import open_engine
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from connectors.mail import Mailer
from connectors.transport import Transport, TransportPolicy
from scheduling.zones import use_packaged_zone_data


def build_services(settings: Settings, *, clock: Clock = system_clock) -> Services:
    """Wire every service of one installation; opens no connection yet.

    Raises:
        ConfigurationError: the database or the mail server of the settings cannot be used.
    """
    use_packaged_zone_data()
    engine = open_engine(settings.database_url)
    storage, vault = Storage(engine), Vault(settings.encryption_keys)
    partners = Partners(storage=storage, vault=vault, transport=_transport(settings), clock=clock)
    mailer = _mailer(settings)
    messages = Messages(vault=vault, clock=clock, mail=mailer is not None)
    catalogue = Catalogue(storage=storage, clock=clock, partners=partners)
    feeds = FeedService(storage=storage, clock=clock, vault=vault, settings=settings)
    sessions = SessionService(storage=storage, clock=clock, settings=settings, messages=messages, feeds=feeds)
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
        ),
        web_sessions=WebSessions(storage=storage, clock=clock, hours=settings.web_session_hours),
        people=PeopleService(storage=storage, clock=clock, messages=messages, public_url=settings.public_url),
        messages=messages,
        post=Post(storage=storage, vault=vault, clock=clock, partners=partners, mailer=mailer),
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
        feeds=feeds,
    )


def _transport(settings: Settings) -> Transport:
    return Transport(
        TransportPolicy(
            allow_private=settings.allow_private_partners,
            allow_http=settings.allow_private_partners,
            user_agent=f"COIL-Bridge/{version("coil-bridge")} (+{settings.public_url})",
        )
    )


def _mailer(settings: Settings) -> Mailer | None:
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

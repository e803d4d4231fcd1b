"""Wires the LTI tool."""

from __future__ import annotations

from coil_bridge.lti.grades import Grades
from coil_bridge.lti.key_sets import KeySets
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.launching import Launching
from coil_bridge.lti.registration import Registration
from coil_bridge.lti.services import ServiceCalls
from coil_bridge.services.bundles.lti_bundle import LtiServices
from coil_bridge.services.context import Clock
from coil_bridge.services.launching.connecting import Connecting
from coil_bridge.services.launching.course_views import CourseViews
from coil_bridge.services.launching.launch_sessions import LaunchSessions
from coil_bridge.services.launching.launches import Launches
from coil_bridge.services.launching.lti_registry import LtiRegistry
from coil_bridge.services.launching.participation_grades import ParticipationGrades
from coil_bridge.services.launching.placements import Placements
from coil_bridge.services.meeting.joining import Joining
from coil_bridge.services.messaging.messages import Messages
from coil_bridge.services.moodles.course_rosters import CourseRosters
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from connectors.transport import Transport


def lti_services(
    settings: Settings,
    *,
    storage: Storage,
    vault: Vault,
    transport: Transport,
    messages: Messages,
    clock: Clock,
) -> LtiServices:
    """The services of the tool."""
    url = settings.public_url
    keys = Keys(storage=storage, vault=vault, clock=clock)
    key_sets = KeySets(storage=storage, transport=transport, clock=clock)
    calls = ServiceCalls(transport=transport, keys=keys, clock=clock)
    return LtiServices(
        keys=keys,
        launching=Launching(storage=storage, keys=key_sets, clock=clock, public_url=url),
        registration=Registration(
            storage=storage,
            transport=transport,
            keys=key_sets,
            clock=clock,
            public_url=url,
            name=settings.consortium,
        ),
        registry=LtiRegistry(
            storage=storage, clock=clock, vault=vault, keys=keys, key_sets=key_sets, public_url=url
        ),
        launches=Launches(storage=storage, clock=clock),
        sessions=LaunchSessions(storage=storage, clock=clock, hours=settings.web_session_hours),
        placements=Placements(storage=storage, vault=vault, keys=keys, clock=clock, public_url=url),
        rosters=CourseRosters(storage=storage, calls=calls),
        participation=ParticipationGrades(
            storage=storage, clock=clock, grades=Grades(storage=storage, calls=calls, clock=clock)
        ),
        courses=CourseViews(storage=storage, clock=clock),
        joining=Joining(storage=storage, clock=clock),
        connecting=Connecting(storage=storage, clock=clock, vault=vault, messages=messages, public_url=url),
    )

"""Everything around LTI 1.3, wired once: what the pages, the worker and other services ask for."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.lti.keys import Keys
from coil_bridge.lti.launching import Launching
from coil_bridge.lti.registration import Registration
from coil_bridge.services.launching.connecting import Connecting
from coil_bridge.services.launching.course_views import CourseViews
from coil_bridge.services.launching.launch_sessions import LaunchSessions
from coil_bridge.services.launching.launches import Launches
from coil_bridge.services.launching.lti_registry import LtiRegistry
from coil_bridge.services.launching.participation_grades import ParticipationGrades
from coil_bridge.services.launching.placements import Placements
from coil_bridge.services.meeting.joining import Joining
from coil_bridge.services.moodles.course_rosters import CourseRosters


@dataclass(frozen=True, slots=True)
class LtiServices:
    """The LTI tool of one installation; ``Services.lti``."""

    keys: Keys
    launching: Launching
    registration: Registration
    registry: LtiRegistry
    launches: Launches
    sessions: LaunchSessions
    placements: Placements
    rosters: CourseRosters
    participation: ParticipationGrades
    courses: CourseViews
    joining: Joining
    connecting: Connecting

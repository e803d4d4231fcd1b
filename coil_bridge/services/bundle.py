"""Everything the product does, wired once and handed to web pages, worker and command line alike."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.activity.activity_pull import ActivityPull
from coil_bridge.services.activity.work import Work
from coil_bridge.services.bundles.academic_bundle import AcademicServices
from coil_bridge.services.bundles.activity_bundle import ActivityServices
from coil_bridge.services.bundles.calendar_bundle import CalendarServices
from coil_bridge.services.bundles.evidence_bundle import EvidenceServices
from coil_bridge.services.bundles.lti_bundle import LtiServices
from coil_bridge.services.bundles.slots_bundle import SlotServices
from coil_bridge.services.bundles.telling_bundle import TellingServices
from coil_bridge.services.calendar.academic_calendars import AcademicCalendars
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.health import Health
from coil_bridge.services.identity.people import PeopleService
from coil_bridge.services.identity.rights import RightsService
from coil_bridge.services.identity.signin import SignIn
from coil_bridge.services.identity.web_sessions import WebSessions
from coil_bridge.services.messaging.messages import Messages
from coil_bridge.services.messaging.post import Post
from coil_bridge.services.moodles.catalogue import Catalogue
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.services.moodles.sites import SiteRegistry
from coil_bridge.services.pairing.pairings import PairingService
from coil_bridge.services.piloting.certificate_rules import CertificateRules
from coil_bridge.services.piloting.certificates import CertificateService
from coil_bridge.services.piloting.exports import ExportService
from coil_bridge.services.piloting.pilots import PilotService
from coil_bridge.services.piloting.retention import RetentionService
from coil_bridge.services.piloting.survey_answers import SurveyAnswers
from coil_bridge.services.piloting.survey_import import SurveyImport
from coil_bridge.services.piloting.surveys import SurveyService
from coil_bridge.services.sessions.joint_sessions import SessionService
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault


@dataclass(frozen=True, slots=True)
class Services:
    """One installation's services; made by ``coil_bridge.wiring.services.installation``."""

    settings: Settings
    storage: Storage
    vault: Vault
    partners: Partners
    sites: SiteRegistry
    catalogue: Catalogue
    signin: SignIn
    web_sessions: WebSessions
    people: PeopleService
    messages: Messages
    work: Work
    post: Post
    health: Health
    pairings: PairingService
    sessions: SessionService
    telling: TellingServices
    feeds: FeedService
    pilots: PilotService
    pulls: ActivityPull
    exports: ExportService
    activity: ActivityServices
    surveys: SurveyService
    survey_answers: SurveyAnswers
    survey_import: SurveyImport
    rights: RightsService
    retention: RetentionService
    certificates: CertificateService
    certificate_rules: CertificateRules
    lti: LtiServices
    calendars: CalendarServices
    evidence: EvidenceServices
    academic: AcademicCalendars
    slots: SlotServices
    terms: AcademicServices

    def close(self) -> None:
        """Give back what is held open (before a fork, at the end)."""
        self.storage.close()
        self.partners.close()
        self.slots.calendars.close()

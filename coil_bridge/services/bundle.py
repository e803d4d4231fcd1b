"""Everything the product does, wired once and handed to web pages, worker and command line alike."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.academic_bundle import AcademicServices
from coil_bridge.services.academic_calendars import AcademicCalendars
from coil_bridge.services.activity_bundle import ActivityServices
from coil_bridge.services.activity_pull import ActivityPull
from coil_bridge.services.calendar_bundle import CalendarServices
from coil_bridge.services.catalogue import Catalogue
from coil_bridge.services.certificate_rules import CertificateRules
from coil_bridge.services.certificates import CertificateService
from coil_bridge.services.evidence_bundle import EvidenceServices
from coil_bridge.services.exports import ExportService
from coil_bridge.services.feeds import FeedService
from coil_bridge.services.health import Health
from coil_bridge.services.joint_sessions import SessionService
from coil_bridge.services.lti_bundle import LtiServices
from coil_bridge.services.messages import Messages
from coil_bridge.services.pairings import PairingService
from coil_bridge.services.partners import Partners
from coil_bridge.services.people import PeopleService
from coil_bridge.services.pilots import PilotService
from coil_bridge.services.post import Post
from coil_bridge.services.retention import RetentionService
from coil_bridge.services.rights import RightsService
from coil_bridge.services.signin import SignIn
from coil_bridge.services.sites import SiteRegistry
from coil_bridge.services.slots_bundle import SlotServices
from coil_bridge.services.survey_answers import SurveyAnswers
from coil_bridge.services.survey_import import SurveyImport
from coil_bridge.services.surveys import SurveyService
from coil_bridge.services.telling_bundle import TellingServices
from coil_bridge.services.web_sessions import WebSessions
from coil_bridge.services.work import Work
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault


@dataclass(frozen=True, slots=True)
class Services:
    """One installation's services; made by ``coil_bridge.app.build_services``."""

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

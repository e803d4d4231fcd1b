"""What states, models, phases, roles and deeds are called on pages: a word, a shape and a tone each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coil_bridge.domain import Answer, CoilPhase, Model, PairingState, Role, Site, SiteState
from coil_bridge.evaluation.surveys import SurveyKind, SurveyState
from coil_bridge.services.piloting.own_class import End
from coil_bridge.web.texts import lazy_gettext


@dataclass(frozen=True, slots=True)
class Badge:
    """A chip: never a colour alone, always an icon and a word too."""

    label: str
    icon: str
    tone: str = ""


PAIRING_STATES: Mapping[PairingState, Badge] = {
    PairingState.PROPOSED: Badge(lazy_gettext("Proposed"), "hourglass", "warn"),
    PairingState.ACCEPTED: Badge(lazy_gettext("Accepted"), "check", "info"),
    PairingState.ACTIVE: Badge(lazy_gettext("Active"), "bridge", "good"),
    PairingState.COMPLETED: Badge(lazy_gettext("Completed"), "flag"),
    PairingState.DECLINED: Badge(lazy_gettext("Declined"), "cross"),
    PairingState.WITHDRAWN: Badge(lazy_gettext("Withdrawn"), "back"),
    PairingState.CANCELLED: Badge(lazy_gettext("Called off"), "cross", "bad"),
}

ANSWERS: Mapping[Answer, Badge] = {
    Answer.PENDING: Badge(lazy_gettext("No answer yet"), "hourglass", "warn"),
    Answer.ACCEPTED: Badge(lazy_gettext("Accepted"), "check", "good"),
    Answer.DECLINED: Badge(lazy_gettext("Declined"), "cross"),
}

MODELS: Mapping[Model, tuple[str, str]] = {
    Model.COIL: (
        lazy_gettext("COIL"),
        lazy_gettext("Collaborative Online International Learning: a joint project"),
    ),
    Model.CLIL: (lazy_gettext("CLIL"), lazy_gettext("Content and Language Integrated Learning")),
    Model.TILT: (
        lazy_gettext("TILT"),
        lazy_gettext("Technology in language teaching, shared between the courses"),
    ),
    Model.EMI: (lazy_gettext("EMI"), lazy_gettext("English as the Medium of Instruction")),
}

PHASES: Mapping[CoilPhase, str] = {
    CoilPhase.TEAM_BUILDING: lazy_gettext("Team building"),
    CoilPhase.COMPARING: lazy_gettext("Comparing and organising"),
    CoilPhase.JOINT_PROJECT: lazy_gettext("Joint project"),
    CoilPhase.PRESENTATION: lazy_gettext("Presentation and reflection"),
}

ROLES: Mapping[Role, tuple[str, str]] = {
    Role.ADMINISTRATOR: (
        lazy_gettext("Administrator"),
        lazy_gettext("Connects Moodle sites and keeps the service healthy"),
    ),
    Role.EVALUATION_LEAD: (
        lazy_gettext("Evaluation lead"),
        lazy_gettext("Runs pilots and downloads evidence of participation"),
    ),
}

CLASS_ENDS: Mapping[End, Badge] = {
    End.COMPLETED: Badge(lazy_gettext("Completed"), "check", "good"),
    End.TO_THE_END: Badge(lazy_gettext("To the end"), "flag"),
    End.STOPPED: Badge(lazy_gettext("Stopped"), "pause"),
    End.NEVER_SEEN: Badge(lazy_gettext("Never seen"), "dash"),
}

LEVELS: Mapping[str, Badge] = {
    "ok": Badge(lazy_gettext("In order"), "check", "good"),
    "warning": Badge(lazy_gettext("Works with limits"), "alert", "warn"),
    "error": Badge(lazy_gettext("Does not work"), "cross", "bad"),
}

WORK_STATES: Mapping[str, Badge] = {
    "queued": Badge(lazy_gettext("Waiting"), "hourglass", "info"),
    "running": Badge(lazy_gettext("Running"), "sync", "info"),
    "done": Badge(lazy_gettext("Done"), "check", "good"),
    "sent": Badge(lazy_gettext("Sent"), "check", "good"),
    "refused": Badge(lazy_gettext("Refused by Moodle"), "dash"),
    "failed": Badge(lazy_gettext("Failed"), "alert", "bad"),
    "ok": Badge(lazy_gettext("Done"), "check", "good"),
}

KINDS: Mapping[str, str] = {
    "email": lazy_gettext("E-mail"),
    "moodle": lazy_gettext("Moodle message"),
    "signin": lazy_gettext("Sign-in"),
    "sync_site": lazy_gettext("Reading a site’s courses"),
    "sync_teachers": lazy_gettext("Reading who teaches a course"),
    "tell_of_proposal": lazy_gettext("Telling of a proposal"),
    "pull_activity": lazy_gettext("Pulling activity"),
    "follow_hooks": lazy_gettext("Following up notifications"),
    "read_upload": lazy_gettext("Reading an uploaded file"),
    "pull_log": lazy_gettext("Reading an activity log"),
    "tell_plugin": lazy_gettext("Telling a Moodle’s plugin which courses are paired"),
    "send_grades": lazy_gettext("Sending grades for participation"),
}

JOBS: Mapping[str, str] = {
    "tell plugins": lazy_gettext("Tell the plugins in Moodles which courses are paired"),
    "sync catalogues": lazy_gettext("Read every site’s courses"),
    "refresh teachers": lazy_gettext("Read who teaches the paired courses"),
    "move pairings by date": lazy_gettext("Start and complete pairings by date"),
    "follow zone rules": lazy_gettext("Follow changed rules of time zones"),
    "follow hooks": lazy_gettext("Follow up notifications of partners’ plugins"),
    "pull activity": lazy_gettext("Pull the activity of running pilots"),
    "prune": lazy_gettext("Delete what is out of date"),
}

GROUP_STATES: Mapping[str, Badge] = {
    "shown": Badge(lazy_gettext("Shown"), "check", "good"),
    "withheld": Badge(lazy_gettext("Withheld: too few people"), "people", "warn"),
    "not pulled": Badge(lazy_gettext("Not pulled yet"), "hourglass"),
}

PRESENCE_SOURCES: Mapping[str, str] = {
    "join": lazy_gettext("joined here"),
    "moodle": lazy_gettext("joined through Moodle"),
    "moodle_bbb": lazy_gettext("record of BigBlueButton in Moodle"),
    "room": lazy_gettext("record of the room"),
    "file": lazy_gettext("uploaded list"),
    "register": lazy_gettext("attendance register in Moodle"),
    "teacher": lazy_gettext("teacher’s word"),
}

LOG_MISSING = Badge(lazy_gettext("No log"), "dash", "warn")

LTI_PLATFORMS: Mapping[str, Badge] = {
    "pending": Badge(lazy_gettext("Pending in Moodle"), "hourglass", "warn"),
    "open": Badge(lazy_gettext("In use"), "check", "good"),
    "disabled": Badge(lazy_gettext("Switched off"), "pause"),
}

LTI_INVITATIONS: Mapping[str, Badge] = {
    "waiting": Badge(lazy_gettext("Waiting"), "hourglass", "info"),
    "used": Badge(lazy_gettext("Used"), "check", "good"),
    "expired": Badge(lazy_gettext("Expired"), "cross"),
}

SURVEY_STATES: Mapping[SurveyState, Badge] = {
    SurveyState.DRAFT: Badge(lazy_gettext("Draft"), "hourglass"),
    SurveyState.PUBLISHED: Badge(lazy_gettext("Published"), "play", "good"),
    SurveyState.WITHDRAWN: Badge(lazy_gettext("Withdrawn"), "back"),
}

SURVEY_KINDS: Mapping[SurveyKind, str] = {
    SurveyKind.CHANGE: lazy_gettext("Before and after"),
    SurveyKind.MEETING: lazy_gettext("After each joint session"),
}

_HEALTH: Mapping[str, Badge] = {
    "new": Badge(lazy_gettext("Not checked yet"), "hourglass"),
    "paused": Badge(lazy_gettext("Paused"), "pause"),
    "removed": Badge(lazy_gettext("Removed"), "trash"),
    "answers": Badge(lazy_gettext("Answers"), "check", "good"),
    "silent": Badge(lazy_gettext("Does not answer"), "alert", "bad"),
}


def phase_choices() -> list[tuple[str, str]]:
    """The phases of a COIL module for a form."""
    return [(phase.value, name) for phase, name in PHASES.items()]


def site_health(site: Site) -> Badge:
    """One word on how a partner's Moodle is doing."""
    if site.state is not SiteState.ACTIVE:
        return _HEALTH[site.state.value]
    if site.failures:
        return _HEALTH["silent"]
    return _HEALTH["answers" if site.last_ok_at else "new"]

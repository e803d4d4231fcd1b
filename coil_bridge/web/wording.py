"""What states, models, phases, roles and deeds are called on pages: a word, a shape and a tone each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coil_bridge.domain import Answer, CoilPhase, Model, PairingState, Role, Site, SiteState
from coil_bridge.web.texts import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Badge:
    """A chip: never a colour alone, always an icon and a word too."""

    label: str
    icon: str
    tone: str = ""


PAIRING_STATES: Mapping[PairingState, Badge] = {
    PairingState.PROPOSED: Badge(_l("Proposed"), "hourglass", "warn"),
    PairingState.ACCEPTED: Badge(_l("Accepted"), "check", "info"),
    PairingState.ACTIVE: Badge(_l("Active"), "bridge", "good"),
    PairingState.COMPLETED: Badge(_l("Completed"), "flag"),
    PairingState.DECLINED: Badge(_l("Declined"), "cross"),
    PairingState.WITHDRAWN: Badge(_l("Withdrawn"), "back"),
    PairingState.CANCELLED: Badge(_l("Called off"), "cross", "bad"),
}

ANSWERS: Mapping[Answer, Badge] = {
    Answer.PENDING: Badge(_l("No answer yet"), "hourglass", "warn"),
    Answer.ACCEPTED: Badge(_l("Accepted"), "check", "good"),
    Answer.DECLINED: Badge(_l("Declined"), "cross"),
}

MODELS: Mapping[Model, tuple[str, str]] = {
    Model.COIL: (_l("COIL"), _l("Collaborative Online International Learning: a joint project")),
    Model.CLIL: (_l("CLIL"), _l("Content and Language Integrated Learning")),
    Model.TILT: (_l("TILT"), _l("Technology in language teaching, shared between the courses")),
    Model.EMI: (_l("EMI"), _l("English as the Medium of Instruction")),
}

PHASES: Mapping[CoilPhase, str] = {
    CoilPhase.TEAM_BUILDING: _l("Team building"),
    CoilPhase.COMPARING: _l("Comparing and organising"),
    CoilPhase.JOINT_PROJECT: _l("Joint project"),
    CoilPhase.PRESENTATION: _l("Presentation and reflection"),
}

ROLES: Mapping[Role, tuple[str, str]] = {
    Role.ADMINISTRATOR: (_l("Administrator"), _l("Connects Moodle sites and keeps the service healthy")),
    Role.EVALUATION_LEAD: (_l("Evaluation lead"), _l("Runs pilots and downloads evidence of participation")),
}

LEVELS: Mapping[str, Badge] = {
    "ok": Badge(_l("In order"), "check", "good"),
    "warning": Badge(_l("Works with limits"), "alert", "warn"),
    "error": Badge(_l("Does not work"), "cross", "bad"),
}

WORK_STATES: Mapping[str, Badge] = {
    "queued": Badge(_l("Waiting"), "hourglass", "info"),
    "running": Badge(_l("Running"), "sync", "info"),
    "done": Badge(_l("Done"), "check", "good"),
    "sent": Badge(_l("Sent"), "check", "good"),
    "refused": Badge(_l("Refused by Moodle"), "dash"),
    "failed": Badge(_l("Failed"), "alert", "bad"),
}

KINDS: Mapping[str, str] = {
    "email": _l("E-mail"),
    "moodle": _l("Moodle message"),
    "signin": _l("Sign-in"),
    "sync_site": _l("Reading a site’s courses"),
    "sync_teachers": _l("Reading who teaches a course"),
    "tell_of_proposal": _l("Telling of a proposal"),
    "pull": _l("Pulling activity"),
}

_HEALTH: Mapping[str, Badge] = {
    "new": Badge(_l("Not checked yet"), "hourglass"),
    "paused": Badge(_l("Paused"), "pause"),
    "removed": Badge(_l("Removed"), "trash"),
    "answers": Badge(_l("Answers"), "check", "good"),
    "silent": Badge(_l("Does not answer"), "alert", "bad"),
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

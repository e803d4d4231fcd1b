"""By which rule a pilot gives certificates, in numbers and in words.

A rule is never changed: another one is a new version. Certificates carry the words of the rule that they were
given by. The indicator "completing" of the evaluation is something else, with its own definition.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from coil_bridge.errors import Reason
from coil_bridge.evaluation.facts import Participation
from coil_bridge.i18n import mark


class MoodleCompletion(StrEnum):
    """What completing the own courses in Moodle counts for."""

    REQUIRED = "required"  # beside presence, where Moodle tracks it
    ENOUGH = "enough"  # by itself, without presence
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """One version of a pilot's rule; 0 asks for no sessions or hours. ``set_at`` is empty for the first."""

    version: int = 1
    sessions_percent: int = 80
    contact_hours: int = 0
    moodle: MoodleCompletion = MoodleCompletion.REQUIRED
    set_at: datetime | None = None

    @property
    def asks_for_presence(self) -> bool:
        """Whether anything but Moodle's completion is asked for."""
        return self.sessions_percent > 0 or self.contact_hours > 0

    def words(self, presence_percent: int) -> tuple[Reason, ...]:
        """The rule in sentences; ``presence_percent`` is from when on somebody is present at a session."""
        said = []
        if self.sessions_percent:
            values = {"share": self.sessions_percent, "percent": presence_percent}
            said.append(Reason(_SESSIONS, values))
        if self.contact_hours:
            said.append(Reason(_HOURS, {"hours": self.contact_hours}))
        if self.moodle is MoodleCompletion.REQUIRED:
            said.append(Reason(_REQUIRED))
        if self.moodle is MoodleCompletion.ENOUGH:
            said.append(Reason(_ENOUGH if self.asks_for_presence else _ALONE))
        return tuple(said)


_SESSIONS = mark(
    "Present in at least %(share)s per cent of the joint sessions held, for at least %(percent)s per cent of "
    "each one’s length, counted when the last day of the pairing is over."
)
_HOURS = mark(
    "At least %(hours)s contact hours in joint sessions, counted when the last day of the pairing is over."
)
_REQUIRED = mark(
    "Every own course of the pairing completed by the course’s own criteria in Moodle, where Moodle tracks "
    "completion."
)
_ENOUGH = mark(
    "Instead of all this, completing every own course of the pairing in Moodle is enough by itself."
)
_ALONE = mark("Every own course of the pairing completed by the course’s own criteria in Moodle.")


def earned(rule: CertificateRule, person: Participation, sessions_held: int, *, over: bool) -> bool:
    """Whether somebody has earned a certificate.

    ``over``: the last day of the pairing is over. Until then presence proves nothing: sessions are to come.
    """
    known = [each for each in person.completions if each is not None]
    complete = bool(known) and all(known) and len(known) == len(person.completions)
    if rule.moodle is MoodleCompletion.ENOUGH and complete:
        return True
    missing = rule.moodle is MoodleCompletion.REQUIRED and bool(known) and not complete
    return rule.asks_for_presence and over and not missing and _was_there(rule, person, sessions_held)


def _was_there(rule: CertificateRule, person: Participation, sessions_held: int) -> bool:
    share = person.attendances * 100 >= sessions_held * rule.sessions_percent
    return sessions_held > 0 and share and person.contact >= rule.contact_hours * 60

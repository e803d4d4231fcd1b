"""By which rule a pilot gives certificates: the lead reads and changes it, and the pack says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from coil_bridge.domain import Person, Pilot
from coil_bridge.errors import EditConflict, InvalidInput
from coil_bridge.evaluation.certificate_rules import CertificateRule, MoodleCompletion
from coil_bridge.evaluation.certificate_tables import rule_sections, rule_table
from coil_bridge.evaluation.definitions.registry import DefinitionSet
from coil_bridge.evaluation.pack import Extra
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.pilot_groups import pilot_for
from coil_bridge.storage.storage import Storage, Transaction

MOST_HOURS = 500


@dataclass(frozen=True, slots=True)
class RuleView:
    """The rules of a pilot, the one in force first, and from when on somebody is present."""

    pilot: Pilot
    rules: tuple[CertificateRule, ...]
    presence_percent: int

    @property
    def current(self) -> CertificateRule:
        """The one in force."""
        return self.rules[0]


class CertificateRules:
    """Shows and changes the rule of a pilot."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def of(self, actor: Person, pilot_id: str) -> RuleView:
        """The rules of a pilot.

        Raises:
            NotFound: there is no such pilot, or the actor may not know of it.
        """
        with self._storage.read() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            return _view(tx, pilot)

    def change(self, actor: Person, pilot_id: str, wanted: CertificateRule, *, seen: int) -> RuleView:
        """Put another rule in force; ``seen`` is the version that the actor was looking at.

        Certificates that were given stay. The same rule again changes nothing.

        Raises:
            NotFound: as ``of``.
            InvalidInput: reasons by field.
            EditConflict: somebody has changed it meanwhile.
        """
        _check(wanted)
        now = self._clock()
        with self._storage.write() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            current = tx.credentials.rules(pilot_id)[0]
            if current.version != seen:
                raise EditConflict(mark("Somebody else changed the rule meanwhile."), current.version)
            new = replace(wanted, version=current.version + 1, set_at=now)
            if replace(new, version=current.version, set_at=current.set_at) != current:
                tx.credentials.add_rule(pilot_id, new)
                audit.record(
                    tx,
                    now,
                    actor,
                    ("pilot", pilot_id),
                    "certificate_rule_changed",
                    version=new.version,
                    sessions_percent=new.sessions_percent,
                    contact_hours=new.contact_hours,
                    moodle=new.moodle,
                )
            return _view(tx, pilot)


class RuleEvidence:
    """What the evidence pack says of certificates: the rules in force up to the last day covered."""

    def added(self, tx: Transaction, pilot: Pilot, chosen: DefinitionSet, through: date) -> Extra:  # noqa: ARG002 - one rule, whichever definitions
        """A table and a section. How many were given is not in it: that is nearly who completed."""
        percent = tx.evidence.rules(pilot.id).presence_percent
        rules = [
            each
            for each in tx.credentials.rules(pilot.id)
            if each.set_at is None or each.set_at.date() <= through
        ]
        return Extra([rule_table(rules, percent)], rule_sections(rules[0], percent))


def _view(tx: Transaction, pilot: Pilot) -> RuleView:
    return RuleView(
        pilot, tuple(tx.credentials.rules(pilot.id)), tx.evidence.rules(pilot.id).presence_percent
    )


def _check(rule: CertificateRule) -> None:
    problems: dict[str, list[str]] = {}
    if not 0 <= rule.sessions_percent <= 100:
        problems["sessions_percent"] = [mark("Choose a share from 0 to 100 per cent.")]
    if not 0 <= rule.contact_hours <= MOST_HOURS:
        problems["contact_hours"] = [mark("Choose from 0 to 500 hours.")]
    if not rule.asks_for_presence and rule.moodle is not MoodleCompletion.ENOUGH:
        problems["moodle"] = [
            mark("Ask for sessions or hours, or let completion in Moodle be enough by itself.")
        ]
    if problems:
        raise InvalidInput(problems)

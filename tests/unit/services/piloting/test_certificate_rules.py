from __future__ import annotations

from datetime import date, timedelta

import pytest

from coil_bridge.errors import EditConflict, InvalidInput, NotFound
from coil_bridge.evaluation.certificate_rules import CertificateRule, MoodleCompletion
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.services.piloting.certificate_rules import CertificateRules, RuleEvidence
from tests.unit.services.consortium import Consortium

ALONE = CertificateRule(sessions_percent=0, moodle=MoodleCompletion.ENOUGH)


def service(consortium: Consortium) -> CertificateRules:
    return CertificateRules(storage=consortium.storage, clock=consortium.clock)


def test_every_pilot_begins_with_presence_and_another_rule_is_another_version(consortium: Consortium) -> None:
    rules, lead, pilot = service(consortium), consortium.build.lead(), consortium.build.pilot()
    first = rules.of(lead, pilot.id)
    assert (first.rules, first.presence_percent) == ((CertificateRule(),), 85)
    changed = rules.change(lead, pilot.id, ALONE, seen=1)
    assert (changed.current.version, changed.current.moodle) == (2, MoodleCompletion.ENOUGH)
    assert changed.current.set_at == consortium.clock()
    assert changed.rules[-1] == CertificateRule()
    assert rules.change(lead, pilot.id, ALONE, seen=2).rules == changed.rules  # the same again is none
    with consortium.storage.read() as tx:
        written = [
            each for each in tx.audit.of("pilot", pilot.id) if each.action == "certificate_rule_changed"
        ]
    assert [(each.actor_id, each.detail["moodle"]) for each in written] == [(lead.id, "enough")]


def test_it_is_the_lead_s(sqlite_consortium: Consortium) -> None:
    rules, pilot = service(sqlite_consortium), sqlite_consortium.build.pilot()
    with pytest.raises(NotFound):
        rules.of(sqlite_consortium.mira, pilot.id)
    with pytest.raises(NotFound):
        rules.change(sqlite_consortium.mira, pilot.id, ALONE, seen=1)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (CertificateRule(sessions_percent=101), "sessions_percent"),
        (CertificateRule(contact_hours=501), "contact_hours"),
        (CertificateRule(sessions_percent=0), "moodle"),
        (CertificateRule(sessions_percent=0, moodle=MoodleCompletion.IGNORED), "moodle"),
    ],
)
def test_a_rule_asks_for_something(sqlite_consortium: Consortium, rule: CertificateRule, field: str) -> None:
    lead, pilot = sqlite_consortium.build.lead(), sqlite_consortium.build.pilot()
    with pytest.raises(InvalidInput) as refused:
        service(sqlite_consortium).change(lead, pilot.id, rule, seen=1)
    assert list(refused.value.errors) == [field]


def test_two_leads_do_not_overwrite_each_other(sqlite_consortium: Consortium) -> None:
    rules, lead = service(sqlite_consortium), sqlite_consortium.build.lead()
    pilot = sqlite_consortium.build.pilot()
    rules.change(lead, pilot.id, ALONE, seen=1)
    with pytest.raises(EditConflict):
        rules.change(lead, pilot.id, CertificateRule(sessions_percent=50), seen=1)


def test_an_earlier_pack_says_the_rule_of_its_time(sqlite_consortium: Consortium) -> None:
    lead, pilot = sqlite_consortium.build.lead(), sqlite_consortium.build.pilot()
    service(sqlite_consortium).change(lead, pilot.id, ALONE, seen=1)
    today: date = sqlite_consortium.clock().date()
    with sqlite_consortium.storage.read() as tx:
        for through, versions in ((today, [2, 1]), (today - timedelta(days=1), [1])):
            extra = RuleEvidence().added(tx, pilot, SETS[CURRENT], through)
            assert [row[0] for row in extra.tables[0].rows] == versions

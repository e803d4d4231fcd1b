from __future__ import annotations

import pytest

from coil_bridge.evaluation.attendance import Attended, Standing
from coil_bridge.evaluation.certificate_rules import CertificateRule, MoodleCompletion, earned
from coil_bridge.evaluation.certificate_tables import rule_sections, rule_table
from coil_bridge.evaluation.facts import Participation
from coil_bridge.evaluation.participation import GroupKey
from coil_bridge.i18n import translator
from tests.builders import START

REQUIRED, ENOUGH, IGNORED = MoodleCompletion
DEFAULT = CertificateRule()
ALONE = CertificateRule(sessions_percent=0, moodle=ENOUGH)
HOURS = CertificateRule(sessions_percent=0, contact_hours=6, moodle=IGNORED)


def student(present: int, *completions: bool | None, minutes: int = 0) -> Participation:
    found = Participation(GroupKey("p", "i"), "jelena", enrolled=True, completions=list(completions))
    found.attended = [Attended(Standing.PRESENT)] * present
    found.contact = minutes
    return found


@pytest.mark.parametrize(
    ("rule", "who", "expected"),
    [
        (DEFAULT, student(0, True), False),  # Moodle's completion alone, without any presence
        (DEFAULT, student(4, True), True),
        (DEFAULT, student(4, None), True),  # Moodle tracks nothing
        (DEFAULT, student(3, True), False),  # 3 of 5 are 60 per cent
        (DEFAULT, student(5, True, False), False),
        (DEFAULT, student(5, True, None), False),  # one own course is not known to be completed
        (ALONE, student(0, True), True),
        (ALONE, student(5, None), False),
        (CertificateRule(moodle=ENOUGH), student(0, True), True),
        (CertificateRule(moodle=ENOUGH), student(4, False), True),
        (CertificateRule(moodle=IGNORED), student(4, False), True),
        (HOURS, student(1, False, minutes=360), True),
        (HOURS, student(5, True, minutes=359), False),
    ],
)
def test_who_earns_it_when_the_pairing_is_over(
    rule: CertificateRule, who: Participation, expected: bool
) -> None:
    assert earned(rule, who, 5, over=True) is expected


def test_presence_counts_only_when_everything_is_over() -> None:
    assert not earned(DEFAULT, student(1, True), 1, over=False)
    assert earned(ALONE, student(0, True), 0, over=False)


def test_without_any_session_there_is_no_presence() -> None:
    assert not earned(DEFAULT, student(0, True), 0, over=True)
    assert not earned(HOURS, student(0), 0, over=True)


def test_the_rule_is_said_in_words() -> None:
    first, second = DEFAULT.words(85)
    assert "at least 80 per cent of the joint sessions held, for at least 85 per cent" in first
    assert "where Moodle tracks completion" in second
    assert "enough by itself" in CertificateRule(moodle=ENOUGH).words(85)[-1]
    assert ["Moodle" in each for each in ALONE.words(85)] == [True]
    assert "6 contact hours" in HOURS.words(85)[0]
    serbian = translator("sr_Latn")
    for rule in (DEFAULT, ALONE, HOURS, CertificateRule(moodle=ENOUGH)):
        assert all(serbian.say(each) != each for each in rule.words(85))


def test_the_pack_has_each_version_in_words() -> None:
    second = CertificateRule(2, 0, 0, ENOUGH, START)
    table = rule_table([second, DEFAULT], 85)
    assert [row[0] for row in table.rows] == [2, 1]
    assert table.rows[0][1] == START.date()
    assert "Moodle" in str(table.rows[0][-1])
    assert len(rule_sections(DEFAULT, 85)) == 3

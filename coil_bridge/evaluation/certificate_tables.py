"""What the evidence pack says of certificates: by which rules they are given. Words are in English."""

from __future__ import annotations

from collections.abc import Sequence

from coil_bridge.evaluation.certificate_rules import CertificateRule
from coil_bridge.evaluation.dataset import Table
from coil_bridge.evaluation.evidence_columns import count, day, text
from coil_bridge.evaluation.report_parts import Heading, Items, Part, Text


def rule_table(rules: Sequence[CertificateRule], presence_percent: int) -> Table:
    """Each version of the rule, the newest first."""
    return Table(
        name="certificate_rule",
        title="Certificate rules",
        description="By which rules certificates of completion were given, the one in force first.",
        columns=(
            count("version", "The version of the rule, as certificates name it.", "version"),
            day("in_force_from", "From which day on (UTC); empty for the rule that a pilot begins with."),
            count("sessions_percent", "The least share of the joint sessions held; 0: none asked for.", "%"),
            count("contact_hours", "The fewest contact hours; 0: none asked for.", "hours"),
            text("moodle", "What completion in Moodle counts for: required, enough by itself, or ignored."),
            text("words", "The rule in words, as it stands in the certificates."),
        ),
        rows=tuple(
            (
                each.version,
                each.set_at.date() if each.set_at else None,
                each.sessions_percent,
                each.contact_hours,
                each.moodle.value,
                " ".join(each.words(presence_percent)),
            )
            for each in rules
        ),
        primary_key=("version",),
    )


def rule_sections(rule: CertificateRule, presence_percent: int) -> list[Part]:
    """The section of the report."""
    return [
        Heading("Certificates of completion"),
        Text(
            "Students who have earned it make their own certificate, an Open Badges 3.0 credential that "
            f"anybody can verify. The rule in force (version {rule.version}):"
        ),
        Items([str(sentence) for sentence in rule.words(presence_percent)]),
    ]

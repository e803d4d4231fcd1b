"""The pages of a pilot's evidence."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from coil_bridge.services.bundle import Services
from coil_bridge.web.attendance import AttendancePages
from coil_bridge.web.evidence import EvidencePages
from coil_bridge.web.own_evidence import OwnEvidencePages
from coil_bridge.web.visitors import Visitors


def evidence_pages(services: Services, visitors: Visitors) -> Iterable[Blueprint]:
    """The pages of the lead, of teachers, of students."""
    evidence = services.evidence
    yield EvidencePages(
        evidence.figures, evidence.monitoring, evidence.records, evidence.traits, visitors
    ).blueprint()
    yield AttendancePages(evidence.sheets, visitors).blueprint()
    yield OwnEvidencePages(evidence.own, evidence.classes, evidence.objections, visitors).blueprint()

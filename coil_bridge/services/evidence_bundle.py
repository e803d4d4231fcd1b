"""The services around a pilot's evidence; made by ``coil_bridge.evidence_wiring``."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.attendance import Attendance
from coil_bridge.services.attendance_sheet import AttendanceSheets
from coil_bridge.services.board_records import RecordsBehind
from coil_bridge.services.evidence import Evidence
from coil_bridge.services.monitoring import Monitoring
from coil_bridge.services.objections import Objections
from coil_bridge.services.own_class import OwnClasses
from coil_bridge.services.own_evidence import OwnEvidence
from coil_bridge.services.traits import Traits


@dataclass(frozen=True, slots=True)
class EvidenceServices:
    """Attendance, figures, packs, the board, and what teachers and students see of their own."""

    attendance: Attendance
    sheets: AttendanceSheets
    figures: Evidence
    monitoring: Monitoring
    records: RecordsBehind
    objections: Objections
    own: OwnEvidence
    classes: OwnClasses
    traits: Traits

"""The services around a pilot's evidence; made by ``coil_bridge.wiring.evidence``."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.piloting.attendance import Attendance
from coil_bridge.services.piloting.attendance_sheet import AttendanceSheets
from coil_bridge.services.piloting.board_records import RecordsBehind
from coil_bridge.services.piloting.evidence import Evidence
from coil_bridge.services.piloting.monitoring import Monitoring
from coil_bridge.services.piloting.objections import Objections
from coil_bridge.services.piloting.own_class import OwnClasses
from coil_bridge.services.piloting.own_evidence import OwnEvidence
from coil_bridge.services.piloting.traits import Traits


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

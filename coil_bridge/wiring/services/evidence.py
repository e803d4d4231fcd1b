"""Wires a pilot's evidence."""

from __future__ import annotations

from collections.abc import Sequence

from coil_bridge.services.bundles.evidence_bundle import EvidenceServices
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.services.moodles.roster_fallback import RosterFallback
from coil_bridge.services.piloting.attendance import Attendance
from coil_bridge.services.piloting.attendance_sheet import AttendanceSheets
from coil_bridge.services.piloting.board_records import RecordsBehind
from coil_bridge.services.piloting.class_names import ClassNames
from coil_bridge.services.piloting.evidence import Evidence, ExtraSource
from coil_bridge.services.piloting.monitoring import Monitoring
from coil_bridge.services.piloting.objections import Objections
from coil_bridge.services.piloting.own_class import OwnClasses
from coil_bridge.services.piloting.own_evidence import OwnEvidence
from coil_bridge.services.piloting.traits import Traits
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault


def evidence_services(
    settings: Settings,
    *,
    storage: Storage,
    vault: Vault,
    clock: Clock,
    partners: Partners,
    launched: RosterFallback,
    extras: Sequence[ExtraSource] = (),
) -> EvidenceServices:
    """The services; ``extras`` add their tables, sections and files to every pack."""
    attendance = Attendance(storage=storage, clock=clock, vault=vault)
    objections = Objections(storage=storage, clock=clock, vault=vault)
    monitoring = Monitoring(storage=storage, clock=clock)
    return EvidenceServices(
        attendance=attendance,
        sheets=AttendanceSheets(storage=storage, clock=clock, vault=vault),
        figures=Evidence(
            storage=storage,
            clock=clock,
            attendance=attendance,
            objections=objections,
            languages=settings.languages,
            extras=extras,
        ),
        monitoring=monitoring,
        records=RecordsBehind(storage=storage, clock=clock, monitoring=monitoring),
        objections=objections,
        own=OwnEvidence(storage=storage, clock=clock, vault=vault),
        classes=OwnClasses(
            storage=storage,
            clock=clock,
            vault=vault,
            names=ClassNames(storage=storage, partners=partners, launched=launched),
        ),
        traits=Traits(storage=storage, clock=clock, vault=vault, partners=partners),
    )

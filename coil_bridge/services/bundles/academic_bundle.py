"""Everything around academic calendars and phases, wired once; ``Services.terms``."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.calendar.calendar_editing import CalendarEditing
from coil_bridge.services.calendar.calendar_import import CalendarImport
from coil_bridge.services.calendar.institutions import Institutions
from coil_bridge.services.times.phase_plans import PhasePlans
from coil_bridge.services.times.teaching_weeks import CommonWeeks


@dataclass(frozen=True, slots=True)
class AcademicServices:
    """What pages and commands ask about calendars, common weeks and phases."""

    editing: CalendarEditing
    imports: CalendarImport
    weeks: CommonWeeks
    plans: PhasePlans
    institutions: Institutions

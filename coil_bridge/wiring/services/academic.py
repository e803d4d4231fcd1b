"""Wires academic calendars and plans of phases."""

from __future__ import annotations

from coil_bridge.services.bundles.academic_bundle import AcademicServices
from coil_bridge.services.calendar.calendar_editing import CalendarEditing
from coil_bridge.services.calendar.calendar_import import CalendarImport
from coil_bridge.services.calendar.feeds import FeedService
from coil_bridge.services.calendar.institutions import Institutions
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.catalogue import Catalogue
from coil_bridge.services.times.phase_plans import PhasePlans
from coil_bridge.services.times.teaching_weeks import CommonWeeks
from coil_bridge.storage.storage import Storage


def academic_services(
    *, storage: Storage, clock: Clock, catalogue: Catalogue, feeds: FeedService
) -> AcademicServices:
    """The services around terms and phases."""
    return AcademicServices(
        editing=CalendarEditing(storage=storage, clock=clock),
        imports=CalendarImport(storage=storage, clock=clock),
        weeks=CommonWeeks(storage=storage, course=catalogue.course),
        plans=PhasePlans(storage=storage, clock=clock),
        institutions=Institutions(storage=storage, clock=clock, feeds=feeds),
    )

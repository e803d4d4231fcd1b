"""The pages of academic calendars, institutions and plans of phases."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint

from coil_bridge.services.bundle import Services
from coil_bridge.services.context import Clock
from coil_bridge.web.academic import AcademicPages
from coil_bridge.web.institutions import InstitutionPages
from coil_bridge.web.phases import PhasePages
from coil_bridge.web.visitors import Visitors


def academic_pages(services: Services, visitors: Visitors, clock: Clock) -> Iterable[Blueprint]:
    """The pages of calendars and plans."""
    yield AcademicPages(services.terms, visitors, clock).blueprint()
    yield InstitutionPages(services.terms.institutions, visitors).blueprint()
    yield PhasePages(services.terms.plans, services.pairings, visitors, clock).blueprint()

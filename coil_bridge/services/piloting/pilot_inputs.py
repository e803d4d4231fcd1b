"""What somebody fills in for a pilot and its phases, and the checks of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from coil_bridge.domain import Pilot
from coil_bridge.evaluation.suppression import FLOOR
from coil_bridge.i18n import mark
from coil_bridge.services.checks import Problems, check_line, check_text

MOST_THRESHOLD = 1000
_NAME, _PHASE_NAME, _DESCRIPTION = 200, 100, 4000


@dataclass(frozen=True, slots=True)
class PhaseInput:
    """A phase as filled in; both days belong to it."""

    name: str
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class PilotInput:
    """A pilot as filled in; without a threshold the installation's own counts."""

    name: str
    starts_on: date
    ends_on: date
    description: str = ""
    suppression_threshold: int | None = None
    phases: Sequence[PhaseInput] = ()


def check_pilot(form: PilotInput, threshold: int, *, name_taken: bool) -> None:
    """Check a new pilot with its phases.

    Raises:
        InvalidInput: reasons by field; a phase's fields are named ``phases.0.name`` and so on.
    """
    problems = Problems()
    check_line(problems, "name", form.name, _NAME)
    check_text(problems, "description", form.description, _DESCRIPTION)
    if name_taken:
        problems.add("name", mark("There is a pilot of this name already."))
    if form.ends_on < form.starts_on:
        problems.add("ends_on", mark("The last day comes after the first day."))
    if not FLOOR <= threshold <= MOST_THRESHOLD:
        problems.add("suppression_threshold", mark("Choose a threshold from 5 to 1000."))
    for position, phase in enumerate(form.phases):
        taken = [other.name for other in form.phases[:position]]
        _check_phase(problems, phase, form, taken, prefix=f"phases.{position}.")
    problems.raise_any()


def check_phase(form: PhaseInput, pilot: Pilot, taken: Sequence[str]) -> None:
    """Check a phase that is added to a pilot, which has phases of these names.

    Raises:
        InvalidInput: reasons by field.
    """
    problems = Problems()
    _check_phase(problems, form, pilot, taken, prefix="")
    problems.raise_any()


def _check_phase(
    problems: Problems, form: PhaseInput, pilot: PilotInput | Pilot, taken: Sequence[str], *, prefix: str
) -> None:
    check_line(problems, f"{prefix}name", form.name, _PHASE_NAME)
    if form.name.casefold() in {name.casefold() for name in taken}:
        problems.add(f"{prefix}name", mark("There is a phase of this name already."))
    if form.ends_on < form.starts_on:
        problems.add(f"{prefix}ends_on", mark("The last day comes after the first day."))
    if form.starts_on < pilot.starts_on:
        problems.add(f"{prefix}starts_on", mark("A phase lies within the dates of its pilot."))
    if form.ends_on > pilot.ends_on:
        problems.add(f"{prefix}ends_on", mark("A phase lies within the dates of its pilot."))

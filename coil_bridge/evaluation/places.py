"""The rows of every table: a pilot, its phases, models, pairings, institutions, and these in each pairing."""

from __future__ import annotations

from collections.abc import Iterable

from coil_bridge.evaluation.figures import Figures
from coil_bridge.evaluation.published import Place


def places_of(figures: Figures) -> list[Place]:
    """The rows of every table, in the order in which they are shown."""
    return [
        Place("pilot", figures.stored.pilot.name, frozenset(figures.units)),
        *_phases(figures),
        *_models(figures),
        *_pairings(figures),
        *_institutions(figures),
        *_groups(figures),
    ]


def _phases(figures: Figures) -> Iterable[Place]:
    used = {course.phase_id for course in figures.stored.courses}
    for phase in sorted(figures.stored.phases, key=lambda each: (each.starts_on, each.name)):
        if phase.id in used:
            units = [key for key, unit in figures.units.items() if unit.course.phase_id == phase.id]
            yield Place("phase", phase.name, frozenset(units), phase=phase.name)


def _models(figures: Figures) -> Iterable[Place]:
    for model in sorted({course.model for course in figures.stored.courses}):
        units = [key for key, unit in figures.units.items() if unit.course.model == model]
        yield Place("model", model, frozenset(units), model=model)


def _pairings(figures: Figures) -> Iterable[Place]:
    seen = {course.pairing_id: course for course in reversed(figures.stored.courses)}
    for course in sorted(seen.values(), key=lambda each: (each.pairing_title, each.pairing_id)):
        units = frozenset(key for key in figures.units if key.pairing_id == course.pairing_id)
        yield Place(
            "pairing",
            course.pairing_title,
            units,
            phase=course.phase_name,
            model=course.model,
            pairing_id=course.pairing_id,
        )


def _institutions(figures: Figures) -> Iterable[Place]:
    seen = {course.institution.id: course.institution for course in figures.stored.courses}
    for institution in sorted(seen.values(), key=lambda each: (each.name, each.id)):
        units = frozenset(key for key in figures.units if key.institution_id == institution.id)
        yield Place("institution", institution.name, units, institution_id=institution.id)


def _groups(figures: Figures) -> Iterable[Place]:
    seen = {course.group: course for course in reversed(figures.stored.courses)}
    for key, course in sorted(
        seen.items(), key=lambda each: (each[1].pairing_title, each[0].pairing_id, each[1].institution.name)
    ):
        yield Place(
            "group",
            f"{course.pairing_title}: {course.institution.short_name}",
            frozenset({key} if key in figures.units else ()),
            phase=course.phase_name,
            model=course.model,
            pairing_id=key.pairing_id,
            institution_id=key.institution_id,
        )

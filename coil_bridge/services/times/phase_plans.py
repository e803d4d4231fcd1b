"""The plan of a pairing's phases: a template over the common weeks, which the teachers adapt.

Team building, comparing and organising, joint project, presentation and reflection (SUNY's model of COIL).
The template gives the joint project the most weeks. Of two teachers who change the plan at once the second
is told, and nothing of the first one's is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise

from coil_bridge.domain import CoilPhase, Pairing, PairingState, Person
from coil_bridge.errors import Conflict, EditConflict
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.agreed.access import pairing_access, require_teacher
from coil_bridge.services.agreed.pairing_states import OPEN
from coil_bridge.services.checks import Problems, check_text
from coil_bridge.services.context import Clock
from coil_bridge.services.times.teaching_weeks import TeachingWeeks, weeks_of_pairing
from coil_bridge.storage.phase_plans import PhasePlan, PlannedPhase
from coil_bridge.storage.storage import Storage, Transaction
from scheduling.phases import laid_over, shared_out

SHARES: Mapping[str, int] = {
    CoilPhase.TEAM_BUILDING: 2,
    CoilPhase.COMPARING: 3,
    CoilPhase.JOINT_PROJECT: 5,
    CoilPhase.PRESENTATION: 2,
}
"""How the template shares out the weeks."""

MOST_WEEKS = 60


@dataclass(frozen=True, slots=True)
class PlanView:
    """A pairing's phases over its weeks. ``stored`` False: nobody has saved a plan, this is the template."""

    pairing: Pairing
    weeks: TeachingWeeks
    phases: tuple[PlannedPhase, ...]
    stored: bool
    version: int
    may_edit: bool


class PhasePlans:
    """Lays out, keeps and shows plans."""

    def __init__(self, *, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def get(self, actor: Person, pairing_id: str) -> PlanView:
        """The plan over the weeks, or the template as long as there is none.

        Raises:
            NotFound: no such pairing for this person.
        """
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
            weeks, plan = weeks_of_pairing(tx, access.pairing), tx.phase_plans.get(pairing_id)
        phases = plan.phases if plan else template(weeks)
        may_edit = bool(access.teaching) and access.pairing.state in OPEN
        version = plan.version if plan else 0
        return PlanView(access.pairing, weeks, phases, plan is not None, version, may_edit)

    def laid_out(self, actor: Person, pairing_id: str, lengths: Mapping[CoilPhase, int]) -> PlanView:
        """The plan with its phases laid anew over the common weeks, so many weeks each; stores nothing.

        Raises:
            NotFound: no such pairing for this person.
        """
        view = self.get(actor, pairing_id)
        titles = {each.phase: each.title for each in view.phases}
        return replace(view, phases=_laid(view.weeks, lengths, titles))

    def save(self, actor: Person, pairing_id: str, phases: Sequence[PlannedPhase], version: int) -> PhasePlan:
        """Keep the plan as the teachers have adapted it.

        Raises:
            NotFound, Forbidden: no such pairing for this person; the person teaches none of its courses.
            Conflict: the pairing is over or called off.
            InvalidInput: reasons by ``phase_first``, ``phase_last`` and ``phase_title``.
            EditConflict: somebody changed the plan since ``version``.
        """
        now = self._clock()
        with self._storage.write() as tx:
            access = pairing_access(tx, actor, pairing_id, lock=True)
            require_teacher(access)
            _check_open(access.pairing)
            kept = _checked(phases, access.pairing)
            before = tx.phase_plans.get(pairing_id)
            if before and before.phases == kept:
                return before
            if not tx.phase_plans.replace(pairing_id, kept, version, now):
                raise EditConflict(
                    mark("Somebody else changed the plan in the meantime. Look at it again, then save."),
                    before.version if before else 0,
                )
            audit.record(tx, now, actor, ("pairing", pairing_id), "phases_planned", phases=_said(kept))
            return PhasePlan(pairing_id, version + 1, now, kept)

    @staticmethod
    def phase_on(tx: Transaction, pairing_id: str, day: date) -> CoilPhase | None:
        """The phase that the kept plan has on a day; None without a plan, or between phases."""
        plan = tx.phase_plans.get(pairing_id)
        found = (each.phase for each in plan.phases if each.first <= day <= each.last) if plan else ()
        return next(iter(found), None)


def phases_by_date(tx: Transaction, pairing: Pairing) -> Callable[[date], CoilPhase]:
    """The phase of any day of a pairing, by its plan or the template: the last one that has begun by then.

    Looked up when it is first asked for, in the same transaction: most forms name a phase themselves.
    """

    @cache
    def phases() -> tuple[PlannedPhase, ...]:
        plan = tx.phase_plans.get(pairing.id)
        return plan.phases if plan else template(weeks_of_pairing(tx, pairing))

    def phase_on(day: date) -> CoilPhase:
        begun = (each.phase for each in reversed(phases()) if each.first <= day)
        return next(begun, phases()[0].phase if phases() else CoilPhase.TEAM_BUILDING)

    return phase_on


def template(weeks: TeachingWeeks) -> tuple[PlannedPhase, ...]:
    """The phases as they are proposed: shared out over all the common weeks."""
    return _laid(weeks, _phases(shared_out(len(weeks.common), SHARES)), {})


def _phases(lengths: Mapping[str, int]) -> dict[CoilPhase, int]:
    return {CoilPhase(phase): length for phase, length in lengths.items()}


def _laid(
    weeks: TeachingWeeks, lengths: Mapping[CoilPhase, int], titles: Mapping[CoilPhase, str]
) -> tuple[PlannedPhase, ...]:
    ordered = {phase.value: lengths.get(phase, 0) for phase in CoilPhase}
    return tuple(
        PlannedPhase(CoilPhase(each.phase), titles.get(CoilPhase(each.phase), ""), each.first, each.last)
        for each in laid_over(weeks.weeks, ordered)
    )


def _check_open(pairing: Pairing) -> None:
    if pairing.state not in OPEN:
        over = pairing.state is PairingState.COMPLETED
        raise Conflict(
            mark("This pairing is completed; its plan stays as it is.")
            if over
            else mark("This pairing does not take place; its plan stays as it is.")
        )


def _checked(phases: Sequence[PlannedPhase], pairing: Pairing) -> tuple[PlannedPhase, ...]:
    """The phases in order, without stray blanks; fields are named ``<phase>_first`` and so on."""
    problems = Problems()
    order = list(CoilPhase)
    kept = sorted(
        (replace(each, title=" ".join(each.title.split())) for each in phases),
        key=lambda each: order.index(each.phase),
    )
    for each in kept:
        check_text(problems, f"{each.phase}_title", each.title, 100)
        if each.last < each.first:
            problems.add(f"{each.phase}_last", mark("The last day does not come before the first day."))
        if each.first < pairing.starts_on or each.last > pairing.ends_on:
            problems.add(
                f"{each.phase}_first", mark("A phase lies between the pairing's first and last day.")
            )
    for before, after in pairwise(kept):
        if after.first <= before.last:
            problems.add(f"{after.phase}_first", mark("A phase begins after the one before it has ended."))
    problems.raise_any()
    return tuple(kept)


def _said(phases: Sequence[PlannedPhase]) -> list[dict[str, str]]:
    return [
        {"phase": each.phase, "title": each.title, "first": f"{each.first}", "last": f"{each.last}"}
        for each in phases
    ]

"""All CSV tables of several packs of a pilot, between which people object: nobody's part follows."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from coil_bridge.evaluation import figures, opened_tables, publication, settling
from coil_bridge.evaluation.counted import Edition
from coil_bridge.evaluation.definitions.registry import SETS
from coil_bridge.evaluation.evidence_dataset import Made, evidence_dataset
from coil_bridge.evaluation.figures import figures_again, figures_of
from coil_bridge.evaluation.publication import publish
from coil_bridge.evaluation.suppression import FLOOR
from tests.unit.evaluation.backsolver import Backsolver
from tests.unit.evaluation.growing import FIRST, SECOND, Growing, growing
from tests.unit.evaluation.packs_read import Pack, computed, read_pack
from tests.unit.evaluation.pilots import MADE_AT

MADE = Made(MADE_AT, SETS["2"], "tzdata", "COIL Bridge")
WEEKS = (FIRST, date(2026, 11, 1), SECOND, date(2026, 11, 15))


def packs(pilot: Growing, objecting: list[set[str]]) -> list[Pack]:
    """A pack a week; who objects at each time, as pseudonyms."""
    editions: list[Edition] = []
    found = []
    for day, names in zip(WEEKS, objecting, strict=True):
        now = figures_of(replace(pilot.stored(day), excluded=frozenset(names)), editions)
        editions.append(now.edition)
        found.append(read_pack(now.edition, evidence_dataset(publish(now), MADE)))
    return found


def switched(pilot: Growing, seed: int) -> list[set[str]]:
    """One or two people who were in the first pack switch their objections on or off in some weeks."""
    chance = random.Random(seed)  # noqa: S311 - the same every time
    some = chance.sample([each.name for each in pilot.people if each.enrolled_on <= FIRST], 3)
    found: list[set[str]] = [set()]
    for _ in WEEKS[1:]:
        found.append(found[-1] ^ set(chance.sample(some, chance.choice((0, 1, 1, 2)))))
    return found


@settings(max_examples=10, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate])
@given(st.integers(0, 10_000))
@example(58)  # four newly connected among five newly active
@example(202)  # four newly completing beside one who objects before and after
@example(271)  # three who object one after the other in a unit of eighteen
def test_nothing_of_fewer_than_five_people_follows_from_four_packs(seed: int) -> None:
    pilot = growing(seed)
    assert computed(packs(pilot, switched(pilot, seed)), FLOOR) == []


def objection(seed: int) -> list[str]:
    pilot = growing(seed)
    one = {pilot.people[0].name}
    return computed(packs(pilot, [set(), one, one, one]), FLOOR)


def test_without_the_others_who_rest_the_difference_is_the_one_who_objected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert objection(12) == []

    def alone(before: Edition, objecting: frozenset[str], *_more: object, **_most: object) -> Edition:
        left = {who: each for who, each in before.people.items() if who.pseudonym not in objecting}
        return replace(before, people=left)

    monkeypatch.setattr(figures, "left", alone)
    assert any("'p1'" in each for each in objection(12))


def test_without_the_rule_of_the_largest_part_a_sum_is_nearly_one_person_s(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pilot = growing(12)
    busy = replace(pilot.people[0], answers=[(2, FIRST)] * 500)
    pilot = replace(pilot, people=[busy, *pilot.people[1:]])
    assert computed(packs(pilot, [set()] * 4), FLOOR) == []
    for module in (opened_tables, publication, settling):
        monkeypatch.setattr(module, "is_dominated", lambda *_parts: False)
    assert any("nearly one person" in each for each in computed(packs(pilot, [set()] * 4), FLOOR))


def test_a_pack_with_somebody_who_has_left_since_is_not_made_again() -> None:
    pilot = growing(12)
    first = figures_of(pilot.stored(FIRST)).edition
    assert figures_again(pilot.stored(FIRST), [first]) is not None
    later = replace(pilot.stored(FIRST), excluded=frozenset({pilot.people[0].name}))
    assert figures_again(later, [first]) is None


@pytest.mark.parametrize(
    ("sums", "found"),
    [
        (("abcdefgh", "abcdefghi"), {"i"}),
        (("abcdefgh", "defghijk", "abcijk"), set("abcijk")),  # the first, less the second, and the third
        (("abcdefgh", "efghijkl", "abcdijklm"), set()),
    ],
)
def test_the_solver_combines_sums_with_any_factors(sums: tuple[str, ...], found: set[str]) -> None:
    solver = Backsolver()
    for people in sums:
        solver.add({(person, 0): 1 for person in people})
    assert set().union(*solver.found(FLOOR)) == found

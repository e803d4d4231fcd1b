"""Nothing small can be computed from what is published, nor pinned: somebody tries."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from coil_bridge.evaluation.blocks import Blocks, Cells, categories, folded, halves, is_safe, opened
from tests.unit.evaluation.solving import Equation, bounds, computed, reduced

PHASES, PAIRINGS, INSTITUTIONS = 2, 5, 3
Unit = tuple[int, int]


def place(unit: Unit) -> tuple[str, ...]:
    pairing = f"pairing {unit[0]}"
    return f"phase {unit[0] % PHASES}", *halves(pairing), pairing, f"institution {unit[1]}"


def nodes(units: Mapping[Unit, Cells]) -> list[frozenset[Unit]]:
    """Every row that the tables have: pilot, phases, models, pairings, institutions, units."""
    rules = (
        lambda _unit: 0,
        lambda unit: unit[0] % PHASES,
        lambda unit: unit[0] // 2,
        lambda unit: unit[0],
        lambda unit: unit[1],
        lambda unit: unit,
    )
    return [
        frozenset(unit for unit in units if rule(unit) == value)  # type: ignore[no-untyped-call]
        for rule in rules
        for value in sorted({rule(unit) for unit in units})  # type: ignore[no-untyped-call]
    ]


@st.composite
def pilots(draw: st.DrawFn) -> tuple[dict[Unit, Cells], int]:
    """Shown units (each at least as large as the threshold) with two to four cells."""
    threshold = draw(st.integers(5, 12))
    width = draw(st.integers(2, 4))
    count = st.one_of(st.just(0), st.integers(0, threshold), st.integers(threshold, 4 * threshold))
    units = draw(
        st.dictionaries(
            st.tuples(st.integers(0, PAIRINGS - 1), st.integers(0, INSTITUTIONS - 1)),
            st.tuples(*[count] * width),
            min_size=1,
            max_size=9,
        )
    )
    return {unit: cells for unit, cells in units.items() if sum(cells) >= threshold}, threshold


@settings(max_examples=250, deadline=None)
@given(pilots())
def test_no_small_cell_can_be_computed_or_pinned(pilot: tuple[dict[Unit, Cells], int]) -> None:
    units, threshold = pilot
    if not units:
        return
    width = len(next(iter(units.values())))
    blocks = opened(units, {unit: place(unit) for unit in units}, threshold)
    number = {
        (unit, cell): position * width + cell for position, unit in enumerate(units) for cell in range(width)
    }
    published = [node for node in nodes(units) if blocks.covers(node)]
    equations: list[Equation] = [
        ({number[unit, cell]: 1 for cell in range(width)}, sum(cells)) for unit, cells in units.items()
    ]  # everybody's size is published
    equations += [
        ({number[unit, cell]: 1 for unit in node}, sum(units[unit][cell] for unit in node))
        for node in published
        for cell in range(width)
    ]
    unknowns = len(number)
    rows = reduced(equations, unknowns)
    ranges = bounds(equations, unknowns, max(sum(cells) for cells in units.values()))
    for node in nodes(units):
        for cell in range(width):
            value = sum(units[unit][cell] for unit in node)
            if not 0 < value < threshold:
                continue
            assert node not in published
            wanted = {number[unit, cell]: 1 for unit in node}
            assert computed(rows, wanted, unknowns) is None
            low, high = (sum(ranges[each][end] for each in wanted) for end in (0, 1))
            assert high - low >= threshold - 1


@settings(max_examples=100, deadline=None)
@given(pilots())
def test_whatever_is_added_and_subtracted_has_no_small_cell(pilot: tuple[dict[Unit, Cells], int]) -> None:
    """Differences between any two published rows: a phase without a pairing, a pairing without a partner."""
    units, threshold = pilot
    blocks = opened(units, {unit: place(unit) for unit in units}, threshold)
    published = [node for node in nodes(units) if blocks.covers(node)]
    for one in published:
        for other in published:
            if other < one:
                rest = [units[unit] for unit in one - other]
                assert is_safe((sum(column) for column in zip(*rest, strict=True)), threshold)


def test_a_solver_that_is_given_a_table_with_a_hole_finds_what_is_in_it() -> None:
    """The attacker is no straw man: total 30, one partner 27, so the other 3."""
    equations: list[Equation] = [({0: 1, 1: 1}, 30), ({0: 1}, 27)]
    assert computed(reduced(equations, 2), {1: 1}, 2) == 3
    assert bounds(equations, 2, 100)[1] == (3, 3)


def test_a_pairing_with_a_small_cell_stays_closed_and_its_like_are_open() -> None:
    units = {("p", "ub"): (22, 3), ("p", "ail"): (20, 10), ("q", "ub"): (30, 12)}
    blocks = opened(units, {unit: ("autumn", *unit) for unit in units}, 10)
    assert blocks == Blocks((frozenset({("p", "ub"), ("p", "ail")}), frozenset({("q", "ub")})))
    assert blocks.covers({("p", "ub"), ("p", "ail")})
    assert not blocks.covers({("p", "ub"), ("q", "ub")})  # the university's own row
    assert blocks.covers(units)


def test_nothing_is_told_apart_beside_a_part_that_is_small() -> None:
    units = {("p", "ub"): (22, 3), ("q", "ub"): (30, 12)}
    blocks = opened(units, {unit: ("autumn", *unit) for unit in units}, 10)
    assert blocks == Blocks((frozenset(units),))


def test_a_table_opens_nothing_that_the_one_it_is_part_of_keeps_closed() -> None:
    """Two active in one week, three in the other: their difference would be a number of people."""
    units = {("p", "ub"): (0, 20), ("q", "ub"): (0, 20)}
    paths = {unit: ("autumn", *unit) for unit in units}
    closed = Blocks((frozenset(units),))
    assert opened(units, paths, 10, within=closed) == closed


def test_what_never_gets_large_is_published_nowhere() -> None:
    units = {("p", "ub"): (22, 3)}
    assert opened(units, {unit: ("autumn", *unit) for unit in units}, 10).covers(units) is False


def test_small_categories_become_others_until_these_are_large() -> None:
    counts = {"RS": 40, "KZ": 14, "CN": 12, "BA": 3, "": 2}
    assert categories(counts, 10, "") == ("KZ", "RS")  # CN joins the five others
    assert categories({"female": 30, "male": 20}, 10, "") == ("female", "male")
    assert categories({"female": 30, "male": 5}, 10, "") == ()


def test_the_first_folding_under_which_the_whole_is_safe_is_taken() -> None:
    cells = {"u": (12, 2, 30), "v": (11, 1, 20)}
    folds = [lambda c: c, lambda c: (c[0] + c[1], c[2])]
    assert folded(cells, folds, 10) == (1, {"u": (14, 30), "v": (12, 20)})
    assert folded({"u": (3, 40)}, [lambda c: c], 10) is None

"""Which sums may be published so that no small count can be computed from them.

The people of one institution in one pairing are a *unit*; units below the threshold are withheld whole and
count nowhere (``suppression.py``). Within the shown units people fall into *cells*: active or not, completing
or not, by gender. A cell is small when it holds somebody, but fewer people than the threshold.

Secondary suppression cell by cell is easily undone across margins, phases and filters, so it is not done.
Instead the units of each table are put together into **blocks**: a unit whose cells are all empty or large
stands alone, others are merged with what is next to them (the other universities of their pairing, then of
their phase, then of the pilot) until every cell of the merged block is empty or large. What is published is
sums of whole blocks and nothing else: a row of a table (a pairing, an institution, a phase, a model, the
pilot) has a value where it is made of whole blocks, and none where it is not. So everybody who adds and
subtracts published values, over whatever margins, filters and repeated queries, gets sums of whole blocks,
and each of their cells is empty or large. Within a block of several units every cell of a unit stays open
over a range no narrower than the threshold: with the unit's size N, the cell's sum X in the block and the
block's size T it is min(N, X, T-N, T-X) wide, and each of the four is as large as the threshold.

When even the whole pilot has a small cell, the table's cells are folded (categories into "other", the
funnel into fewer steps); where nothing is left to fold, the table has no values at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")
Cells = tuple[int, ...]
Fold = Callable[[Cells], Cells]


@dataclass(frozen=True, slots=True)
class Blocks(Generic[Key]):
    """The blocks of one table. A set of units may be published when it is made of whole blocks."""

    members: tuple[frozenset[Key], ...]

    def covers(self, units: Iterable[Key]) -> bool:
        """Whether the units are made of whole blocks, so that their sums may be published."""
        wanted = frozenset(units)
        inside = [block for block in self.members if block <= wanted]
        return bool(wanted) and sum(map(len, inside)) == len(wanted)


def is_safe(cells: Iterable[int], threshold: int) -> bool:
    """Whether every cell is empty or large."""
    return all(count == 0 or count >= threshold for count in cells)


def merged(cells: Mapping[Key, Cells], paths: Mapping[Key, Sequence[str]], threshold: int) -> Blocks[Key]:
    """Put units together until every block is safe; units that never get there are in none.

    ``paths`` says where each unit stands, from the widest place to the narrowest: units are merged within
    the narrowest first. All of them have the same length.
    """
    units = sorted(cells, key=lambda key: (tuple(paths[key]), str(key)))
    blocks, _ = _merge(units, cells, paths, threshold, depth=0)
    return Blocks(tuple(frozenset(block) for block in blocks))


def folded(
    cells: Mapping[Key, Cells], folds: Sequence[Fold], threshold: int
) -> tuple[int, dict[Key, Cells]] | None:
    """The first way of folding under which the whole is safe: its position, and the folded cells."""
    for position, fold in enumerate(folds):
        candidate = {key: fold(each) for key, each in cells.items()}
        if is_safe(_sum(candidate.values()), threshold):
            return position, candidate
    return None


def categories(counts: Mapping[str, int], threshold: int, rest: str) -> tuple[str, ...]:
    """The categories that stand for themselves; the others become ``rest``, which is large or empty.

    The smallest go first. Nothing stands alone when the rest cannot be made large otherwise.
    """
    own = sorted(
        (name for name, count in counts.items() if count >= threshold and name != rest),
        key=lambda name: (counts[name], name),
    )
    other = sum(count for name, count in counts.items() if name not in own)
    while own and 0 < other < threshold:
        other += counts[own.pop(0)]
    return tuple(sorted(own))


def _merge(
    units: Sequence[Key],
    cells: Mapping[Key, Cells],
    paths: Mapping[Key, Sequence[str]],
    threshold: int,
    depth: int,
) -> tuple[list[list[Key]], list[Key]]:
    """The safe blocks among some units of one place, and the units that are in none of them."""
    blocks: list[list[Key]] = []
    loose: list[Key] = []
    if units and depth == len(paths[units[0]]):
        for unit in units:
            (blocks.append([unit]) if is_safe(cells[unit], threshold) else loose.append(unit))
    else:
        for place in sorted({paths[unit][depth] for unit in units}):
            inside = [unit for unit in units if paths[unit][depth] == place]
            found, left = _merge(inside, cells, paths, threshold, depth + 1)
            blocks += found
            loose += left
    blocks.sort(key=lambda block: (sum(_sum(cells[unit] for unit in block)), [str(unit) for unit in block]))
    return _settled(blocks, loose, cells, threshold)


def _settled(
    blocks: list[list[Key]], loose: list[Key], cells: Mapping[Key, Cells], threshold: int
) -> tuple[list[list[Key]], list[Key]]:
    """Put what is loose together, with as few of the smallest blocks as make it safe; or leave all as is."""
    for taken in range(len(blocks) + 1):
        joined = [*loose, *(unit for block in blocks[:taken] for unit in block)]
        if not loose:
            return blocks, loose
        if is_safe(_sum(cells[unit] for unit in joined), threshold):
            return [*blocks[taken:], joined], []
    return blocks, loose


def _sum(cells: Iterable[Cells]) -> Cells:
    return tuple(sum(column) for column in zip(*cells, strict=True))

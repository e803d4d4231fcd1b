"""Which sums may be published so that no small count can be computed from them.

The people of one institution in one pairing are a *unit*; units below the threshold are withheld whole and
count nowhere (``suppression.py``). Within the shown units people fall into *cells*: active or not, completing
or not, by gender. A cell is small when it holds somebody, but fewer people than the threshold.

Secondary suppression cell by cell is easily undone across margins, phases and filters, so it is not done.
Instead the units stand in a fixed **tree**: the pilot, its phases, halves of a phase, halves of these, the
pairings, the units. Each table opens the tree from the top as far as it goes: a group is told apart into its
parts only when every cell of *every* part is empty or large. The groups that are left closed are the table's
**blocks**. What is published is sums of whole blocks: a row (a pairing, an institution, a phase, a model, the
pilot) has a value where it is made of whole blocks, and none where it is not. So whoever adds and subtracts
values of one table, over whatever margins and filters, gets sums of whole blocks.

The tree does not depend on what people did (which half a pairing is in follows from a hash of its id). Any
two groups of it are nested or have nobody in common, so blocks of two tables, or of two weeks, cannot be
subtracted to give a group that neither has as a block: what is left over is made of blocks of one of them.
A table about people whom another counts too (who was active in a week is active) has cells within the
other's cells and opens nothing that the other keeps closed (``within``): then their difference is large, too.

Where even the whole pilot has a small cell, the whole is withheld and only those parts of the tree are given
that are safe by themselves; a table whose cells can be folded is folded before that (categories into
"other", the funnel into fewer steps).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key")
Cells = tuple[int, ...]
Fold = Callable[[Cells], Cells]
Path = tuple[str, ...]
_HALVINGS = 8


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


def halves(name: str) -> Path:
    """Where something stands among its like: left or right at each halving, whatever it is about."""
    digest = hashlib.sha256(name.encode()).digest()[0]
    return tuple(f"{digest:0{_HALVINGS}b}")


def opened(
    cells: Mapping[Key, Cells],
    paths: Mapping[Key, Path],
    threshold: int,
    *,
    within: Blocks[Key] | None = None,
    earlier: Sequence[Mapping[Key, Cells]] = (),
    also: Callable[[Sequence[Key]], bool] = lambda _units: True,
) -> Blocks[Key]:
    """Open the tree as far as every part is safe.

    ``paths`` says where each unit stands, from the widest place to the narrowest, all of one length.
    ``within``: groups that are not made of its blocks stay closed. ``earlier``: the same cells as they were
    when something was published before. Where as many people as now were in a cell, or out of the first one
    (those who do nothing yet; it grows with the roster), it is known of then, too. ``also``: what else a
    group has to fulfil.
    """

    def safe(units: Sequence[Key]) -> bool:
        if not (within is None or within.covers(units)) or not also(units):
            return False
        now = _sum(cells[unit] for unit in units)
        past = [_sum([each[unit] for unit in units if unit in each] or [now]) for each in earlier]
        return all(is_safe(each, threshold) for each in (now, *(_known(then, now) for then in past)))

    def told_apart(units: Sequence[Key], depth: int) -> list[frozenset[Key]]:
        """The blocks of a group, itself when it stays closed; one that is small by itself has only those of
        its parts that are not."""
        parts: list[Sequence[Key]] = [units]
        while depth < len(paths[units[0]]) and len(parts) == 1:
            parts = _parts(units, paths, depth)
            depth += 1
        if safe(units) and (len(parts) == 1 or not all(safe(part) for part in parts)):
            return [frozenset(units)]
        return [block for part in parts for block in told_apart(part, depth)] if len(parts) > 1 else []

    units = sorted(cells, key=lambda key: (paths[key], str(key)))
    return Blocks(tuple(told_apart(units, 0)) if units else ())


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


def _known(then: Cells, now: Cells) -> Cells:
    first = then[0] if sum(then[1:]) == sum(now[1:]) else 0
    return first, *(old if old == new else 0 for old, new in zip(then[1:], now[1:], strict=True))


def _parts(units: Sequence[Key], paths: Mapping[Key, Path], depth: int) -> list[Sequence[Key]]:
    places = dict.fromkeys(paths[unit][depth] for unit in units)
    return [[unit for unit in units if paths[unit][depth] == place] for place in places]


def _sum(cells: Iterable[Cells]) -> Cells:
    return tuple(sum(column) for column in zip(*cells, strict=True))

"""Nobody leaves the figures alone: who is left out with somebody who objects.

Whoever objects to being counted counts nowhere from the next figures on. One publication less the next would
then be exactly what this person counted for. Waiting until enough have objected would not honour the
objection; withholding whatever the person had a part in would let one student blank out a pilot. So others
**rest**: by lot, five people of the same unit (students of an institution in a pairing) are left out as well,
of whom two are as different as possible. So even somebody who knows all about the one who objected
learns only what five unknown people count for. What the one who objected counted for is not looked at.

To each set of people of a unit who are away belong five of their own, who rest while exactly these are away
(also when the same set comes again: switching an objection on and off tells nothing new), and nobody belongs
to two sets. So however publications are added and subtracted, with each of them that has a part in the
result five people come in, or more, whose values come from nowhere else. In a unit that is too small for
that (fewer than ten others who have never rested) everybody rests for good. Changes of people who have been
away do not make up the numbers for which others wait (``settling.py``): they may be away again. A pack in
which somebody counted who has left since is not made again, for the same reason.

The same is done for whoever turns out to teach or to be a guest, and for whoever was erased, of whom only a
nameless mark is left.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from coil_bridge.evaluation.counted import Counted, Edition, People, Who
from coil_bridge.evaluation.records import GroupKey
from coil_bridge.evaluation.suppression import FLOOR

_FOR_GOOD = "all"
_LEFT = "left"


def left(
    before: Edition, objecting: Collection[str], elsewhere: Collection[str], *, all_over: bool
) -> Edition:
    """What was published last without those who have left since, and without those who rest beside them.

    ``elsewhere``: pseudonyms of guests and staff. ``all_over``: whether every phase was over at the time.
    Whoever has come back counts as before.
    """
    units: dict[GroupKey, dict[Who, Counted]] = defaultdict(dict)
    for who, each in before.people.items():
        units[who.group][who] = each
    people: dict[Who, Counted] = {}
    for unit in units.values():
        away = {
            who
            for who, each in unit.items()
            if each.erased or who.pseudonym in objecting or (who.pseudonym in elsewhere and not each.guest)
        }
        people |= unit if away == _left_out(unit) else _resting(unit, away)
    moved = {who.pairing_id for who, each in before.people.items() if people[who].away != each.away}
    lost = moved if all_over else ()  # pairs are published when all is over, and are no sums over people
    dyads = {
        pairing: replace(each, lost=each.lost or pairing in lost) for pairing, each in before.dyads.items()
    }
    return Edition(before.through, people, dyads)


def _left_out(people: People) -> set[Who]:
    return {who for who, each in people.items() if each.left_out}


def _resting(people: People, away: Collection[Who]) -> dict[Who, Counted]:
    """The people of a unit once ``away`` is who is away."""
    found = {
        who: replace(each, left_out=who in away, rested=each.rested or (_LEFT if who in away else ""))
        for who, each in people.items()
    }
    there = {who: each for who, each in found.items() if not each.left_out}
    mark = hashlib.sha256(",".join(sorted(who.pseudonym for who in away)).encode()).hexdigest()[:16]
    resting = {who for who, each in there.items() if each.rested == mark} if away else set()
    if away and not resting:
        resting = _drawn((who for who in there if not people[who].away), there, mark)
        if not resting:
            resting, mark = set(there), _FOR_GOOD
    if any(each.rested == _FOR_GOOD for each in people.values()):
        resting, mark = set(there), _FOR_GOOD
    for who, each in there.items():
        found[who] = replace(each, resting=who in resting, rested=mark if who in resting else each.rested)
    return found


def _drawn(awake: Iterable[Who], people: People, mark: str) -> set[Who]:
    """Five by lot who have not rested yet, nobody where fewer than five others would be left of these.

    The second one is as different from the first as can be.
    """
    fresh = [who for who in awake if people[who].enrolled and not people[who].rested]
    if len(fresh) < 2 * FLOOR:
        return set()
    lots = sorted(fresh, key=lambda who: hashlib.sha256(f"{mark}:{who.pseudonym}".encode()).digest())
    first = _kind(people[lots[0]])
    differing = max(
        lots[1:], key=lambda who: sum(a != b for a, b in zip(first, _kind(people[who]), strict=True))
    )
    return {differing, *[who for who in lots if who != differing][: FLOOR - 1]}


def _kind(each: Counted) -> tuple[object, ...]:
    return each.active, each.completing, each.connected, each.gender, each.country, each.attended > 0

"""Nobody leaves the figures alone: who is left out with somebody who objects.

Whoever objects to being counted counts nowhere from the next figures on. One publication less the next would
then be exactly what this person counted for. Waiting until enough have objected would not honour the
objection; withholding whatever the person had a part in would let one student blank out a pilot. So others
**rest**: by lot, five people of the same room (a phase while it runs, a unit when it is over) are left out as
well, of whom two are as different as possible. So even somebody who knows all about the one who objected
learns only what five unknown people count for. What the one who objected counted for is not looked at.

Who rests counts again when others rest because of the next leaver; nobody rests twice. So of two publications
between which somebody left, the later one lacks leavers and resting people that none before lacked: however
publications are added and subtracted, the last one among them brings in people whose values come from nowhere
else, five at least. In a room that is too small for that (of twelve people at first) everybody rests for good.
A pack in which somebody counted who has left since is not made again, for the same reason.

The same is done for whoever turns out to teach or to be a guest, and for whoever was erased, of whom only a
nameless mark is left.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from coil_bridge.evaluation.counted import Counted, Edition, People, Who
from coil_bridge.evaluation.records import GroupKey
from coil_bridge.evaluation.suppression import FLOOR


def left(before: Edition, gone: Collection[str], running: Mapping[GroupKey, str]) -> Edition:
    """What was published last without some pseudonyms, and without those who rest with them.

    ``running``: the units whose phase runs, with its id, as for ``settling.settled``.
    """
    leavers: dict[str, list[Who]] = defaultdict(list)
    stay: dict[str, dict[Who, Counted]] = defaultdict(dict)
    for who, each in before.people.items():
        room = running.get(who.group, f"{who.pairing_id}/{who.institution_id}")
        if each.erased or who.pseudonym in gone:
            if each.enrolled or each.erased or each.answered:
                leavers[room].append(who)
        else:
            stay[room][who] = each
    people: dict[Who, Counted] = {}
    for room, some in stay.items():
        people |= _resting(some, leavers[room]) if leavers[room] else some
    pairings = {who.pairing_id for some in leavers.values() for who in some}
    lost = (
        pairings if not running else ()
    )  # pairs are published when all is over, and are no sums over people
    dyads = {
        pairing: replace(each, lost=each.lost or pairing in lost) for pairing, each in before.dyads.items()
    }
    return Edition(before.through, people, dyads)


def _resting(people: People, leavers: Collection[Who]) -> dict[Who, Counted]:
    """Five others rest, and who rested counts again; everybody rests where too few would be left."""
    awake = [who for who, each in people.items() if not each.resting]
    fresh = [who for who in awake if people[who].enrolled and not people[who].rested]
    if len(fresh) < FLOOR or len(people) - FLOOR <= FLOOR:
        return {who: replace(each, resting=True, rested=True) for who, each in people.items()}
    chosen = set(_drawn(fresh, people, leavers))
    return {
        who: replace(each, resting=who in chosen, rested=each.rested or who in chosen)
        for who, each in people.items()
    }


def _drawn(some: Iterable[Who], people: People, leavers: Collection[Who]) -> list[Who]:
    """Five by lot; the second one is as different from the first as somebody can be."""
    seed = ",".join(sorted(who.pseudonym for who in leavers))
    lots = sorted(some, key=lambda who: hashlib.sha256(f"{seed}:{who.pseudonym}".encode()).digest())
    if len(lots) > 1:
        first = _kind(people[lots[0]])
        differing = max(
            lots[1:], key=lambda who: sum(a != b for a, b in zip(first, _kind(people[who]), strict=True))
        )
        lots = [lots[0], differing, *(who for who in lots[1:] if who != differing)]
    return lots[:FLOOR]


def _kind(each: Counted) -> tuple[object, ...]:
    return each.active, each.completing, each.connected, each.gender, each.country, each.attended > 0

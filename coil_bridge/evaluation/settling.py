"""What may change from one publication to the next: nothing that a small group has done.

Two publications can be subtracted. If 40 were active on one Sunday and 42 on the next, two people became
active, and everything else that has grown by something small is theirs. So changes **wait**: what fewer
people than the threshold have newly done counts as it did before, until as many as the threshold wait
together. A change is looked at within a *room*: a phase while it runs, a unit when it is over. That is also
how finely tables tell people apart (``opened_tables.py``), so each difference of two published numbers is
about nobody or about enough people.

How many are enrolled in a phase that runs does not wait: rosters are known to everybody who teaches. Whoever
newly enrols is counted as not active until the next batch; once the phase is over, not at all until there are
enough of them. Whoever objects to being counted is gone at once, and does not leave alone (``leaving.py``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import chain
from typing import Any

from coil_bridge.evaluation.counted import Counted, Dyads, Edition, People, Who
from coil_bridge.evaluation.facts import UNDISCLOSED
from coil_bridge.evaluation.records import GroupKey
from coil_bridge.evaluation.suppression import is_dominated

Running = Mapping[GroupKey, str]
"""The units whose phase runs, with its id: they are one room; every other unit is a room of its own."""

_SUMS: tuple[tuple[str, ...], ...] = (
    ("days",),
    ("on_task",),
    ("contact", "estimated", "attended"),
    ("answered", "received"),
)
_DONE = ("active", "by_moodle", "by_sessions", "connected", "weeks", *chain.from_iterable(_SUMS))
_NOTHING = Counted()


def begun(now: Edition, running: Running, threshold: int) -> Edition:
    """What is counted at first: everything, but that the first few of a phase that runs wait, too."""
    people = dict(now.people)
    rooms = _by_room({who: each for who, each in people.items() if who.group in running}, running)
    for some in rooms.values():
        people |= _Changes({}, some, date.min, threshold).begun()
    return Edition(now.through, people, now.dyads)


def settled(before: Edition, now: Edition, running: Running, threshold: int) -> Edition:
    """What is counted now, when ``before`` was published last; ``running`` on its last day."""
    known = {who.group for who in before.people}  # of a unit that is new, it is known that nobody was counted
    together = {group: phase for group, phase in running.items() if group in known}
    people = {who: each for who, each in before.people.items() if each.away}
    awake = {who: each for who, each in now.people.items() if who not in people}
    earlier, later = _by_room(before.counted, together), _by_room(awake, together)
    for name in sorted(earlier.keys() | later.keys()):
        changes = _Changes(earlier.get(name, {}), later.get(name, {}), before.through, threshold)
        people |= changes.settled(over=name in earlier and name not in together.values())
    for who in people:
        if rested := before.people.get(who, _NOTHING).rested:
            people[who] = replace(people[who], rested=rested)
    return Edition(now.through, people, _dyads(before, now, threshold))


class _Changes:
    """The changes in one room, decided one after the other; ``_people`` is how it stands so far."""

    def __init__(self, before: People, now: People, through: date, threshold: int) -> None:
        self._before, self._through, self._threshold = before, through.toordinal(), threshold
        self._people: dict[Who, Counted] = dict(now)

    def begun(self) -> dict[Who, Counted]:
        """The people of a room of which nothing was published."""
        active = [who for who, each in self._people.items() if each.active]
        if not self._enough(active):
            self._as_before(active)
        return self._people

    def settled(self, *, over: bool) -> dict[Who, Counted]:
        """The people of the room as they count now."""
        if over:
            self._arriving()
        self._inviting()
        self._leaving()
        self._stopping()
        self._starting()
        for week in sorted({week for each in self._before.values() for week in each.weeks} | self._weeks()):
            self._one(partial(_in_week, week), partial(_week, week))
        self._one(_completing, _completing_as_before)
        self._one(_connected, _connected_as_before)
        for columns in _SUMS:
            self._sum(columns)
        for trait in ("gender", "country"):
            self._trait(trait)
        return self._people

    def _inviting(self) -> None:
        """Whoever is only invited counts as such when enough newly are."""
        new = [who for who, each in self._people.items() if _is_invited(each) and who not in self._before]
        if not self._enough(new):
            for who in new:
                del self._people[who]

    def _arriving(self) -> None:
        """Whoever enrols when all is over is not counted until enough have."""
        new = [who for who, each in self._people.items() if each.enrolled and not self._was(who).enrolled]
        if not self._enough(new):
            for who in new:
                self._people[who] = self._was(who)

    def _leaving(self) -> None:
        """Whoever is no longer enrolled stays until enough have left, and enough of each kind."""
        gone = [
            who
            for who, each in self._before.items()
            if each.enrolled and not self._people.get(who, _NOTHING).enrolled
        ]
        if not self._all_large(gone, self._before):
            self._people |= {who: self._before[who] for who in gone}

    def _stopping(self) -> None:
        """Whoever was active and is not (a correction) stays so until enough are."""
        stopped = [who for who in self._people if self._was(who).active and not self._people[who].active]
        if not self._all_large(stopped, self._before):
            self._as_before(stopped)

    def _starting(self) -> None:
        """Whoever is newly active waits until enough are; what was published about earlier weeks stays."""
        started = [who for who in self._people if self._people[who].active and not self._was(who).active]
        if not self._enough(started):
            self._as_before(started)
        else:
            for week in self._weeks():
                self._few_of(started, partial(_in_week, week), partial(_week, week))
            self._few_of(started, _completes, _completing_as_before)
            self._few_of(started, _connected, _connected_as_before)

    def _few_of(
        self,
        some: Iterable[Who],
        does: Callable[[Counted], bool],
        undone: Callable[[Counted, Counted], Counted],
    ) -> None:
        """If only a few of those who are new do something besides, that waits."""
        few = [who for who in some if does(self._people[who]) and not does(self._was(who))]
        if not self._enough(few):
            for who in few:
                self._people[who] = undone(self._people[who], self._was(who))

    def _one(
        self, value: Callable[[Counted], Hashable], undone: Callable[[Counted, Counted], Counted]
    ) -> None:
        """Something that people do or do not: each way from one value to another has enough people."""
        ways: dict[tuple[Hashable, ...], list[Who]] = defaultdict(list)
        for who, each in self._people.items():
            if each.active == self._was(who).active and value(each) != value(self._was(who)):
                ways[each.active, value(self._was(who)), value(each)].append(who)
        for changed in ways.values():
            if not self._enough(changed):
                for who in changed:
                    self._people[who] = undone(self._people[who], self._was(who))

    def _sum(self, columns: tuple[str, ...]) -> None:
        """Sums change when enough people have changed each, and nobody's change is nearly all of it."""
        changed: list[Who] = []
        steps: dict[str, dict[Who, int]] = defaultdict(dict)
        for who in self._people.keys() | self._before.keys():
            new, old = (_parts(each, columns) for each in (self._people.get(who, _NOTHING), self._was(who)))
            if new != old:
                changed.append(who)
            for name in new.keys() | old.keys():
                if step := abs(new[name] - old[name]):
                    steps[name][who] = step
        if not all(self._enough(each) and not is_dominated(each.values()) for each in steps.values()):
            for who in changed:
                if who in self._people:
                    old_values: dict[str, Any] = {name: getattr(self._was(who), name) for name in columns}
                    self._people[who] = replace(self._people[who], **old_values)

    def _trait(self, name: str) -> None:
        """New values count when enough people have each of them, and when those without any are enough."""
        ways: dict[tuple[str, str, bool], list[Who]] = defaultdict(list)
        for who, each in self._people.items():
            if each.enrolled:
                ways[getattr(self._was(who), name), getattr(each, name), self._was(who).enrolled].append(who)
        new = [who for (_, _, known), some in ways.items() for who in some if not known]
        fit = all(self._enough(some) for (_, _, known), some in ways.items() if not known)
        waiting = [] if fit else new
        for (old, value, known), some in ways.items():
            if known and old != value and not self._enough(some):
                waiting += some
        for who in waiting:
            old_value = getattr(self._was(who), name) if self._was(who).enrolled else UNDISCLOSED
            change: dict[str, Any] = {name: old_value}
            self._people[who] = replace(self._people[who], **change)

    def _all_large(self, some: Iterable[Who], people: People) -> bool:
        """Whether people who come or go together are enough in every table that was published."""
        found = list(some)
        weeks = [week for week in self._weeks() if week <= self._through]
        counts: dict[tuple[str, object], list[Who]] = defaultdict(list)
        for who in found:
            each = people[who]
            counts["active", each.active].append(who)
            counts["completing", (each.active, each.by_moodle, each.by_sessions)].append(who)
            counts["connected", (each.active, each.connected)].append(who)
            for week in weeks:
                counts[f"week {week}", (each.active, week in each.weeks)].append(who)
        return all(self._enough(each) for each in counts.values())

    def _as_before(self, some: Iterable[Who]) -> None:
        for who in some:
            old = self._was(who)
            kept: dict[str, Any] = {name: getattr(old, name) for name in _DONE}
            self._people[who] = replace(self._people[who], **kept)

    def _weeks(self) -> set[int]:
        return {week for each in self._people.values() for week in each.weeks if week <= self._through}

    def _was(self, who: Who) -> Counted:
        return self._before.get(who, _NOTHING)

    def _enough(self, some: Collection[Who]) -> bool:
        """Nobody, or enough people, not counting those who have been away: they may be away again."""
        return not some or sum(not self._was(who).rested for who in some) >= self._threshold


def _dyads(before: Edition, now: Edition, threshold: int) -> dict[str, Dyads]:
    """Pairs of a pairing change when enough of them do."""
    found = dict(now.dyads)
    for pairing in before.dyads:
        old, new = before.dyads[pairing], now.dyads.get(pairing, Dyads())
        steps = (abs(new.pairs - old.pairs), abs(new.mutual - old.mutual))
        found[pairing] = old if old.lost or any(0 < step < threshold for step in steps) else new
    return found


def _in_week(week: int, each: Counted) -> bool:
    return week in each.weeks


def _week(week: int, each: Counted, old: Counted) -> Counted:
    return replace(each, weeks=(each.weeks - {week}) | (old.weeks & {week}))


def _completes(each: Counted) -> bool:
    return each.completing


def _completing(each: Counted) -> Hashable:
    return each.by_moodle, each.by_sessions


def _completing_as_before(each: Counted, old: Counted) -> Counted:
    return replace(each, by_moodle=old.by_moodle, by_sessions=old.by_sessions)


def _connected(each: Counted) -> bool:
    return each.connected


def _connected_as_before(each: Counted, old: Counted) -> Counted:
    return replace(each, connected=old.connected)


def _is_invited(each: Counted) -> bool:
    return not (each.enrolled or each.guest)


def _parts(each: Counted, columns: Iterable[str]) -> Counter[str]:
    """What a person gives to each sum that is published or follows from those that are."""
    found: Counter[str] = Counter()
    for name in columns:
        value = getattr(each, name)
        found.update({name: value} if isinstance(value, int) else {f"{name} {to}": n for to, n in value})
    if "contact" in columns:
        found["recorded"] = each.contact - each.estimated
    return found


def _by_room(people: People, running: Running) -> dict[str, dict[Who, Counted]]:
    found: dict[str, dict[Who, Counted]] = defaultdict(dict)
    for who, each in people.items():
        found[running.get(who.group) or f"{who.pairing_id}/{who.institution_id}"][who] = each
    return found

"""What the answers of a survey come to, with everything withheld from which one person's could be computed.

Six rules, each against one way of computing back:

1. A mean is over at least ``threshold`` people.
2. Parts of a whole (institutions) are shown only as long as the people outside all shown parts together are
   none, or could be shown as well: a difference is then a mean over enough people again.
3. The change is over the people who answered twice. Where only a few answered once, their answers could be
   had from the two means and the change; then the means too are over those who answered twice, and the
   table says so.
4. A mean at the end of its scale is everybody's answer. So at least five people must not have given the
   highest, and five not the lowest. An interval tells how much the changes differ: there must be five
   besides the commonest one.
5. Whatever of this is decided would be decided otherwise with other answers, and the page of today can be
   compared with that of last week. So a survey of change is looked at once, when both rounds are over and
   nothing can be added any more; and no more once its codes are gone.
6. Evaluations of joint sessions go on. Those of each pairing are counted in batches, in the order of the
   sessions, each of which could be shown by itself; what is left over waits.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from coil_bridge.evaluation.statistics import Change, mean_of, paired_change
from coil_bridge.evaluation.suppression import FLOOR
from coil_bridge.evaluation.surveys import Item, Response, Survey, Wave


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One statement: how many answered, and what; ``None`` stands for withheld."""

    item: Item
    n_pre: int | None
    mean_pre: float | None
    n_post: int | None
    mean_post: float | None
    n_paired: int | None
    change: Change | None
    paired_only: bool  # the means are over the people who answered twice


@dataclass(frozen=True, slots=True)
class MeetingItem:
    """One statement about joint sessions."""

    item: Item
    n: int | None
    mean: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """Everybody (no key), or the people of one institution or one pairing."""

    key: str | None
    n_pre: int | None
    n_post: int | None
    n_paired: int | None
    items: tuple[ItemResult, ...]


@dataclass(frozen=True, slots=True)
class MeetingPart:
    """Everybody (no key), or one pairing."""

    key: str | None
    n: int | None
    items: tuple[MeetingItem, ...]


def change_results(survey: Survey, responses: Sequence[Response], threshold: int) -> tuple[Part, ...]:
    """The whole, then each institution that may be shown."""
    groups = {item.id: _groups(item, responses, threshold) for item in survey.items}
    sizes = _groups(None, responses, threshold)
    shown = {name: sizes.shown for name, sizes in groups.items()}
    return tuple(
        Part(
            key,
            *sizes.of(key).told(threshold),
            tuple(
                groups[item.id].of(key).result(item, threshold, paired_only=groups[item.id].paired_only)
                if key is None or key in shown[item.id]
                else ItemResult(item, None, None, None, None, None, None, paired_only=False)
                for item in survey.items
            ),
        )
        for key in (None, *sorted(sizes.shown))
    )


def meeting_results(
    survey: Survey, responses: Sequence[Response], threshold: int, ended: Sequence[str | None]
) -> tuple[MeetingPart, ...]:
    """The whole, then each pairing; ``ended``: the joint sessions whose answers are all in, in order."""
    place = {session: at for at, session in enumerate(ended)}
    pairings = sorted({each.pairing_id for each in responses})
    ordered = {
        pairing: sorted(
            (each for each in responses if each.pairing_id == pairing and each.session_id in place),
            key=lambda each: place[each.session_id],
        )
        for pairing in pairings
    }
    counted = {key: len(_batches(some, None, threshold)) for key, some in ordered.items()}
    values = {
        (key, item.id): _batches(some, item, threshold)
        for key, some in ordered.items()
        for item in survey.items
    }
    return tuple(
        MeetingPart(
            key,
            _count(sum(n for pairing, n in counted.items() if key in (None, pairing)), threshold),
            tuple(
                _meeting_item(
                    item,
                    [v for pairing in pairings if key in (None, pairing) for v in values[pairing, item.id]],
                )
                for item in survey.items
            ),
        )
        for key in (None, *(pairing for pairing in pairings if counted[pairing]))
    )


@dataclass(frozen=True, slots=True)
class _Group:
    """The answers of some people: before, after, and of those who answered twice."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()
    both: tuple[tuple[int, int], ...] = ()
    points: int = 0  # none: only how many they are is looked at

    def __add__(self, other: _Group) -> _Group:
        return _Group(
            self.before + other.before, self.after + other.after, self.both + other.both, self.points
        )

    def told(self, threshold: int) -> tuple[int | None, int | None, int | None]:
        before, after, both = (_count(len(each), threshold) for each in (self.before, self.after, self.both))
        return before, after, both

    def is_safe(self, threshold: int) -> bool:
        """Whether all of it can be told, or there is nothing of it."""
        enough = all(len(each) >= threshold for each in (self.before, self.after, self.both) if each)
        if not enough or not self.points:
            return enough
        varied = all(_is_varied(each, self.points) for each in (self.before, self.after) if each)
        return varied and (not self.both or _are_different(self.both))

    def result(self, item: Item, threshold: int, *, paired_only: bool) -> ItemResult:
        """What is shown of it."""
        means = [_mean(each, self.points, threshold) for each in (self.before, self.after)]
        change = None
        if len(self.both) >= threshold and None not in means:
            change = paired_change(self.both)
            if change is not None and not _are_different(self.both):
                change = Change(change.n, change.mean, None, None)
        n_pre, n_post, n_paired = self.told(threshold)
        return ItemResult(item, n_pre, means[0], n_post, means[1], n_paired, change, paired_only=paired_only)


@dataclass(frozen=True, slots=True)
class _Groups:
    """The answers to one statement (or how many there are), by institution, and what may be shown of it.

    Whether the means are over those who answered twice is decided once for all parts: a part that counts
    everybody beside one that does not would give the difference away.
    """

    places: Mapping[str, _Group]
    paired_only: bool
    threshold: int

    def of(self, key: str | None) -> _Group:
        """The answers of one institution, or of all."""
        if key is not None:
            return self.places.get(key, _Group())
        return _together(self.places.values())

    @property
    def shown(self) -> frozenset[str]:
        """The institutions that may stand beside their whole (rule 2), the largest first."""
        return shown_parts(self.places, self.threshold)


def shown_parts(places: Mapping[str, _Group], threshold: int) -> frozenset[str]:
    """The parts of which everything can be shown, as can what is outside all of them."""
    shown = sorted(
        (key for key, group in places.items() if group.is_safe(threshold) and group.before + group.after),
        key=lambda key: (len(places[key].before) + len(places[key].after), key),
    )
    hidden = [key for key in places if key not in shown]
    while shown and not _together(places[key] for key in hidden).is_safe(threshold):
        hidden.append(shown.pop(0))
    return frozenset(shown)


def _together(groups: Iterable[_Group]) -> _Group:
    some = list(groups)
    return sum(some[1:], some[0]) if some else _Group()


def _groups(item: Item | None, responses: Sequence[Response], threshold: int) -> _Groups:
    """Without an item: everybody who answered, whatever."""
    some = [each for each in responses if item is None or item.id in each.answers]
    pairs = _pairs(some)
    keys = sorted({each.institution_id for each in some})
    everybody = [_sizes(some, pairs, key) for key in (None, *keys)]
    few_once = any(0 < size - both < threshold for *waves, both in everybody for size in waves)
    paired_only = item is not None and few_once and len(pairs) >= threshold

    def value(each: Response) -> int:
        return each.answers[item.id] if item else 0

    places = {}
    for key in keys:
        both = tuple((value(a), value(b)) for a, b in pairs if a.institution_id == key)
        mine = [each for each in some if each.institution_id == key]
        before = tuple(value(each) for each in mine if each.wave is Wave.PRE)
        after = tuple(value(each) for each in mine if each.wave is Wave.POST)
        if paired_only:
            before, after = tuple(a for a, _ in both), tuple(b for _, b in both)
        places[key] = _Group(before, after, both, item.points if item else 0)
    return _Groups(places, paired_only, threshold)


def _batches(responses: Iterable[Response], item: Item | None, threshold: int) -> list[int]:
    """The answers that count: those of whole batches of sessions."""
    counted: list[int] = []
    waiting: list[int] = []
    for _, session in groupby(responses, key=lambda each: each.session_id):
        waiting += [
            each.answers[item.id] if item else 0
            for each in session
            if item is None or item.id in each.answers
        ]
        if len(waiting) >= threshold and (item is None or _is_varied(waiting, item.points)):
            counted += waiting
            waiting = []
    return counted


def _sizes(
    responses: Iterable[Response], pairs: Iterable[tuple[Response, Response]], key: str | None
) -> tuple[int, int, int]:
    """How many answered before, after and twice, of one institution or of all."""
    waves = Counter(each.wave for each in responses if key in (None, each.institution_id))
    return waves[Wave.PRE], waves[Wave.POST], sum(key in (None, first.institution_id) for first, _ in pairs)


def _meeting_item(item: Item, values: Sequence[int]) -> MeetingItem:
    return MeetingItem(item, len(values) or None, mean_of(values))


def _pairs(responses: Iterable[Response]) -> list[tuple[Response, Response]]:
    """Answers before and after that meet by a code; a code that two people of a place chose pairs nobody."""
    by_code: dict[Wave, dict[tuple[str, str, str], list[Response]]] = {Wave.PRE: {}, Wave.POST: {}}
    for each in responses:
        if each.code is not None and each.wave in by_code:
            key = (each.pairing_id, each.institution_id, each.code)
            by_code[each.wave].setdefault(key, []).append(each)
    return [
        (first[0], second[0])
        for key, first in sorted(by_code[Wave.PRE].items())
        if len(first) == 1 and len(second := by_code[Wave.POST].get(key, [])) == 1
    ]


def _count(count: int, threshold: int) -> int | None:
    return count if count >= threshold else None


def _mean(values: Sequence[int], points: int, threshold: int) -> float | None:
    return mean_of(values) if len(values) >= threshold and _is_varied(values, points) else None


def _is_varied(values: Sequence[int], points: int) -> bool:
    """Whether enough people gave something else than the highest, and something else than the lowest."""
    return all(sum(value != end for value in values) >= FLOOR for end in (1, points))


def _are_different(both: Sequence[tuple[int, int]]) -> bool:
    """Whether enough people changed otherwise than most."""
    changes = Counter(after - before for before, after in both)
    return len(both) - max(changes.values()) >= FLOOR

"""What the answers of a survey come to, with everything withheld from which one person's could be computed.

Three rules, each against one way of computing back:

1. A mean is over at least ``threshold`` people. Answers of a round are looked at once it has closed, so
   that nobody can compare the page of today with that of yesterday.
2. Parts of a whole (institutions, pairings) are shown only as long as the people outside all shown parts
   together are none or at least ``threshold``: a difference is then a mean over enough people again.
3. The change is over the people who answered twice. Where only a few answered once, their answers could be
   had from the two means and the change; then the means too are over those who answered twice, and the
   table says so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from coil_bridge.evaluation.statistics import Change, mean_of, paired_change
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


def shown_parts(sizes: Mapping[str, int], threshold: int) -> frozenset[str]:
    """The parts that may stand beside their whole (rule 2), the largest first; ties by key."""
    shown = sorted((key for key, size in sizes.items() if size >= threshold), key=lambda k: (sizes[k], k))
    hidden = sum(size for size in sizes.values() if size < threshold)
    while shown and 0 < hidden < threshold:
        hidden += sizes[shown.pop(0)]
    return frozenset(shown)


def change_results(
    survey: Survey, responses: Sequence[Response], threshold: int, closed: frozenset[Wave]
) -> tuple[Part, ...]:
    """The whole, then each institution that may be shown; rounds that are still open count as empty."""
    counted = [each for each in responses if each.wave in closed]
    answers = [_Answers(item, counted, threshold) for item in survey.items]
    shown = _shown_places(counted, _pairs(counted), threshold)
    return tuple(
        Part(
            key,
            *_told(_sizes(counted, _pairs(counted), key), threshold),
            tuple(each.result(key) for each in answers),
        )
        for key in (None, *sorted(shown))
    )


def meeting_results(survey: Survey, responses: Sequence[Response], threshold: int) -> tuple[MeetingPart, ...]:
    """The whole, then each pairing that may be shown."""
    answered = {item.id: [each for each in responses if item.id in each.answers] for item in survey.items}
    shown = {item: _shown_pairings(some, threshold) for item, some in answered.items()}
    return tuple(
        MeetingPart(
            key,
            _count(sum(key in (None, each.pairing_id) for each in responses), threshold),
            tuple(
                _meeting_item(item, key, answered[item.id], threshold)
                if key is None or key in shown[item.id]
                else MeetingItem(item, None, None)
                for item in survey.items
            ),
        )
        for key in (None, *sorted(_shown_pairings(responses, threshold)))
    )


class _Answers:
    """The answers to one statement, and what of them may be shown of the whole and of each institution.

    Whether the means are over those who answered twice is decided once for all parts: a part that counts
    everybody beside one that does not would give the difference away.
    """

    def __init__(self, item: Item, responses: Sequence[Response], threshold: int) -> None:
        self._item = item
        self._threshold = threshold
        self._responses = [each for each in responses if item.id in each.answers]
        self._pairs = _pairs(self._responses)
        self._shown = _shown_places(self._responses, self._pairs, threshold)
        keys = (None, *{each.institution_id for each in self._responses})
        self._paired_only = any(self._few_answered_once(key) for key in keys)

    def result(self, key: str | None) -> ItemResult:
        """What may be shown of one part."""
        if key is not None and key not in self._shown:
            return ItemResult(self._item, None, None, None, None, None, None, paired_only=False)
        both = self._both(key)
        before, after = self._values(Wave.PRE, key), self._values(Wave.POST, key)
        enough = len(both) >= self._threshold
        if enough and self._paired_only:
            before, after = [pair[0] for pair in both], [pair[1] for pair in both]
        return ItemResult(
            self._item,
            _count(len(before), self._threshold),
            _mean(before, self._threshold),
            _count(len(after), self._threshold),
            _mean(after, self._threshold),
            _count(len(both), self._threshold),
            paired_change(both) if enough else None,
            paired_only=enough and self._paired_only,
        )

    def _few_answered_once(self, key: str | None) -> bool:
        pre, post, both = _sizes(self._responses, self._pairs, key)
        return any(0 < size - both < self._threshold for size in (pre, post))

    def _both(self, key: str | None) -> list[tuple[int, int]]:
        name = self._item.id
        return [
            (first.answers[name], second.answers[name])
            for first, second in self._pairs
            if key in (None, first.institution_id)
        ]

    def _values(self, wave: Wave, key: str | None) -> list[int]:
        return [
            each.answers[self._item.id]
            for each in self._responses
            if each.wave is wave and key in (None, each.institution_id)
        ]


def _sizes(
    responses: Iterable[Response], pairs: Iterable[tuple[Response, Response]], key: str | None
) -> tuple[int, int, int]:
    """How many answered before, after and twice, of one institution or of all."""
    waves = Counter(each.wave for each in responses if key in (None, each.institution_id))
    return waves[Wave.PRE], waves[Wave.POST], sum(key in (None, first.institution_id) for first, _ in pairs)


def _shown_places(
    responses: Sequence[Response], pairs: Sequence[tuple[Response, Response]], threshold: int
) -> frozenset[str]:
    """The institutions that may be shown: in every round, and among those who answered twice (rule 2)."""
    keys = {each.institution_id for each in responses}
    tallies = [
        dict(zip(keys, column, strict=True))
        for column in zip(*(_sizes(responses, pairs, key) for key in keys), strict=True)
    ]
    shown = frozenset(keys)
    for tally in tallies:
        if any(tally.values()):
            shown &= shown_parts(tally, threshold)
    outside = [sum(size for key, size in tally.items() if key not in shown) for tally in tallies]
    # What one tally takes away can leave another with too few outside: then it is all or nothing.
    return shown if all(size == 0 or size >= threshold for size in outside) else frozenset()


def _shown_pairings(responses: Sequence[Response], threshold: int) -> frozenset[str]:
    return shown_parts(Counter(each.pairing_id for each in responses), threshold)


def _meeting_item(item: Item, key: str | None, responses: Sequence[Response], threshold: int) -> MeetingItem:
    values = [each.answers[item.id] for each in responses if key in (None, each.pairing_id)]
    return MeetingItem(item, _count(len(values), threshold), _mean(values, threshold))


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


def _told(sizes: tuple[int, int, int], threshold: int) -> tuple[int | None, int | None, int | None]:
    pre, post, both = sizes
    return _count(pre, threshold), _count(post, threshold), _count(both, threshold)


def _count(count: int, threshold: int) -> int | None:
    return count if count >= threshold else None


def _mean(values: Sequence[int], threshold: int) -> float | None:
    return mean_of(values) if len(values) >= threshold else None

"""What one participation counts for in the figures: the values that all tables are sums of.

The figures are sums of these values and of nothing else, so to know what two publications tell together is
to compare two lists of them. ``settling.py`` does that; they are stored with each publication.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from coil_bridge.evaluation.facts import UNDISCLOSED, Facts, Participation
from coil_bridge.evaluation.records import GroupKey
from coil_bridge.evaluation.weeks import monday


class Who(NamedTuple):
    """One participation: a student (a pseudonym) of an institution in a pairing."""

    pairing_id: str
    institution_id: str
    pseudonym: str

    @property
    def group(self) -> GroupKey:
        """The unit it belongs to."""
        return GroupKey(self.pairing_id, self.institution_id)


@dataclass(frozen=True, slots=True)
class Counted:
    """One participation. Minutes and days are sums up to the last day covered; weeks by their Mondays.

    ``by_moodle`` and ``by_sessions``: completing under the one and the other part of the rule.
    ``answered``: replies written, by the institution of whom they answer; ``received``: likewise those that
    answer this person, by the institution of who wrote them. A ``guest`` in a partner's course is in no
    headcount: only the replies are.

    ``left_out``: whoever objects is in no figure, and counts again as here when the objection is taken back.
    ``resting``: likewise left out beside them (``leaving.py``); ``rested``: beside whom, now or earlier.
    ``erased``: only that somebody was there is kept.
    """

    enrolled: bool = False
    guest: bool = False
    active: bool = False
    by_moodle: bool = False
    by_sessions: bool = False
    connected: bool = False
    weeks: frozenset[int] = frozenset()
    days: int = 0
    on_task: int = 0
    contact: int = 0
    estimated: int = 0
    attended: int = 0
    answered: tuple[tuple[str, int], ...] = ()
    received: tuple[tuple[str, int], ...] = ()
    gender: str = UNDISCLOSED
    country: str = UNDISCLOSED
    left_out: bool = False
    resting: bool = False
    rested: str = ""
    erased: bool = False

    @property
    def away(self) -> bool:
        """Whether the person is in no figure."""
        return self.left_out or self.resting or self.erased

    @property
    def completing(self) -> bool:
        """Under either part of the rule."""
        return self.by_moodle or self.by_sessions


People = Mapping[Who, Counted]


@dataclass(frozen=True, slots=True)
class Dyads:
    """Pairs of students of a pairing with a reply between them, and those of them with replies both ways."""

    pairs: int = 0
    mutual: int = 0
    people: int = 0  # in any of the pairs
    mutual_people: int = 0
    lost: bool = False  # somebody left after they had been published: nothing more is said of them


@dataclass(frozen=True, slots=True)
class Edition:
    """All that is counted in one publication: the people, pairs by pairing, and the last day covered."""

    through: date
    people: People
    dyads: Mapping[str, Dyads] = field(default_factory=dict)

    @property
    def counted(self) -> People:
        """Who is in the figures."""
        return {who: each for who, each in self.people.items() if not each.away}

    @property
    def sizes(self) -> Counter[GroupKey]:
        """How many students of each unit count."""
        return Counter(who.group for who, each in self.counted.items() if each.enrolled)


def edition_of(facts: Facts, through: date, shown: Collection[GroupKey]) -> Edition:
    """Everything as it stands in the stored rows about the people of the shown units."""
    answered: dict[Who, Counter[str]] = defaultdict(Counter)
    received: dict[Who, Counter[str]] = defaultdict(Counter)
    for (by, to), count in facts.replies.items():
        answered[_who(by)][to[0].institution_id] += count
        received[_who(to)][by[0].institution_id] += count
    people = {
        _who((person.group, person.pseudonym)): _counted(person)
        for person in facts.people.values()
        if person.group in shown
    }
    for who in answered.keys() | received.keys():
        person = people.get(who, Counted(guest=True))
        if who.group in shown and (person.enrolled or person.guest):
            people[who] = replace(
                person,
                answered=tuple(sorted(answered[who].items())),
                received=tuple(sorted(received[who].items())),
            )
    return Edition(through, people, dyads_of(facts, shown))


def dyads_of(facts: Facts, shown: Collection[GroupKey]) -> dict[str, Dyads]:
    """The pairs of each pairing."""
    found: dict[str, set[frozenset[object]]] = {}
    mutual: dict[str, set[frozenset[object]]] = {}
    for by, to in facts.replies:
        if by[0] not in shown or to[0] not in shown:
            continue
        pair: frozenset[object] = frozenset((by, to))
        found.setdefault(by[0].pairing_id, set()).add(pair)
        if (to, by) in facts.replies:
            mutual.setdefault(by[0].pairing_id, set()).add(pair)
    return {
        pairing: Dyads(len(pairs), len(both), len(set().union(*pairs)), len(set().union(*both)))
        for pairing, pairs in found.items()
        for both in [mutual.get(pairing, set())]
    }


def plain(value: Counted) -> dict[str, Any]:
    """For storing; what is as usual is left out."""
    usual = Counted()
    found = {
        name: getattr(value, name)
        for name in Counted.__dataclass_fields__
        if getattr(value, name) != getattr(usual, name)
    }
    if value.weeks:
        found["weeks"] = sorted(value.weeks)
    return found


def counted_from(stored: Mapping[str, Any]) -> Counted:
    """Out of storage."""
    found = dict(stored)
    found["weeks"] = frozenset(found.get("weeks", ()))
    for name in ("answered", "received"):
        found[name] = tuple((place, count) for place, count in found.get(name, ()))
    return Counted(**found)


def _who(of: tuple[GroupKey, str]) -> Who:
    return Who(of[0].pairing_id, of[0].institution_id, of[1])


def _counted(person: Participation) -> Counted:
    if not person.enrolled:
        return Counted()
    return Counted(
        enrolled=True,
        active=person.active,
        by_moodle=person.by_moodle,
        by_sessions=person.by_sessions,
        connected=person.connected,
        weeks=frozenset({monday(date.fromordinal(day)).toordinal() for day in person.days}),
        days=len(person.days),
        on_task=person.sitting_minutes,
        contact=person.contact,
        estimated=person.estimated,
        attended=person.attendances,
        gender=person.trait.gender,
        country=person.trait.country or UNDISCLOSED,
    )

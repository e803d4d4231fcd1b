"""Small groups are withheld whole.

The rule: a group (the people of one institution in one pairing) is shown only when at least as many
students as the pilot's threshold are in it. A group below it is withheld with everything about it: its
rows, its staff, its size, its accounts of a pull. The staff of a shown group are a group of their own
under the same threshold (the one teacher of a course would be known in spite of the pseudonym), and so are a
partner's guests in it. Every
total that is given anywhere is a total over what is shown, so nothing withheld can be had by subtraction,
and nothing else that is shown depends on it. The tests hold the code to exactly that: change a withheld
group as you like below the threshold, and no output changes by a byte.

The floor of five and the default of ten are those of learning analytics tools that universities accept.

A sum (hours, days, replies) can be one person's although many give something to it: whoever gives the second
most would know it nearly. So sums obey the p% rule besides (Hundepool et al., Statistical Disclosure Control,
2012, 4.2.2): without the two largest parts there must be left at least a tenth of the largest.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping

from coil_bridge.evaluation.records import GroupKey, Member, Part, PilotCourse

FLOOR = 5
DOMINANCE = 10  # per cent of the largest part


def is_dominated(parts: Iterable[int], total: int | None = None) -> bool:
    """Whether the largest part of a sum could be told nearly; ``total``: where not all parts are given."""
    largest = list(parts)
    first, second = (*heapq.nlargest(2, largest), 0, 0)[:2]
    rest = (sum(largest) if total is None else total) - first - second
    return rest * 100 < DOMINANCE * first


def students_by_group(courses: Iterable[PilotCourse], members: Iterable[Member]) -> dict[GroupKey, int]:
    """How many own students each group has over all its courses; who is staff in one of them is staff."""
    group_of = {(course.pairing_id, course.course_id): course.group for course in courses}
    parts: dict[GroupKey, dict[str, Part]] = {group: {} for group in group_of.values()}
    for member in members:
        group = group_of.get((member.pairing_id, member.course_id))
        if group is not None:
            parts[group][member.pseudonym] = either(
                parts[group].get(member.pseudonym, Part.STUDENT), member.part
            )
    return {group: sum(part is Part.STUDENT for part in found.values()) for group, found in parts.items()}


def either(one: Part, other: Part) -> Part:
    """Somebody's part over two courses: staff before guest, guest before student."""
    return max(one, other, key=(Part.STUDENT, Part.GUEST, Part.STAFF).index)


def shown_groups(students: Mapping[GroupKey, int], threshold: int) -> frozenset[GroupKey]:
    """The groups that are large enough to be shown.

    Raises:
        ValueError: the threshold is below the floor.
    """
    if threshold < FLOOR:
        raise ValueError(f"a suppression threshold of {threshold} is below the floor of {FLOOR}")
    return frozenset(group for group, count in students.items() if count >= threshold)


def courses_with_accounts(
    courses: Iterable[PilotCourse], members: Iterable[Member], threshold: int
) -> frozenset[tuple[str, str]]:
    """The (pairing, course) whose accounts of a pull may be shown.

    The numbers of a pull tell a course's size. An institution can bring several courses to a pairing,
    and the sizes of the others would tell the size of a small one: either each of them is large enough
    by itself or none is shown.
    """
    sizes: dict[tuple[str, str], int] = defaultdict(int)
    for member in members:
        sizes[member.pairing_id, member.course_id] += member.part is Part.STUDENT
    by_group: dict[GroupKey, list[tuple[str, str]]] = defaultdict(list)
    for course in courses:
        by_group[course.group].append((course.pairing_id, course.course_id))
    return frozenset(
        key for keys in by_group.values() if all(sizes[key] >= threshold for key in keys) for key in keys
    )

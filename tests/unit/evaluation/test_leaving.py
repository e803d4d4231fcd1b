"""Who is left out beside somebody who objects; and what else could be told from what is missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from coil_bridge.evaluation.counted import Counted, Dyads, Edition, Who, counted_from, plain
from coil_bridge.evaluation.facts import Reply
from coil_bridge.evaluation.figures import figures_of
from coil_bridge.evaluation.leaving import left
from coil_bridge.evaluation.publication import publish
from tests.unit.evaluation.growing import FIRST, SECOND, Growing, growing

BUSY = Counted(enrolled=True, active=True, days=3)


def edition(count: int = 20) -> Edition:
    people = {Who("v", "ub", f"ub{n:02}"): replace(BUSY, active=n % 4 > 0) for n in range(count)}
    return Edition(date(2026, 10, 25), people, {"v": Dyads(12, 10, 20, 20)})


def away(of: Edition, objecting: set[str], **how: bool) -> tuple[Edition, set[str]]:
    found = left(of, objecting, (), all_over=how.get("all_over", False))
    return found, {who.pseudonym for who, each in found.people.items() if each.away}


def test_five_others_rest_and_not_all_alike() -> None:
    found, gone = away(edition(), {"ub01"})
    assert len(gone) == 6
    resting = [each for each in found.people.values() if each.resting]
    assert {each.active for each in resting} == {True, False}
    assert found.sizes.total() == 14


def test_switching_to_and_fro_tells_nothing_new() -> None:
    first, gone = away(edition(), {"ub01"})
    back, nobody = away(first, set())
    assert nobody == set()
    assert away(back, {"ub01"})[1] == gone
    assert away(first, {"ub01"})[0] == first


def test_others_rest_beside_others() -> None:
    one, beside_one = away(edition(), {"ub01"})
    other = next(f"ub{n:02}" for n in range(20) if f"ub{n:02}" not in beside_one)
    _, beside_both = away(one, {"ub01", other})
    assert len(beside_both) == 7
    assert beside_one & beside_both == {"ub01"}


def test_where_too_few_would_be_left_everybody_rests_for_good() -> None:
    found, gone = away(edition(10), {"ub01"})
    assert len(gone) == 10
    assert len(away(found, set())[1]) == 9 + 1


def test_who_was_erased_is_a_mark_that_others_rest_beside() -> None:
    people = dict(edition().people)
    del people[Who("v", "ub", "ub01")]
    people[Who("v", "ub", "nameless")] = counted_from({"erased": True})
    found, gone = away(Edition(FIRST, people), set())
    assert len(gone) == 6
    assert counted_from(plain(found.people[Who("v", "ub", "nameless")])).left_out


def test_pairs_are_told_no_more_once_somebody_has_left() -> None:
    assert away(edition(), {"ub01"}, all_over=True)[0].dyads["v"].lost
    assert not away(edition(), {"ub01"})[0].dyads["v"].lost


def test_a_unit_that_has_become_too_small_stays_in_the_sums() -> None:
    pilot = growing(12)
    first = figures_of(pilot.stored(FIRST))
    unit, size = min(first.edition.sizes.items(), key=lambda each: (each[1], str(each[0])))
    stored = replace(
        pilot.stored(SECOND), pilot=replace(pilot.stored(SECOND).pilot, suppression_threshold=size + 1)
    )
    assert unit in figures_of(stored, [first.edition]).units
    assert unit not in figures_of(stored).units


def test_replies_to_one_popular_person_are_no_edge() -> None:
    def edges(popular: bool) -> int:
        pilot = _over(growing(12))
        stored = pilot.stored(SECOND)
        some = [each for each in pilot.people if each.course is pilot.people[0].course]
        answers = [
            Reply(each.no, some[0 if popular else (at + 1) % len(some)].no, FIRST.toordinal(), 1)
            for at, each in enumerate(some)
        ]
        return len(publish(figures_of(replace(stored, replies=answers))).edges)

    assert (edges(popular=False), edges(popular=True)) == (1, 0)


def _over(pilot: Growing) -> Growing:
    phases = [replace(each, starts_on=date(2026, 10, 1), ends_on=FIRST) for each in pilot.phases[:1]]
    courses = [replace(each, phase_id=phases[0].id, starts_on=date(2026, 10, 1)) for each in pilot.courses]
    return replace(pilot, phases=phases, courses=courses)

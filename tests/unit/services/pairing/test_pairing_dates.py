"""The last day of a pairing is moved by those whose it is, told to the others, and kept on record."""

from __future__ import annotations

from datetime import date

import pytest

from coil_bridge.domain import PairingState
from coil_bridge.errors import Conflict, EditConflict, Forbidden, InvalidInput, NotFound
from tests.unit.services.consortium import Consortium, wall

LATER = date(2027, 1, 22)


def test_each_teacher_of_an_agreed_pairing_may_move_its_last_day(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    after = consortium.pairings.dates.move_end(consortium.wei, pairing.id, LATER, pairing.version)
    assert (after.ends_on, after.version) == (LATER, pairing.version + 1)
    entry = consortium.pairings.get(consortium.mira, pairing.id).audit[-1]
    assert (entry.actor_name, entry.action, entry.detail) == (
        "Wei Zhang",
        "end_moved",
        {"old": "2026-12-18", "new": "2027-01-22"},
    )
    told = [each for each in consortium.told() if each.subject.startswith("Another last day")]
    assert {each.name for each in told} == {"Mira Jovanović", "Aigerim Sadykova"}
    assert "Friday, 22 January 2027 instead of Friday, 18 December 2026" in told[0].body
    late = consortium.plan(starts_local=wall("2027-01-20 14:00"))
    assert consortium.sessions.plan(consortium.mira, pairing.id, late, "key-1")


def test_before_anything_is_agreed_it_is_the_proposing_teachers(consortium: Consortium) -> None:
    pairing = consortium.proposed()
    with pytest.raises(Forbidden):
        consortium.pairings.dates.move_end(consortium.aigerim, pairing.id, LATER, pairing.version)
    after = consortium.pairings.dates.move_end(consortium.mira, pairing.id, LATER, pairing.version)
    assert after.ends_on == LATER
    assert "Aigerim Sadykova" in {each.name for each in consortium.told() if "last day" in each.subject}


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (date(2026, 10, 1), "after the first day"),
        (date(2026, 10, 19), "has passed"),
        (date(2028, 1, 1), "at most 400 days"),
        (date(2026, 10, 26), "Sessions are planned after"),
    ],
)
def test_a_day_that_cannot_be_the_last_one(consortium: Consortium, day: date, reason: str) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    before = consortium.counts()
    with pytest.raises(InvalidInput, match=reason):
        consortium.pairings.dates.move_end(consortium.mira, pairing.id, day, pairing.version)
    assert consortium.counts() == before


def test_the_last_day_can_be_that_of_the_last_session(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    day = date(2026, 10, 27)
    assert consortium.pairings.dates.move_end(consortium.mira, pairing.id, day, 1).ends_on == day


def test_the_second_of_two_is_told_and_twice_the_same_changes_nothing(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    after = consortium.pairings.dates.move_end(consortium.mira, pairing.id, LATER, pairing.version)
    with pytest.raises(EditConflict):
        consortium.pairings.dates.move_end(consortium.wei, pairing.id, date(2027, 1, 29), pairing.version)
    assert consortium.pairings.dates.move_end(consortium.wei, pairing.id, LATER, pairing.version) == after


def test_what_is_over_stays_as_it_was(consortium: Consortium) -> None:
    for state in (PairingState.COMPLETED, PairingState.CANCELLED, PairingState.DECLINED):
        pairing = consortium.agreed(state)
        with pytest.raises((Conflict, Forbidden)):
            consortium.pairings.dates.move_end(consortium.mira, pairing.id, LATER, pairing.version)


def test_students_and_strangers_do_not_move_it(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    with pytest.raises(Forbidden):
        consortium.pairings.dates.move_end(consortium.lin, pairing.id, LATER, 1)
    with pytest.raises(NotFound):
        consortium.pairings.dates.move_end(consortium.build.person("Tariq Haddad"), pairing.id, LATER, 1)

"""Reads everything of a pilot that counts, in one transaction, as values for the pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from coil_bridge.domain import Pilot
from coil_bridge.evaluation.definitions.registry import DefinitionSet
from coil_bridge.evaluation.facts import Stored
from coil_bridge.evaluation.sittings import bulk
from coil_bridge.evaluation.windows import course_window, minutes_of, phase_windows
from coil_bridge.services.piloting.pilot_groups import EVALUATED
from coil_bridge.storage.storage import Transaction


def stored_of(tx: Transaction, pilot: Pilot, chosen: DefinitionSet, through: date) -> Stored:
    """A pilot's rows up to and including a local day; its days are read as they are counted, in here."""
    courses = tx.pilots.courses(pilot.id, EVALUATED)
    phases = tx.pilots.phases(pilot.id)
    windows = phase_windows(phases)
    rules = replace(tx.evidence.rules(pilot.id), completion=chosen.completion)
    spans = {
        (each.pairing_id, each.course_id): minutes_of(
            course_window(each, windows, through), each.institution.zone
        )
        for each in courses
    }
    actors = tx.evidence.actors(pilot.id)
    inside = {
        each.no: spans[each.pairing_id, each.course_id]
        for each in actors
        if (each.pairing_id, each.course_id) in spans
    }
    timed = bulk(tx.evidence.packed(pilot.id), inside, rules.gap_minutes)
    pairings = sorted({each.pairing_id for each in courses})
    return Stored(
        pilot=pilot,
        phases=phases,
        courses=courses,
        pulled=frozenset(tx.pulls.completed_at(pilot.id)),
        members=tx.activity.members(pilot.id),
        actors=actors,
        days=tx.evidence.days(pilot.id),
        sitting_minutes=timed.minutes,
        joins=timed.joins,
        replies=tx.evidence.replies(pilot.id),
        meetings=tx.attendance.meetings(pairings, _end_of(through)),
        presences=tx.attendance.of_pilot(pilot.id),
        stays=tx.stays.of_pilot(pilot.id),
        overrides=tx.attendance.overrides(pilot.id),
        traits=tx.evidence.traits(pilot.id),
        excluded=tx.evidence.excluded(pilot.id),
        rules=rules,
        through=through,
    )


def _end_of(day: date) -> datetime:
    """The last day covered is over (in UTC)."""
    return datetime.combine(day + timedelta(days=1), time(0), UTC)

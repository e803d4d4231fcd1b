"""xAPI statements (IEEE 9274.1.1) about the students of shown groups, under the pilot's pseudonyms.

One statement for each student and day with activity, and one for each session attended. They are working
data for an analysis under the partners' agreement, not for publication: a row is about one person, even if
nobody can say about whom. So they are only in a pack when somebody asks for them.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from coil_bridge.evaluation.attendance import Standing
from coil_bridge.evaluation.facts import Participation
from coil_bridge.evaluation.publication import Published

_NAMESPACE = uuid.UUID("6f1d1c1e-3c6b-5f0a-9a53-3b1f0a6f2c11")  # a constant of ours, for names (RFC 9562, v5)
_VERBS = {
    "interacted": "http://adlnet.gov/expapi/verbs/interacted",
    "attended": "http://adlnet.gov/expapi/verbs/attended",
}


def statements(published: Published, pilot_id: str) -> bytes:
    """A statement a line (JSON Lines), in an order that the same data always has."""
    people = sorted(
        (
            person
            for person in published.figures.people
            if person.enrolled and person.group in published.figures.units
        ),
        key=lambda each: (each.group.pairing_id, each.group.institution_id, each.pseudonym),
    )
    lines = [json.dumps(each, sort_keys=True) for person in people for each in _of(person, pilot_id)]
    return ("\n".join(lines) + "\n").encode() if lines else b""


def _of(person: Participation, pilot_id: str) -> Iterator[dict[str, Any]]:
    course = f"urn:coil-bridge:pairing:{person.group.pairing_id}:{person.group.institution_id}"
    for day in sorted(person.days):
        at = datetime.combine(date.fromordinal(day), datetime.min.time(), UTC).replace(hour=12)
        yield _statement(person, pilot_id, verb="interacted", what=course, at=at, result={})
    for number, each in enumerate(person.attended, start=1):
        if each.standing is not Standing.ABSENT and (each.measured or each.estimated):
            start = (each.measured or each.estimated)[0][0]
            at = datetime.fromtimestamp(start * 60, UTC).replace(hour=12, minute=0)
            result = {"duration": f"PT{each.minutes}M", "completion": each.standing is Standing.PRESENT}
            what = f"{course}:session:{number}"
            yield _statement(person, pilot_id, verb="attended", what=what, at=at, result=result)


def _statement(
    person: Participation, pilot_id: str, *, verb: str, what: str, at: datetime, result: dict[str, Any]
) -> dict[str, Any]:
    """Times are noon of the day: a minute could be looked up in the partner's own log."""
    name = f"{pilot_id}:{person.pseudonym}:{verb}:{what}:{at.isoformat()}"
    statement: dict[str, Any] = {
        "id": str(uuid.uuid5(_NAMESPACE, name)),
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": f"urn:coil-bridge:pilot:{pilot_id}", "name": person.pseudonym},
        },
        "verb": {"id": _VERBS[verb], "display": {"en": verb}},
        "object": {"objectType": "Activity", "id": what},
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
    }
    return statement | ({"result": result} if result else {})

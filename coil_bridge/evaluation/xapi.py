"""xAPI statements (IEEE 9274.1.1) about the students of shown groups, under pseudonyms of this file alone.

One statement for each student and ISO week with activity, and one for each session attended. They are working
data for an analysis under the partners' agreement, not for publication: a row is about one person, even if
nobody can say about whom. So they are only in a pack when somebody asks for them.

Whoever can read a partner's own log or attendance list could look for somebody with the same days and
minutes. So nothing in a statement is finer than a week or, of a session, than a quarter of an hour; and the
pseudonyms hold within one file: two files cannot be laid side by side, nor beside another export. Somebody
who knows in which weeks a person was active may still find the person: coarse times make that harder, not
impossible.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

from coil_bridge.evaluation.attendance import Standing
from coil_bridge.evaluation.facts import Participation
from coil_bridge.evaluation.published import Published
from coil_bridge.evaluation.weeks import monday

_NAMESPACE = uuid.UUID("6f1d1c1e-3c6b-5f0a-9a53-3b1f0a6f2c11")  # a constant of ours, for names (RFC 9562, v5)
_QUARTER = 15  # minutes
_VERBS = {
    "interacted": "http://adlnet.gov/expapi/verbs/interacted",
    "attended": "http://adlnet.gov/expapi/verbs/attended",
}


def statements(published: Published, pilot_id: str, made_at: datetime) -> bytes:
    """A statement a line (JSON Lines), in an order that the same data and stated time always have."""
    named = {
        (person.group, person.pseudonym): _name(person.pseudonym, made_at)
        for person in published.figures.people
        if person.enrolled and person.group in published.figures.units
    }
    people = sorted(
        (
            (named[person.group, person.pseudonym], person)
            for person in published.figures.people
            if (person.group, person.pseudonym) in named
        ),
        key=lambda each: (each[1].group.pairing_id, each[1].group.institution_id, each[0]),
    )
    lines = [
        json.dumps(each, sort_keys=True) for name, person in people for each in _of(person, name, pilot_id)
    ]
    return ("\n".join(lines) + "\n").encode() if lines else b""


def _name(pseudonym: str, made_at: datetime) -> str:
    """Another pseudonym for each file; the stored one is random to everybody who has not the pilot's key."""
    return hashlib.sha256(f"xapi:{made_at.isoformat()}:{pseudonym}".encode()).hexdigest()[:32]


def _of(person: Participation, name: str, pilot_id: str) -> Iterator[dict[str, Any]]:
    course = f"urn:coil-bridge:pairing:{person.group.pairing_id}:{person.group.institution_id}"
    for week in sorted({monday(date.fromordinal(day)) for day in person.days}):
        yield _statement(name, pilot_id, verb="interacted", what=course, week=week, result={})
    for number, each in enumerate(person.attended, start=1):
        if each.standing is not Standing.ABSENT and (each.measured or each.estimated):
            start = (each.measured or each.estimated)[0][0]
            week = monday(datetime.fromtimestamp(start * 60, UTC).date())
            minutes = max(round(each.minutes / _QUARTER), 1) * _QUARTER
            result = {"duration": f"PT{minutes}M", "completion": each.standing is Standing.PRESENT}
            what = f"{course}:session:{number}"
            yield _statement(name, pilot_id, verb="attended", what=what, week=week, result=result)


def _statement(
    actor: str, pilot_id: str, *, verb: str, what: str, week: date, result: dict[str, Any]
) -> dict[str, Any]:
    """Times are Monday noon of the week."""
    at = datetime.combine(week, time(12), UTC)
    name = f"{pilot_id}:{actor}:{verb}:{what}:{at.isoformat()}"
    statement: dict[str, Any] = {
        "id": str(uuid.uuid5(_NAMESPACE, name)),
        "actor": {
            "objectType": "Agent",
            "account": {"homePage": f"urn:coil-bridge:pilot:{pilot_id}", "name": actor},
        },
        "verb": {"id": _VERBS[verb], "display": {"en": verb}},
        "object": {"objectType": "Activity", "id": what},
        "timestamp": f"{at:%Y-%m-%dT%H:%M:%SZ}",
    }
    return statement | ({"result": result} if result else {})

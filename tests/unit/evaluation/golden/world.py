"""The pilot of NOTES.md as stored values. Local times are written as they are read on the wall there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from coil_bridge.domain import Phase
from coil_bridge.evaluation.attendance import (
    Meeting,
    Override,
    Presence,
    PresenceSource,
    Verdict,
    minute_of,
)
from coil_bridge.evaluation.definitions.registry import CompletionRule
from coil_bridge.evaluation.facts import Actor, Reply, Rules, Stored, Trait
from coil_bridge.evaluation.packed_events import block, pack
from coil_bridge.evaluation.records import EventKind, Member, Part, PilotCourse
from coil_bridge.evaluation.sittings import bulk
from coil_bridge.evaluation.windows import course_window, minutes_of, phase_windows
from tests.unit.evaluation.pilots import ALMATY, BELGRADE, PILOT, SHANGHAI, course

THROUGH = date(2026, 11, 15)
_SEEN = datetime(2026, 11, 10, 6, 0, tzinfo=UTC)
_PHASES = (
    Phase("autumn", "pilot", PILOT.name, "Autumn", date(2026, 10, 1), date(2026, 10, 31)),
    Phase("winter", "pilot", PILOT.name, "Winter", date(2026, 10, 31), date(2026, 11, 15)),
)
_WINTER = {"phase_id": "winter", "phase_name": "Winter"}
_V = {"starts_on": date(2026, 10, 12), "ends_on": date(2026, 10, 31), "pairing_title": "Voices"}
_W = {"starts_on": date(2026, 10, 31), "ends_on": date(2026, 11, 20), "pairing_title": "Water", **_WINTER}
COURSES: dict[str, PilotCourse] = {
    "V-Belgrade": course(BELGRADE, "v", **_V),
    "V-Almaty": course(ALMATY, "v", **_V),
    "W-Belgrade": course(BELGRADE, "w", model="CLIL", **_W),
    "W-Shanghai": course(SHANGHAI, "w", model="CLIL", **_W),
    "X-Almaty": course(ALMATY, "x", **_WINTER),
    "X-Shanghai": course(SHANGHAI, "x", **_WINTER),
}
STUDENTS = {
    "V-Belgrade": ["b1", "b2", "b3", "b4", "b5", "b6", "b7", "ga1"],
    "V-Almaty": ["a1", "a2", "a3", "a4", "a5"],
    "W-Belgrade": ["b1", "b2", "b3", "b4", "b5"],
    "W-Shanghai": ["s1", "s2", "s3", "s4", "s5"],
    "X-Almaty": ["x1", "x2", "x3"],
}
_COMPLETED = {"b1": True, "b2": True, "b3": True, "b4": True, "b5": False, "b6": True}
_FIRST_MEETING = datetime(2026, 10, 20, 14, 0, tzinfo=ZoneInfo("Europe/Belgrade"))
MEETINGS = (
    Meeting("V1", "v", minute_of(_FIRST_MEETING), 60),
    Meeting("V2", "v", minute_of(datetime(2026, 10, 27, 14, 0, tzinfo=ZoneInfo("Europe/Belgrade"))), 60),
    Meeting("W1", "w", minute_of(datetime(2026, 11, 4, 9, 0, tzinfo=ZoneInfo("Europe/Belgrade"))), 90),
)


def members() -> list[Member]:
    found = []
    for unit, names in STUDENTS.items():
        of = COURSES[unit]
        for name in names:
            completed = _COMPLETED.get(name) if unit == "V-Belgrade" else None
            seen = datetime(2026, 10, 1, 6, 0, tzinfo=UTC) if name == "b7" else _SEEN
            found.append(Member(of.pairing_id, of.course_id, name, Part.STUDENT, None, completed, seen))
    teacher = COURSES["V-Belgrade"]
    return [*found, Member(teacher.pairing_id, teacher.course_id, "t1", Part.STAFF, None, None, _SEEN)]


def actors() -> dict[tuple[str, str], Actor]:
    pairs = [(unit, name) for unit, names in STUDENTS.items() for name in names] + [("V-Belgrade", "t1")]
    return {
        (unit, name): Actor(
            number,
            COURSES[unit].pairing_id,
            COURSES[unit].course_id,
            name,
            Part.STAFF if name == "t1" else Part.STUDENT,
        )
        for number, (unit, name) in enumerate(pairs, start=1)
    }


def events() -> list[tuple[str, str, datetime]]:
    """Unit, who, and the local time."""

    def at(unit: str, who: str, text: str, fold: int = 0) -> tuple[str, str, datetime]:
        zone = ZoneInfo(COURSES[unit].institution.zone)
        return unit, who, datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)

    b, w = "V-Belgrade", "W-Belgrade"
    return [
        at(b, "b1", "2026-10-25T02:30"),
        at(b, "b1", "2026-10-25T02:50"),
        at(b, "b1", "2026-10-25T02:10", fold=1),
        at(b, "b1", "2026-10-25T23:50"),
        at(b, "b1", "2026-10-26T00:05"),
        at(b, "b1", "2026-10-31T10:00"),
        at(w, "b1", "2026-10-31T10:00"),
        *(at(b, who, "2026-10-20T10:00") for who in ("b2", "b3", "b4", "b5")),
        at("V-Almaty", "a1", "2026-10-19T01:00"),
        *(
            at("V-Almaty", who, f"2026-10-21T{clock}")
            for who in ("a2", "a3", "a4")
            for clock in ("12:00", "12:20", "13:00")
        ),
        *(at("W-Shanghai", who, "2026-11-02T00:30") for who in STUDENTS["W-Shanghai"]),
        at("W-Shanghai", "s1", "2026-11-16T10:00"),
    ]


def presences() -> list[Presence]:
    v1, v2, w1 = (meeting.starts for meeting in MEETINGS)
    b, a, s = (COURSES[unit].course_id for unit in ("V-Belgrade", "V-Almaty", "W-Shanghai"))
    rows = []
    for name in ("b1", "b2", "b3", "b4", "b5"):
        rows.append(Presence("V1", b, name, v1, v1 + 60, PresenceSource.FILE))
        rows.append(Presence("V2", b, name, v2, v2 + 40, PresenceSource.FILE))
        rows.append(Presence("V2", b, name, v2 + 30, v2 + 51, PresenceSource.ROOM))
    rows += [Presence("V1", a, name, v1 + 6, None, PresenceSource.JOIN) for name in STUDENTS["V-Almaty"]]
    rows += [Presence("W1", s, name, w1 - 5, w1 + 90, PresenceSource.FILE) for name in STUDENTS["W-Shanghai"]]
    return rows


def stored(**changes: Any) -> Stored:
    who = actors()
    happened = [
        (who[unit, name].no, minute_of(local), local.date().toordinal()) for unit, name, local in events()
    ]
    v2 = MEETINGS[1].starts
    rooms = [(who["V-Almaty", name].no, v2 + 10) for name in STUDENTS["V-Almaty"]]
    windows = phase_windows(_PHASES)
    spans = {
        actor.no: minutes_of(course_window(COURSES[unit], windows, THROUGH), COURSES[unit].institution.zone)
        for (unit, _), actor in who.items()
    }
    timed = bulk([block([pack(*event, EventKind.VIEW) for event in happened])], spans, 30)
    day = date(2026, 10, 21).toordinal()
    said = [("b1", "b2", 2), ("b2", "b1", 1), ("b3", "ga1", 1), ("ga1", "b3", 1), ("ga1", "b4", 1)]
    said.append(("t1", "b1", 1))
    value = Stored(
        pilot=replace(
            PILOT, starts_on=date(2026, 10, 1), ends_on=date(2026, 12, 31), suppression_threshold=5
        ),
        phases=_PHASES,
        courses=list(COURSES.values()),
        pulled=frozenset(
            (each.pairing_id, each.course_id) for unit, each in COURSES.items() if unit != "X-Shanghai"
        ),
        members=members(),
        actors=list(who.values()),
        days=sorted({(actor, day_, 1) for actor, _, day_ in happened}),
        sitting_minutes=timed.minutes,
        joins=rooms,
        replies=[
            Reply(who["V-Belgrade", by].no, who["V-Belgrade", to].no, day, count) for by, to, count in said
        ],
        meetings=MEETINGS,
        presences=presences(),
        overrides=[
            Override(
                "V2", COURSES["V-Almaty"].course_id, "a5", Verdict.MINUTES, 30, "left early", "t2", _SEEN
            )
        ],
        traits={
            **{f"b{number}": Trait("female", "RS") for number in range(1, 8)},
            **{name: Trait("male") for name in STUDENTS["V-Almaty"]},
            "ga1": Trait(home=ALMATY.id),
        },
        excluded=frozenset(),
        rules=Rules(completion=CompletionRule.MOODLE_OR_SESSIONS),
        through=THROUGH,
    )
    return replace(value, **changes)

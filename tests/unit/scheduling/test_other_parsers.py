"""Feeds read by parsers that share no code with icalendar: ical.js and node-ical (npm), and vobject.

And two expanders that know nothing of each other (ical.js's own and recurring-ical-events) find the same
instants. The npm packages are installed from their lock file beside ``tests/parsers/parse.mjs``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
import recurring_ical_events
import vobject

from scheduling.ical import FeedEvent, build_feed
from tests.required import skip_or_fail
from tests.unit.scheduling.clocks import utc
from tests.unit.scheduling.feeds import INFO, SESSION

PARSERS = Path(__file__).parents[2] / "parsers"
Parse = Callable[[bytes], dict[str, Any]]

# One before, one after and one on the night of each clock change in 2026/27 of the consortium's zones.
CHANGES = ["2026-10-25 01:00", "2026-11-01 06:00", "2026-10-29 21:00", "2027-03-14 07:00", "2027-03-28 01:00"]
TEXTS = [
    "Team building; first meeting, all groups",
    "Упознавање · Танысу · 见面",
    'Quotes "here" and \\ there, https://meet.example/a?b=1&c=2',
    "A very long title " * 9,
]


def many() -> list[FeedEvent]:
    starts = [utc(each) + timedelta(days=shift) for each in CHANGES for shift in (-1, 0, 1)]
    return [
        replace(
            SESSION,
            uid=f"session-{number}@coil.example",
            sequence=number,
            start=start,
            minutes=45 + number,
            summary=TEXTS[number % len(TEXTS)].strip(),
            description=f"{TEXTS[number % len(TEXTS)]}\n\nBelgrade: 15:00\nАлматы: 19:00",
            cancelled=number % 5 == 4,
        )
        for number, start in enumerate(starts)
    ]


@pytest.fixture(scope="session")
def parse() -> Parse:
    """What the two npm packages make of a calendar."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        skip_or_fail(
            "node", "Node.js and npm are not installed; feeds are not tried with ical.js and node-ical"
        )
    if not (PARSERS / "node_modules").is_dir():
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        done = subprocess.run(command, cwd=PARSERS, capture_output=True, text=True, timeout=90, check=False)
        if done.returncode:
            shutil.rmtree(PARSERS / "node_modules", ignore_errors=True)
            skip_or_fail("node", f"npm cannot install the parsers: {done.stderr[-300:]}")

    def read(feed: bytes) -> dict[str, Any]:
        done = subprocess.run(
            ["node", "parse.mjs"], cwd=PARSERS, input=feed, capture_output=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr.decode()
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return read


def iso(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def expected(event: FeedEvent) -> dict[str, Any]:
    return {
        "uid": event.uid,
        "sequence": event.sequence,
        "summary": f"Cancelled: {event.summary}" if event.cancelled else event.summary,
        "description": event.description,
        "location": event.location,
        "start": iso(event.start),
        "end": iso(event.start + timedelta(minutes=event.minutes)),
        "status": "CANCELLED" if event.cancelled else "CONFIRMED",
        "modified": iso(event.changed_at),
    }


@pytest.mark.parametrize("parser", ["ical.js", "node-ical"])
def test_a_feed_means_the_same_to_another_parser(parse: Parse, parser: str) -> None:
    events = many()
    found = parse(build_feed(INFO, events, "Cancelled:"))[parser]["events"]
    assert {each["uid"]: {name: each[name] for name in expected(events[0])} for each in found} == {
        each.uid: expected(each) for each in events
    }


def test_what_a_feed_says_of_itself_is_read_too(parse: Parse) -> None:
    found = parse(build_feed(INFO, many(), "Cancelled:", timedelta(minutes=15)))["ical.js"]
    # ical.js knows no NAME (RFC 7986) and leaves its text as it is written.
    assert found["name"].replace("\\,", ",") == INFO.name
    assert (found["color"], found["refresh"]) == (INFO.color, "PT6H")
    for each in found["events"]:
        assert each["conference"] == SESSION.conference
        assert each["alarms"] == ([] if each["status"] == "CANCELLED" else ["-PT15M"])


def test_vobject_reads_the_same() -> None:
    events = many()
    read = vobject.readOne(build_feed(INFO, events, "Cancelled:").decode())
    found = {
        each.uid.value: (each.dtstart.value, each.dtend.value, each.description.value)
        for each in read.vevent_list
    }
    assert found == {
        it.uid: (it.start, it.start + timedelta(minutes=it.minutes), it.description) for it in events
    }


def test_two_expanders_that_know_nothing_of_each_other_find_the_same_instants(parse: Parse) -> None:
    feed = build_feed(INFO, many(), "Cancelled:", timedelta(hours=1))
    by_ical_js = {each["uid"]: each["instants"] for each in parse(feed)["ical.js"]["events"]}
    occurrences = recurring_ical_events.of(icalendar.Calendar.from_ical(feed)).between(
        datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    )
    by_python: dict[str, list[str]] = {}
    for each in occurrences:
        by_python.setdefault(str(each["UID"]), []).append(iso(each.start))
    assert by_python == by_ical_js == {each.uid: [iso(each.start)] for each in many()}


def test_an_empty_feed_is_one_too(parse: Parse) -> None:
    found = parse(build_feed(INFO, [], "Cancelled:"))
    assert found["ical.js"]["events"] == found["node-ical"]["events"] == []


def test_the_lock_file_names_no_other_place_than_the_public_registry() -> None:
    lock = json.loads((PARSERS / "package-lock.json").read_text("utf-8"))
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert packages
    for each in packages.values():
        assert each["integrity"].startswith("sha512-")
        assert each.get("resolved", "https://registry.npmjs.org/").startswith("https://registry.npmjs.org/")

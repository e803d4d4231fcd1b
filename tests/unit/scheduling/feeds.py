"""A feed to change one thing in, and a reader that shares no code with the one under test."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import vobject

from scheduling.ical import FeedEvent, FeedInfo
from tests.unit.scheduling.clocks import utc

INFO = FeedInfo(
    name="COIL: Beograd, Алматы & 上海",
    description="Joint sessions of Urban Sociology; all times in the description",
    source_url="https://coil.example/calendar/k3y.ics",
    color="teal",
    language="sr-Latn",
    refresh=timedelta(hours=6),
    product="COIL Bridge",
)

SESSION = FeedEvent(
    uid="session-1@coil.example",
    sequence=2,
    start=utc("2026-11-03 14:00"),
    minutes=90,
    summary="Team building; first meeting, all groups",
    description="Belgrade: Tuesday 15:00\nАлматы: 19:00\n上海: 22:00",
    location="Room 12, Studentski trg",
    url="https://coil.example/sessions/1?from=feed&lang=sr",
    conference="https://meet.example/coil,one;two",
    cancelled=False,
    changed_at=utc("2026-10-20 09:30"),
    created_at=utc("2026-09-15 08:00"),
)


def session(**changes: Any) -> FeedEvent:
    return replace(SESSION, **changes)


def physical_lines(feed: bytes) -> list[bytes]:
    assert feed.endswith(b"\r\n")
    return feed[:-2].split(b"\r\n")


def logical_lines(feed: bytes) -> list[str]:
    return feed.decode().replace("\r\n ", "").split("\r\n")[:-1]


def read(feed: bytes) -> Any:
    return vobject.readOne(feed.decode())


def events(feed: bytes) -> list[Any]:
    return list(read(feed).contents.get("vevent", []))

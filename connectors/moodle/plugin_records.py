"""What goes to our plugin and what comes back from it, as typed values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from connectors.moodle.text import linked_html, safe_name
from connectors.moodle.wire import Value

OLDEST_PLUGIN = 2026112202  # the version whose answers this code reads

EventStatus = Literal["confirmed", "tentative", "cancelled"]
_LONGEST_KEY = 191


@dataclass(frozen=True)
class PluginInfo:
    """What the plugin says of itself. ``version`` is Moodle's number for it.

    ``reader`` is the log store that it reads, empty where none can be; ``newest`` the highest row id
    there. ``hooks`` says whether notifications are switched on, ``waiting`` how many wait to be sent,
    ``dropped`` how many were given up since the installation. ``lacks`` are rights of the service's role
    that the account does not have in the whole system.
    """

    version: int
    release: str
    reader: str
    newest: int
    hooks: bool
    waiting: int
    dropped: int
    lacks: Sequence[str] = ()

    @property
    def too_old(self) -> bool:
        """Whether an upgrade is needed before it can be used."""
        return self.version < OLDEST_PLUGIN


@dataclass(frozen=True)
class RefusedCourse:
    """A course that the service account may not read, and why."""

    course_id: int
    reason: str


@dataclass(frozen=True)
class FactsEnvelope:
    """The answer of local_coilbridge_get_facts, its rows still packed."""

    data: str
    cursor: int
    complete: bool
    refused: Sequence[RefusedCourse]


@dataclass(frozen=True)
class CalendarEntry:
    """An event of a course's calendar under a key of ours; ``description`` is plain text.

    A cancelled one stays in the calendar; its title has to say so, as Moodle's calendar has no place for
    the status, by which our plugin leaves it out of the next sessions. Raises ValueError for a negative
    length, which breaks the calendar export of everybody concerned, and for an unusable key.
    """

    key: str
    course_id: int
    name: str
    description: str
    location: str
    starts_at: datetime
    length: timedelta
    status: EventStatus = "confirmed"

    def __post_init__(self) -> None:
        if self.length < timedelta(0) or self.starts_at.utcoffset() is None:
            raise ValueError("an event starts at an instant and does not end before it")
        if not 0 < len(self.key.encode()) <= _LONGEST_KEY:
            raise ValueError(f"a key has 1 to {_LONGEST_KEY} bytes")

    def parameters(self) -> dict[str, Value | None]:
        """The item for local_coilbridge_put_events."""
        return {
            "key": self.key,
            "courseid": self.course_id,
            "name": safe_name(self.name),
            "description": linked_html(self.description),
            "location": safe_name(self.location),
            "timestart": int(self.starts_at.timestamp()),
            "timeduration": int(self.length.total_seconds()),
            "status": self.status,
        }


@dataclass(frozen=True)
class PutResult:
    """What became of a calendar event; ``event_id`` is Moodle's, ``None`` when there is none.

    ``outcome``: created, updated, unchanged, deleted or absent; else why not: unknown, closed, capability
    or groups.
    """

    key: str
    event_id: int | None
    outcome: str

    @property
    def refused(self) -> bool:
        """Whether nothing was done for want of the course or a right in it."""
        return self.outcome in {"unknown", "closed", "capability", "groups"}


@dataclass(frozen=True)
class PairedCourse:
    """A course that is paired; ``url`` is the pairing's page here, ``pairing`` our name for it."""

    course_id: int
    pairing: str
    url: str

    def parameters(self) -> dict[str, Value | None]:
        """The item for local_coilbridge_set_courses."""
        return {"courseid": self.course_id, "pairing": self.pairing, "url": self.url}


@dataclass(frozen=True)
class CoursesTold:
    """How many courses the plugin now counts as paired, and which it could not look into."""

    courses: int
    refused: Sequence[RefusedCourse]

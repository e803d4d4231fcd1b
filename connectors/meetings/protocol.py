"""What every meeting service does for a joint session, whatever it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Part(StrEnum):
    """In which part somebody comes in."""

    MODERATOR = "moderator"
    VIEWER = "viewer"


@dataclass(frozen=True)
class Meeting:
    """A meeting; ``id`` is opaque and the same for ever, ``length`` from the opening of the door to the end.

    ``back_to`` is the address to which people return when they leave, ``tell_to`` the one at which we want
    to be told afterwards who was inside.
    """

    id: str
    name: str
    length: timedelta
    back_to: str
    tell_to: str = ""


@dataclass(frozen=True)
class Guest:
    """Somebody who comes in: the name that the others see, and an opaque id."""

    id: str
    name: str = field(repr=False)
    part: Part


@dataclass(frozen=True)
class Recording:
    """A published recording of a meeting; ``starts_at`` is an instant in UTC."""

    id: str
    kind: str
    url: str
    starts_at: datetime
    length: timedelta


class MeetingFailed(Exception):
    """The meeting service did not do it; ``key`` says why in one word, for logs and tests."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class MeetingService(Protocol):
    """A service with rooms. Every method raises MeetingFailed."""

    def check(self) -> None:
        """Whether the service answers and knows us, as far as it can be asked."""

    def prepare(self, meeting: Meeting) -> None:
        """Make sure that the meeting is there; as often as wanted."""

    def way_in(self, meeting: Meeting, guest: Guest) -> str:
        """The address by which this guest goes in, now; it is for this guest alone."""

    def end(self, meeting: Meeting) -> None:
        """End the meeting for everybody; one that is not there has ended."""

    def recordings(self, meeting: Meeting) -> Sequence[Recording]:
        """What was recorded of the meeting and is published by now."""

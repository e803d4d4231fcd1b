"""Rooms, the sizes of courses, recordings, and which sessions meet at the same time: the queries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, or_, select, update

from coil_bridge.domain import SessionState
from coil_bridge.errors import Reason
from coil_bridge.storage.room_tables import course_size, room_offer, session_recording
from coil_bridge.storage.tables import joint_session
from coil_bridge.storage.writes import upsert

_BOOKING_LOCK = 0x524F4F4D  # any constant of ours: "ROOM"


class RoomKind(StrEnum):
    """What stands behind a room that is offered."""

    BIGBLUEBUTTON = "bigbluebutton"
    JITSI = "jitsi"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class RoomOffer:
    """A room that teachers may choose; ``institution_id`` None: in every pairing.

    ``address`` is a server's, or the link of one room. ``capacity`` None: nobody said.
    """

    id: str
    kind: RoomKind
    name: str
    institution_id: str | None
    address: str
    app_id: str | None
    secret_encrypted: bytes | None = field(repr=False)
    capacity: int | None
    added_at: datetime
    checked_at: datetime | None
    problem: Reason | None


@dataclass(frozen=True, slots=True)
class Booking:
    """A planned session with a room, as far as double booking is concerned."""

    session_id: str
    pairing_id: str
    starts_at: datetime
    minutes: int
    room_url: str

    @property
    def ends_at(self) -> datetime:
        """The instant at which the room is free again."""
        return self.starts_at + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class StoredRecording:
    """A recording of a session that can be watched."""

    session_id: str
    record_id: str
    kind: str
    url: str
    minutes: int


_OFFER = [each.name for each in fields(RoomOffer)]


class Rooms:
    """Rooms and what is known around them, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, offer: RoomOffer) -> None:
        """Store a new room."""
        self._connection.execute(insert(room_offer), asdict(offer))

    def get(self, offer_id: str) -> RoomOffer | None:
        """One room that is offered."""
        found = self._offers(room_offer.c.id == offer_id)
        return found[0] if found else None

    def all(self) -> list[RoomOffer]:
        """Every room that is offered, by name."""
        return self._offers()

    def for_institutions(self, institution_ids: Collection[str]) -> list[RoomOffer]:
        """The rooms that pairings of these institutions may use, by name."""
        mine = room_offer.c.institution_id.in_(sorted(institution_ids))
        return self._offers(or_(room_offer.c.institution_id.is_(None), mine))

    def set_checked(self, offer_id: str, at: datetime, problem: Reason | None) -> None:
        """Keep how the last check went."""
        values = {"checked_at": at, "problem": problem}
        self._connection.execute(update(room_offer).where(room_offer.c.id == offer_id).values(values))

    def remove(self, offer_id: str, at: datetime) -> bool:
        """Offer a room no longer, and forget its secret; False when it was not there."""
        done = self._connection.execute(
            update(room_offer)
            .where(room_offer.c.id == offer_id, room_offer.c.removed_at.is_(None))
            .values(removed_at=at, secret_encrypted=None)
        )
        return done.rowcount == 1

    def one_booking_at_a_time(self) -> None:
        """Two who book the same room at once come one after the other; SQLite's writes do so anyway."""
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(select(func.pg_advisory_xact_lock(_BOOKING_LOCK)))

    def bookings(self, starts_at: datetime, ends_at: datetime, longest: timedelta) -> list[Booking]:
        """Planned sessions with a room at any time between two instants; none lasts more than ``longest``."""
        names = ("pairing_id", "starts_at", "minutes", "room_url")
        query = (
            select(joint_session.c.id.label("session_id"), *(joint_session.c[name] for name in names))
            .where(
                joint_session.c.state == SessionState.PLANNED,
                joint_session.c.room_url.is_not(None),
                joint_session.c.starts_at < ends_at,
                joint_session.c.starts_at > starts_at - longest,
            )
            .order_by(joint_session.c.starts_at, joint_session.c.id)
        )
        found = [Booking(**row) for row in self._connection.execute(query).mappings()]
        return [each for each in found if each.ends_at > starts_at]

    def set_size(self, course_id: str, people: int, at: datetime) -> None:
        """Keep how many people a course has."""
        row: dict[str, Any] = {"course_id": course_id, "people": people, "counted_at": at}
        upsert(self._connection, course_size, row, key=("course_id",))

    def people(self, course_ids: Collection[str]) -> int:
        """How many people these courses have together, as far as they were counted."""
        query = select(func.sum(course_size.c.people)).where(course_size.c.course_id.in_(sorted(course_ids)))
        return int(self._connection.execute(query).scalar_one() or 0)

    def keep_recordings(self, recordings: Sequence[StoredRecording], at: datetime) -> None:
        """Keep where recordings can be watched."""
        for each in recordings:
            row: dict[str, Any] = {**asdict(each), "found_at": at}
            upsert(self._connection, session_recording, row, key=("session_id", "record_id", "kind"))

    def recordings(self, session_id: str) -> list[StoredRecording]:
        """The recordings of a session."""
        columns = [session_recording.c[each.name] for each in fields(StoredRecording)]
        query = select(*columns).where(session_recording.c.session_id == session_id).order_by(*columns)
        return [StoredRecording(**row) for row in self._connection.execute(query).mappings()]

    def ended_between(self, first: datetime, last: datetime, address: str) -> list[Booking]:
        """Planned sessions that began between two instants in rooms whose address begins like this."""
        return [
            each for each in self.bookings(first, last, timedelta(0)) if each.room_url.startswith(address)
        ]

    def _offers(self, *conditions: ColumnElement[bool]) -> list[RoomOffer]:
        query = (
            select(*(room_offer.c[name] for name in _OFFER))
            .where(room_offer.c.removed_at.is_(None), *conditions)
            .order_by(room_offer.c.name, room_offer.c.id)
        )
        rows = self._connection.execute(query).mappings()
        return [RoomOffer(**{**row, "kind": RoomKind(row["kind"])}) for row in rows]

"""The rooms of joint sessions: which a pairing may choose, whether one is free and large enough, the way in.

A session's room is an address, as before: a pasted link stays what it is. A meeting server is chosen by an
address of our own, ``/rooms/<pairing>/<offer>``, which works in calendars and messages like any link: it
leads to the door of the session that is on, and the door asks the server for the way in, by role.

The secret of a server is encrypted in the database and goes nowhere but into checksums and tokens.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from coil_bridge.domain import CourseRole, JointSession, Pairing, Person, SessionState
from coil_bridge.errors import InvalidInput, NotFound, PartnerUnavailable, Reason
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.access import pairing_access, partners
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.agreed.session_observers import Observed
from coil_bridge.services.agreed.session_plans import LONGEST
from coil_bridge.services.context import Clock
from coil_bridge.services.meeting.joining import OPENS_BEFORE, Entry
from coil_bridge.services.meeting.room_doors import RoomDoors
from coil_bridge.services.meeting.room_records import seal
from coil_bridge.storage.rooms import Booking, RoomKind, RoomOffer, StoredRecording
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault
from connectors.meetings.bigbluebutton import BigBlueButton
from connectors.meetings.jitsi import Jitsi
from connectors.meetings.link import Link, recognise
from connectors.meetings.protocol import Guest, Meeting, MeetingFailed, MeetingService, Part
from connectors.transport import Transport

_STAYS_OPEN = timedelta(minutes=45)  # a session may run over
_RECORDINGS_COME_WITHIN = timedelta(days=14)
_PARTS = {CourseRole.TEACHER: Part.MODERATOR, CourseRole.STUDENT: Part.VIEWER}
_LONGEST = timedelta(minutes=LONGEST)

_TAKEN = mark(
    "This room is taken at that time: another session meets there. Choose another room or another time."
)
_TOO_SMALL = mark("This room holds fewer people than the courses have. Choose a larger one.")
_SERVER_FULL = mark(
    "With the sessions that meet on this server at that time there is no place for so many people."
)
_NOT_OFFERED = mark("This room is not offered to this pairing. Choose one from the list.")
_NO_ANSWER = mark("The server of the room %(room)s does not answer. Try again in a moment.")


@dataclass(frozen=True, slots=True)
class RoomChoice:
    """A room in the form of a session: the address that a session keeps, and what it is called."""

    address: str
    name: str
    kind: RoomKind
    capacity: int | None


class RoomService:
    """Offers rooms, refuses those that are taken or too small, and lets people in."""

    def __init__(
        self, *, storage: Storage, clock: Clock, vault: Vault, transport: Transport, public_url: str
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._transport = transport
        self._public_url = public_url
        self._doors = RoomDoors(clock)
        self._own = re.compile(re.escape(f"{public_url}/rooms/") + r"([a-z2-7]{16})/([a-z2-7]{16})")

    def choices(self, pairing: Pairing) -> list[RoomChoice]:
        """What the teachers of a pairing may choose, by name."""
        with self._storage.read() as tx:
            offers = tx.rooms.for_institutions(_institutions(pairing))
        return [
            RoomChoice(self.address(pairing.id, each), each.name, each.kind, each.capacity) for each in offers
        ]

    def expected(self, pairing: Pairing) -> int:
        """How many people the courses have, as far as they were counted."""
        with self._storage.read() as tx:
            return tx.rooms.people([each.course.id for each in partners(pairing)])

    def address(self, pairing_id: str, offer: RoomOffer) -> str:
        """The address that a session keeps of a room."""
        if offer.kind is RoomKind.LINK:
            return offer.address
        return f"{self._public_url}/rooms/{pairing_id}/{offer.id}"

    def changed(self, tx: Transaction, changed: Sequence[Observed]) -> None:
        """Sessions were planned or changed: rooms have to be free and large enough (``SessionObserver``).

        Raises:
            InvalidInput: one is not; the change is not made.
        """
        booked = [after for before, after in changed if before is None or _booked(before) != _booked(after)]
        booked = [each for each in booked if each.room_url and each.state is not SessionState.CANCELLED]
        if not booked:
            return
        tx.rooms.one_booking_at_a_time()
        pairing = tx.pairings.get(booked[0].pairing_id)
        for each in booked:
            if pairing is not None and each.room_url is not None:
                self._check(tx, pairing, each, each.room_url)

    def way_in(self, entry: Entry, actor: Person) -> str | None:
        """The address by which somebody goes into the room of a session, now.

        Raises:
            PartnerUnavailable: the room's server does not answer.
            NotFound: the room is not there any more.
        """
        found = self._own.fullmatch(entry.session.room_url or "")
        if found is None:
            return entry.session.room_url
        offer = self._offer(found[2])
        service, meeting = self.service(offer), self._meeting(entry.session, offer)
        try:
            self._doors.open(offer.id, meeting.id, lambda: service.prepare(meeting))
            return service.way_in(meeting, Guest(actor.id, actor.name, _PARTS[entry.role]))
        except MeetingFailed as error:
            raise PartnerUnavailable(_NO_ANSWER, {"room": offer.name}) from error

    def session_behind(self, actor: Person, pairing_id: str, offer_id: str) -> str:
        """Which session's door a room's own address leads to: the one that is on, or else the nearest.

        Raises:
            NotFound: no such room for this person.
        """
        now = self._clock()
        with self._storage.read() as tx:
            access = pairing_access(tx, actor, pairing_id)
            sessions = tx.sessions.of_pairing(pairing_id) if access.sees_sessions else []
        address = f"{self._public_url}/rooms/{pairing_id}/{offer_id}"
        here = [
            each for each in sessions if each.room_url == address and each.state is not SessionState.CANCELLED
        ]
        if not here:
            raise NotFound(mark("There is no such room."))
        coming = [each for each in here if ends_at(each) > now]
        return (coming[0] if coming else here[-1]).id

    def end(self, session: JointSession) -> None:
        """Close a session's room for everybody.

        Raises:
            PartnerUnavailable: the room's server does not answer.
        """
        found = self._own.fullmatch(session.room_url or "")
        if found is None:
            return
        offer = self._offer(found[2])
        try:
            self.service(offer).end(self._meeting(session, offer))
            self._doors.closed(session.id)
        except MeetingFailed as error:
            raise PartnerUnavailable(_NO_ANSWER, {"room": offer.name}) from error

    def can_be_closed(self, session: JointSession) -> bool:
        """Whether a teacher can close the room from here: only a BigBlueButton can be told."""
        found = self._own.fullmatch(session.room_url or "")
        if found is None:
            return False
        with self._storage.read() as tx:
            offer = tx.rooms.get(found[2])
        return offer is not None and offer.kind is RoomKind.BIGBLUEBUTTON

    def recordings(self, session: JointSession) -> list[StoredRecording]:
        """Where the recordings of a session can be watched, as far as they are known."""
        with self._storage.read() as tx:
            return tx.rooms.recordings(session.id)

    def collect_recordings(self) -> int:
        """Ask the servers for recordings of the last two weeks' sessions; for how many."""
        now = self._clock()
        with self._storage.read() as tx:
            since = now - _RECORDINGS_COME_WITHIN
            booked = tx.rooms.ended_between(since, now, f"{self._public_url}/rooms/")
            offers = {each.id: each for each in tx.rooms.all() if each.kind is RoomKind.BIGBLUEBUTTON}
        return sum(self._collect(each, offers.get(each.room_url[-16:])) for each in booked)

    def service(self, offer: RoomOffer) -> MeetingService:
        """The way to the server behind an offer."""
        secret = self._vault.decrypt(offer.secret_encrypted) if offer.secret_encrypted else ""
        if offer.kind is RoomKind.BIGBLUEBUTTON:
            return BigBlueButton(offer.address, secret, self._transport)
        if offer.kind is RoomKind.JITSI:
            return Jitsi(offer.address, offer.app_id or "", secret, self._clock)
        return Link(offer.address)

    def _collect(self, booked: Booking, offer: RoomOffer | None) -> bool:
        if offer is None:
            return False
        with self._storage.read() as tx:
            session = tx.sessions.get(booked.session_id)
        try:
            found = self.service(offer).recordings(self._meeting(session, offer)) if session else ()
        except MeetingFailed:
            return False  # it is asked again in an hour
        kept = [
            StoredRecording(
                booked.session_id, each.id, each.kind, each.url, int(each.length.total_seconds()) // 60
            )
            for each in found
        ]
        if kept:
            with self._storage.write() as tx:
                tx.rooms.keep_recordings(kept, self._clock())
        return True

    def _offer(self, offer_id: str) -> RoomOffer:
        with self._storage.read() as tx:
            offer = tx.rooms.get(offer_id)
        if offer is None:
            raise NotFound(mark("This room is not there any more. The teachers have to choose another one."))
        return offer

    def _meeting(self, session: JointSession, offer: RoomOffer) -> Meeting:
        secret = self._vault.decrypt(offer.secret_encrypted) if offer.secret_encrypted else ""
        told = f"{offer.id}/{session.id}/{seal(secret, session.id)}"
        return Meeting(
            id=session.id,
            name=session.title,
            length=OPENS_BEFORE + timedelta(minutes=session.minutes) + _STAYS_OPEN,
            back_to=f"{self._public_url}/pairings/{session.pairing_id}",
            tell_to=f"{self._public_url}/hooks/bigbluebutton/{told}",
        )

    def _check(self, tx: Transaction, pairing: Pairing, session: JointSession, room_url: str) -> None:
        at_once = [
            each
            for each in tx.rooms.bookings(session.starts_at, ends_at(session), _LONGEST)
            if each.session_id != session.id
        ]
        people = tx.rooms.people([each.course.id for each in partners(pairing)])
        offers = tx.rooms.for_institutions(_institutions(pairing))
        own = self._own.fullmatch(room_url)
        if own is None:
            room = recognise(room_url).room
            if any(recognise(each.room_url).room == room for each in at_once):
                raise InvalidInput({"room_url": [_TAKEN]})
            held = [each.capacity for each in offers if each.capacity and _is_room(each, room)]
            if held and people > max(held):
                raise InvalidInput({"room_url": [_TOO_SMALL]})
            return
        offer = next((each for each in offers if each.id == own[2]), None)
        if offer is None or own[1] != pairing.id:
            raise InvalidInput({"room_url": [_NOT_OFFERED]})
        if any(each.room_url == room_url for each in at_once):
            raise InvalidInput({"room_url": [_TAKEN]})
        if offer.capacity is not None:
            _check_places(offer.capacity, people, _others(tx, offer, at_once))


def _check_places(capacity: int, people: int, others: int) -> None:
    if people > capacity:
        raise InvalidInput({"room_url": [_TOO_SMALL]})
    if people + others > capacity:
        raise InvalidInput({"room_url": [_SERVER_FULL]})


def _others(tx: Transaction, offer: RoomOffer, at_once: Sequence[Booking]) -> int:
    """How many people meet on the same server at the same time in other sessions."""
    total = 0
    for each in at_once:
        pairing = tx.pairings.get(each.pairing_id) if each.room_url.endswith(f"/{offer.id}") else None
        if pairing is not None:
            total += tx.rooms.people([course.course.id for course in partners(pairing)])
    return total


def _is_room(offer: RoomOffer, room: str) -> bool:
    return offer.kind is RoomKind.LINK and recognise(offer.address).room == room


def _institutions(pairing: Pairing) -> list[str]:
    return [each.course.institution.id for each in partners(pairing)]


def _booked(session: JointSession) -> tuple[object, ...]:
    return (session.room_url, session.starts_at, session.minutes, session.state)


def failed(error: MeetingFailed, name: str) -> Reason:
    """Why a server could not be used, for people."""
    if error.key == "unreachable":
        return Reason(mark("%(room)s does not answer."), {"room": name})
    if error.key == "checksumError":
        return Reason(mark("%(room)s does not accept the secret."), {"room": name})
    return Reason(mark("%(room)s refuses: %(key)s"), {"room": name, "key": error.key})

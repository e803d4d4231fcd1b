"""Rooms' own records of who was inside: sent by a BigBlueButton when a meeting is over.

They become presence under the pilot's pseudonyms. A record names people by the ids under which they went in
through our door, so whoever went in by another way (a dial-in number, the room's own link) is in nobody's
figures. The same record twice changes nothing. What a record holds besides (names, talk time, chats) is not
looked at.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Sequence

from coil_bridge.domain import CourseRole, JointSession
from coil_bridge.evaluation.attendance import Presence, PresenceSource, minute_of
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.services import audit
from coil_bridge.services.activity.hooks import HookRefused
from coil_bridge.services.context import SYSTEM, Clock
from coil_bridge.services.limits import Buckets
from coil_bridge.services.piloting.attendance import pseudonyms
from coil_bridge.services.piloting.figures_queue import queue_figures
from coil_bridge.services.piloting.pilot_groups import taking_in
from coil_bridge.storage.rooms import RoomKind
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault
from connectors.meetings.records import Stay, UnreadableRecord, read_record, speaks_the_server

BIGGEST_RECORD = 4 * 1024 * 1024


def seal(secret: str, session_id: str) -> str:
    """The part of a session's address for records that nobody can guess."""
    text = f"record|{session_id}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


class RoomRecords:
    """Takes records in."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._buckets = Buckets(clock)

    def receive(
        self, offer_id: str, session_id: str, sealed: str, authorization: str, read_body: Callable[[], bytes]
    ) -> int:
        """Take the record of a session's meeting in; how many stays are new.

        The body is read when it is known that the server speaks: nobody else makes us hold megabytes.

        Raises:
            HookRefused: nobody is known to speak, there is no such meeting, or too many records come.
        """
        with self._storage.read() as tx:
            secret = self._secret(tx, offer_id)
            session = tx.sessions.get(session_id)
        if secret is None or not hmac.compare_digest(seal(secret, session_id).encode(), sealed.encode()):
            raise HookRefused(404, "no_such_meeting")
        if not speaks_the_server(authorization, secret, self._clock()):
            raise HookRefused(401, "bad_signature")
        if not self._buckets.take(offer_id):
            raise HookRefused(429, "too_many")
        try:
            meeting_id, stays = read_record(read_body())
        except UnreadableRecord:
            raise HookRefused(400, "not_readable") from None
        if session is None or meeting_id != session.id:
            raise HookRefused(404, "no_such_meeting")
        with self._storage.write() as tx:
            return self._store(tx, session, stays)

    def _secret(self, tx: Transaction, offer_id: str) -> str | None:
        offer = tx.rooms.get(offer_id)
        if offer is None or offer.kind is not RoomKind.BIGBLUEBUTTON or not offer.secret_encrypted:
            return None
        return self._vault.decrypt(offer.secret_encrypted)

    def _store(self, tx: Transaction, session: JointSession, stays: Sequence[Stay]) -> int:
        pairing = tx.pairings.get(session.pairing_id)
        pilot = taking_in(tx, pairing) if pairing else None
        sealed = tx.pilots.sealed_key(pilot[0]) if pilot else None
        if pilot is None or sealed is None:
            return 0
        pilot_id, courses = pilot
        joins = tx.attendance.joins_of([session.id], CourseRole.STUDENT)
        pairs = {(each.person_id, each.course_id) for each in joins}
        names = Pseudonymiser(self._vault.decrypt(sealed))
        who = pseudonyms(tx, names, {each.course_id: each for each in courses}, pairs)
        rows = [
            Presence(
                session.id,
                course_id,
                name,
                minute_of(stay.joined),
                minute_of(stay.left),
                PresenceSource.ROOM,
            )
            for stay in stays
            for (person_id, course_id), name in who.items()
            if person_id == stay.guest_id
        ]
        new = tx.attendance.put(pilot_id, rows)
        if new:
            now = self._clock()
            audit.record(tx, now, SYSTEM, ("session", session.id), "room_record_stored", stays=new)
            queue_figures(tx, pilot_id, now)
        return new

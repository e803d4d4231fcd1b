"""What administrators do about rooms: add a server or a room by its link, check it, remove it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from coil_bridge.domain import Person
from coil_bridge.errors import InvalidInput, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.checks import Problems, check_line, check_room
from coil_bridge.services.context import Clock, administrators_only
from coil_bridge.services.meeting.rooms import RoomService, failed
from coil_bridge.storage.rooms import RoomKind, RoomOffer
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault, new_id
from connectors.meetings.protocol import MeetingFailed

MOST_PEOPLE = 100_000


@dataclass(frozen=True, slots=True)
class RoomInput:
    """What an administrator enters; ``institution_id`` None: for every pairing of the consortium."""

    kind: RoomKind
    name: str
    address: str
    institution_id: str | None = None
    app_id: str = ""
    secret: str = field(default="", repr=False)
    capacity: int | None = None


class RoomRegistry:
    """The rooms of the installation."""

    def __init__(
        self, *, storage: Storage, clock: Clock, vault: Vault, rooms: RoomService, allow_http: bool
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._rooms = rooms
        self._allow_http = allow_http

    def all(self, actor: Person) -> list[RoomOffer]:
        """Every room that is offered, by name.

        Raises:
            Forbidden: the person is no administrator.
        """
        administrators_only(actor)
        with self._storage.read() as tx:
            return tx.rooms.all()

    def add(self, actor: Person, given: RoomInput) -> RoomOffer:
        """Offer a room, and check its server at once; kept even if the check fails, which is told.

        Raises:
            Forbidden: as ``all``.
            InvalidInput: reasons by field.
        """
        administrators_only(actor)
        self._validate(given)
        now = self._clock()
        offer = RoomOffer(
            id=new_id(),
            kind=given.kind,
            name=given.name.strip(),
            institution_id=given.institution_id,
            address=given.address.strip().rstrip("/"),
            app_id=given.app_id.strip() or None,
            secret_encrypted=self._vault.encrypt(given.secret) if given.secret else None,
            capacity=given.capacity,
            added_at=now,
            checked_at=None,
            problem=None,
        )
        with self._storage.write() as tx:
            if given.institution_id and given.institution_id not in {
                each.institution.id for each in tx.sites.all()
            }:
                raise InvalidInput({"institution_id": [mark("Please choose one from the list.")]})
            tx.rooms.insert(offer)
            audit.record(tx, now, actor, ("room", offer.id), "added", name=offer.name, room=offer.kind)
        return self.check(actor, offer.id)

    def check(self, actor: Person, offer_id: str) -> RoomOffer:
        """Ask a room's server whether it is there and takes the secret.

        Raises:
            Forbidden: as ``all``.
            NotFound: no such room.
        """
        offer, problem = self._get(actor, offer_id), None
        try:
            self._rooms.service(offer).check()
        except MeetingFailed as error:
            problem = failed(error, offer.name)
        now = self._clock()
        with self._storage.write() as tx:
            tx.rooms.set_checked(offer_id, now, problem)
        return replace(offer, checked_at=now, problem=problem)

    def remove(self, actor: Person, offer_id: str) -> RoomOffer:
        """Offer a room no longer; its secret is forgotten, sessions that meet there need another room.

        Raises:
            Forbidden: as ``all``.
            NotFound: no such room.
        """
        offer, now = self._get(actor, offer_id), self._clock()
        with self._storage.write() as tx:
            if tx.rooms.remove(offer_id, now):
                audit.record(tx, now, actor, ("room", offer.id), "removed", name=offer.name)
        return offer

    def _get(self, actor: Person, offer_id: str) -> RoomOffer:
        administrators_only(actor)
        with self._storage.read() as tx:
            offer = tx.rooms.get(offer_id)
        if offer is None:
            raise NotFound(mark("There is no such room."))
        return offer

    def _validate(self, given: RoomInput) -> None:
        problems = Problems()
        check_line(problems, "name", given.name.strip(), 100)
        check_room(problems, "address", given.address.strip())
        if not self._allow_http and not given.address.strip().startswith("https://"):
            problems.add("address", mark("Please give a web address that starts with https://"))
        if given.kind is RoomKind.BIGBLUEBUTTON and not given.secret:
            problems.add("secret", mark("A BigBlueButton needs its shared secret."))
        if given.kind is RoomKind.JITSI and bool(given.secret) != bool(given.app_id.strip()):
            problems.add("app_id", mark("App id and secret belong together: give both or none."))
        if given.capacity is not None and not 1 <= given.capacity <= MOST_PEOPLE:
            problems.add("capacity", mark("A room holds from 1 to 100,000 people."))
        problems.raise_any()

"""Calendars of teachers' own, read now and then to know when they are busy.

The address is a secret (whoever has it reads the whole calendar): it is sealed, never shown again, never in
a log or an audit entry. Only from when to when somebody is busy is kept. What goes wrong is told to the owner
and to nobody else, so reading never fails as a task: the console's page of work would show it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from coil_bridge.domain import Person
from coil_bridge.errors import Conflict, InvalidInput, Reason
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.context import Clock
from coil_bridge.storage.availability import BusyCalendar
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault
from connectors.busy_calendars import CalendarUnreadable, NoCalendar, TooMuch, read_busy
from connectors.transport import (
    AddressRefused,
    RedirectRefused,
    TimedOut,
    TlsFailed,
    TooLarge,
    Transport,
    TransportError,
)
from scheduling.zones import is_zone

READ_BUSY = "read_busy"
EVERY = timedelta(hours=6)
AHEAD = timedelta(days=425)
"""As far as anybody can look for times (60 weeks)."""
_LONGEST_ADDRESS = 2000


@dataclass(frozen=True, slots=True)
class CalendarStanding:
    """How reading a person's calendar stands; ``host`` is all that is shown of the address."""

    host: str
    added_at: datetime
    attempted_at: datetime | None
    read_at: datetime | None
    problem: Reason | None


class BusyCalendars:
    """Names, forgets and reads people's own calendars."""

    def __init__(
        self, *, storage: Storage, vault: Vault, clock: Clock, transport: Transport, allow_http: bool
    ) -> None:
        self._storage = storage
        self._vault = vault
        self._clock = clock
        self._transport = transport
        self._allow_http = allow_http

    def standing(self, actor: Person) -> CalendarStanding | None:
        """The person's own calendar, if one is named."""
        with self._storage.read() as tx:
            found = tx.availability.calendar(actor.id)
        if found is None:
            return None
        host = urlsplit(self._vault.decrypt(found.address)).hostname or ""
        return CalendarStanding(host, found.added_at, found.attempted_at, found.read_at, found.problem)

    def name(self, actor: Person, address: str, zone: str) -> None:
        """Name a calendar, instead of any other; it is read in a moment. ``zone``: for times without one.

        Raises:
            InvalidInput: the address cannot be used.
        """
        plain = self._checked(address)
        now = self._clock()
        with self._storage.write() as tx:
            clock = zone if is_zone(zone) else "UTC"
            tx.availability.set_calendar(actor.id, self._vault.encrypt(plain), clock, now)
            audit.record(tx, now, actor, ("person", actor.id), "busy_calendar_named")
            self._queue(tx, actor.id, now)

    def forget(self, actor: Person) -> None:
        """Forget the address and everything that was read."""
        with self._storage.write() as tx:
            if tx.availability.forget_calendar(actor.id):
                audit.record(tx, self._clock(), actor, ("person", actor.id), "busy_calendar_forgotten")

    def refresh(self, actor: Person) -> None:
        """Read the calendar again, in a moment.

        Raises:
            Conflict: no calendar is named.
        """
        with self._storage.write() as tx:
            if tx.availability.calendar(actor.id) is None:
                raise Conflict(mark("No calendar is named any more."))
            self._queue(tx, actor.id, self._clock())

    def queue_all(self) -> int:
        """Queue the reading of every calendar that has not been looked at for some hours; how many."""
        now = self._clock()
        with self._storage.write() as tx:
            due = tx.availability.calendars_to_read(now - EVERY)
            return sum(self._queue(tx, each, now) for each in due)

    def perform(self, payload: Mapping[str, Any]) -> None:
        """The worker's part: read one person's calendar and keep when they are busy."""
        with self._storage.read() as tx:
            calendar = tx.availability.calendar(payload["person_id"])
        if calendar is not None:
            self._read(calendar)

    def close(self) -> None:
        """Close the connections to calendars' servers."""
        self._transport.close()

    def _read(self, calendar: BusyCalendar) -> None:
        now = self._clock()
        address = self._vault.decrypt(calendar.address)
        try:
            busy = read_busy(self._transport, address, calendar.zone, now - timedelta(days=1), now + AHEAD)
        except (TransportError, NoCalendar, CalendarUnreadable) as error:
            with self._storage.write() as tx:
                tx.availability.calendar_failed(calendar.person_id, calendar.address, _problem(error), now)
            return
        with self._storage.write() as tx:
            tx.availability.calendar_read(calendar.person_id, calendar.address, busy, now)

    @staticmethod
    def _queue(tx: Transaction, person_id: str, now: datetime) -> bool:
        key = f"{READ_BUSY}:{person_id}"
        return tx.tasks.queue(READ_BUSY, {"person_id": person_id}, at=now, dedup_key=key)

    def _checked(self, address: str) -> str:
        """The address as it is fetched: calendar programs hand out webcal for https."""
        text = address.strip()
        if text.lower().startswith(("webcal://", "webcals://")):
            text = f"https://{text.partition('://')[2]}"
        if len(text) > _LONGEST_ADDRESS or not text.isprintable() or " " in text:
            raise _refused(mark("This is not a web address."))
        try:
            parts = urlsplit(text)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise _refused(mark("This is not a web address.")) from None
        if parts.scheme not in {"https", "http"} or not host:
            raise _refused(mark("This is not a web address."))
        if parts.username or parts.password:
            raise _refused(mark("Leave user name and password out of the address."))
        if parts.scheme == "http" and not self._allow_http:
            raise _refused(mark("The address must begin with https: your calendar would travel unprotected."))
        return text


def _refused(reason: str) -> InvalidInput:
    return InvalidInput({"address": [reason]})


_PROBLEMS: tuple[tuple[type[Exception], str], ...] = (
    (AddressRefused, mark("The address leads to a network that this service does not talk to.")),
    (RedirectRefused, mark("The address leads on to another one. Please give that one.")),
    (TlsFailed, mark("The calendar’s server has no valid certificate.")),
    (TimedOut, mark("The calendar’s server did not answer in time.")),
    (TooLarge, mark("The calendar is larger than what is read here (4 MB).")),
    (TransportError, mark("The calendar’s server could not be reached.")),
    (
        TooMuch,
        mark("The calendar holds more than what is read here, or an event that repeats many times a day."),
    ),
    (CalendarUnreadable, mark("The calendar cannot be read: something in it is no valid iCalendar.")),
)


def _problem(error: Exception) -> Reason:
    if isinstance(error, NoCalendar):
        if error.status != 200:
            return Reason(mark("The calendar’s server answered %(status)s."), {"status": error.status})
        return Reason(mark("What is at this address is no calendar (iCalendar)."))
    return Reason(next(text for kind, text in _PROBLEMS if isinstance(error, kind)))

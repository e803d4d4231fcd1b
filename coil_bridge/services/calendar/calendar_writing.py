"""The calls that bring one course's calendar in Moodle to what is wanted, and the notes between them.

Every event that is created was claimed in our database before, and every answer is noted before the next
call. An event is changed in place where Moodle's form may be used and the service account's clock is UTC;
otherwise it is taken out and put in anew, in this order: a gap heals by itself, a double would not.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from coil_bridge.domain import Course
from coil_bridge.errors import Reason
from coil_bridge.services.calendar.calendar_events import session_in
from coil_bridge.services.calendar.calendar_steps import Known, Seen, Steps, Wanted, decide
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.partners import reason_of
from coil_bridge.storage.storage import Storage, Transaction
from connectors.moodle.client import MoodleClient, NewCalendarEvent
from connectors.moodle.course_calendar import ListedEvent
from connectors.moodle.errors import (
    FunctionNotAllowed,
    MoodleError,
    MoodleFault,
    PermissionMissing,
    RecordUnknown,
)
from connectors.moodle.functions import Function
from connectors.moodle.plugin_records import CalendarEntry
from connectors.moodle.records import SiteInfo
from scheduling.zones import ZoneError, resolve_zone

SETTLES_WITHIN = timedelta(minutes=3)
"""After this long a create that was not answered has happened or never will: PHP's own limits are shorter."""
_LEASE = timedelta(minutes=5)
_LOOK_BACK = timedelta(days=30)  # somebody may have moved an event by hand
_AT_ONCE = 40
_NEEDED = (Function.GET_EVENTS, Function.CREATE_EVENTS, Function.DELETE_EVENTS)
_UTC = frozenset({"UTC", "Etc/UTC"})


class ClaimLost(Exception):
    """Somebody else looks after this calendar by now: write nothing more."""


class Unsure(Exception):
    """Events may have been created or not; nothing is created again before ``until``."""

    def __init__(self, reason: Reason, until: datetime) -> None:
        super().__init__(reason.message)
        self.reason = reason
        self.until = until


class CalendarWriter:
    """Works on one course's calendar, under a claim of ``worker``."""

    def __init__(
        self, *, storage: Storage, clock: Clock, course: Course, public_url: str, worker: str
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._course = course
        self._public_url = public_url
        self._worker = worker

    def bring_about(
        self, client: MoodleClient, wanted: Sequence[Wanted], known: Sequence[Known]
    ) -> datetime | None:
        """Look, decide and write; when to look again, where something may be on its way.

        Raises:
            MoodleError: what the site answered; what was written until then is noted.
            Unsure: the answer to a create was lost.
            ClaimLost: somebody else has taken over.
        """
        account = client.site_info()
        for function in _NEEDED:
            if function not in account.functions:
                raise FunctionNotAllowed(client.site_name, function)
        steps = decide(wanted, known, self._look(client, account, wanted, known), self._clock())
        self._delete(client, account, steps)
        self._note(steps)
        self._change(client, account, steps.change)
        self._create(client, account, steps.create)
        return steps.wait_until

    def _look(
        self, client: MoodleClient, account: SiteInfo, wanted: Sequence[Wanted], known: Sequence[Known]
    ) -> list[Seen]:
        earliest = min([each.starts_at for each in wanted] + [self._clock()]) - _LOOK_BACK
        listed = {each.id: each for each in client.calendar.since(self._course.moodle_id, earliest)}
        elsewhere = [each.event_id for each in known if each.event_id and each.event_id not in listed]
        listed |= {each.id: each for each in client.calendar.by_ids(elsewhere)} if elsewhere else {}
        numbers = {each.event_id for each in known}
        seen = [self._seen(each) for each in listed.values() if each.course_id == self._course.moodle_id]
        # Moodle's form leaves what it has changed without an owner.
        mine = {each.id for each in listed.values() if each.user_id in (account.user_id, None)}
        # A number alone is no proof: a restored site gives it to another event.
        return [
            each
            for each in seen
            if each.session_id is not None or (each.event_id in numbers and each.event_id in mine)
        ]

    def _seen(self, event: ListedEvent) -> Seen:
        return Seen(
            event_id=event.id,
            session_id=session_in(event.description, self._public_url),
            name=event.name,
            starts_at=event.starts_at,
            length=event.length,
        )

    def _delete(self, client: MoodleClient, account: SiteInfo, steps: Steps) -> None:
        """Take out what is not wanted; by key what our plugin has made."""
        if not steps.delete:
            return
        self._hold()
        gone: set[int | None] = set()
        if Function.PLUGIN_DELETE_EVENTS in account.functions and steps.forget:
            results = client.delete_events([self._key(session_id) for session_id in steps.forget])
            gone = {each.event_id for each in results if each.outcome == "deleted"}
        left = [event_id for event_id in steps.delete if event_id not in gone]
        if left:
            client.delete_calendar_events(left)

    def _note(self, steps: Steps) -> None:
        if steps.forget or steps.keep:
            with self._storage.write() as tx:
                tx.moodle_calendars.forget(self._course.id, steps.forget)
                for event_id, each in steps.keep:
                    tx.moodle_calendars.keep(self._course.id, each.session_id, event_id, each.content)

    def _change(self, client: MoodleClient, account: SiteInfo, changes: Sequence[tuple[int, Wanted]]) -> None:
        if not changes:
            return
        in_place = Function.CHANGE_EVENT in account.functions and _account_in_utc(client, account)
        for event_id, wanted in changes:
            self._hold()
            if self._put(client, account, [wanted], in_place_of=event_id):
                continue
            if in_place and self._changed(client, account, event_id, wanted):
                with self._storage.write() as tx:
                    tx.moodle_calendars.keep(self._course.id, wanted.session_id, event_id, wanted.content)
                continue
            client.delete_calendar_events([event_id])
            with self._storage.write() as tx:
                tx.moodle_calendars.forget(self._course.id, [wanted.session_id])
            self._create(client, account, [wanted])

    def _changed(self, client: MoodleClient, account: SiteInfo, event_id: int, wanted: Wanted) -> bool:
        """Whether Moodle's form made of the event what was wanted."""
        try:
            made = client.calendar.change(event_id, self._event(wanted), account.user_id)
        except (RecordUnknown, MoodleFault, FunctionNotAllowed):
            return False
        return (made.starts_at, made.length) == (wanted.starts_at, wanted.length)

    def _create(self, client: MoodleClient, account: SiteInfo, wanted: Sequence[Wanted]) -> None:
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            if not self._put(client, account, some):
                self._create_some(client, some)

    def _put(
        self,
        client: MoodleClient,
        account: SiteInfo,
        wanted: Sequence[Wanted],
        in_place_of: int | None = None,
    ) -> bool:
        """Let our plugin create or change events under keys of ours; False where it is not there or may not.

        Putting again changes nothing, so nothing has to be claimed, and what somebody has changed by hand is
        put right. An event that the plugin did not make itself is taken out once the plugin's own is there.
        """
        if Function.PLUGIN_PUT_EVENTS not in account.functions:
            return False
        results = client.put_events([self._entry(each) for each in wanted])
        if any(each.event_id is None for each in results):
            return False
        with self._storage.write() as tx:
            for each, made in zip(wanted, results, strict=True):
                tx.moodle_calendars.keep(self._course.id, each.session_id, made.event_id or 0, each.content)
        if in_place_of is not None and in_place_of not in {each.event_id for each in results}:
            client.delete_calendar_events([in_place_of])
        return True

    def _entry(self, wanted: Wanted) -> CalendarEntry:
        return CalendarEntry(
            key=self._key(wanted.session_id),
            course_id=self._course.moodle_id,
            name=wanted.name,
            description=wanted.description,
            location=wanted.location,
            starts_at=wanted.starts_at,
            length=wanted.length,
            status="cancelled" if wanted.called_off else "confirmed",
        )

    def _key(self, session_id: str) -> str:
        return f"{session_id}:{self._course.moodle_id}"

    def _create_some(self, client: MoodleClient, wanted: Sequence[Wanted]) -> None:
        until = self._clock() + SETTLES_WITHIN
        session_ids = [each.session_id for each in wanted]
        with self._storage.write() as tx:
            self._hold_in(tx)
            tx.moodle_calendars.begin(self._course.id, session_ids, until)
        try:
            created = client.create_calendar_events([self._event(each) for each in wanted])
        except MoodleError as error:
            if error.may_have_happened:
                raise Unsure(reason_of(error.key, error.values), until) from error
            with self._storage.write() as tx:
                tx.moodle_calendars.forget(self._course.id, session_ids)
            raise
        refused = [each.session_id for each, it in zip(wanted, created, strict=True) if it.event_id is None]
        with self._storage.write() as tx:
            for each, made in zip(wanted, created, strict=True):
                if made.event_id is not None:
                    tx.moodle_calendars.keep(self._course.id, each.session_id, made.event_id, each.content)
            tx.moodle_calendars.forget(self._course.id, refused)
        if refused:
            raise PermissionMissing(client.site_name, Function.CREATE_EVENTS, reason="calendar")

    def _event(self, wanted: Wanted) -> NewCalendarEvent:
        return NewCalendarEvent(
            course_id=self._course.moodle_id,
            name=wanted.name,
            description=wanted.description,
            starts_at=wanted.starts_at,
            length=wanted.length,
        )

    def _hold(self) -> None:
        with self._storage.write() as tx:
            self._hold_in(tx)

    def _hold_in(self, tx: Transaction) -> None:
        if not tx.moodle_calendars.hold(self._course.id, self._worker, self._clock() + _LEASE):
            raise ClaimLost


def _account_in_utc(client: MoodleClient, account: SiteInfo) -> bool:
    """Whether the service account's clock is UTC, by which Moodle's form reads wall times."""
    found = client.users_by_field("id", [account.user_id])
    spelling = next((each.timezone for each in found if each.id == account.user_id), None)
    try:
        return spelling not in (None, "99") and resolve_zone(spelling or "") in _UTC
    except ZoneError:
        return False

"""Reading one uploaded file into rows under pseudonyms, by the worker.

A downloaded log names people by their number in Moodle. An attendance list names them as the room knew
them: names and addresses are compared with the rosters of the pairing's courses, which are asked for now
and kept no longer than the comparison.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from coil_bridge.domain import JointSession
from coil_bridge.errors import Conflict, NotFound
from coil_bridge.evaluation.attendance import Presence, PresenceSource
from coil_bridge.evaluation.log_lines import sort_lines
from coil_bridge.evaluation.log_rows import Actors, LocalDays, Target
from coil_bridge.evaluation.packed_events import kinds_of
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import POSTS, Dropped, EventSource, PilotCourse
from coil_bridge.i18n import mark
from coil_bridge.services.activity.course_pull import part_of
from coil_bridge.services.activity.log_pull import tells_every_post
from coil_bridge.services.activity.names import comparable
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.services.piloting.pilot_groups import key_gone
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.storage.uploads import LOG, Upload
from coil_bridge.vault import Vault
from connectors.attendance_files import Stay, read_attendance
from connectors.local_times import TimesUnclear
from connectors.moodle.client import MoodleClient
from connectors.moodle.log_files import LogFile, LogLine, read_log
from connectors.moodle.records import EnrolledUser
from connectors.tables import NoTable, in_other_code_pages

_ROSTER = ("id", "fullname", "email", "roles")
_AROUND = timedelta(days=60)  # a log is downloaded before, during and after a pairing
_LISTED = {
    Dropped.NO_PERSON.value: True,
    Dropped.NO_TIME.value: True,
    Dropped.OTHER_COURSE.value: True,
    Dropped.NOT_A_PARTICIPANT.value: True,
}
_WHY = {
    "too_large": mark("The file is too large, or unpacks to too much."),
    "not_readable": mark("The file cannot be read. Upload it as it was downloaded."),
    "pdf": mark("A PDF cannot be read. Download it again as CSV or Excel."),
    "empty": mark("There is nothing in the file."),
    "no_log": mark(
        "This is no log of a Moodle course. In the course: More > Reports > Logs, then “Download table data”."
    ),
    "columns_lost": mark(
        "Moodle leaves columns out of a JSON file where their headings are not in Latin letters. "
        "Download the log again as CSV, Excel, OpenDocument or HTML."
    ),
    "only_totals": mark(
        "The file says how long people were there, but not when. "
        "Download the report again without “Show unique users”."
    ),
    "no_attendance": mark("This is no attendance list of BigBlueButton, Zoom or Teams that we know."),
    "several ways": mark(
        "The dates in the file can be read in several ways (day or month first). Download a longer one."
    ),
    "no times": mark("There are no times in the file."),
}


@dataclass(slots=True)
class _Account:
    read: int
    stored: int
    dropped: Counter[str]
    unmapped: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class _Timed:
    """A log and the zone of its times."""

    file: LogFile
    zone: ZoneInfo


class UploadReading:
    """Reads files and stores what is in them."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault, partners: Partners) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._partners = partners

    def read(self, value: Upload, pilot_id: str, courses: Sequence[PilotCourse], data: bytes) -> None:
        """Read a file of a pairing whose courses are given.

        Raises:
            Conflict: it is not what it was said to be, nobody's roster is known, or the key is gone.
            PartnerUnavailable: the rosters could not be asked for.
        """
        try:
            if value.kind == LOG:
                self._log(value, pilot_id, courses, data)
            else:
                self._attendance(value, pilot_id, courses, data)
        except (NoTable, TimesUnclear) as error:
            raise Conflict(_WHY[str(error)]) from None

    def _log(self, value: Upload, pilot_id: str, courses: Sequence[PilotCourse], data: bytes) -> None:
        course = next((each for each in courses if each.course_id == value.course_id), None)
        if course is None:
            raise NotFound(mark("There is no such course."))
        file = read_log(data, course.starts_on - _AROUND, course.ends_on + _AROUND)
        _check_course(file, course)
        with self._storage.write() as tx:
            names = self._names(tx, pilot_id)
            account = _store_log(tx, pilot_id, course, _Timed(file, ZoneInfo(value.zone)), names)
            self._finish(tx, value, account)

    def _attendance(self, value: Upload, pilot_id: str, courses: Sequence[PilotCourse], data: bytes) -> None:
        with self._storage.read() as tx:
            session = tx.sessions.get(value.session_id or "")
        if session is None:
            raise NotFound(mark("There is no such session."))
        day = session.starts_at.date()
        told = read_attendance(data, day - timedelta(days=1), day + timedelta(days=1))
        zone = ZoneInfo(value.zone)
        _check_session(told.stays, session, zone)
        people = self._people(courses)
        with self._storage.write() as tx:
            names = self._names(tx, pilot_id)
            dropped: Counter[str] = Counter()
            unmapped: dict[str, list[int]] = {}
            if told.unread:
                why = Dropped.NO_TIME.value
                dropped[why], unmapped[why] = len(told.unread), list(told.unread)
            rows: list[Presence] = []
            for stay in told.stays:
                found = next((people[each] for each in _called(stay) if each in people), None)
                if found is None:
                    dropped[Dropped.NO_PERSON.value] += 1
                    unmapped.setdefault(Dropped.NO_PERSON.value, []).append(stay.line)
                    continue
                course, user_id = found
                rows.append(_presence(session.id, course, names.person(course.site_id, user_id), stay, zone))
            new = tx.attendance.put(pilot_id, rows)
            dropped[Dropped.ALREADY_STORED.value] += len(rows) - new
            self._finish(tx, value, _Account(len(told.stays) + len(told.unread), new, +dropped, unmapped))

    def _people(self, courses: Iterable[PilotCourse]) -> dict[str, tuple[PilotCourse, int]]:
        """Students by address and by name; a name that two people have is nobody's."""
        found: dict[str, tuple[PilotCourse, int]] = {}
        twice: set[str] = set()
        for course in courses:
            for user in self._partners.call(course.site_id, _roster(course.moodle_id)):
                if part_of(user.roles) is None:
                    continue
                for key in filter(None, ((user.email or "").casefold(), comparable(user.full_name))):
                    if key in found and found[key] != (course, user.id):
                        twice.add(key)
                    found[key] = (course, user.id)
        return {key: each for key, each in found.items() if key not in twice}

    def _names(self, tx: Transaction, pilot_id: str) -> Pseudonymiser:
        sealed, pilot = tx.pilots.sealed_key(pilot_id), tx.pilots.get(pilot_id)
        if sealed is None or pilot is None:
            raise key_gone(pilot) if pilot else NotFound(mark("There is no such pilot."))
        return Pseudonymiser(self._vault.decrypt(sealed))

    def _finish(self, tx: Transaction, value: Upload, account: _Account) -> None:
        tx.uploads.finish(
            value.id,
            self._clock(),
            read=account.read,
            stored=account.stored,
            dropped=account.dropped,
            unmapped=account.unmapped,
        )


def _store_log(
    tx: Transaction, pilot_id: str, course: PilotCourse, timed: _Timed, names: Pseudonymiser
) -> _Account:
    key = (course.pairing_id, course.course_id)
    roster, cursor = tx.pulls.latest_done(pilot_id).get(key), tx.log_cursors.of(pilot_id).get(key)
    known = tx.events.actors(pilot_id, *key)
    if roster is None or not known:
        raise Conflict(mark("The people of the course are not known yet. Pull the pilot’s activity first."))
    number = tx.events.make_number(pilot_id)
    target = Target(
        actors=Actors(lambda user_id: known.get(names.person(course.site_id, user_id), 0)),
        days=LocalDays(course.institution.zone, course.starts_on, course.ends_on),
        posts_told=tells_every_post(roster),
    )
    told = None
    if cursor and cursor.told_from is not None and cursor.told_until is not None:
        told = (cursor.told_from, cursor.told_until)
    file = timed.file
    lines = [_line(each, timed.zone) for each in file.lines]
    found = sort_lines(lines, target, course=course.moodle_id, told=told, listed=_LISTED)
    new = tx.event_changes.missing(number, found.events).tolist()
    tx.events.append(number, EventSource.FILE, new)
    if new:
        tx.log_cursors.note_files(pilot_id, *key, posts=any(kinds_of(each) in POSTS for each in new))
    for line, why in file.unread:
        found.dropped[why] += 1
        found.unmapped.setdefault(why, []).append(line)
    found.dropped[Dropped.ALREADY_STORED.value] += len(found.events) - len(new)
    return _Account(len(file.lines) + len(file.unread), len(new), +found.dropped, found.unmapped)


def _check_course(file: LogFile, course: PilotCourse) -> None:
    """A log of another course must not become this one's."""
    named = {each.course_id for each in file.lines if each.course_id}
    if named and course.moodle_id not in named:
        raise Conflict(
            mark("This is the log of another course, not of “%(course)s”."), {"course": course.course_name}
        )


def _check_session(stays: Iterable[Stay], session: JointSession, zone: ZoneInfo) -> None:
    """Nobody's minutes would count: the file is of another session, or its times are on another clock."""
    begins = int(session.starts_at.timestamp()) // 60
    ends = begins + session.minutes
    if not any(
        _minute(each.joined, zone) < ends and (each.left is None or _minute(each.left, zone) > begins)
        for each in stays
    ):
        raise Conflict(
            mark(
                "By the times in the file nobody was there during this session. Choose the session, and on "
                "whose clock the times are: usually that of the person who downloaded the file."
            )
        )


def _line(line: LogLine, zone: ZoneInfo) -> tuple[int, int, int, str, int]:
    at = int(line.at.replace(tzinfo=zone).timestamp())
    return line.line, at, line.user_id, line.event_name, line.course_id


def _presence(session_id: str, course: PilotCourse, pseudonym: str, stay: Stay, zone: ZoneInfo) -> Presence:
    left = _minute(stay.left, zone) if stay.left else None
    joined = _minute(stay.joined, zone)
    if left is not None and left < joined:
        left = joined
    return Presence(session_id, course.course_id, pseudonym, joined, left, PresenceSource.FILE)


def _minute(at: datetime, zone: ZoneInfo) -> int:
    aware = at if at.tzinfo else at.replace(tzinfo=zone)
    return int(aware.astimezone(UTC).timestamp()) // 60


def _roster(moodle_id: int) -> Callable[[MoodleClient], Sequence[EnrolledUser]]:
    return lambda client: client.enrolled_users(moodle_id, _ROSTER)


def _called(stay: Stay) -> Iterator[str]:
    yield stay.email.casefold()
    for name in (stay.name, stay.original):
        yield comparable(name)
        yield from map(comparable, in_other_code_pages(name))

"""Files that people upload where the service cannot read by itself: Moodle's log, attendance lists.

The file waits encrypted for the worker, which reads it, stores everything that has a place in one
transaction, and wipes it. Lines without a place are listed by their number, never by what stands in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from coil_bridge.domain import JointSession, PairedCourse, Pairing, Person
from coil_bridge.errors import CoilBridgeError, Conflict, InvalidInput, NotFound, Reason
from coil_bridge.evaluation.records import RunState
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.activity.upload_reading import UploadReading
from coil_bridge.services.agreed.access import Access, pairing_access
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.pilot_groups import taking_in
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.storage.uploads import ATTENDANCE, LOG, Upload
from coil_bridge.vault import Vault, new_id
from connectors.tables import LARGEST_FILE

READ_UPLOAD = "read_upload"
"""The kind of task; its payload names the file."""
_MOST_WAITING = 10
_READ_WITHIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class UploadInput:
    """What the form gives. ``course_id`` for a log, ``session_id`` for an attendance list.

    ``zone`` is that of the times in the file; empty for the course's university's, or the session's.
    """

    kind: str
    file_name: str
    content: bytes
    course_id: str = ""
    session_id: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class UploadsView:
    """What the page of a pairing's files shows."""

    pairing: Pairing
    courses: tuple[PairedCourse, ...]  # of which this person may upload a log
    sessions: tuple[JointSession, ...]
    clocks: tuple[str, ...]  # zones on which a file's times can be
    uploads: tuple[Upload, ...]
    teaches: bool  # and so sees attendance; who only evaluates does not
    counted: bool  # the pairing counts to a pilot whose key is there

    @property
    def ended(self) -> bool:
        """Whether nothing is under way."""
        return all(each.ended for each in self.uploads)


class UploadService:
    """Takes files in, has them read, and tells what became of them."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault, reading: UploadReading) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._reading = reading

    def view(self, actor: Person, pairing_id: str) -> UploadsView:
        """A pairing's files.

        Raises:
            NotFound: there is no such pairing, or the person neither teaches in it nor evaluates.
        """
        with self._storage.read() as tx:
            access = _access(tx, actor, pairing_id)
            return UploadsView(
                pairing=access.pairing,
                courses=_courses(access),
                sessions=tuple(
                    each for each in tx.sessions.of_pairing(pairing_id) if each.starts_at <= self._clock()
                ),
                clocks=_clocks(access, actor),
                uploads=tuple(tx.uploads.of_pairing(pairing_id)),
                teaches=bool(access.teaching),
                counted=taking_in(tx, access.pairing) is not None,
            )

    def take(self, actor: Person, pairing_id: str, form: UploadInput) -> Upload:
        """Take a file in and queue its reading.

        Raises:
            NotFound: as ``view``.
            InvalidInput: reasons by field.
            Conflict: the pairing counts to no pilot, or that pilot's key is destroyed; too many files wait.
        """
        if not form.content:
            raise InvalidInput({"file": [mark("Choose a file.")]})
        if len(form.content) > LARGEST_FILE:
            raise InvalidInput({"file": [mark("The file is larger than 30 MB.")]})
        now = self._clock()
        sealed = self._vault.encrypt(form.content.decode("latin-1"))  # takes a while, and nobody has to wait
        with self._storage.write() as tx:
            access = _access(tx, actor, pairing_id)
            if form.zone and form.zone not in _clocks(access, actor):
                raise InvalidInput({"zone": [mark("Choose one of the clocks.")]})
            zone, site_id = self._place(tx, access, form)
            if sum(not each.ended for each in tx.uploads.of_pairing(pairing_id)) >= _MOST_WAITING:
                raise Conflict(
                    mark("Ten files of this pairing wait to be read. Send the next one after them.")
                )
            if taking_in(tx, access.pairing) is None:
                raise Conflict(mark("This pairing counts to no pilot that still takes in activity."))
            value = Upload(
                id=new_id(),
                pairing_id=pairing_id,
                kind=form.kind,
                course_id=form.course_id or None,
                session_id=form.session_id or None,
                zone=zone,
                file_name=form.file_name[:200],
                uploaded_by=actor.id or None,
                uploaded_at=now,
                state=RunState.QUEUED,
                finished_at=None,
                rows_read=0,
                rows_stored=0,
                rows_dropped={},
                unmapped={},
                failure=None,
            )
            tx.uploads.insert(value, sealed)
            tx.tasks.queue(READ_UPLOAD, {"upload_id": value.id}, at=now, site_id=site_id)
            detail = {"kind": form.kind, "course_id": form.course_id, "session_id": form.session_id}
            audit.record(tx, now, actor, ("pairing", pairing_id), "file_uploaded", **detail)
        return value

    def perform(self, payload: Mapping[str, Any]) -> None:
        """Read the file that a task names; everything of it is stored in one transaction, or nothing.

        Raises:
            PartnerUnavailable: names have to be looked up in a Moodle that gives no answer.
        """
        with self._storage.read() as tx:
            value = tx.uploads.get(payload["upload_id"])
            sealed = tx.uploads.content(payload["upload_id"])
            pairing = tx.pairings.get(value.pairing_id) if value else None
            pilot = taking_in(tx, pairing) if pairing else None
        if value is None or sealed is None or value.ended:
            return
        try:
            if pilot is None:
                raise Conflict(mark("This pairing counts to no pilot that still takes in activity."))
            self._reading.read(value, pilot[0], pilot[1], self._vault.decrypt(sealed).encode("latin-1"))
        except CoilBridgeError as error:
            if getattr(error, "temporary", False):
                raise
            with self._storage.write() as tx:
                tx.uploads.fail(value.id, self._clock(), error.reason)

    def prune(self) -> int:
        """Give up the files whose reading was given up (a Moodle that was away for long); how many."""
        now = self._clock()
        with self._storage.write() as tx:
            left = tx.uploads.waiting(now - _READ_WITHIN)
            for upload_id in left:
                tx.uploads.fail(
                    upload_id, now, Reason(mark("It could not be read in two days. Send it again."))
                )
        return len(left)

    def _place(self, tx: Transaction, access: Access, form: UploadInput) -> tuple[str, str | None]:
        """The zone of the file's times, and the site that the reading may have to ask."""
        if form.kind == LOG:
            for each in _courses(access):
                if each.course.id == form.course_id:
                    return form.zone or each.course.institution.zone, each.course.site_id
            raise InvalidInput({"course_id": [mark("Choose one of your courses.")]})
        if form.kind == ATTENDANCE:
            for session in tx.sessions.of_pairing(access.pairing.id):
                if session.id == form.session_id:
                    return form.zone or session.zone, None
            raise InvalidInput({"session_id": [mark("Choose a session.")]})
        raise InvalidInput({"kind": [mark("Choose what the file is.")]})


def _access(tx: Transaction, actor: Person, pairing_id: str) -> Access:
    access = pairing_access(tx, actor, pairing_id)
    if not (access.teaching or access.oversees):
        raise NotFound(mark("There is no such pairing."))
    return access


def _clocks(access: Access, actor: Person) -> tuple[str, ...]:
    """Who downloads a file has the clock of a university of the pairing, an own one, or that of servers."""
    zones = [each.course.institution.zone for each in access.pairing.courses]
    return tuple(dict.fromkeys([*zones, *filter(None, [actor.zone]), "UTC"]))


def _courses(access: Access) -> tuple[PairedCourse, ...]:
    return access.pairing.courses if access.oversees else access.teaching

"""A pilot's evidence: worked out in the worker, shown on pages, packed into one download.

Pages read what the worker made last. The figures cover whole ISO weeks, so they change once a week however
often somebody asks; a pull that brings earlier days changes them too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from importlib.metadata import version
from typing import Any, Protocol

from coil_bridge.domain import Person, Pilot
from coil_bridge.errors import CoilBridgeError, Conflict, InvalidInput, NotFound, Reason
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS, DefinitionSet
from coil_bridge.evaluation.evidence_dataset import Made, evidence_dataset
from coil_bridge.evaluation.facts import Rules
from coil_bridge.evaluation.figures import figures_again, figures_last, figures_of
from coil_bridge.evaluation.pack import Extra, Progress, write_pack
from coil_bridge.evaluation.publication import publish
from coil_bridge.evaluation.published import Published
from coil_bridge.evaluation.snapshot import Snapshot, read_snapshot, snapshot_bytes
from coil_bridge.evaluation.windows import last_sunday
from coil_bridge.evaluation.writers import archive
from coil_bridge.evaluation.xapi import statements
from coil_bridge.i18n import mark, translator
from coil_bridge.services import audit
from coil_bridge.services.context import Clock
from coil_bridge.services.piloting.attendance import Attendance
from coil_bridge.services.piloting.evidence_reading import stored_of
from coil_bridge.services.piloting.exports import ExportFile, slug
from coil_bridge.services.piloting.figures_queue import queue_figures
from coil_bridge.services.piloting.figures_state import FiguresState, being_read, state_of
from coil_bridge.services.piloting.objections import Objections
from coil_bridge.services.piloting.pilot_groups import EVALUATED, pilot_for
from coil_bridge.storage.packs import Pack
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import id_for, new_id
from scheduling.zones import zone_data

PACK = "make_pack"
"""The kind of task; its payload names the pack. That of the figures is in ``figures_queue``."""

KEPT = timedelta(days=14)
"""How long a pack can be downloaded."""


class ExtraSource(Protocol):
    """What another evaluation (surveys, certificates) adds to a pilot's pack."""

    def added(self, tx: Transaction, pilot: Pilot, chosen: DefinitionSet, through: date) -> Extra:
        """Tables, sections and files; suppressed already."""


class Evidence:
    """Works figures and packs out, and hands them over."""

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        attendance: Attendance,
        objections: Objections,
        languages: Sequence[str],
        extras: Sequence[ExtraSource] = (),
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._attendance = attendance
        self._objections = objections
        self._languages = languages
        self._extras = extras

    # Figures

    def figures(self, actor: Person, pilot_id: str) -> tuple[Pilot, Snapshot | None]:
        """What the worker made last; ``None`` before it has made anything.

        Raises:
            NotFound: there is no such pilot, or the actor may not know of it.
        """
        with self._storage.read() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            content = tx.packs.figures(pilot_id)
        return pilot, read_snapshot(content) if content else None

    def ask(self, actor: Person, pilot_id: str) -> bool:
        """Have the figures worked out anew; ``False`` when that is under way.

        Raises:
            NotFound: as ``figures``.
        """
        with self._storage.write() as tx:
            pilot_for(tx, actor, pilot_id)
            return queue_figures(tx, pilot_id, self._clock())

    def queue_stale(self) -> int:
        """Queue the figures of every pilot that is under way, or that has none; how many."""
        now = self._clock()
        with self._storage.write() as tx:
            made = tx.packs.figures_made_at()
            due = [
                pilot.id
                for pilot in tx.pilots.all()
                if pilot.id not in made
                or (made[pilot.id] < now - timedelta(hours=12) and pilot.ends_on >= now.date() - _LATE)
            ]
            return sum(queue_figures(tx, pilot_id, now) for pilot_id in due)

    def state(self, actor: Person, pilot_id: str) -> FiguresState:
        """Whether the figures are about to change.

        Raises:
            NotFound: as ``figures``.
        """
        with self._storage.read() as tx:
            pilot_for(tx, actor, pilot_id)
            return state_of(tx, pilot_id, self._clock())

    def perform(self, payload: Mapping[str, Any]) -> None:
        """The task: work a pilot's figures out, once its courses have been read."""
        pilot_id = payload["pilot_id"]
        now = self._clock()
        with self._storage.write() as tx:
            if being_read(tx, pilot_id, now):
                queue_figures(tx, pilot_id, now)
                return
            if tx.pilots.courses(pilot_id, EVALUATED) and not tx.pulls.completed_at(pilot_id):
                return  # nothing is known of anybody, which is not the same as nothing
        self._gather(pilot_id)
        chosen = SETS[CURRENT]
        try:
            published, _ = self._publish(pilot_id, chosen)
        except NotFound:
            return
        with self._storage.read() as tx:
            active = tx.evidence.last_active(pilot_id)
        dataset = evidence_dataset(published, self._made(now, chosen))
        words = {language: _words(language) for language in self._languages}
        content = snapshot_bytes(published, dataset, words, active)
        with self._storage.write() as tx:
            tx.packs.put_figures(pilot_id, now, content)

    # Rules

    def rules(self, actor: Person, pilot_id: str) -> Rules:
        """What the pilot has set.

        Raises:
            NotFound: as ``figures``.
        """
        with self._storage.read() as tx:
            pilot_for(tx, actor, pilot_id)
            return tx.evidence.rules(pilot_id)

    def set_rules(self, actor: Person, pilot_id: str, rules: Rules) -> None:
        """Change what the pilot has set; the figures are worked out anew.

        Raises:
            NotFound: as ``figures``.
            InvalidInput: reasons by field.
        """
        _check(rules)
        with self._storage.write() as tx:
            pilot_for(tx, actor, pilot_id)
            tx.evidence.put_rules(pilot_id, rules)
            audit.record(
                tx,
                self._clock(),
                actor,
                ("pilot", pilot_id),
                "rules_changed",
                presence_percent=rules.presence_percent,
                gap_minutes=rules.gap_minutes,
                silent_days=rules.silent_days,
            )
            queue_figures(tx, pilot_id, self._clock())

    # Packs

    def packs(self, actor: Person, pilot_id: str) -> list[Pack]:
        """The packs that were asked for, the latest first.

        Raises:
            NotFound: as ``figures``.
        """
        with self._storage.read() as tx:
            pilot_for(tx, actor, pilot_id)
            return tx.packs.of_pilot(pilot_id)

    def request(
        self,
        actor: Person,
        pilot_id: str,
        *,
        definitions: str = CURRENT,
        xapi: bool = False,
        form_key: str | None = None,
    ) -> str:
        """Have a pack made by the worker; its id.

        The same form a second time asks for the same pack; without a form it is always a new one.

        Raises:
            NotFound: as ``figures``.
            InvalidInput: no such set of definitions.
        """
        _chosen(definitions)
        now, options = self._clock(), {"definitions": definitions, "xapi": xapi}
        pack_id = id_for("pack", actor.id, pilot_id, definitions, str(xapi), form_key or new_id())
        with self._storage.write() as tx:
            pilot_for(tx, actor, pilot_id)
            if tx.packs.insert(pack_id, pilot_id, actor.id or None, now, options):
                _queue_pack(tx, pack_id, now)
        return pack_id

    def make(self, payload: Mapping[str, Any]) -> None:
        """The task: make a pack, once the courses have been read; its end or its failure is written down."""
        with self._storage.write() as tx:
            pack = tx.packs.get(payload["pack_id"])
            if pack is None or pack.state == "done":
                return
            if being_read(tx, pack.pilot_id, self._clock()):
                _queue_pack(tx, pack.id, self._clock() + _AGAIN)
                return
        try:
            file = self._pack(pack.pilot_id, pack.options, self._teller(pack.id))
        except CoilBridgeError as error:
            self._fail(pack.id, error.reason)
        except Exception:
            self._fail(pack.id, Reason(mark("The pack ended with an error of the service itself.")))
            raise
        else:
            now = self._clock()
            digest = hashlib.sha256(file.content).hexdigest()
            with self._storage.write() as tx:
                tx.packs.finish(
                    pack.id,
                    name=file.name,
                    content=file.content,
                    sha256=digest,
                    at=now,
                    expires_at=now + KEPT,
                )

    def download(self, actor: Person, pilot_id: str, pack_id: str) -> ExportFile:
        """A pack that is there.

        Raises:
            NotFound: there is none for this person, or it has been kept long enough.
        """
        now = self._clock()
        with self._storage.write() as tx:
            pilot_for(tx, actor, pilot_id)
            pack = tx.packs.get(pack_id)
            content = tx.packs.content(pack_id) if pack and pack.pilot_id == pilot_id else None
            if pack is None or content is None or pack.name is None or (pack.expires_at or now) <= now:
                raise NotFound(mark("There is no such pack any more. Have it made again."))
            audit.record(tx, now, actor, ("pilot", pilot_id), "exported", format="pack", file=pack.name)
        return ExportFile(pack.name, archive.MEDIA_TYPE, content)

    def pack(
        self,
        actor: Person,
        pilot_id: str,
        *,
        definitions: str = CURRENT,
        made_at: datetime | None = None,
        xapi: bool = False,
    ) -> ExportFile:
        """Make a pack here and now; or, with the time stated in an earlier one, that one again to the byte.

        Raises:
            NotFound: as ``figures``.
            InvalidInput: no such set of definitions.
            Conflict: nothing had been published at ``made_at``, or somebody who was counted then has left.
        """
        with self._storage.read() as tx:
            pilot_for(tx, actor, pilot_id)
        options = {"definitions": definitions, "xapi": xapi}
        file = self._pack(pilot_id, options, lambda _share: None, made_at)
        with self._storage.write() as tx:
            audit.record(
                tx, self._clock(), actor, ("pilot", pilot_id), "exported", format="pack", file=file.name
            )
        return file

    def prune(self) -> int:
        """Delete the packs that have been kept long enough; how many."""
        with self._storage.write() as tx:
            return tx.packs.prune(self._clock())

    def _pack(
        self, pilot_id: str, options: Mapping[str, Any], tell: Progress, again_at: datetime | None = None
    ) -> ExportFile:
        chosen = _chosen(options["definitions"])
        self._gather(pilot_id)
        published, at = self._publish(pilot_id, chosen, again_at)
        stored = published.figures.stored
        pilot = stored.pilot
        with self._storage.read() as tx:
            more = [each.added(tx, pilot, chosen, stored.through) for each in self._extras]
        tell(20)
        files = {name: content for each in more for name, content in each.files.items()}
        if options["xapi"]:
            files["xapi/statements.jsonl"] = statements(published, pilot.id, at)
        added = Extra(
            [table for each in more for table in each.tables],
            [section for each in more for section in each.sections],
            files,
        )
        content = write_pack(published, self._made(at, chosen), added, tell)
        return ExportFile(f"evidence-{slug(pilot)}-{at:%Y%m%dT%H%M%SZ}.zip", archive.MEDIA_TYPE, content)

    def _publish(
        self, pilot_id: str, chosen: DefinitionSet, again_at: datetime | None = None
    ) -> tuple[Published, datetime]:
        """The figures of now as a new edition, or those of an earlier edition again; and when they stood.

        Whoever publishes at the same time counts from the same edition before: one of the two begins again.
        """
        while True:
            with self._storage.read() as tx:
                pilot = tx.pilots.get(pilot_id)
                if pilot is None:
                    raise NotFound(mark("There is no such pilot."))
                latest = tx.editions.latest_at(pilot_id)
                if again_at is not None and latest is not None:
                    return _again(tx, pilot, chosen, again_at), again_at
                at = (again_at or self._clock()).replace(microsecond=0)
                if latest is not None and pilot.key_destroyed_at is not None:
                    return _last(tx, pilot, chosen, latest), at  # with the key the minutes have gone
                before = tx.editions.until(pilot_id, latest) if latest else []
                figures = figures_of(stored_of(tx, pilot, chosen, last_sunday(at)), before)
            if before and figures.edition == before[-1]:
                return publish(figures), at
            at = max(at, latest + _TICK) if latest else at
            with self._storage.write() as tx:
                if tx.editions.latest_at(pilot_id) == latest:
                    tx.editions.put(pilot_id, at, figures.edition, before[-1].people if before else {})
                    return publish(figures), at

    def _gather(self, pilot_id: str) -> None:
        self._attendance.gather(pilot_id)
        self._objections.apply(pilot_id)

    def _made(self, at: datetime, chosen: DefinitionSet) -> Made:
        return Made(at, chosen, f"tzdata {zone_data().tzdata}", f"COIL Bridge {version('coil-bridge')}")

    def _teller(self, pack_id: str) -> Callable[[int], None]:
        def tell(share: int) -> None:
            with self._storage.write() as tx:
                tx.packs.progress(pack_id, share)

        return tell

    def _fail(self, pack_id: str, reason: Reason) -> None:
        now = self._clock()
        with self._storage.write() as tx:
            tx.packs.fail(pack_id, now, now + KEPT, reason)


_TICK = timedelta(seconds=1)  # two editions never stand at the same second
_AGAIN = timedelta(seconds=5)  # a pack looks so often whether the courses have been read
_LATE = timedelta(days=60)  # after a pilot's end its figures may still change so long


def _queue_pack(tx: Transaction, pack_id: str, at: datetime) -> None:
    key = f"{PACK}:{pack_id}:{at:%Y%m%d%H%M%S}"
    tx.tasks.queue(PACK, {"pack_id": pack_id}, at=at, dedup_key=key)


def _again(tx: Transaction, pilot: Pilot, chosen: DefinitionSet, at: datetime) -> Published:
    editions = tx.editions.until(pilot.id, at)
    if not editions:
        raise Conflict(mark("Nothing of this pilot had been published at that time."))
    figures = figures_again(stored_of(tx, pilot, chosen, editions[-1].through), editions)
    if figures is None:
        raise Conflict(
            mark(
                "Somebody who was counted then has objected or was erased since. That pack cannot be made "
                "again: the difference would show what this person counted for."
            )
        )
    return publish(figures)


def _last(tx: Transaction, pilot: Pilot, chosen: DefinitionSet, latest: datetime) -> Published:
    """Once the key is gone, nothing new can be counted."""
    editions = tx.editions.until(pilot.id, latest)
    return publish(figures_last(stored_of(tx, pilot, chosen, editions[-1].through), editions))


def _words(language: str) -> Callable[[str], str]:
    return translator(language).gettext


def _chosen(definitions: str) -> DefinitionSet:
    if definitions not in SETS:
        raise InvalidInput({"definitions": [mark("There is no such set of definitions.")]})
    return SETS[definitions]


def _check(rules: Rules) -> None:
    problems: dict[str, list[str | Reason]] = {}
    if not 1 <= rules.presence_percent <= 100:
        problems["presence_percent"] = [mark("Choose a share from 1 to 100 per cent.")]
    if not 1 <= rules.gap_minutes <= 240:
        problems["gap_minutes"] = [mark("Choose a gap from 1 to 240 minutes.")]
    if not 1 <= rules.silent_days <= 60:
        problems["silent_days"] = [mark("Choose from 1 to 60 days.")]
    if problems:
        raise InvalidInput(problems)

"""Pulling the activity of a pilot's courses: asked for by the evaluation lead, done by the worker.

Each course is a task and a run of its own: what one partner's Moodle does or does not answer stays with
its own run, and every run gives an account of itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from coil_bridge.domain import Person, Pilot
from coil_bridge.errors import CoilBridgeError, Conflict, Reason
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import LogRun, PilotCourse, PullRun, RunState
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.activity.course_pull import CoursePull
from coil_bridge.services.activity.log_pull import LogPull
from coil_bridge.services.activity.log_views import LogLine, log_lines
from coil_bridge.services.activity.pull_rows import PullRows
from coil_bridge.services.context import SYSTEM, Clock
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.services.moodles.roster_fallback import RosterFallback
from coil_bridge.services.piloting.figures_queue import queue_figures
from coil_bridge.services.piloting.pilot_groups import EVALUATED, key_gone, pilot_for
from coil_bridge.services.piloting.pilot_views import CourseLine, RunView, run_views
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_id

PULL = "pull_activity"
"""The kind of task; its payload names the run."""

_AFTERWARDS = timedelta(days=14)  # what was done on the last day may be seen or graded later


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How far the latest pull of each of a pilot's courses has got."""

    courses: tuple[CourseLine, ...]
    logs: tuple[LogLine, ...] = ()

    @property
    def ended(self) -> bool:
        """Whether nothing more is going to happen."""
        return all(run.ended for run in self._runs)

    @property
    def _runs(self) -> list[RunView | LogRun]:
        of_courses = [line.run for line in self.courses if line.run]
        return [*of_courses, *(line.run for line in self.logs if line.run)]

    @property
    def failed(self) -> tuple[CourseLine, ...]:
        """The courses whose latest pull ended early."""
        return tuple(line for line in self.courses if line.run and line.run.state is RunState.FAILED)

    @property
    def share(self) -> float:
        """How far all of them together have got, from 0 to 1."""
        shares = [run.share for run in self._runs]
        return sum(shares) / len(shares) if shares else 1.0


class ActivityPull:
    """Asks for pulls, does them, and tells how they stand."""

    def __init__(
        self,
        *,
        storage: Storage,
        clock: Clock,
        vault: Vault,
        partners: Partners,
        launched: RosterFallback,
        logs: LogPull,
    ) -> None:
        self._logs = logs
        self._launched = launched
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._partners = partners

    def request(self, actor: Person, pilot_id: str) -> int:
        """Queue a pull of every course of the pilot; one that is waiting or running is not queued twice.

        Returns how many were queued.

        Raises:
            NotFound: there is no such pilot, or the actor may not know of it.
            Conflict: the key has been destroyed, or there is nothing to pull.
        """
        with self._storage.write() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            if pilot.key_destroyed_at:
                raise key_gone(pilot)
            courses = tx.pilots.courses(pilot_id, EVALUATED)
            if not courses:
                raise Conflict(mark("No active or completed pairing counts to this pilot yet."))
            queued = sum(self._queue(tx, pilot_id, course) for course in courses)
            if queued:
                audit.record(tx, self._clock(), actor, ("pilot", pilot_id), "pull_requested", courses=queued)
            return queued

    def request_running(self) -> int:
        """Queue the pulls of every pilot that runs, and for some days after it; how many were queued."""
        with self._storage.write() as tx:
            return sum(self._queue(tx, pilot_id, course) for pilot_id, course in self._running(tx))

    def request_course(self, tx: Transaction, course_id: str) -> int:
        """Queue the pulls of one course in every running pilot that evaluates it; how many were queued."""
        mine = [each for each in self._running(tx) if each[1].course_id == course_id]
        return sum(self._queue(tx, pilot_id, course) for pilot_id, course in mine)

    def _running(self, tx: Transaction) -> list[tuple[str, PilotCourse]]:
        today = self._clock().date()
        return [
            (pilot.id, course)
            for pilot in tx.pilots.all()
            if pilot.key_destroyed_at is None and pilot.starts_on <= today <= pilot.ends_on + _AFTERWARDS
            for course in tx.pilots.courses(pilot.id, EVALUATED)
        ]

    def progress(self, actor: Person, pilot_id: str) -> PullProgress:
        """How far the latest pull of each course has got.

        Raises:
            NotFound: as ``request``.
        """
        with self._storage.read() as tx:
            pilot = pilot_for(tx, actor, pilot_id)
            courses = tx.pilots.courses(pilot_id, EVALUATED)
            runs = run_views(tx, pilot, courses)
            logs = log_lines(tx, pilot, courses)
        lines = (CourseLine(course, runs.get((course.pairing_id, course.course_id))) for course in courses)
        return PullProgress(tuple(lines), logs)

    def perform(self, payload: Mapping[str, Any]) -> None:
        """Do the pull that a task names, to its end or to its failure; both are written down.

        A run that was broken off by a crash begins anew; what it stored before is not stored twice. A
        partner's failure ends the run: the transport has tried again already, and the lead decides.
        """
        with self._storage.write() as tx:
            run = tx.pulls.get(payload["run_id"])
            if run is None or run.state is RunState.DONE:
                return
            tx.pulls.start(run.id, self._clock())
        try:
            course = self._pull(run)
        except CoilBridgeError as error:
            self._end(run, error.reason)
        except Exception:
            self._end(run, Reason(mark("The pull ended with an error of the service itself.")))
            raise
        else:
            self._end(run, None, course.site_id)

    def _queue(self, tx: Transaction, pilot_id: str, course: PilotCourse) -> bool:
        run_id, now = new_id(), self._clock()
        key = f"{PULL}:{pilot_id}:{course.pairing_id}:{course.course_id}"
        if not tx.tasks.queue(PULL, {"run_id": run_id}, at=now, site_id=course.site_id, dedup_key=key):
            return False
        tx.pulls.insert(run_id, pilot_id, course.pairing_id, course.course_id, now)
        return True

    def _pull(self, run: PullRun) -> PilotCourse:
        with self._storage.read() as tx:
            pilot = tx.pilots.get(run.pilot_id)
            sealed = tx.pilots.sealed_key(run.pilot_id)
            courses = tx.pilots.courses(run.pilot_id, EVALUATED)
        wanted = (run.pairing_id, run.course_id)
        course = next((each for each in courses if (each.pairing_id, each.course_id) == wanted), None)
        if pilot is None or course is None:
            raise Conflict(mark("The course is not part of the pilot any more."))
        rows = PullRows(self._storage, pilot, course, run.id)
        names = self._names(pilot, sealed)
        pull = CoursePull(course, names, rows, self._clock(), lambda: self._launched.listed(course))
        self._partners.call(course.site_id, pull.read)
        return course

    def _names(self, pilot: Pilot, sealed: bytes | None) -> Pseudonymiser:
        if sealed is None:
            raise key_gone(pilot)
        return Pseudonymiser(self._vault.decrypt(sealed))

    def _end(self, run: PullRun, failure: Reason | None, site_id: str = "") -> None:
        """Write down the end; after a roster has come, the log can be read for its people."""
        now = self._clock()
        with self._storage.write() as tx:
            tx.pulls.finish(run.id, now, failure)
            queue_figures(tx, run.pilot_id, now)
            if site_id:
                self._logs.queue(tx, run.pilot_id, site_id)
            audit.record(
                tx,
                now,
                SYSTEM,
                ("pilot", run.pilot_id),
                "pull_failed" if failure else "pulled",
                pairing_id=run.pairing_id,
                course_id=run.course_id,
                reason=str(failure) if failure else "",
            )

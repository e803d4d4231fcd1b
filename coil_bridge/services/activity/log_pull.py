"""Pulling the activity logs of a pilot's courses through our plugin: one run for each Moodle.

A run follows the pull of the courses' rosters, because who is no participant is left out for good. What a
Moodle without the plugin cannot tell is written down as what it is, for the pilot's page to say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from coil_bridge.domain import Pilot
from coil_bridge.errors import CoilBridgeError, NotFound, Reason
from coil_bridge.evaluation.log_rows import Actors, LocalDays, Target
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import (
    Dropped,
    EventSource,
    LogFinding,
    LogRun,
    PilotCourse,
    PullRun,
    RunState,
)
from coil_bridge.i18n import mark
from coil_bridge.services.activity.log_course import Reading
from coil_bridge.services.activity.pull_rows import Account
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.partners import PartnerFailed, Partners
from coil_bridge.services.piloting.pilot_groups import EVALUATED, key_gone
from coil_bridge.storage.log_cursors import LogCursor
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_id
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import FunctionNotAllowed, RecordUnknown
from connectors.moodle.logs import LogAnswer, LogPage
from connectors.moodle.plugin import PluginInfo

PULL_LOG = "pull_log"
"""The kind of task; its payload names the run."""

_UNREADABLE = frozenset({Dropped.FORUM_NOT_READABLE.value, Dropped.DISCUSSION_NOT_READABLE.value})


class LogPull:
    """Asks for readings of logs and does them."""

    def __init__(self, *, storage: Storage, clock: Clock, vault: Vault, partners: Partners) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._partners = partners

    def queue(self, tx: Transaction, pilot_id: str, site_id: str) -> bool:
        """Have a Moodle's log read for a pilot; ``False`` when that is waiting or under way already."""
        run_id, now = new_id(), self._clock()
        key = f"{PULL_LOG}:{pilot_id}:{site_id}"
        if not tx.tasks.queue(PULL_LOG, {"run_id": run_id}, at=now, site_id=site_id, dedup_key=key):
            return False
        tx.log_runs.insert(run_id, pilot_id, site_id, now)
        return True

    def perform(self, payload: Mapping[str, Any]) -> None:
        """Do the reading that a task names, to its end or to its failure; both are written down.

        One that was broken off by a crash goes on from its cursors and in its accounts.
        """
        with self._storage.write() as tx:
            run = tx.log_runs.get(payload["run_id"])
            if run is None or run.state is RunState.DONE:
                return
            tx.log_runs.start(run.id, self._clock())
        try:
            finding, refused = self._pull(run)
        except CoilBridgeError as error:
            self._fail(run, error.reason)
        except Exception:
            self._fail(run, Reason(mark("The pull ended with an error of the service itself.")))
            raise
        else:
            with self._storage.write() as tx:
                tx.log_runs.finish(run.id, self._clock(), finding, refused)

    def _pull(self, run: LogRun) -> tuple[LogFinding, Mapping[str, str]]:
        finding = self._look(run.site_id)
        if finding is not LogFinding.READ:
            return finding, {}
        tally = run.tally
        account = Account(tally.read, tally.stored, Counter(tally.dropped))
        with self._storage.read() as tx:
            pilot = tx.pilots.get(run.pilot_id)
        if pilot is None:
            raise NotFound(mark("There is no such pilot."))
        from coil_bridge.services.activity.log_reading import LogReading  # noqa: PLC0415 - numpy, for the worker only

        reader = LogReading(
            self._storage,
            run,
            ask=partial(self._ask, run.site_id),
            unpack=partial(self._unpack, run.site_id),
            guard=partial(_key_is_there, pilot),
            account=account,
        )
        done: set[tuple[str, str]] = set()
        # A course whose roster came meanwhile is read as well: its own wish for that found this run.
        while readings := [
            each for each in self._readings(pilot, run.site_id) if _key(each.course) not in done
        ]:
            reader.read(readings)
            done.update(_key(each.course) for each in readings)
        return finding, reader.refused

    def _look(self, site_id: str) -> LogFinding:
        """What the site has of a log."""
        try:
            info = self._partners.call(site_id, MoodleClient.plugin_info)
        except PartnerFailed as error:
            if isinstance(error.__cause__, RecordUnknown):
                return LogFinding.NO_PLUGIN
            if isinstance(error.__cause__, FunctionNotAllowed) and error.__cause__.reason != "access":
                return LogFinding.NOT_ALLOWED
            raise
        return _finding(info)

    def _ask(self, site_id: str, course_ids: Sequence[int], after_id: int, limit: int) -> LogAnswer:
        return self._partners.call(site_id, lambda client: client.log_answer(course_ids, after_id, limit))

    def _unpack(self, site_id: str, answer: LogAnswer, place: int) -> LogPage:
        return self._partners.call(site_id, lambda client: client.log_page(answer, place))

    def _readings(self, pilot: Pilot, site_id: str) -> list[Reading]:
        """The pilot's courses on the site whose roster is known, each from its cursor."""
        with self._storage.write() as tx:
            sealed = tx.pilots.sealed_key(pilot.id)
            if sealed is None:
                raise key_gone(pilot)
            names = Pseudonymiser(self._vault.decrypt(sealed))
            cursors = tx.log_cursors.of(pilot.id)
            rosters = tx.pulls.latest_done(pilot.id)
            courses = [each for each in tx.pilots.courses(pilot.id, EVALUATED) if each.site_id == site_id]
            return [
                self._reading(tx, names, each, rosters[_key(each)], cursors.get(_key(each)))
                for each in courses
                if _key(each) in rosters
            ]

    def _reading(
        self,
        tx: Transaction,
        names: Pseudonymiser,
        course: PilotCourse,
        roster: PullRun,
        cursor: LogCursor | None,
    ) -> Reading:
        cursor = cursor or LogCursor(course.pairing_id, course.course_id)
        number = tx.events.make_number(roster.pilot_id)
        known = tx.events.actors(roster.pilot_id, course.pairing_id, course.course_id)
        actors = frozenset(known.values())
        told = tells_every_post(roster)
        if told and cursor.has_posts:
            for source in (EventSource.LOG, EventSource.FILE):
                tx.event_changes.forget(number, actors, source, posts_only=True)
            cursor = replace(cursor, has_posts=False)
        target = Target(
            actors=Actors(lambda user_id: known.get(names.person(course.site_id, user_id), 0)),
            days=LocalDays(course.institution.zone, course.starts_on, course.ends_on),
            posts_told=told,
            posts_partly_told=not told and tx.event_changes.has_posts_of(number, actors),
            known=frozenset(row_id for row_id, _ in cursor.recent),
            told_until=cursor.told_until,
        )
        return Reading(course, cursor, target, actors)

    def _fail(self, run: LogRun, failure: Reason) -> None:
        with self._storage.write() as tx:
            tx.log_runs.fail(run.id, self._clock(), failure)


def tells_every_post(roster: PullRun) -> bool:
    """Whether a pull of a course could read every forum: then posts are known from there."""
    return _UNREADABLE.isdisjoint(roster.tally.dropped)


def _finding(info: PluginInfo) -> LogFinding:
    if info.too_old:
        return LogFinding.PLUGIN_TOO_OLD
    return LogFinding.READ if info.reader else LogFinding.NO_LOG_STORE


def _key(course: PilotCourse) -> tuple[str, str]:
    return course.pairing_id, course.course_id


def _key_is_there(pilot: Pilot, tx: Transaction) -> None:
    if tx.pilots.sealed_key(pilot.id) is None:
        raise key_gone(pilot)

"""Reading the log of one Moodle for one pilot, page by page, each page with its cursors in a transaction.

A question costs a Moodle as much as ten thousand rows, so an answer brings several pages; a page is what is
unpacked and stored at once, so it is small.

Courses that stand at the same place in the log are asked for together. One that came later is read alone
from the beginning until it meets the others: the page in which it does is cut there.

A row can become visible after rows with higher ids. So each reading begins some thousand ids before its
cursor and leaves out what it has dealt with already. When the log itself is another one (another store, an
emptied table, a database put back), it is read from its beginning and replaces what the old one told of
the same time.

Only the worker imports this: the columns of a page need numpy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from coil_bridge.evaluation.log_pages import Columns, Made, kinds_of_names, make_events
from coil_bridge.evaluation.log_rows import Target
from coil_bridge.evaluation.records import Dropped, EventSource, LogRun
from coil_bridge.services.activity import log_course
from coil_bridge.services.activity.log_course import Reading, Seen
from coil_bridge.services.activity.pull_rows import Account
from coil_bridge.storage.storage import Storage, Transaction
from connectors.moodle.logs import ANSWER_ROWS, LogAnswer, LogPage

ROWS = ANSWER_ROWS

_NONE = np.empty(0, np.int64)

Ask = Callable[[Sequence[int], int, int], LogAnswer]
"""Asks for the log of these courses after an id, with at most so many rows."""
Unpack = Callable[[LogAnswer, int], LogPage]
"""Unpacks a page of an answer."""
Guard = Callable[[Transaction], None]
"""Raises when nothing may be written any more."""


@dataclass(slots=True)
class Progress:
    """Where a reading stands, by row ids of the log."""

    first_id: int = 0
    at_id: int = 0
    last_id: int = 0


class LogReading:
    """One run over one site's log."""

    def __init__(
        self, storage: Storage, run: LogRun, *, ask: Ask, unpack: Unpack, guard: Guard, account: Account
    ) -> None:
        self._storage = storage
        self._pilot_id = run.pilot_id
        self._run_id = run.id
        self._ask = ask
        self._unpack = unpack
        self._guard = guard
        self._account = account
        self._progress = Progress()
        self.refused: dict[str, str] = {}

    def read(self, readings: Sequence[Reading]) -> None:
        """Read everything there is of these courses' logs.

        Raises:
            MoodleError: the site did not give a usable answer; what came before it is stored.
            Conflict: the pilot's key was destroyed meanwhile.
        """
        with ThreadPoolExecutor(max_workers=1) as ahead:
            self._read_all(list(readings), ahead)

    def _read_all(self, waiting: list[Reading], ahead: Executor) -> None:
        self._progress.first_id = min((each.cursor.after_id for each in waiting), default=0)
        while waiting:
            waiting.sort(key=lambda each: each.cursor.after_id)
            front = waiting[0].cursor.after_id
            group = [each for each in waiting if each.cursor.after_id == front]
            rest = waiting[len(group) :]
            if self._read_group(group, waiting, rest[0].cursor.after_id if rest else None, ahead):
                waiting = rest
            waiting = [each for each in waiting if each.course.course_id not in self.refused]

    def _read_group(
        self, group: list[Reading], waiting: Sequence[Reading], until: int | None, ahead: Executor
    ) -> bool:
        """Read until the others' place; whether there is nothing more.

        While the pages of an answer are stored the Moodle is at the next one already.
        """
        answer = self._ask(_courses(group), max(0, group[0].cursor.after_id - log_course.OVERLAP), ROWS)
        is_first = True
        while True:
            self._leave_refused(group, answer.refused)
            if not group:
                return True
            pages = self._pages(answer)
            if is_first:
                page = next(pages)
                if _begins_anew(group, page):
                    for each in waiting:
                        each.begin_anew()
                    return False
                pages = chain([page], pages)
            meets = until is not None and answer.cursor >= until
            following: Future[LogAnswer] | None = None
            if not meets and not answer.complete:
                following = ahead.submit(self._ask, _courses(group), answer.cursor, ROWS)
            self._store_all(group, pages, until)
            if following is None:
                return not meets
            answer, is_first = following.result(), False

    def _leave_refused(self, group: list[Reading], refused: Mapping[int, str]) -> None:
        """A course that may not be read stays where it stands."""
        for each in group:
            if reason := refused.get(each.course.moodle_id):
                self.refused[each.course.course_id] = reason
        group[:] = [each for each in group if each.course.moodle_id not in refused]

    def _pages(self, answer: LogAnswer) -> Iterator[LogPage]:
        for place in range(len(answer.pages)):
            yield self._unpack(answer, place)

    def _store_all(self, group: Sequence[Reading], pages: Iterable[LogPage], until: int | None) -> None:
        """Store pages up to the others' place."""
        for page in pages:
            self._store(group, _cut(page, until))
            if until is not None and page.cursor >= until:
                return

    def _store(self, group: Sequence[Reading], page: LogPage) -> None:
        kinds = kinds_of_names(page.event_names)
        columns = Columns(page.ids, page.courses, page.users, page.times, page.events, kinds)
        targets: dict[int, list[Target]] = {}
        for each in group:
            targets.setdefault(each.course.moodle_id, []).append(each.target)
        seen = _seen(page)
        with self._storage.write() as tx:
            self._guard(tx)
            number = tx.events.make_number(self._pilot_id)
            for each in group:
                self._make_room(tx, number, each, seen.get(each.course.moodle_id))
            made = make_events(columns, targets)
            doubtful = np.concatenate([_NONE, *made.doubtful])
            new = tx.event_changes.missing(number, doubtful)
            events = np.concatenate([_NONE, *made.events, new])
            tx.events.append(number, EventSource.LOG, events)
            for each in group:
                each.move(page, seen.get(each.course.moodle_id))
            tx.log_cursors.put(self._pilot_id, [each.cursor for each in group])
            made.dropped[Dropped.ALREADY_STORED] += len(doubtful) - len(new)
            self._note(tx, made, len(events), page)

    def _make_room(self, tx: Transaction, number: int, reading: Reading, seen: Seen | None) -> None:
        """Take away what this page tells better: another log's rows, and an uploaded file's."""
        if seen is None:
            return
        cursor = reading.cursor
        if reading.replaces:
            last = cursor.told_until
            if last is not None and last >= seen.first_minute:
                told = (seen.first_minute, last)
                tx.event_changes.forget(number, reading.actors, EventSource.LOG, minutes=told)
                reading.target.told_until = seen.first_minute
            reading.replaces = False
        if cursor.has_files:
            minutes = (seen.first_minute, seen.last_minute)
            if cursor.told_until is not None:
                minutes = (min(minutes[0], cursor.told_until), minutes[1])
            tx.event_changes.forget(number, reading.actors, EventSource.FILE, minutes=minutes)

    def _note(self, tx: Transaction, made: Made, stored: int, page: LogPage) -> None:
        account, progress = self._account, self._progress
        account.read += made.read
        account.stored += stored
        for reason, count in (+made.dropped).items():
            account.dropped[reason.value] += count
        account.drop(Dropped.ANONYMOUS, page.anonymous_left_out)
        account.drop(Dropped.ACTING_AS_ANOTHER, page.impersonated_left_out)
        progress.at_id, progress.last_id = page.cursor, max(page.newest, page.cursor)
        tx.log_runs.account(self._run_id, account.tally())
        tx.log_runs.position(self._run_id, progress.first_id, progress.at_id, progress.last_id)


def _courses(group: Sequence[Reading]) -> list[int]:
    return sorted({each.course.moodle_id for each in group})


def _seen(page: LogPage) -> dict[int, Seen]:
    found: dict[int, Seen] = {}
    for course in set(page.courses.tolist()):
        here = page.courses == course
        ids, times = page.ids[here], page.times[here]
        late = ids > page.cursor - log_course.OVERLAP
        recent = dict(zip(ids[late].tolist(), times[late].tolist(), strict=True))
        found[course] = Seen(int(times.min()) // 60, int(times.max()) // 60, recent)
    return found


def _begins_anew(group: Sequence[Reading], page: LogPage) -> bool:
    """Whether the ids of this log are not those that the cursors speak of."""
    cursor = group[0].cursor
    if not cursor.after_id:
        return False
    if page.reader != cursor.reader or page.newest < cursor.after_id:
        return True
    known = {row_id: at for each in group for row_id, at in each.cursor.recent}
    met = np.isin(page.ids, list(known))
    told = zip(page.ids[met].tolist(), page.times[met].tolist(), strict=True)
    return any(known[row_id] != at for row_id, at in told)


def _cut(page: LogPage, until: int | None) -> LogPage:
    """The page up to an id."""
    if until is None or page.cursor <= until:
        return page
    kept = page.ids <= until
    names = ("ids", "courses", "users", "times", "events")
    return replace(page, cursor=until, **{name: getattr(page, name)[kept] for name in names})

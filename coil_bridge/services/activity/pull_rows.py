"""The write side of one course's pull: rows under pseudonyms, and the accounts that count them.

Rows and accounts are written in one transaction, so read is stored plus dropped at every moment, also
after a crash. Each of them makes sure that the pilot's key is still there: nothing is written under a key
that somebody has destroyed meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from coil_bridge.domain import Pilot
from coil_bridge.evaluation.records import Dropped, Event, FeedbackCount, Member, PilotCourse, Tally
from coil_bridge.evaluation.stays import Stay
from coil_bridge.services.piloting.pilot_groups import key_gone
from coil_bridge.storage.fact_cursors import FactPlace
from coil_bridge.storage.storage import Storage, Transaction


@dataclass(slots=True)
class Account:
    """What came, what became of it, and how far the pull has got."""

    read: int = 0
    stored: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    steps_done: int = 0
    steps_expected: int = 0

    def drop(self, reason: Dropped, count: int = 1) -> None:
        """Something was read and is not stored."""
        if count:
            self.read += count
            self.dropped[reason.value] += count

    def keep(self, read: int, stored: int) -> None:
        """Something was read and stored, except what was there already."""
        self.stored += stored
        self.read += stored
        self.drop(Dropped.ALREADY_STORED, read - stored)

    def tally(self) -> Tally:
        """The accounts as a value."""
        return Tally(self.read, self.stored, dict(self.dropped), self.steps_done, self.steps_expected)


class PullRows:
    """Stores what one run brings."""

    def __init__(self, storage: Storage, pilot: Pilot, course: PilotCourse, run_id: str) -> None:
        self._storage = storage
        self._pilot = pilot
        self._course = course
        self._run_id = run_id
        self.account = Account()

    def known(self) -> dict[str, Member]:
        """Whom earlier pulls of this course have seen, by pseudonym."""
        with self._storage.read() as tx:
            members = tx.activity.members(
                self._pilot.id, pairing_id=self._course.pairing_id, course_id=self._course.course_id
            )
        return {member.pseudonym: member for member in members}

    def erased(self) -> frozenset[str]:
        """The pseudonyms of those who had themselves erased from the pilot."""
        with self._storage.read() as tx:
            return tx.erasure.erased(self._pilot.id)

    def cursor(self, kind: str) -> int:
        """How far a kind of fact was read for the pairing's days."""
        with self._storage.read() as tx:
            return tx.fact_cursors.get(self._place(kind), self._days)

    def put_members(self, members: Sequence[Member], changed: int, *, newcomers: bool = False) -> None:
        """Store people; ``changed`` of them are new or other than before.

        With ``newcomers`` facts are read from the beginning: what was told of these was left out.
        """
        with self._writing() as tx:
            if newcomers:
                tx.fact_cursors.forget_course(self._pilot.id, self._course.pairing_id, self._course.course_id)
            tx.activity.put_members(self._pilot.id, members)
            self.account.keep(len(members), changed)

    def add_events(self, events: Sequence[Event], *, read_to: tuple[str, int] | None = None) -> None:
        """Store events, some hundreds at most; those that are there already stay as they are.

        ``read_to`` is the kind of fact that they come from, and the id up to which it was read.
        """
        with self._writing() as tx:
            pairing_id, course_id = self._course.pairing_id, self._course.course_id
            new = tx.events.add_records(self._pilot.id, pairing_id, course_id, events)
            self.account.keep(len(events), new)
            self._move(tx, read_to)

    def put_stays(self, stays: Mapping[str, Stay], *, read_to: tuple[str, int] | None = None) -> None:
        """Store stays by the keys of their records, over what was known of these; ``read_to`` as above."""
        with self._writing() as tx:
            self.account.keep(len(stays), tx.stays.put(self._pilot.id, stays))
            self._move(tx, read_to)

    def drop_register(self, besides: Collection[str]) -> None:
        """Take away what the register of the course does not say any more."""
        with self._writing() as tx:
            pairing_id, course_id = self._course.pairing_id, self._course.course_id
            tx.stays.drop_register(self._pilot.id, pairing_id, course_id, besides)

    def note(self) -> None:
        """Write down the accounts alone."""
        with self._writing():
            pass

    def put_counts(self, counts: Sequence[FeedbackCount]) -> None:
        """Keep how many answered each Feedback activity of the course, instead of what was known."""
        with self._writing() as tx:
            pairing_id, course_id = self._course.pairing_id, self._course.course_id
            changed = tx.feedback_counts.replace(self._pilot.id, pairing_id, course_id, counts)
            self.account.keep(len(counts), changed)

    @property
    def _days(self) -> tuple[int, int]:
        return self._course.starts_on.toordinal(), self._course.ends_on.toordinal()

    def _place(self, kind: str) -> FactPlace:
        return FactPlace(self._pilot.id, self._course.pairing_id, self._course.course_id, kind)

    def _move(self, tx: Transaction, read_to: tuple[str, int] | None) -> None:
        if read_to:
            kind, after_id = read_to
            tx.fact_cursors.put(self._place(kind), self._days, after_id)

    @contextmanager
    def _writing(self) -> Iterator[Transaction]:
        with self._storage.write() as tx:
            if tx.pilots.sealed_key(self._pilot.id) is None:
                raise key_gone(self._pilot)
            yield tx
            tx.pulls.account(self._run_id, self.account.tally())

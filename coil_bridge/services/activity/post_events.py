"""From a forum post to an event under pseudonyms, whoever told of the post.

An opening post is known by its discussion's number, a reply by its own, so that a post is the same record
whether core web services or our plugin tell of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Dropped, Event, EventKind, PilotCourse
from coil_bridge.evaluation.weeks import local_day, minute_of


@dataclass(frozen=True, slots=True)
class Written:
    """A post before it gets its pseudonym; never stored."""

    kind: EventKind
    number: int  # of the discussion for an opening post, of the post for a reply
    author_id: int | None
    at: datetime
    deleted: bool = False
    answers_id: int | None = None  # the author of the post that it answers


@dataclass(frozen=True, slots=True)
class PostEvents:
    """Makes events of a course's posts; ``enrolled`` are the pseudonyms that count as its participants."""

    course: PilotCourse
    names: Pseudonymiser
    enrolled: frozenset[str]

    def event(self, written: Written) -> Event | Dropped:
        """The event, or why there is none."""
        if written.deleted:
            return Dropped.POST_DELETED
        if written.author_id is None:
            return Dropped.AUTHOR_NOT_ENROLLED
        site_id, day = self.course.site_id, local_day(written.at, self.course.institution.zone)
        pseudonym = self.names.person(site_id, written.author_id)
        if pseudonym not in self.enrolled:
            return Dropped.AUTHOR_NOT_ENROLLED
        if not self.course.starts_on <= day <= self.course.ends_on:
            return Dropped.OUTSIDE_DATES
        return Event(
            source_key=self._key(written.kind.record, written.number),
            pseudonym=pseudonym,
            kind=written.kind,
            minute=minute_of(written.at),
            day=day,
            reply_to=self.names.person(site_id, written.answers_id) if written.answers_id else None,
            reply_key=self._key("answer", written.number) if written.answers_id else None,
        )

    def _key(self, kind: str, number: int) -> str:
        return self.names.record(self.course.site_id, self.course.pairing_id, kind, number)

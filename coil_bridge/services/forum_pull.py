"""Forum posts of a course: forums, their discussions, and the posts of those that have replies.

An opening post is told by its discussion already, so a discussion without replies costs no question. It
is known by the discussion's number in both cases, so that it stays the same record when the first reply
comes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Dropped, Event, EventKind, PilotCourse
from coil_bridge.evaluation.weeks import local_day, minute_of
from coil_bridge.services.pull_rows import PullRows
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import PermissionMissing, RecordUnknown
from connectors.moodle.records import Discussion, Post

_EVENTS_AT_ONCE = 300


@dataclass(frozen=True, slots=True)
class _Written:
    """A post before it gets its pseudonym; never stored."""

    kind: EventKind
    number: int  # of the discussion for an opening post, of the post for a reply
    author_id: int | None
    at: datetime
    deleted: bool = False
    answers_id: int | None = None  # the author of the post that it answers


class ForumPull:
    """Reads the forums of one course; ``enrolled`` are the pseudonyms that count as its participants."""

    def __init__(
        self, client: MoodleClient, course: PilotCourse, names: Pseudonymiser, rows: PullRows
    ) -> None:
        self._client = client
        self._course = course
        self._names = names
        self._rows = rows

    def read(self, enrolled: frozenset[str]) -> None:
        """Pull every post; what was stored before is not stored again.

        Raises:
            MoodleError: the site did not give a usable answer.
        """
        events = self._events(enrolled)
        while some := list(islice(events, _EVENTS_AT_ONCE)):
            self._rows.add_events(some)
        self._rows.note()

    def _events(self, enrolled: frozenset[str]) -> Iterator[Event]:
        for written in self._written():
            event = self._event(written, enrolled)
            if isinstance(event, Dropped):
                self._rows.account.drop(event)
            else:
                yield event

    def _event(self, written: _Written, enrolled: frozenset[str]) -> Event | Dropped:
        if written.deleted:
            return Dropped.POST_DELETED
        if written.author_id is None:
            return Dropped.AUTHOR_NOT_ENROLLED
        site_id, day = self._course.site_id, local_day(written.at, self._course.institution.zone)
        pseudonym = self._names.person(site_id, written.author_id)
        if pseudonym not in enrolled:
            return Dropped.AUTHOR_NOT_ENROLLED
        if not self._course.starts_on <= day <= self._course.ends_on:
            return Dropped.OUTSIDE_DATES
        return Event(
            source_key=self._key(written.kind.record, written.number),
            pseudonym=pseudonym,
            kind=written.kind,
            minute=minute_of(written.at),
            day=day,
            reply_to=self._names.person(site_id, written.answers_id) if written.answers_id else None,
            reply_key=self._key("answer", written.number) if written.answers_id else None,
        )

    def _key(self, kind: str, number: int) -> str:
        return self._names.record(self._course.site_id, self._course.pairing_id, kind, number)

    def _written(self) -> Iterator[_Written]:
        account = self._rows.account
        forums = self._client.forums([self._course.moodle_id])
        account.steps_done += 1
        account.steps_expected += len(forums)
        for forum in forums:
            discussions = self._discussions(forum.id)
            account.steps_done += 1
            account.steps_expected += sum(each.replies > 0 for each in discussions)
            for discussion in discussions:
                yield from self._posts(discussion)

    def _discussions(self, forum_id: int) -> tuple[Discussion, ...]:
        try:
            return self._client.discussions(forum_id)
        except (PermissionMissing, RecordUnknown):
            self._rows.account.drop(Dropped.FORUM_NOT_READABLE)
            return ()

    def _posts(self, discussion: Discussion) -> Iterator[_Written]:
        if not discussion.replies:
            yield _Written(EventKind.FORUM_TOPIC, discussion.id, discussion.author_id, discussion.created_at)
            return
        try:
            posts = self._client.posts(discussion.id)
        except (PermissionMissing, RecordUnknown):
            self._rows.account.drop(Dropped.DISCUSSION_NOT_READABLE, discussion.replies + 1)
            return
        finally:
            self._rows.account.steps_done += 1
        authors = {post.id: post.author_id for post in posts if not post.deleted}
        for post in posts:
            yield _from_post(post, authors)


def _from_post(post: Post, authors: Mapping[int, int | None]) -> _Written:
    if post.parent_id is None:
        kind, number, answers = EventKind.FORUM_TOPIC, post.discussion_id, None
    else:
        kind, number, answers = EventKind.FORUM_REPLY, post.id, authors.get(post.parent_id)
    return _Written(kind, number, post.author_id, post.created_at, post.deleted, answers)

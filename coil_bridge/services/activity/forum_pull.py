"""Forum posts of a course: forums, their discussions, and the posts of those that have replies.

For sites without our plugin, which tells the same in one question (``fact_posts.py``). An opening post is
told by its discussion already, so a discussion without replies costs no question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from coil_bridge.evaluation.records import Dropped, Event, EventKind, PilotCourse
from coil_bridge.services.activity.post_events import PostEvents, Written
from coil_bridge.services.activity.pull_rows import PullRows
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import PermissionMissing, RecordUnknown
from connectors.moodle.records import Discussion, Post

_EVENTS_AT_ONCE = 300


class ForumPull:
    """Reads the forums of one course."""

    def __init__(self, client: MoodleClient, course: PilotCourse, events: PostEvents, rows: PullRows) -> None:
        self._client = client
        self._course = course
        self._post_events = events
        self._rows = rows

    def read(self) -> None:
        """Pull every post; what was stored before is not stored again.

        Raises:
            MoodleError: the site did not give a usable answer.
        """
        events = self._events()
        while some := list(islice(events, _EVENTS_AT_ONCE)):
            self._rows.add_events(some)

    def _events(self) -> Iterator[Event]:
        for written in self._written():
            event = self._post_events.event(written)
            if isinstance(event, Dropped):
                self._rows.account.drop(event)
            else:
                yield event

    def _written(self) -> Iterator[Written]:
        account = self._rows.account
        account.steps_expected += 1
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

    def _posts(self, discussion: Discussion) -> Iterator[Written]:
        if not discussion.replies:
            yield Written(EventKind.FORUM_TOPIC, discussion.id, discussion.author_id, discussion.created_at)
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


def _from_post(post: Post, authors: Mapping[int, int | None]) -> Written:
    if post.parent_id is None:
        kind, number, answers = EventKind.FORUM_TOPIC, post.discussion_id, None
    else:
        kind, number, answers = EventKind.FORUM_REPLY, post.id, authors.get(post.parent_id)
    return Written(kind, number, post.author_id, post.created_at, post.deleted, answers)

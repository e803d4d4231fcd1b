"""Forum posts of a course as our plugin tells of them: numbers only, thousands in one question.

No Moodle user id is kept, so when somebody answers a post that was read long ago, its author has to be
asked for again: the posts are gone through once more, for the authors who are wanted alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from coil_bridge.evaluation.records import Dropped, Event, EventKind
from coil_bridge.services.activity.course_facts import CourseFacts, NotTold
from coil_bridge.services.activity.post_events import PostEvents, Written
from coil_bridge.services.activity.pull_rows import PullRows
from connectors.moodle.logs import FactPage

POSTS: Final = "posts"
_AT_ONCE = 500


class FactPosts:
    """Reads what was posted since the last pull."""

    def __init__(self, facts: CourseFacts, events: PostEvents, rows: PullRows) -> None:
        self._facts = facts
        self._events = events
        self._rows = rows

    def read(self) -> bool:
        """Pull what is new; ``False`` where the plugin may not tell of posts.

        Raises:
            MoodleError: the site did not give a usable answer.
        """
        try:
            for page in self._facts.since(POSTS, self._rows.cursor(POSTS)):
                self._store(page)
        except NotTold:
            return False
        return True

    def _store(self, page: FactPage) -> None:
        written = self._written(page)
        ids = iter(page.columns["id"])
        while some := list(islice(written, _AT_ONCE)):
            *_, last = islice(ids, len(some))
            made = [self._events.event(each) for each in some]
            for each in made:
                if isinstance(each, Dropped):
                    self._rows.account.drop(each)
            self._rows.add_events([each for each in made if isinstance(each, Event)], read_to=(POSTS, last))
        if not len(page):
            self._rows.add_events([], read_to=(POSTS, page.cursor))

    def _written(self, page: FactPage) -> Iterator[Written]:
        authors = self._authors(page)
        names = ("id", "user", "time", "discussion", "parent")
        for post, user, at, discussion, parent in zip(*map(page.columns.__getitem__, names), strict=True):
            moment = datetime.fromtimestamp(at, UTC)
            if parent:
                answers = authors.get(parent)
                yield Written(EventKind.FORUM_REPLY, post, user, moment, answers_id=answers)
            else:
                yield Written(EventKind.FORUM_TOPIC, discussion, user, moment)

    def _authors(self, page: FactPage) -> Mapping[int, int]:
        """The authors of this page's posts and of those that they answer."""
        authors = dict(zip(page.columns["id"], page.columns["user"], strict=True))
        wanted = set(page.columns["parent"]) - authors.keys() - {0}
        if wanted:
            for earlier in self._facts.everything(POSTS):
                pairs = zip(earlier.columns["id"], earlier.columns["user"], strict=True)
                authors |= {post: user for post, user in pairs if post in wanted}
                if earlier.cursor >= max(wanted):
                    break
        return authors

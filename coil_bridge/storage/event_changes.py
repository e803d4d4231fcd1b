"""Looking for single events, and taking some away again: the queries.

Both read a pilot's events from one end to the other, so they are for what is rare: a course that was
restored with its log, posts that turn out to be known twice, a file that the log itself replaces.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from coil_bridge.evaluation.packed_events import beginnings, kinds_of, likeness, minutes_of
from coil_bridge.evaluation.records import POSTS, EventSource
from coil_bridge.storage import event_blocks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from coil_bridge.evaluation.packed_events import Events


class EventChanges:
    """Comparing and removing events of one pilot, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def missing(self, pilot_no: int, events: Sequence[int] | Events) -> Events:
        """Those beyond as many of the same likeness as are stored, whoever told; in another order."""
        import numpy as np  # noqa: PLC0415 - only where there is something to compare

        given = np.asarray(events, "<i8")
        if not len(given):
            return given
        given = given[np.argsort(likeness(given))]
        keys = likeness(given)
        first = beginnings(np, keys)
        lengths = np.diff(first, append=len(keys))
        enough = first + self._stored(pilot_no, keys[first])
        missing: Events = given[np.arange(len(given)) >= np.repeat(enough, lengths)]
        return missing

    def _stored(self, pilot_no: int, keys: Events) -> Events:
        """How many events are stored of each likeness; those are in order."""
        import numpy as np  # noqa: PLC0415 - as above

        at = minutes_of(keys)
        earliest, latest = at.min(), at.max()
        stored = np.zeros(len(keys), np.int64)
        for some in event_blocks.find(
            self._connection, pilot_no, lambda some: _between(some, earliest, latest)
        ):
            found = np.sort(likeness(some))
            ends = np.searchsorted(found, keys, "right")
            stored += ends - np.searchsorted(found, keys, "left")
        return stored

    def has_posts_of(self, pilot_no: int, actors: Collection[int]) -> bool:
        """Whether posts of these people are known from the forums themselves."""
        theirs = event_blocks.by(actors)
        posts = event_blocks.find(
            self._connection, pilot_no, lambda some: theirs(some) & _posts(some), EventSource.RECORDS
        )
        return any(len(some) for some in posts)

    def forget(
        self,
        pilot_no: int,
        actors: Collection[int],
        source: EventSource,
        *,
        minutes: tuple[int, int] | None = None,
        posts_only: bool = False,
    ) -> int:
        """Take away what one source told of these people, from a first to a last minute; how many."""
        theirs = event_blocks.by(actors)

        def unwanted(some: Events) -> NDArray[np.bool_]:
            found = theirs(some)
            if minutes:
                found &= _between(some, *minutes)
            return found & _posts(some) if posts_only else found

        return event_blocks.take_out(self._connection, pilot_no, unwanted, source)


def _between(some: Events, first: int, last: int) -> NDArray[np.bool_]:
    at = minutes_of(some)
    return (at >= first) & (at <= last)


def _posts(some: Events) -> NDArray[np.bool_]:
    import numpy as np  # noqa: PLC0415 - as above

    return np.isin(kinds_of(some), sorted(POSTS))

"""What our plugin tells of one course besides its log (local_coilbridge_get_facts), page by page.

Kinds that are only ever added to are read from where the last reading stood, some ids before it: a row can
become visible after rows with higher ids. Where the row at which it stood is gone, the Moodle may have been
put back to an earlier state, and the kind is read from its beginning. What was stored is known by its key.
"""

from __future__ import annotations

from collections.abc import Iterator

from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.services.activity.pull_rows import Account
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import FunctionNotAllowed, RecordUnknown
from connectors.moodle.logs import FactPage
from connectors.moodle.plugin import FactKind

PAGE = 5_000  # rows
OVERLAP = 1_000  # ids


class NotTold(Exception):
    """The plugin may not tell this of the course: the service account lacks a right."""


class CourseFacts:
    """Asks the plugin about one course; every question is a step of the pull."""

    def __init__(self, client: MoodleClient, course: PilotCourse, account: Account) -> None:
        self._client = client
        self._course = course
        self._account = account

    def known(self) -> bool:
        """Whether the site has the plugin, in a version that we read and in the token's service.

        Raises:
            MoodleError: the site did not give a usable answer.
        """
        self._account.steps_expected += 1
        try:
            return not self._client.plugin_info().too_old
        except (RecordUnknown, FunctionNotAllowed):
            return False
        finally:
            self._account.steps_done += 1

    def since(self, kind: FactKind, cursor: int) -> Iterator[FactPage]:
        """What there is of a kind behind a cursor, and what was shortly before it.

        Raises:
            NotTold: of this course nothing of the kind may be told.
            MoodleError: the site did not give a usable answer.
        """
        begins = max(0, cursor - OVERLAP)
        page = self._ask(kind, begins)
        if begins and cursor not in page.columns["id"]:
            page = self._ask(kind, 0)
        yield page
        while not page.complete:
            page = self._ask(kind, page.cursor)
            yield page

    def everything(self, kind: FactKind) -> Iterator[FactPage]:
        """All that there is of a kind now. Raises as ``since``."""
        return self.since(kind, 0)

    def _ask(self, kind: FactKind, after_id: int) -> FactPage:
        self._account.steps_expected += 1
        try:
            page = self._client.facts(kind, [self._course.moodle_id], after_id, PAGE)
        except FunctionNotAllowed as error:
            raise NotTold from error
        finally:
            self._account.steps_done += 1
        if page.refused:
            raise NotTold
        return page

"""Who is in a course by the roster service of its launches, where the site's token may not list people.

It tells less than Moodle's web services do: active enrolments only, non-editing teachers as learners, and
names only where the Moodle's privacy settings allow.
"""

from __future__ import annotations

from coil_bridge.errors import NotFound
from coil_bridge.i18n import mark
from coil_bridge.lti.roster import Member, read_roster
from coil_bridge.lti.services import ServiceCalls, ServiceFailed
from coil_bridge.storage.storage import Storage


class CourseRosters:
    """Reads rosters by whichever registration of the tool offers one."""

    def __init__(self, *, storage: Storage, calls: ServiceCalls) -> None:
        self._storage = storage
        self._calls = calls

    def offered(self, course_id: str) -> bool:
        """Whether a launch from this course has ever named a roster."""
        with self._storage.read() as tx:
            return any(each.roster_url for each in tx.lti_courses.contexts_of(course_id))

    def members(self, course_id: str) -> list[Member]:
        """Everybody with an active enrolment; the registration that was launched last is asked first.

        Raises:
            NotFound: no launch from this course has named a roster.
            ServiceFailed: none of the registrations gives a usable answer.
        """
        with self._storage.read() as tx:
            found = [each for each in tx.lti_courses.contexts_of(course_id) if each.roster_url]
            platforms = {each.platform_id: tx.lti.get(each.platform_id) for each in found}
        failure: ServiceFailed | None = None
        for context in found:
            platform = platforms[context.platform_id]
            if platform is None:
                continue
            try:
                return read_roster(self._calls, platform, context)
            except ServiceFailed as error:
                failure = failure or error
        raise failure or NotFound(mark("Nobody has opened COIL Bridge from this course yet."))

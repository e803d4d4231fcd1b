"""Web sessions that began with a launch, and the way from Moodle's frame into a tab of its own.

A session is bound to the (issuer, client, deployment, subject) of its launch and ends with the registration.
Cookies of a frame do not reach another tab: a one-time address carries the session over. It begins a
session of its own there, since the two cookies live in different jars.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta

from coil_bridge.domain import CourseRole, Person, Role
from coil_bridge.errors import Gone, InvalidInput, NotSignedIn
from coil_bridge.i18n import mark
from coil_bridge.services.context import Clock
from coil_bridge.storage.lti_records import LaunchScope
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import new_token, token_hash

HANDOVER_LASTS = timedelta(minutes=2)
_OWN_PATH = re.compile(r"/(?![/\\])[^\s\\]{0,498}")


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A session in a new tab: the token for its cookie, and the page to show."""

    token: str = field(repr=False)
    path: str


def launched(person: Person, scope: LaunchScope | None) -> Person:
    """The person as a session may act: attending the course of its launch alone, and never an administrator.

    A Moodle can let anybody in as anybody; what it can reach must stay within its own courses.
    """
    if scope is None:
        return person
    here = frozenset({scope.course_id} if scope.course_id else ())
    return replace(
        person,
        roles=person.roles - {Role.ADMINISTRATOR},
        learner_in=here if scope.part is CourseRole.STUDENT else frozenset(),
        attends_only=here,
    )


class LaunchSessions:
    """Starts sessions for launches and carries them over."""

    def __init__(self, *, storage: Storage, clock: Clock, hours: int) -> None:
        self._storage = storage
        self._clock = clock
        self._lasts = timedelta(hours=hours)

    def start(self, scope: LaunchScope) -> str:
        """Start a session; the token is for the cookie and is never stored."""
        token, now = new_token(), self._clock()
        with self._storage.write() as tx:
            tx.people.insert_web_session(token_hash(token), scope.person_id, now, now + self._lasts)
            tx.lti_courses.bind_session(token_hash(token), scope)
        return token

    def scope(self, token: str) -> LaunchScope | None:
        """What a session is bound to; ``None`` when it did not begin with a launch, or is over."""
        with self._storage.read() as tx:
            return tx.lti_courses.scope_of_session(token_hash(token), self._clock())

    def administers(self, token: str, site_id: str) -> bool:
        """Whether a session began with a launch from this site by somebody who administers it."""
        with self._storage.read() as tx:
            scope = tx.lti_courses.scope_of_session(token_hash(token), self._clock())
            platform = tx.lti.get(scope.platform_id) if scope and scope.administers else None
        return platform is not None and platform.site_id == site_id

    def hand_over(self, token: str, path: str) -> str:
        """A one-time token with which ``path`` opens in a new tab as the same person.

        Raises:
            NotSignedIn: the session is over, or did not begin with a launch.
            InvalidInput: the path is not one of ours.
        """
        if not _OWN_PATH.fullmatch(path):
            raise InvalidInput({"path": [mark("This is not a page of COIL Bridge.")]})
        scope = self.scope(token)
        if scope is None:
            raise NotSignedIn(mark("Please open the link in your course once more."))
        handover, now = new_token(), self._clock()
        with self._storage.write() as tx:
            tx.lti_courses.prune_handovers(now)
            tx.lti_courses.insert_handover(token_hash(handover), scope, path, now + HANDOVER_LASTS)
        return handover

    def take_over(self, handover: str) -> HandedOver:
        """Begin the session of a hand-over; of two tries one wins.

        Raises:
            Gone: it was used, has expired or never was.
        """
        with self._storage.write() as tx:
            found = tx.lti_courses.take_handover(token_hash(handover), self._clock())
        if found is None:
            raise Gone(mark("This address has been used. Open COIL Bridge from your course once more."))
        scope, path = found
        return HandedOver(self.start(scope), path)

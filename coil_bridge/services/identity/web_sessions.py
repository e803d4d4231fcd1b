"""Web sessions on the server: a cookie holds a random token, the database its hash.

Ending a session ends it everywhere at once, which a signed cookie alone cannot do. A session lasts
``web_session_hours`` from the sign-in, however busy it is: a shared computer in a seminar room must not
stay signed in for days.
"""

from __future__ import annotations

from datetime import timedelta

from coil_bridge.domain import Person
from coil_bridge.services.context import Clock
from coil_bridge.services.launching.launch_sessions import launched
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import new_token, token_hash

_SEEN_EVERY = timedelta(minutes=5)  # a write per page would make every reader a writer


class WebSessions:
    """Starts, finds and ends sessions."""

    def __init__(self, *, storage: Storage, clock: Clock, hours: int) -> None:
        self._storage = storage
        self._clock = clock
        self._lasts = timedelta(hours=hours)

    def start(self, person_id: str) -> str:
        """Start a session; the token is for the cookie and is never stored."""
        token, now = new_token(), self._clock()
        with self._storage.write() as tx:
            tx.people.insert_web_session(token_hash(token), person_id, now, now + self._lasts)
        return token

    def resolve(self, token: str) -> Person | None:
        """Who a cookie belongs to, in the part that a launch gave; ``None`` when the session has ended."""
        now, hashed = self._clock(), token_hash(token)
        with self._storage.read() as tx:
            found = tx.people.web_session(hashed, now)
            scope = tx.lti_courses.scope_of_session(hashed, now)
        if found is None:
            return None
        person, last_seen_at = found
        if now - last_seen_at >= _SEEN_EVERY:
            with self._storage.write() as tx:
                tx.people.touch_web_session(hashed, now)
        return launched(person, scope)

    def end(self, token: str) -> None:
        """Sign out here; nothing happens when the session has ended already."""
        with self._storage.write() as tx:
            tx.people.end_web_session(token_hash(token))

    def end_all(self, person_id: str) -> None:
        """Sign a person out everywhere, and make open sign-in links useless."""
        with self._storage.write() as tx:
            tx.people.end_web_sessions(person_id)

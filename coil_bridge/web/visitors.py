"""Who is looking at the page, in which language and on which clock.

The cookie holds Flask's signed session with a random token in it; the session itself lives in the
database, so that signing out (here or everywhere) ends it at once. Nothing is looked up before a page asks:
calendar feeds and health checks never touch it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import g, request, session

from coil_bridge.domain import Person, Role
from coil_bridge.errors import NotFound, NotSignedIn
from coil_bridge.i18n import DEFAULT_LANGUAGE, Translator, available_languages, mark, translator
from coil_bridge.services.context import Clock
from coil_bridge.services.identity.web_sessions import WebSessions
from coil_bridge.services.moodles.catalogue import Catalogue
from coil_bridge.web.places import city_name
from scheduling.zones import is_zone, to_local

LANGUAGE_COOKIE = "coil_bridge_language"
ZONE_COOKIE = "coil_bridge_zone"
TOKEN = "token"  # noqa: S105 - the name of a place in the session, not a secret
NEXT = "next"


@dataclass(frozen=True, slots=True)
class Here:
    """The clock on which the page shows times; ``settled`` when it is the person's or institution's."""

    zone: str
    city: str
    now: str
    settled: bool


class Visitors:
    """The person behind the current request."""

    def __init__(
        self, sessions: WebSessions, catalogue: Catalogue, clock: Clock, languages: Sequence[str]
    ) -> None:
        self._sessions = sessions
        self._catalogue = catalogue
        self._clock = clock
        self.languages = [code for code in available_languages() if code in languages] or [DEFAULT_LANGUAGE]

    def person(self) -> Person | None:
        """The signed-in person, if any."""
        if "person" not in g:
            token = session.get(TOKEN)
            g.person = self._sessions.resolve(token) if token else None
        person: Person | None = g.person
        return person

    def signed_in(self) -> Person:
        """The signed-in person.

        Raises:
            NotSignedIn: nobody is, or the session has ended.
        """
        person = self.person()
        if person is None:
            raise NotSignedIn(mark("Please sign in to see this page."))
        return person

    def with_role(self, *roles: Role) -> Person:
        """The signed-in person, who has one of these roles.

        Raises:
            NotSignedIn: nobody is signed in.
            NotFound: somebody else; the page does not exist for them.
        """
        person = self.signed_in()
        if person.roles.isdisjoint(roles):
            raise NotFound(mark("There is no such page."))
        return person

    def start(self, person: Person) -> str:
        """Sign the person in (a new session, against fixation); where the person wanted to go."""
        wanted = session.get(NEXT)
        self.begin(person, self._sessions.start(person.id))
        return str(wanted or "/")

    def begin(self, person: Person, token: str) -> None:
        """Go on as this person in a session that was just started; the one before it is over."""
        self.end()
        session[TOKEN] = token
        session.permanent = True
        g.person = person

    def resume(self, token: str) -> None:
        """Go on in this browser with a session that was just started for whoever brought it."""
        self.end()
        session[TOKEN] = token
        session.permanent = True
        del g.person  # the next page asks who it is

    def token(self) -> str:
        """The token of the session that this request belongs to; empty when nobody is signed in."""
        return str(session.get(TOKEN, ""))

    def end(self) -> None:
        """Sign out: the session is over on the server too."""
        if token := session.get(TOKEN):
            self._sessions.end(token)
        session.clear()
        g.person = None
        g.pop("language", None)
        g.pop("zone", None)

    def language(self) -> str:
        """Person's preference, else the cookie, else what the browser asks for, else English."""
        if "language" not in g:
            g.language = self._choose_language()
        language: str = g.language
        return language

    def wanted_languages(self) -> list[str]:
        """The languages that the visitor has asked for, the dearest first, also those we do not have."""
        person = self.person()
        own = (person.language if person else None, request.cookies.get(LANGUAGE_COOKIE))
        return [*filter(None, own), *request.accept_languages.values()]

    def translator(self) -> Translator:
        """Texts and dates in the visitor's language."""
        return translator(self.language())

    def zone(self) -> str:
        """The zone in which times are shown: person's, else institution's, else the browser's, else UTC."""
        return self._zone()[0]

    def here(self, now: datetime) -> Here:
        """The clock on which times are shown."""
        zone, settled = self._zone()
        words = self.translator()
        return Here(zone, city_name(zone, words), words.clock(to_local(now, zone)), settled)

    def _zone(self) -> tuple[str, bool]:
        if "zone" not in g:
            g.zone = self._find_zone()
        zone: tuple[str, bool] = g.zone
        return zone

    def _find_zone(self) -> tuple[str, bool]:
        person = self.person()
        if person is not None and person.zone and is_zone(person.zone):
            return person.zone, True
        cookie = request.cookies.get(ZONE_COOKIE, "")
        fallback = cookie if is_zone(cookie) else "UTC"
        if person is not None:
            courses = self._catalogue.own_courses(person)
            return (courses[0].course.institution.zone, False) if courses else (fallback, False)
        return fallback, is_zone(cookie)

    def _choose_language(self) -> str:
        person = self.person()
        for wish in (person.language if person else None, request.cookies.get(LANGUAGE_COOKIE)):
            if wish in self.languages:
                return wish
        return self._asked_for() or self.languages[0]

    def _asked_for(self) -> str | None:
        """What the browser asks for, by language alone: "sr" and "sr-Latn-RS" both get our Serbian."""
        ours = {code.partition("_")[0]: code for code in self.languages}
        wishes = (tag.lower().partition("-")[0] for tag, quality in request.accept_languages if quality)
        return next((ours[wish] for wish in wishes if wish in ours), None)

"""The person's own language and clock, and what anybody can choose for this browser."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from coil_bridge.domain import Person
from coil_bridge.errors import InvalidInput
from coil_bridge.i18n import mark
from coil_bridge.services.identity.people import PeopleService
from coil_bridge.services.identity.web_sessions import WebSessions
from coil_bridge.services.messaging.telling_choices import TellingChoices
from coil_bridge.web.cookies import Cookies
from coil_bridge.web.forms import Form, load
from coil_bridge.web.places import zone_choices
from coil_bridge.web.rendering import THEME_COOKIE
from coil_bridge.web.schemas.me import LanguageSchema, PreferencesSchema, ThemeSchema, ZoneSchema
from coil_bridge.web.texts import gettext
from coil_bridge.web.visitors import LANGUAGE_COOKIE, ZONE_COOKIE, Visitors

Answer = str | Response | tuple[str, int]
_A_YEAR = 365 * 24 * 3600


class MePages:
    """Preferences."""

    def __init__(
        self,
        *,
        people: PeopleService,
        sessions: WebSessions,
        choices: TellingChoices,
        visitors: Visitors,
        cookies: Cookies,
    ) -> None:
        self._people = people
        self._sessions = sessions
        self._choices = choices
        self._visitors = visitors
        self._cookies = cookies

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("me", __name__)
        add = pages.add_url_rule
        add("/me", "page", self.page)
        add("/me", "save", self.save, methods=["POST"])
        add("/me/zone", "remember_zone", self.remember_zone, methods=["POST"])
        add("/me/signout-everywhere", "sign_out_everywhere", self.sign_out_everywhere, methods=["POST"])
        add("/language", "language", self.language, methods=["POST"])
        add("/appearance", "appearance", self.appearance, methods=["POST"])
        return pages

    def page(self) -> Answer:
        """The form."""
        person = self._visitors.signed_in()
        return self._page(person, Form.blank(language=person.language, zone=person.zone))

    def save(self) -> Answer:
        """Store language and zone."""
        person = self._visitors.signed_in()
        try:
            self._people.preferences(person, **load(PreferencesSchema()))
        except InvalidInput as error:
            return self._page(person, Form.refused(error)), 422
        flash(gettext("Your choices are saved."), "good")
        return self._with_cookie(redirect(url_for("me.page"), 303), ZONE_COOKIE, "")

    def remember_zone(self) -> Answer:
        """Keep the clock that somebody without one has chosen, or whose device says the same as we do."""
        person = self._visitors.signed_in()
        values = load(ZoneSchema())
        if not person.zone:
            self._people.preferences(person, person.language, values["zone"])
        if values["back"] is None:
            return Response(status=204)
        return redirect(_own_path(values["back"]), 303)

    def sign_out_everywhere(self) -> Answer:
        """End every session of the person, on every device."""
        self._sessions.end_all(self._visitors.signed_in().id)
        self._visitors.end()
        flash(gettext("You are signed out on every device."), "info")
        return redirect(url_for("home.index"), 303)

    def language(self) -> Answer:
        """Choose a language, for this browser and, when signed in, for good."""
        values = load(LanguageSchema())
        person = self._visitors.person()
        if values["language"] not in self._visitors.languages:
            raise InvalidInput({"language": [mark("Choose one of the languages offered.")]})
        if person is not None:
            self._people.preferences(person, values["language"], person.zone)
        back = redirect(_own_path(values["back"]), 303)
        return self._with_cookie(back, LANGUAGE_COOKIE, values["language"])

    def appearance(self) -> Answer:
        """Choose light or dark for this browser."""
        values = load(ThemeSchema())
        return self._with_cookie(redirect(_own_path(values["back"]), 303), THEME_COOKIE, values["theme"])

    def _page(self, person: Person, form: Form) -> str:
        zones = zone_choices(self._visitors.language())
        return render_template(
            "me.html", form=form, zones=zones, somebody=person, told=self._choices.of(person)
        )

    def _with_cookie(self, response: Response, name: str, value: str) -> Response:
        self._cookies.keep(response, name, value, seconds=_A_YEAR)
        return response


def _own_path(back: str) -> str:
    """A path of ours; anything that would lead elsewhere becomes the start page."""
    # isprintable: browsers drop a tab, which would make "//evil.example" of "/<tab>/evil.example"
    ours = back.startswith("/") and back.isprintable() and not back.startswith(("//", "/\\"))
    return back if ours else "/"

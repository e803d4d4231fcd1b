"""What every template can use: texts, times on the reader's clock, versioned static files, navigation."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_timedelta
from flask import Flask, request, url_for
from flask.globals import request_ctx
from flask_babel import Babel  # type: ignore[import-untyped]  # carries no annotations

from coil_bridge.domain import Person, Role
from coil_bridge.evaluation.survey_words import best_language, told
from coil_bridge.i18n import TRANSLATIONS
from coil_bridge.services.activity import log_texts
from coil_bridge.services.activity.pull_texts import REASONS
from coil_bridge.services.context import Clock
from coil_bridge.settings import Settings
from coil_bridge.web import wording
from coil_bridge.web.framing import framed
from coil_bridge.web.places import city_name, country_name, language_name
from coil_bridge.web.texts import gettext, ngettext, say
from coil_bridge.web.visitors import Visitors
from scheduling.zones import to_local, utc_offset_label

THEME_COOKIE = "coil_bridge_theme"
THEMES = ("", "light", "dark")
_JUST_NOW = timedelta(minutes=1)
_AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """A link in the head of the page; ``current`` is the value of aria-current."""

    label: str
    url: str
    current: str


def prepare_templates(app: Flask, visitors: Visitors, settings: Settings, clock: Clock) -> None:
    """Filters, globals and what depends on the request."""
    Babel(
        app,
        default_locale="en",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=visitors.language,
    )
    # Flask gives translated values and (%(name)s) places; |safe is used nowhere.
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(_filters(visitors, clock))
    app.jinja_env.globals.update(
        asset=_asset(Path(app.static_folder or "")),
        consortium=settings.consortium,
        wording=wording,
        dropped=REASONS,
        log_texts=log_texts,
        framed=framed,
        ROLE=Role,
    )

    @app.context_processor
    def _of_this_request() -> dict[str, Any]:
        person = visitors.person()
        here = visitors.here(clock())
        return {
            "person": person,
            "here": here,
            "ask_zone": person is not None and not here.settled,
            # Whoever comes from a course and told no zone there is on the clock of the device at hand.
            "take_zone": person is not None and person.attends_only is not None,
            "language": visitors.language(),
            "language_tag": visitors.language().replace("_", "-"),
            "languages": _languages(tuple(visitors.languages)),
            "navigation": list(_navigation(person)) if person else [],
            "theme": theme() or "",
            "back": _back(),
        }


def _back() -> str:
    """Where a switch of language leads: the answer to a form is gone, but its address may have a page."""
    if request.method == "GET":
        return request.full_path.rstrip("?")
    adapter = request_ctx.url_adapter
    return request.path if adapter and "GET" in adapter.allowed_methods(request.path) else "/"


def theme() -> str:
    """The appearance chosen in this browser; empty for the device's own."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else ""


def _filters(visitors: Visitors, clock: Clock) -> dict[str, Callable[..., Any]]:
    def here(instant: datetime) -> datetime:
        return to_local(instant, visitors.zone())

    def ago(instant: datetime) -> str:
        passed = instant - clock()
        if abs(passed) < _JUST_NOW:
            return gettext("just now")
        return format_timedelta(passed, add_direction=True, locale=visitors.translator().locale)

    def until(instant: datetime) -> str:
        """How long it is until an instant: whole minutes within the hour, rounded up so as not to promise."""
        left = instant - clock()
        if left >= _AN_HOUR:
            return format_timedelta(left, add_direction=True, locale=visitors.translator().locale)
        minutes = max(-(-left // _JUST_NOW), 0)
        return ngettext("in %(num)d minute", "in %(num)d minutes", minutes)

    return {
        "ago": ago,
        "city": lambda zone: city_name(zone, visitors.translator()),
        "clock_time": lambda instant: visitors.translator().clock(here(instant)),
        "country": lambda code: country_name(code, visitors.translator()),
        "day": lambda value: visitors.translator().short_day(_day(value, here)),
        "decimal": lambda value, sign=False: visitors.translator().decimal(value, sign=sign),
        "full_day": lambda value: visitors.translator().day(_day(value, here)),
        "iso": lambda instant: instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "language_name": lambda code: language_name(code, visitors.translator()),
        "number": lambda value: visitors.translator().number(value),
        "offset_in": utc_offset_label,
        "moment": lambda instant: visitors.translator().moment(here(instant)),
        "span": lambda first, last: visitors.translator().span(first, last),
        "said": say,
        "told": lambda survey: told(survey, best_language(survey, visitors.wanted_languages())),
        "translated": gettext,
        "until": until,
        "wall": lambda local: visitors.translator().moment(local),
    }


def _day(value: date | datetime, here: Callable[[datetime], datetime]) -> date:
    return here(value).date() if isinstance(value, datetime) else value


def _asset(folder: Path) -> Callable[[str], str]:
    """Addresses that change with the content, so that browsers may keep the files for good."""

    @cache
    def version(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]

    return lambda name: url_for("static", filename=name, v=version(name))


@cache
def _languages(codes: tuple[str, ...]) -> list[tuple[str, str, str]]:
    """Each language by its own name, as its readers look for it."""
    own = {"sr_Latn": "Srpski"}
    return [
        (code, code.replace("_", "-"), own.get(code) or str(Locale.parse(code).display_name).capitalize())
        for code in codes
    ]


def _navigation(person: Person) -> Iterable[NavigationItem]:
    yield _item(gettext("Home"), "home.index", "home")
    yield _item(gettext("Pairings"), "pairings.mine", "pairings", "sessions", "calendar", "phases")
    if not person.roles:
        yield _item(gettext("Courses"), "courses.own", "courses", "academic")
    if person.roles:
        yield _item(gettext("Pilots"), "pilots.index", "pilots", "surveys")
    if Role.ADMINISTRATOR in person.roles:
        yield _item(gettext("Console"), "sites.index", "sites", "people", "work", "academic")


def _item(label: str, endpoint: str, *blueprints: str) -> NavigationItem:
    if request.endpoint == endpoint:
        return NavigationItem(label, url_for(endpoint), "page")
    return NavigationItem(label, url_for(endpoint), "true" if request.blueprint in blueprints else "")

"""Texts, dates and zone names in a person's language, for pages, messages and feeds alike.

Catalogues are gettext's (``translations/<language>/LC_MESSAGES/messages.po``), dates and zone names are
CLDR's through Babel. Pages use the same catalogues through Flask-Babel; services use this module, since
a feed or an e-mail is written where no request exists.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.support import NullTranslations, Translations

TRANSLATIONS = Path(__file__).parent / "translations"
DEFAULT_LANGUAGE = "en"


def mark(message: str) -> str:
    """Mark a text for translation where it is raised or declared; it is translated where it is shown."""
    return message


class Translator:
    """One language: texts with ``%(name)s`` values, and dates as its readers write them."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = Locale.parse("en_GB" if language == "en" else language)
        self._catalogue: NullTranslations = Translations.load(str(TRANSLATIONS), [language])

    def gettext(self, message: str, /, **values: Any) -> str:
        """Translate and fill in; the message itself where there is no translation."""
        text = self._catalogue.ugettext(message)
        return text % values if values else text

    def ngettext(self, one: str, many: str, count: int, /, **values: Any) -> str:
        """Translate by number; ``%(count)s`` is filled in."""
        return self._catalogue.ungettext(one, many, count) % {"count": count, **values}

    def day(self, value: date) -> str:
        """A day with its weekday: "Tuesday 27 October 2026"."""
        return format_date(value, "full", locale=self.locale)

    def short_day(self, value: date) -> str:
        """A day with its short weekday: "Tue 27 Oct"."""
        return format_date(value, "EEE d MMM", locale=self.locale)

    def clock(self, value: datetime) -> str:
        """The time of day on the value's own clock: "14:00"."""
        return format_time(value.replace(tzinfo=None), "HH:mm", locale=self.locale)

    def moment(self, value: datetime) -> str:
        """Day and time on the value's own clock: "Tue 27 Oct 2026, 14:00"."""
        return format_datetime(value.replace(tzinfo=None), "EEE d MMM yyyy, HH:mm", locale=self.locale)


@cache
def translator(language: str | None) -> Translator:
    """The translator of a language that we have, English for any other."""
    return Translator(language if language and language in available_languages() else DEFAULT_LANGUAGE)


@cache
def available_languages() -> Sequence[str]:
    """English and every language with a catalogue, by code."""
    found = sorted(path.parent.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
    return (DEFAULT_LANGUAGE, *[language for language in found if language != DEFAULT_LANGUAGE])

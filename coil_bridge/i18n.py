"""Texts, dates and zone names in a person's language, for pages, messages and feeds alike.

Catalogues are gettext's (``translations/<language>/LC_MESSAGES/messages.po``), dates and zone names are
CLDR's through Babel. Pages use the same catalogues through Flask-Babel; services use this module, since
a feed or an e-mail is written where no request exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import combining, normalize

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_datetime, format_interval, format_time
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from coil_bridge.errors import Reason

TRANSLATIONS = Path(__file__).parent / "translations"
DEFAULT_LANGUAGE = "en"
# CLDR has patterns for a day without its year and for a day with it, none for the moments that we show.
_SHORT_DAYS = {"en": "EEE d MMM", "sr_Latn": "EEE, d. MMM"}
_MOMENTS = {"en": "EEE d MMM yyyy, HH:mm", "sr_Latn": "EEE, d. MMM yyyy. 'u' HH:mm"}
# Moodle's language packs are named by country or by whim where BCP 47 names the script.
_MOODLE_LANGUAGES = {"sr_lt": "sr_Latn", "sr_cr": "sr_Cyrl", "zh_cn": "zh_Hans", "zh_tw": "zh_Hant"}
_LEADING_ZERO = re.compile(r"\b0(?=\d\b)")
# Letters of their own, which stand after the one that they are made of.
_LETTERS = {
    "sr_Latn": str.maketrans({"č": "c~", "ć": "c~~", "đ": "d~", "š": "s~", "ž": "z~"}),
}


def mark(message: str) -> str:
    """Mark a text for translation where it is raised or declared; it is translated where it is shown."""
    return message


# CLDR takes Montenegrin for Serbian.
_LANGUAGES_BESIDE_CLDR = {"cnr": mark("Montenegrin")}


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

    def say(self, reason: Reason | str) -> str:
        """Tell a reason; a value that is a reason itself is told in the same language."""
        return tell(reason, self.gettext)

    def language_name(self, code: str) -> str:
        """A language by its Moodle or BCP 47 code ("serbian (Latin)"); the code where CLDR has no name."""
        plain = code.replace("-", "_").lower()
        if plain in _LANGUAGES_BESIDE_CLDR:
            return self.gettext(_LANGUAGES_BESIDE_CLDR[plain])
        for candidate in (_MOODLE_LANGUAGES.get(plain, plain), plain.partition("_")[0]):
            try:
                found = Locale.parse(candidate).get_display_name(self.locale)
            except (UnknownLocaleError, ValueError):
                found = self.locale.languages.get(candidate)
            if found:
                return found
        return code

    def number(self, value: float) -> str:
        """A number as its readers group and point it: "1,234.5", in Serbian "1.234,5"."""
        return format_decimal(value, locale=self.locale)

    def decimal(self, value: float, *, sign: bool = False) -> str:
        """A mean with two decimals, its sign before it where asked: "3.50", "+0.25", in Serbian "+0,25"."""
        return format_decimal(value, "+0.00;-0.00" if sign else "0.00", locale=self.locale)

    def sort_key(self, text: str) -> str:
        """By which names stand in a list as its readers look for them: č right after c."""
        folded = text.casefold().translate(_LETTERS.get(self.language, {}))
        return "".join(char for char in normalize("NFKD", folded) if not combining(char))

    def day(self, value: date) -> str:
        """A day with its weekday: "Tuesday 27 October 2026"."""
        return format_date(value, "full", locale=self.locale)

    def short_day(self, value: date) -> str:
        """A day with its short weekday: "Tue 27 Oct"."""
        return format_date(value, _SHORT_DAYS[self.language], locale=self.locale)

    def span(self, first: date, last: date) -> str:
        """Days from first to last: "19 Oct 2026 – 8 Feb 2027", "19. okt 2026. – 8. feb 2027."."""
        # CLDR's Serbian intervals have two digits for a day (08.) where its dates have one.
        return _LEADING_ZERO.sub("", format_interval(first, last, "yMMMd", locale=self.locale))

    def clock(self, value: datetime) -> str:
        """The time of day on the value's own clock: "14:00"."""
        return format_time(value.replace(tzinfo=None), "HH:mm", locale=self.locale)

    def moment(self, value: datetime) -> str:
        """Day and time on the value's own clock: "Tue 27 Oct 2026, 14:00"."""
        return format_datetime(value.replace(tzinfo=None), _MOMENTS[self.language], locale=self.locale)


def tell(reason: Reason | str, gettext: Callable[..., str]) -> str:
    """Tell a reason by a gettext that fills values in; an empty text stays empty."""
    if not isinstance(reason, Reason):
        return gettext(reason) if reason else ""  # gettext("") is the catalogue's header
    values = {
        name: tell(value, gettext) if isinstance(value, Reason) else value
        for name, value in reason.values.items()
    }
    return gettext(reason.message, **values) if reason.message else ""


@cache
def translator(language: str | None) -> Translator:
    """The translator of a language that we have, English for any other."""
    return Translator(language if language and language in available_languages() else DEFAULT_LANGUAGE)


@cache
def available_languages() -> Sequence[str]:
    """English and every language with a catalogue, by code."""
    found = sorted(path.parent.parent.name for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"))
    return (DEFAULT_LANGUAGE, *[language for language in found if language != DEFAULT_LANGUAGE])

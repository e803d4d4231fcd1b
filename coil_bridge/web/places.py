"""What places and languages are called in the reader's language (CLDR), and zones for a form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import groupby

from babel import Locale
from babel.core import UnknownLocaleError

from coil_bridge.i18n import Translator, mark, translator
from coil_bridge.services.agreed.session_clocks import city
from scheduling.zones import zone_names


def city_name(zone: str, words: Translator) -> str:
    """The city that stands for a zone: "Belgrade", in Serbian "Beograd"."""
    return _city(zone, words.language)


def country_name(code: str, words: Translator) -> str:
    """A country by its ISO 3166 code, the code itself where CLDR has no name."""
    return str(words.locale.territories.get(code.upper(), code))


def language_name(code: str, words: Translator) -> str:
    """A language by its Moodle or BCP 47 code, the code itself where CLDR has no name."""
    name = words.language_name(code)
    return name if name == code else name[:1].upper() + name[1:]


def own_name(code: str) -> str:
    """A language as its own speakers call it: "српски", "中文"; the code itself where CLDR has no name."""
    try:
        name = Locale.parse(code).get_display_name()
    except (UnknownLocaleError, ValueError):
        return code
    return f"{name[:1].upper()}{name[1:]}" if name else code


@lru_cache(maxsize=8)
def zone_choices(language: str) -> Sequence[tuple[str, Sequence[tuple[str, str]]]]:
    """Every zone for a form, by region and then by the city's name in this language."""
    words = translator(language)
    return tuple(
        (words.gettext(_REGIONS[region]), tuple(_sorted(_named(zones, words), words)))
        for region, zones in groupby(zone_names(), key=lambda name: name.partition("/")[0])
    )


def country_choices(language: str) -> Sequence[tuple[str, str]]:
    """Every country for a form, by its name in this language."""
    words = translator(language)
    names = words.locale.territories
    found = [(code, name) for code, name in names.items() if len(code) == 2 and code not in _NO_COUNTRIES]
    return _sorted(found, words)


def language_choices(codes: Iterable[str], words: Translator) -> Sequence[tuple[str, str]]:
    """Languages to work in for a form: those of the partner countries and the given ones, by name.

    A Moodle's variant of a language that is there already ("sr_lt") is no other language to work in.
    """
    others = [code for code in map(_plain, codes) if code.partition("_")[0] not in _WORKING_LANGUAGES]
    named = {code: language_name(code, words) for code in (*_WORKING_LANGUAGES, *others)}
    return _sorted(named.items(), words)


def survey_languages(codes: Iterable[str], words: Translator) -> Sequence[tuple[str, str]]:
    """Languages for a survey: those of the partner countries, Serbian by its scripts, and the given ones."""
    known = [code for code in _WORKING_LANGUAGES if code != "sr"]
    named = {code: language_name(code, words) for code in (*known, "sr_Latn", "sr_Cyrl", *codes)}
    return _sorted(named.items(), words)


def _sorted(choices: Iterable[tuple[str, str]], words: Translator) -> list[tuple[str, str]]:
    return sorted(choices, key=lambda choice: words.sort_key(choice[1]))


# The parts of the tz database; "Etc" holds UTC alone.
_REGIONS = {
    "Africa": mark("Africa"),
    "America": mark("America"),
    "Antarctica": mark("Antarctica"),
    "Arctic": mark("Arctic"),
    "Asia": mark("Asia"),
    "Atlantic": mark("Atlantic Ocean"),
    "Australia": mark("Australia"),
    "Europe": mark("Europe"),
    "Indian": mark("Indian Ocean"),
    "Pacific": mark("Pacific Ocean"),
    "Etc": mark("Worldwide"),
}
_WORKING_LANGUAGES = ("bs", "cnr", "cs", "de", "en", "es", "et", "fr", "kk", "pt", "ru", "sr", "sv", "zh")
_NO_COUNTRIES = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})  # CLDR's groups and pseudo-regions


def _plain(code: str) -> str:
    return code.replace("-", "_").lower()


def _named(zones: Iterable[str], words: Translator) -> list[tuple[str, str]]:
    return [(zone, f"{city_name(zone, words)} ({zone})") for zone in zones]


@lru_cache(maxsize=2048)
def _city(zone: str, language: str) -> str:
    return city(translator(language), zone)

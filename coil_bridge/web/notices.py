"""Wording of what ``scheduling.availability`` points out: outside hours, days off, clock changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from coil_bridge.i18n import Translator
from coil_bridge.web.holiday_names import holiday_name
from coil_bridge.web.texts import gettext
from scheduling.availability import Notice


@dataclass(frozen=True, slots=True)
class Heed:
    """A warning on one clock: a shape and a sentence, so that colour is never the only sign."""

    icon: str
    text: str
    brief: str = ""  # in a table, beside the icon: by how much the hour shifts


def heed_of(notice: Notice, translator: Translator) -> Heed:
    """Word one notice in the reader's language."""
    icon, words = _WORDS[notice.kind]
    shift = notice.detail.get("minutes", 0) if notice.kind == "clock_change" else 0
    return Heed(icon, words(notice.detail, translator), _shift(int(shift)))


def _shift(minutes: int) -> str:
    """By how much an hour shifts: "+1 h", "−30 min"."""
    if not minutes:
        return ""
    sign, size = ("+" if minutes > 0 else "−"), abs(minutes)
    return f"{sign}{size // 60} h" if size % 60 == 0 else f"{sign}{size} min"


def _outside_day(detail: Mapping[str, object], _translator: Translator) -> str:
    return gettext(
        "Outside the day there (%(day_starts)s–%(day_ends)s)",
        day_starts=detail["day_starts"],
        day_ends=detail["day_ends"],
    )


def _weekend(detail: Mapping[str, object], translator: Translator) -> str:
    day = date.fromisoformat(str(detail["date"]))
    return gettext("Weekend there on %(day)s", day=translator.short_day(day))


def _public_holiday(detail: Mapping[str, object], translator: Translator) -> str:
    values = {
        "day": translator.short_day(date.fromisoformat(str(detail["date"]))),
        "name": holiday_name(str(detail["name"]), translator),
    }
    if detail["estimated"]:
        return gettext("Public holiday on %(day)s: %(name)s (estimated date)", **values)
    return gettext("Public holiday on %(day)s: %(name)s", **values)


def _not_taught(detail: Mapping[str, object], translator: Translator) -> str:
    day = translator.short_day(date.fromisoformat(str(detail["date"])))
    if detail["why"] == "break":
        return gettext("No teaching there on %(day)s: %(name)s", day=day, name=detail["name"])
    if detail["why"] == "exams":
        return gettext("Examinations there on %(day)s: %(name)s", day=day, name=detail["name"])
    return gettext("Between the terms there on %(day)s", day=day)


def _clock_change(detail: Mapping[str, object], translator: Translator) -> str:
    then = translator.short_day(date.fromisoformat(str(detail["date"])))
    values = {"day": then, "then": detail["then"], "now": detail["now"]}
    if detail["compared_with"] == "week_after":
        return gettext("Clock change: a week later, on %(day)s, it is %(then)s, not %(now)s", **values)
    return gettext("Clock change: on %(day)s it was %(then)s, now it is %(now)s", **values)


_Words = Callable[[Mapping[str, object], Translator], str]

_WORDS: Mapping[str, tuple[str, _Words]] = {
    "outside_day": ("moon", _outside_day),
    "weekend": ("sofa", _weekend),
    "public_holiday": ("flag", _public_holiday),
    "not_taught": ("pause", _not_taught),
    "clock_change": ("shift", _clock_change),
}

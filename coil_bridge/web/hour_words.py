"""Weekdays, hours and lengths in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import time
from typing import Literal

from coil_bridge.i18n import Translator, mark
from coil_bridge.web.texts import gettext, lazy_gettext, ngettext
from scheduling.weekly_hours import ACCEPTABLE, DAY, IMPOSSIBLE, PREFERRED

LEVEL_NAMES: Mapping[int, str] = {
    PREFERRED: lazy_gettext("Good"),
    ACCEPTABLE: lazy_gettext("If it must be"),
    IMPOSSIBLE: lazy_gettext("Impossible"),
}


def day_names(words: Translator, width: Literal["wide", "abbreviated", "narrow"]) -> Sequence[str]:
    """Monday to Sunday, standing alone."""
    names = words.locale.days["stand-alone"][width]
    return [str(names[day]) for day in range(7)]


def hour_text(quarter: int) -> str:
    """A quarter of an hour of any day as a time: "14:45"."""
    minutes = quarter % DAY * 15
    return f"{time(minutes // 60, minutes % 60):%H:%M}"


def length_text(minutes: int) -> str:
    """A length in hours and minutes: "1 h 30 min"."""
    hours, rest = divmod(minutes, 60)
    parts = []
    if hours:
        parts.append(gettext("%(hours)s h", hours=hours))
    if rest or not hours:
        parts.append(gettext("%(minutes)s min", minutes=rest))
    return " ".join(parts)


def every_weekday(day: int) -> str:
    """On which weekday something comes again and again: "Every Tuesday"."""
    return gettext(_EVERY[day])


_EVERY = (
    mark("Every Monday"),
    mark("Every Tuesday"),
    mark("Every Wednesday"),
    mark("Every Thursday"),
    mark("Every Friday"),
    mark("Every Saturday"),
    mark("Every Sunday"),
)


def dates_text(count: int) -> str:
    """ "on 5 dates"."""
    return ngettext("on %(num)d date", "on %(num)d dates", count)

"""Before anybody proposes: whether a weekly time would suit the universities, in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from coil_bridge.domain import Course
from coil_bridge.i18n import Translator
from coil_bridge.services.times.slot_finder import SlotFinder
from coil_bridge.web.hour_words import every_weekday, hour_text
from coil_bridge.web.places import city_name
from coil_bridge.web.texts import gettext
from scheduling.weekly_hours import DAY
from scheduling.zones import to_local


@dataclass(frozen=True, slots=True)
class GlanceView:
    """The sentence; ``clocks`` are the best time's hours, a city and an hour each, on its first date."""

    tone: str
    text: str
    clocks: tuple[tuple[str, str], ...]


def glance(
    finder: SlotFinder, courses: Sequence[Course], first: date, last: date, words: Translator
) -> GlanceView | None:
    """None where there is nothing to compare."""
    found = finder.glance(courses, first, last)
    if found is None:
        return None
    if found.best is None:
        return GlanceView(
            "warn", gettext("By the universities’ own hours, no weekly time is possible for all."), ()
        )
    start = found.best.meetings[0].start
    clocks = tuple((city_name(zone, words), words.clock(to_local(start, zone))) for zone in found.zones)
    if any(found.best.totals):
        text = gettext(
            "By the universities’ own hours, no weekly time is good for all: "
            "some would have to meet early or late."
        )
        return GlanceView("warn", text, clocks)
    when = f"{every_weekday(found.best.local // DAY)}, {hour_text(found.best.local)}"
    city = city_name(found.best.zone, words)
    text = gettext(
        "%(when)s (%(city)s) would suit everybody, by the universities’ own hours.", when=when, city=city
    )
    return GlanceView("good", text, clocks)

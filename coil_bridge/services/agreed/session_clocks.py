"""A session on every partner's clock: for the preview, for messages, and for the feed alike.

All of them ask here, so the same session can never stand at two different hours in two places.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from coil_bridge.domain import Institution, Pairing
from coil_bridge.i18n import Translator
from coil_bridge.services.agreed.access import partners
from scheduling.availability import Clock
from scheduling.zones import to_local, utc_offset_label, zone_city


def institutions(pairing: Pairing) -> tuple[Institution, ...]:
    """The institutions of a pairing, each once, the initiating one first."""
    return tuple({each.course.institution.id: each.course.institution for each in partners(pairing)}.values())


def partner_clocks(pairing: Pairing) -> tuple[Clock, ...]:
    """The institutions' wall clocks with the hours of their days, keyed by institution."""
    return tuple(
        Clock(
            key=each.id,
            name=each.short_name,
            zone=each.zone,
            country=each.country,
            subdivision=each.subdivision,
            day_starts=each.day_starts,
            day_ends=each.day_ends,
        )
        for each in institutions(pairing)
    )


def city(translator: Translator, zone: str) -> str:
    """A zone's city in the reader's language ("Beograd"), as CLDR has it."""
    if zone.startswith("Etc/"):
        return zone_city(zone)
    return get_timezone_location(ZoneInfo(zone), locale=translator.locale, return_city=True)


def clock_line(translator: Translator, institution: Institution, starts_at: datetime, minutes: int) -> str:
    """One institution's line: "UB (Belgrade): Tue 27 Oct 2026, 14:00–15:00 (UTC+1)"."""
    start = to_local(starts_at, institution.zone)
    end = to_local(starts_at + timedelta(minutes=minutes), institution.zone)
    until = translator.clock(end) if end.date() == start.date() else translator.moment(end)
    offset = utc_offset_label(starts_at, institution.zone)
    place = f"{institution.short_name} ({city(translator, institution.zone)})"
    return f"{place}: {translator.moment(start)}–{until} ({offset})"


def clock_lines(translator: Translator, pairing: Pairing, starts_at: datetime, minutes: int) -> Sequence[str]:
    """Every partner's line, the initiating institution's first."""
    return [clock_line(translator, each, starts_at, minutes) for each in institutions(pairing)]

"""Clock changes from September 2026 to November 2027 as published, in UTC, and how tests write times."""

from __future__ import annotations

from datetime import UTC, datetime

_EU = ("2026-10-25 01:00", "2027-03-28 01:00", "2027-10-31 01:00")

PUBLISHED: dict[str, tuple[str, ...]] = {
    "Europe/Brussels": _EU,
    "Europe/Belgrade": _EU,
    "Europe/Sarajevo": _EU,
    "Europe/Podgorica": _EU,
    "Europe/Chisinau": _EU,
    "America/New_York": ("2026-11-01 06:00", "2027-03-14 07:00", "2027-11-07 06:00"),
    "Africa/Cairo": ("2026-10-29 21:00", "2027-04-29 22:00", "2027-10-28 21:00"),
    "Asia/Beirut": ("2026-10-24 21:00", "2027-03-27 22:00"),
    "Asia/Gaza": ("2026-10-23 23:00", "2027-03-27 00:00"),
    "Asia/Hebron": ("2026-10-23 23:00", "2027-03-27 00:00"),
    "America/Santiago": ("2026-09-06 04:00", "2027-04-04 03:00"),
    "Australia/Lord_Howe": ("2026-10-03 15:30", "2027-04-03 15:00"),
    "America/Havana": ("2027-11-07 05:00",),
    "Africa/Casablanca": ("2026-09-20 01:00",),
}

STEADY: dict[str, str] = {
    "Asia/Almaty": "UTC+5",
    "Asia/Qyzylorda": "UTC+5",
    "Asia/Oral": "UTC+5",
    "Asia/Shanghai": "UTC+8",
    "Asia/Urumqi": "UTC+6",
    "Asia/Kathmandu": "UTC+05:45",
    "Asia/Bishkek": "UTC+6",
    "America/Vancouver": "UTC-7",
    "America/Edmonton": "UTC-6",
    "America/Winnipeg": "UTC-5",
    "America/Asuncion": "UTC-3",
    "America/Coyhaique": "UTC-3",
}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text)


CHANGES = [(zone, utc(when)) for zone, dates in PUBLISHED.items() for when in dates]

"""Judging what was found out about a Moodle; pure, so that every case can be tested without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlsplit

from connectors.moodle.capabilities import SEND
from connectors.moodle.clock import ClockSkew
from connectors.moodle.errors import MoodleError
from connectors.moodle.findings import Findings, People
from connectors.moodle.functions import HARMFUL, NEEDS, Function
from connectors.moodle.plugin_checks import plugin_checks
from connectors.moodle.records import SiteConfig, SiteInfo
from connectors.moodle.report import Check, Level, Readiness

OLDEST_SUPPORTED = (4, 1)
NEWEST_TRIED = (5, 1)
_NOT_FIXED = "99"
_CLOCK_WARNING = 5.0
_CLOCK_ERROR = 60.0
_UNTRIED = SEND.name
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def assess(findings: Findings, now: datetime) -> Readiness:
    """Judge what was found. ``now`` (UTC) is when."""
    info = findings.info
    if isinstance(info, MoodleError):
        checks = [_https(findings.base_url), Check(f"failed.{info.key}", "error", info.values)]
        return _report(findings, checks, now, None, failure=info.key)
    return _report(findings, list(_checks(findings, info)), now, info)


def release_numbers(release: str) -> tuple[int, int] | None:
    """Return (4, 5) for "4.5.5+ (Build: 20250613)"; ``None`` when there is no number."""
    found = re.match(r"\s*(\d+)\.(\d+)", release)
    return (int(found[1]), int(found[2])) if found else None


def _report(
    findings: Findings, checks: list[Check], now: datetime, info: SiteInfo | None, failure: str | None = None
) -> Readiness:
    numbers = release_numbers(info.release) if info else None
    public = findings.public
    return Readiness(
        checks=tuple(checks),
        checked_at=now,
        site_name=info.site_name if info else public.site_name if public else "",
        release=info.release if info else "",
        version=info.version if info else "",
        branch=f"{numbers[0]}.{numbers[1]}" if numbers else "",
        zone=_zone_of(findings.config),
        country=_country_of(findings),
        https=findings.base_url.startswith("https://"),
        functions_missing=tuple(_missing(info)) if info else (),
        failure=failure,
    )


def _checks(findings: Findings, info: SiteInfo) -> Iterator[Check]:
    yield Check("reached", "ok", {"site": findings.site, "address": info.site_url, "account": info.username})
    yield _https(findings.base_url)
    yield _address(findings.base_url, info.site_url)
    yield _version(info.release)
    yield from _functions(info)
    yield from _account(info)
    yield from _courses(findings)
    yield from _people(findings)
    yield from _activity(findings)
    yield from plugin_checks(findings.plugin, info)
    yield _zone(findings.config, info.release)
    yield _clock(findings.skew)
    yield from _features(info)
    yield Check("untried", "ok", {"capabilities": _UNTRIED})


def _https(base_url: str) -> Check:
    parts = urlsplit(base_url)
    if parts.scheme == "https":
        return Check("https", "ok")
    return Check("no_https", "warning" if parts.hostname in _LOOPBACK else "error")


def _address(base_url: str, site_url: str) -> Check:
    same = base_url.rstrip("/").casefold() == site_url.rstrip("/").casefold()
    values = {"address": base_url, "site_address": site_url}
    return Check("address", "ok", values) if same else Check("address_differs", "warning", values)


def _version(release: str) -> Check:
    numbers = release_numbers(release)
    if numbers is None:
        return Check("version_unknown", "warning", {"release": release})
    if numbers < OLDEST_SUPPORTED:
        return Check("version_old", "error", {"release": release})
    return Check("version_newer" if numbers > NEWEST_TRIED else "version", "ok", {"release": release})


def _missing(info: SiteInfo) -> Iterator[Function]:
    return (function for function in NEEDS if function not in info.functions)


def _functions(info: SiteInfo) -> Iterator[Check]:
    missing = list(_missing(info))
    if not missing:
        yield Check("functions", "ok", {"count": len(NEEDS)})
    for function in missing:
        level: Level = "error" if NEEDS[function] == "essential" else "warning"
        yield Check("function_missing", level, {"function": function.value})


def _account(info: SiteInfo) -> Iterator[Check]:
    harmful = sorted(HARMFUL & info.functions)
    if info.is_site_admin:
        yield Check("account_is_admin", "warning", {"account": info.username})
    if harmful:
        yield Check("service_too_wide", "warning", {"functions": ", ".join(harmful)})
    if not info.is_site_admin and not harmful:
        yield Check("account", "ok", {"account": info.username})


def _courses(findings: Findings) -> Iterator[Check]:
    courses = findings.courses
    if courses is None:
        return
    if isinstance(courses, MoodleError):
        yield Check(f"failed.{courses.key}", "error", courses.values)
        return
    closed = sum(not course.can_be_entered for course in courses)
    values = {"count": len(courses), "closed": closed}
    if not courses:
        yield Check("courses_none", "warning", values)
    elif closed == len(courses):
        yield Check("courses_closed", "error", values)
    else:
        yield Check("courses_some_closed" if closed else "courses", "warning" if closed else "ok", values)


def _people(findings: Findings) -> Iterator[Check]:
    people = findings.people
    if people is None:
        return
    if isinstance(people, MoodleError):
        yield Check(f"failed.{people.key}", "error", people.values)
        return
    hidden = list(_hidden(people))
    yield from hidden or [Check("people", "ok")]


def _hidden(people: People) -> Iterator[Check]:
    """Yield what a roster does not show."""
    if people.groups_closed:
        yield Check("groups_closed", "error")
    if not people.enrolled:
        yield Check("people_none", "warning")
        return
    if not people.students and people.expected != people.enrolled:
        values = {"seen": people.enrolled, "expected": people.expected or "?"}
        yield Check("students_hidden", "warning" if people.expected is None else "error", values)
    if not people.with_role:
        yield Check("roles_none", "error")
    if people.with_email < people.enrolled:
        values = {"seen": people.with_email, "expected": people.enrolled}
        yield Check("emails_hidden", "warning", values)
    if people.username_shown is False:
        yield Check("usernames_hidden", "warning")
    if people.zone_shown is False:
        yield Check("zones_hidden", "warning")


def _activity(findings: Findings) -> Iterator[Check]:
    activity = findings.activity
    if activity is None:
        return
    for refusal in activity.refusals:
        if refusal.function != Function.ENROLLED_USERS:  # told already
            yield Check(f"failed.{refusal.key}", "warning", refusal.values)
    if activity.forums == 0 and _some_entered(findings):
        yield Check("forums_none", "warning")
    elif activity.forums and not activity.refusals:
        yield Check("activity", "ok", {"count": activity.forums})


def _some_entered(findings: Findings) -> bool:
    courses = findings.courses
    return isinstance(courses, tuple) and any(course.can_be_entered for course in courses)


def _zone_of(config: SiteConfig | MoodleError | None) -> str | None:
    """Return the zone that people of the site see: the forced one, else the default."""
    if not isinstance(config, SiteConfig):
        return None
    named = (zone for zone in (config.forced_timezone, config.timezone) if zone and zone != _NOT_FIXED)
    return next(named, None)


def _country_of(findings: Findings) -> str | None:
    config, public = findings.config, findings.public
    told = config.country if isinstance(config, SiteConfig) else None
    told = told if told and told != "0" else public.country if public else None
    return told if told and told != "0" else None


def _zone(config: SiteConfig | MoodleError | None, release: str) -> Check:
    zone = _zone_of(config)
    if zone is not None:
        return Check("zone", "ok", {"zone": zone})
    if isinstance(config, SiteConfig) and config.timezone == _NOT_FIXED:
        return Check("zone_not_fixed", "warning")
    # Nothing can be done about it in a 4.1, and the institution's own zone stands in for it.
    return Check("zone_unknown", "ok", {"release": release})


def _clock(skew: ClockSkew | None) -> Check:
    if skew is None:
        return Check("clock_unknown", "warning")
    values = {"seconds": round(abs(skew.seconds), 1), "uncertainty": round(skew.uncertainty, 1)}
    if skew.at_least <= _CLOCK_WARNING:
        return Check("clock", "ok", values)
    level: Level = "error" if skew.at_least > _CLOCK_ERROR else "warning"
    return Check("clock_ahead" if skew.seconds > 0 else "clock_behind", level, values)


def _features(info: SiteInfo) -> Iterator[Check]:
    if info.features.get("messaging", 1) == 0:
        yield Check("messaging_off", "warning")
    elif info.features.get("messagingallusers", 1) == 0:
        # Only a refused message would show whether the role has the capability that makes up for it.
        yield Check("messaging_narrow", "ok")
    if info.features.get("enablecompletion", 1) == 0:
        yield Check("completion_off", "warning")

"""The report on a partner's Moodle as plain values, for storage and for telling it later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True)
class Check:
    """One finding. ``key`` names the text, ``values`` fill it: strings and numbers only."""

    key: str
    level: Level
    values: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class Readiness:
    """The report on one site. ``zone`` is Moodle's spelling of an IANA name or ``None`` when unknown.

    ``failure`` is the key of the failure when the site could not be asked at all. ``country`` (two
    letters) helps to guess the zone of a 4.1, which does not tell it.
    """

    checks: tuple[Check, ...]
    checked_at: datetime
    site_name: str
    release: str
    version: str
    branch: str
    zone: str | None
    country: str | None
    https: bool
    functions_missing: tuple[str, ...]
    failure: str | None = None

    @property
    def level(self) -> Level:
        """The worst level of all checks."""
        levels = {check.level for check in self.checks}
        return "error" if "error" in levels else "warning" if "warning" in levels else "ok"

    @property
    def ready(self) -> bool:
        """Whether the site can be used, perhaps with something missing."""
        return self.level != "error"


def to_json(report: Readiness) -> dict[str, Any]:
    """Return the report as plain values for storage."""
    checks = [{"key": c.key, "level": c.level, "values": dict(c.values)} for c in report.checks]
    plain = {**vars(report), "checks": checks, "checked_at": report.checked_at.isoformat()}
    return {**plain, "functions_missing": list(report.functions_missing)}


def from_json(stored: Mapping[str, Any]) -> Readiness:
    """Return a stored report; raises KeyError or TypeError for anything else."""
    checks = tuple(Check(c["key"], c["level"], c["values"]) for c in stored["checks"])
    checked_at = datetime.fromisoformat(stored["checked_at"])
    missing = tuple(stored["functions_missing"])
    return Readiness(**{**stored, "checks": checks, "checked_at": checked_at, "functions_missing": missing})

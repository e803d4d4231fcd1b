"""The Moodle releases that can be simulated, and where their protocol differs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Release:
    """One measured Moodle: `branch` is what the simulator is asked for, the rest is what the site says."""

    branch: str
    release: str
    version: str
    exception_namespace: str
    missing_record_code: str

    def at_least(self, branch: str) -> bool:
        """Whether this release is that branch or a newer one (branches compare as numbers)."""
        return _numbers(self.branch) >= _numbers(branch)


def _numbers(branch: str) -> tuple[int, ...]:
    return tuple(int(part) for part in branch.split("."))


RELEASES = {
    release.branch: release
    for release in (
        Release("4.1", "4.1.2+ (Build: 20230401)", "2022112802.06", "", "invalidrecord"),
        Release("4.5", "4.5.5+ (Build: 20250613)", "2024100705.01", "core\\exception\\", "invalidrecord"),
        Release(
            "5.1", "5.1+ (Build: 20251017)", "2025100600.02", "core\\exception\\", "invalidrecordunknown"
        ),
    )
}

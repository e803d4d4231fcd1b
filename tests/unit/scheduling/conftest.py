"""Every test here runs on the zone data of the package, whatever this machine's own say."""

from __future__ import annotations

import pytest

from scheduling.zones import use_packaged_zone_data


@pytest.fixture(scope="package", autouse=True)
def packaged_zone_data() -> None:
    use_packaged_zone_data()

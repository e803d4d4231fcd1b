"""What keeps an installation from starting at all."""

from __future__ import annotations

import pytest

from coil_bridge.errors import ConfigurationError
from coil_bridge.settings import Settings
from coil_bridge.wiring.services.installation import build_services


def test_nothing_starts_on_zone_data_of_two_versions(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_services(settings).close()
    monkeypatch.setattr("pytz.OLSON_VERSION", "2025b")
    with pytest.raises(ConfigurationError, match=r"cannot be trusted: tzdata is 2026\w but pytz is 2025b"):
        build_services(settings)

"""``coil-bridge room``."""

from __future__ import annotations

import json

import pytest

from connectors.meetings.simulator import BigBlueButtonSimulator
from tests.unit.cli.conftest import Shell


def test_a_server_is_offered_listed_checked_and_removed(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    with BigBlueButtonSimulator() as server:
        monkeypatch.setenv("COIL_BRIDGE_ROOM_SECRET", server.secret)
        added = shell(
            "room", "add", "bigbluebutton", server.url, "--name", "BBB", "--capacity", "90", "--json"
        )
        assert added.exit_code == 0
        assert json.loads(added.output)["check"] == "ok"
        assert server.secret not in added.output
        assert "BBB" in shell("room", "list").output
        server.secret = "another"
        refused = shell("room", "check", "BBB")
        assert refused.exit_code == 9
        assert "does not accept the secret" in refused.output
    assert shell("room", "remove", "BBB").exit_code == 0
    assert shell("room", "check", "BBB").exit_code == 3

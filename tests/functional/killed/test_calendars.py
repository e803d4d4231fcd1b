"""Whenever a worker dies over a Moodle's calendar, in the end each session stands there exactly once."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from datetime import UTC, datetime

from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from connectors.moodle.simulator import Simulator
from connectors.moodle.simulator.world import World
from tests.functional.killed.dying import run


def test_killed_anywhere_a_session_stands_exactly_once(
    sqlite_storage: Storage,
    make_test_settings: Callable[..., Settings],
    moodle: Callable[..., Simulator],
) -> None:
    it = moodle(World(clock=lambda: datetime(2026, 10, 20, 8, tzinfo=UTC)))
    course = it.world.add_course("IC1", "Intercultural Communication")
    url = sqlite_storage._engine.url.render_as_string(hide_password=False)
    settings = json.dumps(dataclasses.asdict(make_test_settings(database_url=url)))
    seen = run("calendars", settings, it.url, it.token, str(course.id))
    assert {name: [each["point"] for each in runs if not each["right"]] for name, runs in seen.items()} == {
        name: [] for name in seen
    }
    deaths = {name: sum(each["died"] for each in runs) for name, runs in seen.items()}
    # The claim, what is begun, what was made, the release: each with its commit; and every call to Moodle.
    assert deaths["create, killed at each write"] >= 8
    assert deaths["create, killed at each call"] == 3
    assert deaths["move, killed at each write"] >= 6
    assert deaths["move, killed at each call"] == 4

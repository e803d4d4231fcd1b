"""A line of a feed or a message: from when to when a session is on somebody's clock."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coil_bridge.i18n import translator
from coil_bridge.services.agreed.session_clocks import clock_line
from tests.builders import UNIVERSITIES


@pytest.mark.parametrize(
    ("city", "start", "line"),
    [
        ("Belgrade", "2026-10-27T13:00", "Tue 27 Oct 2026, 14:00–15:30 (UTC+1)"),
        ("Belgrade", "2027-03-28T00:15", "Sun 28 Mar 2027, 01:15–03:45 (UTC+1)"),  # two o'clock is skipped
        ("Belgrade", "2026-10-25T00:15", "Sun 25 Oct 2026, 02:15–02:45 (UTC+2)"),  # and comes twice
        ("Almaty", "2026-10-27T18:00", "Tue 27 Oct 2026, 23:00–Wed 28 Oct 2026, 00:30 (UTC+5)"),
    ],
)
def test_it_ends_when_the_clocks_there_say_so(city: str, start: str, line: str) -> None:
    begins = datetime.fromisoformat(start).replace(tzinfo=UTC)
    assert clock_line(translator("en"), UNIVERSITIES[city], begins, 90).endswith(line)

"""What counts as near: feeds may lag by a day, so a change within it is told at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from coil_bridge.services.agreed.session_changes import nearby
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from tests.builders import START, Build, SettableClock

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
CASES = [  # when it was to begin, from now; when it begins; near?
    (24 * HOUR, 24 * HOUR, True),
    (24 * HOUR + SECOND, 24 * HOUR + SECOND, False),
    (23 * HOUR, 100 * HOUR, True),  # moved away: who would come must know
    (100 * HOUR, 23 * HOUR, True),
    (-HOUR + SECOND, -HOUR + SECOND, True),  # it is on
    (-HOUR, -HOUR, False),  # it has just ended
]


def test_near_is_what_begins_within_a_day_before_or_after_the_change(
    sqlite_storage: Storage, vault: Vault, clock: SettableClock
) -> None:
    build = Build(sqlite_storage, vault, clock)
    teacher = build.person("Mira Petrović")
    course = build.course(build.site("Belgrade"), teachers=[teacher])
    session = build.session(build.pairing([course], proposed_by=teacher), teacher, minutes=60)
    seen = [
        nearby(START, replace(session, starts_at=START + was_in), replace(session, starts_at=START + is_in))
        for was_in, is_in, _ in CASES
    ]
    assert seen == [near for _, _, near in CASES]

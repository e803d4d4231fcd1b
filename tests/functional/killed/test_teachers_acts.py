"""A crash in the middle of any write leaves the old state, never half: the process is really killed."""

from __future__ import annotations

from coil_bridge.storage.storage import Storage
from tests.functional.killed.dying import run

# What is there when the act got through, counted from what was there before.
NEW_ROWS = {
    "propose": {"pairing": 1, "pairing_course": 3, "audit_entry": 1, "delivery": 4, "task": 2},
    "plan": {"joint_session": 3, "audit_entry": 3, "session_news": 3},
    "edit": {"audit_entry": 1, "session_news": 1},
    "call_off": {"audit_entry": 4, "delivery": 10, "session_news": 3, "task": 3},
    "tell": {"delivery": 2, "told_session": 1},
    "digest": {"delivery": 1, "digest_mark": 1},
    "remind": {"delivery": 1, "sent_reminder": 1},
    "import_calendar": {"academic_calendar": 1, "academic_span": 2, "holiday_override": 1, "audit_entry": 1},
    "lay_out": {"planned_phase": -3, "audit_entry": 1},
}


def test_killed_before_any_of_its_writes_nothing_of_it_is_there(storage: Storage) -> None:
    url = storage._engine.url.render_as_string(hide_password=False)
    acts = run("teachers_acts", url)
    assert acts.keys() == NEW_ROWS.keys()
    for act, seen in acts.items():
        before, after = seen["before"], seen["after"]
        # At least once in each table, and before the commit.
        assert len(seen["deaths"]) > len(NEW_ROWS[act])
        assert {death["digest"] for death in seen["deaths"]} == {before["digest"]}
        grown = {name: after["rows"][name] - before["rows"].get(name, 0) for name in after["rows"]}
        assert {name: more for name, more in grown.items() if more} == NEW_ROWS[act]

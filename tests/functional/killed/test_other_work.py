"""A crash in the work of administrators and worker leaves what was there before, or what is there after."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable

from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage
from tests.functional.killed.dying import run

# Rows that there are more (or fewer) of when the act got through, and in how many steps it does it:
# a new site is stored, then checked; before a link is made, it is noted that the Moodle has answered.
CHANGES: dict[str, tuple[dict[str, int], int]] = {
    "add_site": ({"institution": 1, "site": 1, "task": 1, "audit_entry": 2}, 2),
    "remove_site": ({"enrolment": -1, "web_session": -1, "audit_entry": 1}, 1),
    "add_person": (
        {"person": 1, "person_identity": 1, "person_role": 1, "delivery": 1, "audit_entry": 1},
        1,
    ),
    "send_link": (
        {"person": 1, "person_identity": 1, "course": 2, "enrolment": 2, "signin_token": 1, "delivery": 2},
        2,
    ),
    "read_courses": ({"course": 1}, 1),
    "tell_several": ({"delivery": 4}, 1),
    "end_task": ({}, 1),
}


def test_killed_before_any_of_its_writes_nothing_is_half(
    storage: Storage, make_test_settings: Callable[..., Settings]
) -> None:
    url = storage._engine.url.render_as_string(hide_password=False)
    settings = dataclasses.asdict(make_test_settings(database_url=url))
    seen = run("other_work", json.dumps(settings))
    found = {}
    for act, states in seen.items():
        before, after, deaths = states["before"], states["after"], states["deaths"]
        assert len(deaths) > len(CHANGES[act][0]), act
        digests = list(dict.fromkeys(state["digest"] for state in (*deaths, after)))
        assert (digests[0], digests[-1]) == (before["digest"], after["digest"]), act
        names = before["rows"].keys() | after["rows"].keys()
        grown = {name: after["rows"].get(name, 0) - before["rows"].get(name, 0) for name in names}
        found[act] = ({name: more for name, more in grown.items() if more}, len(digests) - 1)
    assert found == CHANGES

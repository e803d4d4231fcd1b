"""The door for the plugins' notifications, over the whole web application."""

from __future__ import annotations

import io
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from coil_bridge.domain import Role, Site
from coil_bridge.errors import NotFound
from coil_bridge.services.activity.hook_keys import NewKey
from coil_bridge.services.activity.hooks import BIGGEST_BODY, sign
from coil_bridge.services.context import SYSTEM
from tests.unit.web.conftest import ORIGIN, World

BURST = 60  # what a site may send at once


class Plugin:
    """The plugin of one Moodle, as it signs and sends."""

    def __init__(self, world: World, site: Site) -> None:
        self.world, self.site = world, site
        self.key: NewKey = world.services.activity.hook_keys.make(SYSTEM, site.id)

    def body(self, *events: dict[str, Any], origin: str = "") -> bytes:
        wanted = {"site": origin or self.site.base_url, "events": [*events]}
        return json.dumps(wanted).encode()

    def event(self, kind: str, course: int) -> dict[str, Any]:
        at = int(self.world.clock().timestamp())
        more = {"userid": 7, "groupid": None, "objectid": 3}
        return {"id": str(uuid.uuid4()), "type": kind, "at": at, "courseid": course, **more}

    def headers(self, body: bytes, **changes: Any) -> dict[str, str]:
        at = str(int((self.world.clock() + changes.pop("ago", timedelta())).timestamp()))
        secret = changes.pop("secret", self.key.secret)
        found = {
            "X-Coil-Timestamp": at,
            "X-Coil-Key": self.key.id,
            "X-Coil-Delivery": str(uuid.uuid4()),
            "X-Coil-Signature": sign(secret, at, body),
        }
        return {name: value for name, value in (found | changes).items() if value is not None}

    def post(self, body: bytes, headers: dict[str, str]) -> TestResponse:
        path = f"/hooks/moodle/{self.site.id}"
        kind = "application/json"
        return self.world.app.test_client().post(
            path, base_url=ORIGIN, data=body, headers=headers, content_type=kind
        )

    def send(self, *events: dict[str, Any], **changes: Any) -> TestResponse:
        body = self.body(*events)
        return self.post(body, self.headers(body, **changes))


@pytest.fixture
def plugin(world: World) -> Plugin:
    world.pairing()
    return Plugin(world, world.ub)


def wishes(world: World) -> list[tuple[str, str]]:
    with world.services.storage.read() as tx:
        return sorted((each.kind, each.course_id) for each in tx.hooks.wishes())


def test_a_signed_notification_is_taken_at_once_and_followed_up_later(plugin: Plugin, world: World) -> None:
    course = world.belgrade
    answer = plugin.send(
        plugin.event("course_hidden", course.moodle_id),
        plugin.event("group_member_added", course.moodle_id),
        plugin.event("post_created", course.moodle_id),
        plugin.event("session_joined", course.moodle_id),
        plugin.event("something_new", course.moodle_id),
    )
    assert (answer.status_code, answer.json) == (202, {"status": "accepted"})
    assert wishes(world) == [("courses", ""), ("people", course.id), ("pull", course.id)]
    (key,) = world.services.activity.hook_keys.valid(SYSTEM, world.ub.id)
    assert key.last_used_at == world.clock()


def test_what_does_not_concern_a_paired_course_is_not_followed_up(plugin: Plugin, world: World) -> None:
    other = world.build.course(world.ub, "Street Art")
    assert plugin.send(plugin.event("post_created", other.moodle_id)).status_code == 202
    assert plugin.send(plugin.event("enrolment_created", 99_999)).status_code == 202
    assert wishes(world) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"X-Coil-Signature": None}, "not_signed"),
        ({"X-Coil-Timestamp": None}, "not_signed"),
        ({"X-Coil-Delivery": None}, "not_signed"),
        ({"X-Coil-Key": None}, "not_signed"),
        ({"X-Coil-Timestamp": "soon"}, "not_signed"),
        ({"X-Coil-Timestamp": "9" * 30}, "not_signed"),
        ({"X-Coil-Delivery": "d" * 65}, "not_signed"),
        ({"X-Coil-Key": "unknown"}, "wrong_signature"),
        ({"X-Coil-Signature": "v1=" + "0" * 64}, "wrong_signature"),
        ({"X-Coil-Signature": "v1=ж"}, "wrong_signature"),
        ({"secret": "another secret"}, "wrong_signature"),
        ({"ago": timedelta(minutes=-5, seconds=-1)}, "wrong_time"),
        ({"ago": timedelta(minutes=5, seconds=1)}, "wrong_time"),
    ],
    ids=str,
)
def test_what_is_not_rightly_signed_is_refused(
    plugin: Plugin, world: World, changes: dict[str, Any], code: str
) -> None:
    event = plugin.event("course_hidden", world.belgrade.moodle_id)
    if "ж" in str(changes):
        changes = {"X-Coil-Signature": "v1=\xe6"}
    answer = plugin.send(event, **changes)
    assert (answer.status_code, answer.json) == (401, {"error": code})
    assert wishes(world) == []
    assert plugin.send(event, ago=timedelta(minutes=-4, seconds=-59)).status_code == 202


def test_a_signature_holds_for_one_body_and_one_moment(plugin: Plugin, world: World) -> None:
    body = plugin.body(plugin.event("course_hidden", world.belgrade.moodle_id))
    headers = plugin.headers(body)
    assert plugin.post(body.replace(b"hidden", b"delete"), headers).status_code == 401
    later = str(int(headers["X-Coil-Timestamp"]) + 1)
    assert plugin.post(body, headers | {"X-Coil-Timestamp": later}).status_code == 401
    assert plugin.post(body, headers).status_code == 202


def test_a_replay_is_refused_and_changes_nothing(plugin: Plugin, world: World) -> None:
    body = plugin.body(plugin.event("course_hidden", world.belgrade.moodle_id))
    headers = plugin.headers(body)
    assert plugin.post(body, headers).status_code == 202
    answer = plugin.post(body, headers)
    assert (answer.status_code, answer.json) == (409, {"error": "replay"})
    world.clock.advance(minutes=16)
    world.services.activity.hooks.queue_due()  # forgets old deliveries: their time is over as well
    assert plugin.post(body, headers).json == {"error": "wrong_time"}


def test_another_moodles_copy_with_the_same_key_is_refused(plugin: Plugin, world: World) -> None:
    body = plugin.body(origin="https://staging.example.org")
    assert plugin.post(body, plugin.headers(body)).json == {"error": "another_site"}
    other = Plugin(world, world.ail)
    body = other.body()
    headers = other.headers(body)
    assert plugin.post(body, headers).json == {"error": "wrong_signature"}


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b"\xff", b'{"site": "https://x"}', b'{"site": 1, "events": []}', b"[" * 60_000],
    ids=lambda body: repr(body[:20]),
)
def test_what_cannot_be_read_is_said_so(plugin: Plugin, body: bytes) -> None:
    answer = plugin.post(body, plugin.headers(body))
    assert (answer.status_code, answer.json) == (400, {"error": "not_readable"})


def test_too_many_events_and_too_large_bodies_are_refused(plugin: Plugin) -> None:
    events = [plugin.event("post_created", 1) for _ in range(101)]
    assert plugin.send(*events).status_code == 400
    body = b"x" * (BIGGEST_BODY + 1)
    answer = plugin.post(body, plugin.headers(body))
    assert (answer.status_code, answer.json) == (413, {"error": "too_large"})


def test_a_body_without_a_length_is_read_no_further_than_allowed(plugin: Plugin, world: World) -> None:
    class Endless(io.RawIOBase):
        """A body that goes on; counts what was read of it."""

        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, into: Any) -> int:
            self.given += len(into)
            into[:] = b"x" * len(into)
            return len(into)

    stream = Endless()
    answer = world.app.test_client().post(
        f"/hooks/moodle/{plugin.site.id}",
        base_url=ORIGIN,
        headers=plugin.headers(b""),
        environ_overrides={"wsgi.input": stream, "wsgi.input_terminated": True, "CONTENT_LENGTH": ""},
    )
    assert answer.status_code == 413, (stream.given, answer.json)
    assert stream.given <= 2 * BIGGEST_BODY, (stream.given, answer.json)


def test_one_sites_flood_uses_up_its_own_share_only(plugin: Plugin, world: World) -> None:
    other = Plugin(world, world.ail)
    statuses = [plugin.send().status_code for _ in range(BURST + 2)]
    assert statuses == [202] * BURST + [429] * 2
    assert other.send().status_code == 202
    world.clock.advance(seconds=1)
    assert plugin.send().status_code == 202
    world.clock.advance(minutes=3)
    unsigned = [plugin.send(secret="wrong").status_code for _ in range(BURST + 2)]
    assert set(unsigned) == {401}
    assert plugin.send().status_code == 202  # nobody else can use up the share


def test_two_keys_are_valid_while_one_replaces_the_other(plugin: Plugin, world: World) -> None:
    keys = world.services.activity.hook_keys
    first = plugin.key
    assert plugin.send().status_code == 202
    world.clock.advance(minutes=1)
    second = keys.make(SYSTEM, world.ub.id)
    plugin.key = second
    assert plugin.send().status_code == 202  # at once
    plugin.key = first
    assert plugin.send().status_code == 202
    world.clock.advance(minutes=1)
    keys.make(SYSTEM, world.ub.id)
    world.clock.advance(seconds=11)
    assert plugin.send().status_code == 401  # the oldest of three has ended
    plugin.key = second
    assert plugin.send().status_code == 202
    keys.end(SYSTEM, world.ub.id, second.id)
    world.clock.advance(seconds=11)
    assert plugin.send().status_code == 401
    with world.services.storage.read() as tx:
        sealed = {each.id: each.sealed for each in tx.hooks.keys(world.ub.id)}
    assert sealed[first.id] is sealed[second.id] is None
    assert second.secret.encode() not in b"".join(each or b"" for each in sealed.values())


def test_a_double_click_makes_one_key_and_an_ended_one_does_not_come_back(
    plugin: Plugin, world: World
) -> None:
    keys = world.services.activity.hook_keys
    made = keys.make(SYSTEM, world.ub.id, "a form")
    assert keys.make(SYSTEM, world.ub.id, "a form") == made
    assert {each.id for each in keys.valid(SYSTEM, world.ub.id)} == {plugin.key.id, made.id}
    keys.end(SYSTEM, world.ub.id, made.id)
    with pytest.raises(NotFound):
        keys.make(SYSTEM, world.ub.id, "a form")


def test_a_replaced_key_ends_by_itself_a_day_after_its_last_use(plugin: Plugin, world: World) -> None:
    keys, first = world.services.activity.hook_keys, plugin.key
    assert plugin.send().status_code == 202
    world.clock.advance(days=2)
    plugin.key = keys.make(SYSTEM, world.ub.id)
    assert keys.end_replaced() == 0  # nobody has entered the new one yet
    assert plugin.send().status_code == 202
    plugin.key, second = first, plugin.key
    assert plugin.send().status_code == 202
    world.clock.advance(hours=23)
    assert keys.end_replaced() == 0
    world.clock.advance(hours=2)
    assert keys.end_replaced() == 1
    assert [each.id for each in keys.valid(SYSTEM, world.ub.id)] == [second.id]
    assert plugin.send().status_code == 401
    world.clock.advance(days=30)
    assert keys.end_replaced() == 0  # a quiet Moodle keeps the key it has


def test_the_console_makes_shows_once_and_ends_keys(world: World) -> None:
    browser = world.browser(world.build.person("Ada", roles=[Role.ADMINISTRATOR]))
    page = browser.post(f"/console/sites/{world.ub.id}/hooks").text
    (key,) = world.services.activity.hook_keys.valid(SYSTEM, world.ub.id)
    assert key.id in page
    assert f"https://bridge.example.org/hooks/moodle/{world.ub.id}" in page
    shown = browser.get(f"/console/sites/{world.ub.id}").text
    assert key.id in shown
    assert 'id="hook-line"' in page
    assert 'id="hook-line"' not in shown
    assert browser.post(f"/console/sites/{world.ub.id}/hooks/{key.id}/end").status_code == 303
    assert world.services.activity.hook_keys.valid(SYSTEM, world.ub.id) == []
    assert browser.post(f"/console/sites/{world.ub.id}/hooks/{key.id}/end").status_code == 404
    teacher = world.browser(world.mira)
    assert teacher.post(f"/console/sites/{world.ub.id}/hooks").status_code == 404

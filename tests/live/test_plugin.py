"""The plugin on a real Moodle: what is pulled against what its database holds, events put, a notification.

Needs a Moodle of its own, on this machine, with the plugin set up: see README.md.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from connectors.moodle.client import MoodleClient
from connectors.moodle.logs import ANSWER_ROWS, LogAnswer, LogPage
from connectors.moodle.plugin import CalendarEntry, PairedCourse
from connectors.transport import Transport, TransportPolicy
from tests.live.plugin_lab import BEGIN, Lab, from_environment

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

SECRET = "a secret of this test only"


@pytest.fixture(scope="module")
def lab() -> Lab:
    found = from_environment()
    if found is None:
        pytest.skip("a Moodle with the plugin is needed; tests/live/README.md says how to name it")
    return found


@pytest.fixture
def client(lab: Lab) -> MoodleClient:
    transport = Transport(TransportPolicy(allow_private=True, allow_http=True, read_timeout=60))
    return MoodleClient("Lab", lab.url, lab.token, transport)


def everything(client: MoodleClient, courses: list[int], limit: int) -> list[LogPage]:
    answer = client.log_answer(courses, 0, limit)
    pages = _unpacked(client, answer)
    while not answer.complete:
        answer = client.log_answer(courses, answer.cursor, limit)
        pages += _unpacked(client, answer)
    return pages


def _unpacked(client: MoodleClient, answer: LogAnswer) -> list[LogPage]:
    return [client.log_page(answer, place) for place in range(len(answer.pages))]


def _columns(page: LogPage) -> list[list[int]]:
    return [each.tolist() for each in (page.ids, page.courses, page.users, page.times)]


@pytest.mark.parametrize("limit", [30_000, ANSWER_ROWS, 350_000])
def test_the_rows_pulled_are_the_rows_of_the_log_to_the_row(
    client: MoodleClient, lab: Lab, limit: int
) -> None:
    client.plugin_info()  # also notes how far the log reaches
    time.sleep(6)  # the newest seconds are held back
    pulled = {
        row: rest
        for page in everything(client, lab.course_ids, limit)
        for row, *rest in zip(*_columns(page), strict=True)
    }
    upto = max(pulled)
    assert {row: tuple(rest) for row, rest in pulled.items()} == {
        row: rest for row, rest in lab.rows().items() if row <= upto
    }


def test_every_row_is_counted_whether_given_or_not(client: MoodleClient, lab: Lab) -> None:
    pages = everything(client, lab.course_ids, 100_000)
    reached = pages[-1].cursor
    given = [row for page in pages for row in page.ids.tolist()]
    left_out = sum(page.anonymous_left_out + page.impersonated_left_out for page in pages)
    assert len(given) == len(set(given))
    assert len(given) + left_out == sum(row <= reached for row in lab.rows("1 = 1"))


@pytest.mark.parametrize(
    ("stores", "reader"), [("", ""), ("logstore_database,logstore_standard", "logstore_standard")]
)
def test_none_and_several_log_stores(client: MoodleClient, lab: Lab, stores: str, reader: str) -> None:
    with lab.stores(stores):
        info, answer = client.plugin_info(), client.log_answer(lab.course_ids, 0, 10)
    assert (info.reader, answer.reader) == (reader, reader)
    assert (len(client.log_page(answer, 0)) > 0, answer.refused) == (bool(reader), {})


def entry(course_id: int) -> CalendarEntry:
    starts = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    return CalendarEntry(
        "live-test@coil-bridge", course_id, "Uvodni susret & dogovor", "https://coil.example.org/join/1",
        "Сала 3", starts, timedelta(hours=1),
    )  # fmt: skip


def test_an_event_is_put_once_however_often(client: MoodleClient, lab: Lab) -> None:
    wanted = entry(lab.course_ids[0])
    try:
        outcomes = [client.put_events([wanted])[0] for _ in range(3)]
        assert [each.outcome for each in outcomes] == ["created", "unchanged", "unchanged"]
        changed = client.put_events([replace(wanted, status="cancelled")])[0]
        assert (changed.outcome, changed.event_id) == ("updated", outcomes[0].event_id)
    finally:
        assert client.delete_events([wanted.key])[0].outcome == "deleted"
    assert client.delete_events([wanted.key])[0].outcome == "absent"


@pytest.fixture
def inbox() -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """An address that takes the second notification and refuses the first, and what came."""
    arrived: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            arrived.append((dict(self.headers.items()), body))
            self.send_response(503 if len(arrived) == 1 else 202)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hooks/moodle/7", arrived
    server.shutdown()
    server.server_close()


def test_a_hidden_course_is_told_signed_and_told_again_until_it_is_taken(
    client: MoodleClient, lab: Lab, inbox: tuple[str, list[tuple[dict[str, str], bytes]]]
) -> None:
    address, arrived = inbox
    course = lab.course_ids[0]
    lab.configure(serviceurl="", hookurl=address, hookkeyid="k1", hooksecret=SECRET, hooksenabled="1")
    client.set_courses([PairedCourse(course, "live-1", "https://coil.example.org/pairings/1")])
    try:
        assert client.plugin_info().hooks
        for visible in ("false", "true"):
            lab.run(
                "-r",
                BEGIN + "require_once($CFG->dirroot . '/course/lib.php');"
                "\\core\\session\\manager::set_user(get_admin());"
                f"course_change_visibility({course}, {visible});",
            )
        send = BEGIN + "(new \\local_coilbridge\\task\\send_hooks())->execute();"
        assert "next try in 30 seconds" in lab.run("-r", send)
        assert client.plugin_info().waiting == 2
        lab.run("-r", send)
        assert client.plugin_info().waiting == 0
    finally:
        lab.configure(hooksenabled="0", hookurl="")
        client.set_courses([])
    first, second = (json.loads(body) for _, body in arrived)
    assert [event["id"] for event in first["events"]] == [event["id"] for event in second["events"]]
    told = [(event["type"], event["courseid"], event["userid"]) for event in second["events"]]
    assert told == [("course_hidden", course, None), ("course_shown", course, None)]
    assert second["site"] == lab.url
    for headers, body in arrived:
        signed = headers["X-Coil-Timestamp"].encode() + b"." + body
        expected = hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        assert headers["X-Coil-Signature"] == f"v1={expected}"
        assert headers["X-Coil-Key"] == "k1"
        assert abs(time.time() - int(headers["X-Coil-Timestamp"])) < 120

from __future__ import annotations

from coil_bridge.web.metrics import Metrics
from connectors.transport import Exchange
from tests.unit.web.conftest import World


def test_alive_says_nothing_more(world: World) -> None:
    answer = world.browser().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")
    assert "Set-Cookie" not in answer.headers


def test_not_ready_without_the_schema_that_the_code_needs(world: World) -> None:
    # The tables are there, but no migration has ever been recorded.
    answer = world.browser().get("/readyz")
    assert answer.status_code == 503
    assert answer.json
    assert answer.json["ready"] is False
    assert answer.json["checks"]["storage"]["ok"] is False
    assert world.browser().get("/healthz").status_code == 200


def test_requests_are_measured_by_endpoint_never_by_path(world: World) -> None:
    browser = world.browser()
    browser.get("/calendar/very-secret.ics")
    measured = browser.get("/metrics").text
    assert 'coil_bridge_request_seconds_count{endpoint="feed.serve",method="GET",status="404"}' in measured
    assert "very-secret" not in measured


def test_calls_to_partners_are_measured_by_host_and_outcome() -> None:
    metrics = Metrics()
    metrics.partner_call(Exchange("POST", "moodle.ub.example", 1, "TimedOut", None, 20.0, 0))
    said = metrics.exposition().decode()
    assert 'partner_call_seconds_count{host="moodle.ub.example",outcome="TimedOut"} 1.0' in said

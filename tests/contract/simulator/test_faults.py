"""The ways in which a simulated site fails, seen through a plain HTTP client."""

from __future__ import annotations

import threading

import pytest
import requests

from tests.contract.simulator.conftest import Site

INFO = "core_webservice_get_site_info"
CONFIG = "tool_mobile_get_config"


def test_down_refuses_connections_until_cleared(belgrade: Site) -> None:
    belgrade.moodle.faults.down()
    with pytest.raises(requests.ConnectionError, match="refused"):
        belgrade.request(INFO)
    belgrade.moodle.faults.clear()
    assert belgrade.request(INFO).status_code == 200


def test_down_for_one_function_resets_its_connections_only(belgrade: Site) -> None:
    belgrade.moodle.faults.down(function=CONFIG)
    with pytest.raises(requests.ConnectionError, match="reset"):
        belgrade.request(CONFIG)
    assert belgrade.request(INFO).status_code == 200


def test_a_fault_can_last_for_n_requests(belgrade: Site) -> None:
    belgrade.moodle.faults.error_500(times=2)
    assert [belgrade.request(INFO).status_code for _ in range(3)] == [500, 500, 200]
    belgrade.moodle.faults.down(times=1)
    with pytest.raises(requests.ConnectionError):
        belgrade.request(INFO)
    assert belgrade.request(INFO).status_code == 200


def test_maintenance_by_the_command_line_is_a_503_page(belgrade: Site) -> None:
    belgrade.moodle.faults.maintenance()
    answer = belgrade.request(INFO)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert answer.text == "<html><body>Maintenance</body></html>"


def test_html_comes_with_status_200(belgrade: Site) -> None:
    belgrade.moodle.faults.html()
    answer = belgrade.request(INFO)
    assert answer.status_code == 200
    assert answer.text.startswith("<!DOCTYPE html>")


def test_half_an_answer_comes_after_the_work_was_done(belgrade: Site) -> None:
    person = belgrade.world.add_user("milica", "Милица", "Јовановић")
    belgrade.moodle.faults.half_json()
    message = {"messages[0][touserid]": person.id, "messages[0][text]": "Здраво"}
    answer = belgrade.request("core_message_send_instant_messages", message)
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert [sent.text for sent in belgrade.world.inbox(person)] == ["Здраво"]


def test_an_error_in_a_200_has_the_code_asked_for(each_version: Site) -> None:
    each_version.moodle.faults.error_in_200("dmlreadexception", function=INFO)
    answer = each_version.ask(INFO)
    assert answer["errorcode"] == "dmlreadexception"
    assert answer["exception"].endswith("moodle_exception")
    assert "errorcode" not in each_version.ask(CONFIG)


def test_a_slow_site_is_too_late_for_an_impatient_client(belgrade: Site) -> None:
    belgrade.moodle.faults.slow(5, function=INFO)
    with pytest.raises(requests.ReadTimeout):
        requests.post(
            f"{belgrade.moodle.url}/webservice/rest/server.php", data={"wsfunction": INFO}, timeout=0.1
        )
    assert belgrade.request(CONFIG).status_code == 200


def test_slowness_adds_to_another_fault(belgrade: Site) -> None:
    belgrade.moodle.faults.slow(0.05, times=1)
    belgrade.moodle.faults.error_500(times=1)
    answer = belgrade.request(INFO)
    assert answer.status_code == 500
    assert answer.elapsed.total_seconds() >= 0.05


def test_a_hanging_request_is_let_go_by_clear(belgrade: Site) -> None:
    belgrade.moodle.faults.hang()
    ends: list[type[Exception]] = []

    def ask() -> None:
        try:
            belgrade.request(INFO)
        except requests.RequestException as error:
            ends.append(type(error))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for each in asking:
        each.start()
    while belgrade.moodle.peak < 3:
        asking[0].join(0.01)
    belgrade.moodle.faults.clear()
    for each in asking:
        each.join(10)
    assert ends == [requests.ConnectionError] * 3
    assert belgrade.moodle.peak == 3
    assert belgrade.request(INFO).status_code == 200

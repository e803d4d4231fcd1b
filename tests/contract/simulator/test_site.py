"""What the site says about itself, its doorways, its clock, and the socket behind it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest
import requests

from connectors.moodle.simulator import Simulator
from connectors.moodle.simulator.contracts import BadAnswer, contracts, plugin_contracts
from connectors.moodle.simulator.functions import FUNCTIONS
from tests.contract.simulator.conftest import VERSIONS, Site

CORE = {name for name in FUNCTIONS if not name.startswith("local_coilbridge_")}
INFO = "core_webservice_get_site_info"


def test_site_info_names_release_token_owner_and_functions(each_version: Site) -> None:
    info = each_version.ask(INFO)
    assert info["release"].startswith(each_version.version)
    assert info["username"] == "coilbridge"
    assert info["siteurl"] == each_version.moodle.url
    assert {function["name"] for function in info["functions"]} == CORE
    assert ("policyagreed" in info) == (each_version.version != "4.1")


def test_a_service_lists_what_it_holds_even_what_is_not_simulated(belgrade: Site) -> None:
    held = {INFO, "core_user_delete_users"}
    belgrade.world.add_token(belgrade.world.service_user, "b" * 32, held)
    info = belgrade.ask(INFO, token="b" * 32)
    assert {function["name"] for function in info["functions"]} == held


def test_only_4_1_hides_its_time_zone(each_version: Site) -> None:
    settings = each_version.ask("tool_mobile_get_config")["settings"]
    zones = [setting["value"] for setting in settings if setting["name"] == "timezone"]
    assert zones == ([] if each_version.version == "4.1" else ["Europe/Belgrade"])


def test_the_public_configuration_needs_no_token_and_no_web_services(each_version: Site) -> None:
    each_version.moodle.site.web_services = False
    question = [{"index": 0, "methodname": "tool_mobile_get_public_config", "args": {}}]
    address = f"{each_version.moodle.url}/lib/ajax/service-nologin.php"
    (by_post,) = requests.post(address, json=question, timeout=10).json()
    (by_get,) = requests.get(address, params={"args": json.dumps(question)}, timeout=10).json()
    assert by_post == by_get
    assert by_post["error"] is False
    assert by_post["data"]["sitename"] == "Univerzitet u Beogradu"
    assert (by_post["data"]["enablewebservices"], by_post["data"]["maintenanceenabled"]) == (0, 0)
    each_version.moodle.faults.maintenance("ui")
    (answer,) = requests.post(address, json=question, timeout=10).json()
    assert answer["data"]["maintenanceenabled"] == 1


def test_other_functions_are_not_public(belgrade: Site) -> None:
    question = [{"index": 0, "methodname": INFO, "args": {}}]
    address = f"{belgrade.moodle.url}/lib/ajax/service-nologin.php"
    (answer,) = requests.post(address, json=question, timeout=10).json()
    assert answer["exception"]["errorcode"] == "servicenotavailable"


def test_web_services_switched_off_are_an_empty_403(belgrade: Site) -> None:
    belgrade.moodle.site.web_services = False
    answer = belgrade.request(INFO)
    assert (answer.status_code, answer.content) == (403, b"")
    assert answer.headers["Content-Type"].startswith("text/html")


def test_an_expired_token_is_forgotten_at_its_first_use(belgrade: Site) -> None:
    belgrade.world.tokens[belgrade.moodle.token].valid_until = datetime(2020, 1, 1, tzinfo=UTC)
    assert [belgrade.error(INFO), belgrade.error(INFO)] == ["accessexception", "invalidtoken"]


def test_a_forced_password_change_closes_courses_but_not_site_info(belgrade: Site) -> None:
    course = belgrade.world.add_course("IM301", "Internal Medicine")
    belgrade.world.service_user.must_change_password = True
    assert belgrade.ask(INFO)["username"] == "coilbridge"
    answer = belgrade.ask("core_enrol_get_enrolled_users", {"courseid": course.id})
    assert answer["errorcode"] == "errorcoursecontextnotvalid"
    assert answer["message"].endswith("error/forcepasswordchangenotice")


@pytest.mark.parametrize("version", VERSIONS)
def test_another_host_name_is_redirected_to_the_sites_own(start: Callable[..., Site], version: str) -> None:
    site = start(version=version)
    address = f"{site.moodle.url.replace('127.0.0.1', 'localhost')}/webservice/rest/server.php"
    answer = requests.post(address, timeout=10, allow_redirects=False)
    assert answer.status_code == 303
    path = "" if version == "4.1" else "/webservice/rest/server.php"
    assert answer.headers["Location"] == site.moodle.url + path


def test_the_date_header_follows_the_skew_of_the_sites_clock(belgrade: Site) -> None:
    belgrade.moodle.site.clock_skew = timedelta(minutes=-7)
    answer = belgrade.request(INFO)
    behind = datetime.now(UTC) - parsedate_to_datetime(answer.headers["Date"])
    assert timedelta(minutes=7) <= behind < timedelta(minutes=7, seconds=10)
    assert answer.headers["Date"].count("GMT") == 1


def test_calls_are_logged_without_their_tokens(belgrade: Site) -> None:
    belgrade.error("core_enrol_get_enrolled_users", {"courseid": 99})
    (call,) = belgrade.moodle.calls
    assert (call.function, call.variables["courseid"], call.errorcode) == (
        "core_enrol_get_enrolled_users",
        "99",
        "invalidrecord",
    )
    assert belgrade.moodle.token not in repr(call)


def test_a_token_is_not_in_what_a_failed_test_prints(belgrade: Site) -> None:
    assert belgrade.moodle.token not in repr(belgrade.world.tokens[belgrade.moodle.token])


def test_a_site_comes_back_at_the_same_address() -> None:
    simulator = Simulator().start()
    address = simulator.url
    simulator.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(address, timeout=10)
    with simulator:
        assert simulator.url == address
        assert requests.get(f"{address}/login/index.php", timeout=10).status_code == 200


def test_a_taken_port_is_an_oserror(belgrade: Site) -> None:
    port = int(belgrade.moodle.url.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        Simulator(port=port).start()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_simulated_function_has_a_contract(version: str) -> None:
    assert contracts(version).keys() | plugin_contracts(version).keys() >= FUNCTIONS.keys()


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ({"settings": []}, None),
        ({}, "settings is missing"),
        ({"settings": {}}, "settings is not a list"),
        ({"settings": [{"name": "a", "value": {}}]}, "value is not raw"),
        ([], "is not a record"),
    ],
)
def test_an_answer_that_moodle_could_not_give_is_a_mistake_of_ours(
    answer: object, complaint: str | None
) -> None:
    contract = contracts("4.5")["tool_mobile_get_config"]
    if complaint is None:
        assert contract.answer(answer) == answer
        return
    with pytest.raises(BadAnswer, match=complaint):
        contract.answer(answer)


def test_a_truth_value_is_not_a_number() -> None:
    contract = contracts("4.5")["core_message_send_instant_messages"]
    assert contract.answer([{"msgid": 3, "unheard": 1}]) == [
        {"msgid": 3, "candeletemessagesforallusers": False}
    ]
    with pytest.raises(BadAnswer, match="msgid is not int"):
        contract.answer([{"msgid": True}])

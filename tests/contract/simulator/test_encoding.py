"""Request variables as PHP reads them, and Moodle's strictness about their types, over HTTP and below it."""

from __future__ import annotations

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.moodle.simulator.cleaning import Refused, clean
from connectors.moodle.simulator.forms import decode, pairs
from tests.contract.simulator.conftest import Site

USERS = "core_user_get_users_by_field"
EVENTS = "core_calendar_get_calendar_events"


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [
        (b"a=1&a=2", {"a": "2"}),
        (b"a[]=x&a[]=y", {"a": {0: "x", 1: "y"}}),
        (b"a[7]=x&a[3]=y&a[]=z", {"a": {7: "x", 3: "y", 8: "z"}}),
        (b"a%5B0%5D%5Bname%5D=x+y", {"a": {0: {"name": "x y"}}}),
        (b"a[0][b][]=1", {"a": {0: {"b": {0: "1"}}}}),
        (b"a[07]=1&a[-1]=2", {"a": {"07": "1", -1: "2"}}),
        (b"a=1&a[0]=2", {"a": {0: "2"}}),
        (b"a[0]=1&a=2", {"a": "2"}),
        (b"a.b c=1", {"a_b_c": "1"}),
        (b"a[b=1", {"a_b": "1"}),
        (b"a[b]c=1", {"a": {"b": "1"}}),
        (b"empty&novalue=", {"empty": "", "novalue": ""}),
        (b"=1&[x]=1", {"[x]": "1"}),
        ("ime=Милица".encode(), {"ime": "Милица"}),
        (b"raw=%FF", {"raw": "\udcff"}),
    ],
)
def test_variables_become_phps_arrays(encoded: bytes, decoded: object) -> None:
    assert decode(pairs(encoded), 1000) == decoded


def test_arrays_keep_the_order_of_arrival() -> None:
    decoded = decode(pairs(b"a[7]=x&a[3]=y"), 1000)["a"]
    assert isinstance(decoded, dict)
    assert list(decoded) == [7, 3]


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=12), st.text(max_size=5)), max_size=8))
def test_no_name_breaks_the_decoder(variables: list[tuple[str, str]]) -> None:
    assert len(decode(variables, 1000)) <= len(variables)


@settings(max_examples=60)
@given(st.integers(-(2**63), 2**63 - 1))
def test_every_64_bit_integer_is_a_param_int(number: int) -> None:
    assert clean("int", str(number)) == number


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("int", ""),
        ("int", "1.0"),
        ("int", "007"),
        ("int", "+1"),
        ("int", "-0"),
        ("int", " 1"),
        ("int", str(2**63)),
        ("int", "٣"),
        ("bool", ""),
        ("bool", "true"),
        ("bool", "2"),
        ("text", "<b>x</b>"),
        ("text", "a<"),
        ("text", "\udcff"),
        ("raw", "\udcff\udcfe"),
        ("raw", "nul\0"),
        ("alpha", "id2"),
        ("alphanumext", "a b"),
        ("alphanumext", "name\n"),
    ],
)
def test_values_that_cleaning_would_change_are_refused(kind: str, value: str) -> None:
    with pytest.raises(Refused):
        clean(kind, value)


@pytest.mark.parametrize(
    ("kind", "value", "cleaned"),
    [
        ("text", "a < b & 5 > 3", "a < b & 5 > 3"),
        ("text", "", ""),
        ("text", " padded ", " padded "),
        ("raw", "<b>你好</b>", "<b>你好</b>"),
        ("bool", "0", False),
        ("int", "-5", -5),
        ("alphanumext", "userfields_1-a", "userfields_1-a"),
    ],
)
def test_values_that_cleaning_leaves_alone_pass(kind: str, value: str, cleaned: object) -> None:
    assert clean(kind, value) == cleaned


@pytest.mark.parametrize(
    "variables",
    [
        {"field": "id", "values[0]": "4", "values[1]": "5"},
        {"field": "id", "values[]": ["4", "5"]},
        {"field": "id", "values[7]": "4", "values[3]": "5"},
        {"field": "id", "values[0]": "4", "values[1]": "5", "moodlewssettingraw": "1"},
    ],
)
def test_lists_may_be_written_as_measured(belgrade: Site, variables: dict[str, object]) -> None:
    for name in ("Марко", "Јелена"):
        belgrade.world.add_user(f"user{len(belgrade.world.users)}", name, "Јовановић")
    assert [person["firstname"] for person in belgrade.ask(USERS, variables)] == ["Марко", "Јелена"]


@pytest.mark.parametrize(
    ("function", "variables"),
    [
        (USERS, {"field": "id", "values": "4"}),
        (USERS, {"field": "id"}),
        (USERS, {"field": "id", "values[0]": ""}),
        (USERS, {"field": "id", "values[0]": "marko"}),
        (USERS, {"field": "city", "values[0]": "Beograd"}),
        (USERS, {"field": "id", "values[0]": "4", "criteria": "x"}),
        (EVENTS, {"options[siteevents]": "false"}),
        (EVENTS, {"options[siteevents]": ""}),
        (EVENTS, {"options[timestart]": "1796202000.5"}),
        (EVENTS, {"options[timestart]": ""}),
        (EVENTS, {"options[nosuch]": "1"}),
        (EVENTS, {"options": "1"}),
        ("core_enrol_get_enrolled_users", {}),
        ("core_enrol_get_enrolled_users", {"courseid": "abc"}),
        ("core_calendar_create_calendar_events", {"events[0][name]": "<b>x</b>"}),
        ("core_calendar_create_calendar_events", {"events[0][name]": b"\xff\xfe"}),
    ],
)
def test_wrong_parameters_are_refused_without_saying_which(
    belgrade: Site, function: str, variables: dict[str, object]
) -> None:
    assert belgrade.ask(function, variables) == {
        "exception": "core\\exception\\invalid_parameter_exception",
        "errorcode": "invalidparameter",
        "message": "Invalid parameter value detected",
    }


def test_variables_beyond_phps_limit_vanish_without_a_word(belgrade: Site) -> None:
    person = belgrade.world.add_user("marko", "Марко", "Јовановић")
    absent = {f"values[{index}]": 90000 + index for index in range(994)}
    variables = {"field": "id"} | absent | {"values[994]": person.id, "values[995]": person.id}
    assert [found["id"] for found in belgrade.ask(USERS, variables)] == [person.id]
    variables = {"field": "id"} | absent | {"values[994]": 1, "values[995]": 1, "values[996]": person.id}
    assert person.id not in [found["id"] for found in belgrade.ask(USERS, variables)]


def test_a_get_request_works_like_a_post(belgrade: Site) -> None:
    query = {
        "wstoken": belgrade.moodle.token,
        "wsfunction": "core_course_get_courses_by_field",
        "moodlewsrestformat": "json",
        "field": "id",
        "value": "999999",
    }
    answer = requests.get(f"{belgrade.moodle.url}/webservice/rest/server.php", params=query, timeout=10)
    assert answer.json() == {"courses": [], "warnings": []}


def test_neither_a_bearer_header_nor_a_json_body_carries_a_token(belgrade: Site) -> None:
    token = belgrade.moodle.token
    bearer = belgrade.request(
        "", data={"moodlewsrestformat": "json"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert bearer.json()["errorcode"] == "invalidtoken"
    body = {"wstoken": token, "wsfunction": "core_webservice_get_site_info", "moodlewsrestformat": "json"}
    answer = belgrade.request("", data=None, json=body)
    assert "<ERRORCODE>invalidtoken</ERRORCODE>" in answer.text


def test_a_multipart_form_is_read_as_well(belgrade: Site) -> None:
    form = {
        "wstoken": (None, belgrade.moodle.token),
        "wsfunction": (None, "core_webservice_get_site_info"),
        "moodlewsrestformat": (None, "json"),
    }
    assert belgrade.request("", data=None, files=form).json()["siteurl"] == belgrade.moodle.url


def test_without_a_format_the_answer_is_xml(belgrade: Site) -> None:
    form = {
        "wstoken": belgrade.moodle.token,
        "wsfunction": "core_course_get_courses_by_field",
        "field": "id",
        "value": "99",
    }
    answer = belgrade.request("", data=form)
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    assert '<KEY name="courses"><MULTIPLE>' in answer.text

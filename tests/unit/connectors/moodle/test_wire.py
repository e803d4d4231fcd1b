"""Writing parameters for PHP and reading answers that may be anything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.moodle.errors import (
    AnswerUnreadable,
    MoodleError,
    MoodleFault,
    SiteInMaintenance,
    SiteTimeout,
    SiteUnreachable,
    WebServicesOff,
)
from connectors.moodle.wire import MAX_VARIABLES, encode, from_transport, read_answer
from connectors.transport import (
    AddressRefused,
    BrokenOff,
    ConnectionFailed,
    RedirectRefused,
    Reply,
    TimedOut,
    TlsFailed,
    TooLarge,
    TransportError,
)

NOW = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_lists_and_mappings_are_written_as_php_reads_them() -> None:
    events: list[Any] = [
        {"name": "Сесија", "courseid": 4, "groupid": None, "visible": True},
        {"name": "b", "repeat": False},
    ]
    assert encode({"field": "id", "values": ["4", "7"], "events": events, "left_out": None}) == [
        ("field", "id"),
        ("values[0]", "4"),
        ("values[1]", "7"),
        ("events[0][name]", "Сесија"),
        ("events[0][courseid]", "4"),
        ("events[0][visible]", "1"),
        ("events[1][name]", "b"),
        ("events[1][repeat]", "0"),
    ]


@pytest.mark.parametrize("empty", [[], {}, [[]], [{"a": None}]])
def test_an_empty_list_is_refused_because_it_cannot_be_said(empty: Any) -> None:
    with pytest.raises(ValueError, match="cannot be expressed"):
        encode({"courseids": empty})


@pytest.mark.parametrize("value", [1.0, b"x", NOW, {1, 2}])
def test_what_moodle_would_refuse_is_refused_here(value: Any) -> None:
    with pytest.raises(TypeError, match="timestart"):
        encode({"timestart": value})


def test_a_request_that_php_might_cut_is_never_sent() -> None:
    assert len(encode({"values": list(range(MAX_VARIABLES))})) == MAX_VARIABLES
    with pytest.raises(ValueError, match="silently"):
        encode({"values": list(range(MAX_VARIABLES + 1))})


values = st.recursive(
    st.text(max_size=5) | st.integers() | st.booleans(),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(st.from_regex("[a-z]{1,4}", fullmatch=True), inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(map(leaves, value.values()))
    return sum(map(leaves, value)) if isinstance(value, list) else 1


@settings(deadline=None)
@given(values)
def test_every_leaf_gets_one_name_of_its_own(value: Any) -> None:
    pairs = encode({"x": value})
    assert len({name for name, _ in pairs}) == len(pairs) == leaves(value)
    assert all(isinstance(text, str) for _, text in pairs)


def reply(body: bytes, status: int = 200) -> Reply:
    return Reply(status, {}, body, 0.1, "https://moodle.bg.example/", NOW, NOW)


@pytest.mark.parametrize(
    ("body", "status", "kind", "key", "temporary"),
    [
        (b"<!DOCTYPE html><html>", 200, AnswerUnreadable, "unreadable.html", False),
        (b'{"sitename": "Bel', 200, AnswerUnreadable, "unreadable.json", False),
        (b"", 200, AnswerUnreadable, "unreadable.json", False),
        (b"\xff\xfe", 200, AnswerUnreadable, "unreadable.json", False),
        (b"[" * 100_000, 200, AnswerUnreadable, "unreadable.json", False),
        (b"Notice: x in y on line 3\n{}", 200, AnswerUnreadable, "unreadable.json", False),
        (b"<html>404</html>", 404, AnswerUnreadable, "unreadable.not_found", False),
        (b"<html>blocked</html>", 403, AnswerUnreadable, "unreadable.forbidden", False),
        (b"", 403, WebServicesOff, "web_services_off", False),
        (b"<html>Maintenance</html>", 503, SiteInMaintenance, "maintenance", True),
        (b"", 500, MoodleFault, "fault.server", True),
        (b"[]", 500, MoodleFault, "fault.server", True),
        (b"", 429, SiteInMaintenance, "maintenance", True),
        (
            b'{"exception": "Error", "message": "Call to a member function"}',
            200,
            MoodleFault,
            "fault.php",
            False,
        ),
        (b'{"errorcode": "sitemaintenance"}', 200, SiteInMaintenance, "maintenance", True),
        (b'{"error": "gone", "errorcode": "filenotfound"}', 404, MoodleFault, "fault", False),
    ],
)
def test_what_is_not_an_answer(
    body: bytes, status: int, kind: type[MoodleError], key: str, temporary: bool
) -> None:
    with pytest.raises(MoodleError) as caught:
        read_answer("Belgrade Moodle", "core_x", reply(body, status))
    assert (type(caught.value), caught.value.key, caught.value.temporary) == (kind, key, temporary)
    assert "Belgrade Moodle" in str(caught.value)


@pytest.mark.parametrize(
    ("body", "data"), [(b"null", None), (b"[]", []), (b'{"errorcode": 0}', {"errorcode": 0})]
)
def test_data_is_returned_as_it_is(body: bytes, data: object) -> None:
    assert read_answer("Belgrade Moodle", "core_x", reply(body)) == data


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([200, 204, 400, 403, 404, 418, 429, 500, 502, 503]))
def test_whatever_comes_back_is_data_or_a_moodle_error(body: bytes, status: int) -> None:
    said = ""
    try:
        read_answer("Belgrade Moodle", "core_x", reply(body, status))
    except MoodleError as error:
        said = str(error)
    assert "Belgrade Moodle" in said or status == 200


@pytest.mark.parametrize(
    ("error", "kind", "key", "temporary"),
    [
        (TimedOut("h", ""), SiteTimeout, "timeout", True),
        (TooLarge("h", ""), AnswerUnreadable, "unreadable.too_large", False),
        (RedirectRefused("h", "https://a/"), SiteUnreachable, "unreachable.redirect", False),
        (AddressRefused("h", "", "network"), SiteUnreachable, "unreachable.network", False),
        (AddressRefused("h", "", "http"), SiteUnreachable, "unreachable.http", False),
        (AddressRefused("h", "", "url"), SiteUnreachable, "unreachable.url", False),
        (ConnectionFailed("h", "", "name"), SiteUnreachable, "unreachable.name", True),
        (ConnectionFailed("h", "", "connect"), SiteUnreachable, "unreachable.connect", True),
        (TlsFailed("h", "expired"), SiteUnreachable, "unreachable.tls", False),
        (BrokenOff("h", ""), SiteUnreachable, "unreachable.broken_off", True),
    ],
)
def test_every_failure_of_the_transport_has_its_counterpart(
    error: TransportError, kind: type[MoodleError], key: str, temporary: bool
) -> None:
    translated = from_transport("Almaty Moodle", "core_x", error)
    assert (type(translated), translated.key, translated.temporary) == (kind, key, temporary)
    assert "Almaty Moodle" in str(translated)

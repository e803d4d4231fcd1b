"""Pages of the log as the plugin packs them, its older form, and what is none."""

from __future__ import annotations

import base64
import json
import zlib

import pytest

from connectors.moodle.log_columns import unpack_log
from connectors.moodle.logs import DataUnreadable, pack

VIEWED, GRADED = "\\core\\event\\course_viewed", "\\core\\event\\user_graded"
NOON = 1_792_843_200


def columns(data: str) -> dict[str, list[int]]:
    return {name: column.tolist() for name, column in unpack_log(data)[0].items()}


def test_groups_of_events_and_courses_become_columns() -> None:
    # Moodle's own programs are the user -1.
    page = [[VIEWED, 2, [11, 5, NOON, 14, -1, NOON + 1]], [GRADED, 2, [12, 6, NOON]], [VIEWED, 3, []]]
    assert columns(pack(page)) == {
        "id": [11, 14, 12],
        "course": [2, 2, 2],
        "user": [5, -1, 6],
        "time": [NOON, NOON + 1, NOON],
        "event": [0, 0, 1],
    }
    assert unpack_log(pack(page))[1] == [VIEWED, GRADED, VIEWED]


def test_pages_of_plugins_before_1_3_are_read() -> None:
    page = [[VIEWED, [11, 2, 5, NOON, 0, 33, 14, 3, 6, NOON, 7, 0]]]
    assert columns(pack(page)) == {
        "id": [11, 14],
        "course": [2, 3],
        "user": [5, 6],
        "time": [NOON, NOON],
        "event": [0, 0],
    }


def test_a_page_without_rows() -> None:
    assert [len(column) for column in unpack_log(pack([]))[0].values()] == [0] * 5


def packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode())).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "{}",
        '[["a",2,[1,2,3]]',
        '[["a",2,[1,2,3]]] ',
        '[["a",2,[1,2,3]],]',
        '[["a",2,[1,2]]]',
        '[["a",2,[1,2,3,]]]',
        '[["a",2,[1,,2]]]',
        '[["a",2,[,1,2,3]]]',
        '[["a",2,[1,2,x]]]',
        '[["a",2,[1,2,-]]]',
        '[["a",2,[1,2-3,4]]]',
        '[["a",2,[1,2,3.5]]]',
        '[["a",2,[1,2,99999999999999999999]]]',
        '[["a",x,[1,2,3]]]',
        '[["a",2,3,[1,2,3]]]',
        '[["a",[1,2,3]]]',
        "[[1,2,[1,2,3]]]",
    ],
)
def test_what_the_plugin_would_not_write_is_no_page(text: str) -> None:
    with pytest.raises(DataUnreadable):
        unpack_log(packed(text))


def test_what_is_not_compressed_is_no_page() -> None:
    plain = base64.b64encode(json.dumps([[VIEWED, 2, [1, 2, 3]]]).encode()).decode()
    for data in (plain, "!", pack([[VIEWED, 2, [1, 2, 3]]])[:-8]):
        with pytest.raises(DataUnreadable):
            unpack_log(data)

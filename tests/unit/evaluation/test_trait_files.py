from __future__ import annotations

import pytest

from coil_bridge.evaluation.facts import UNDISCLOSED
from coil_bridge.evaluation.trait_files import TraitRow, UnusableFile, read_traits


def test_a_file_with_semicolons_a_byte_order_mark_and_columns_in_any_order() -> None:
    content = "\ufeffCountry;user_id;Gender\r\nrs;7;F\r\n;8;\r\n;;\r\n".encode()
    assert read_traits(content) == [
        TraitRow(7, "", "female", "RS", ""),
        TraitRow(8, "", UNDISCLOSED, "", ""),
    ]


def test_people_by_address_and_guests_with_their_home() -> None:
    content = b"email,home\nJelena@UB.example,Huangpu\n"
    assert read_traits(content) == [TraitRow(None, "jelena@ub.example", UNDISCLOSED, "", "Huangpu")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"", "needs a column"),
        (b"name,gender\nJelena,f\n", "needs a column"),
        (b"user_id,gender\nseven,f\n", "not a number"),
        (b"email,gender\nnobody,f\n", "neither"),
        (b"user_id,gender\n7,woman\n", "gender"),
        (b"user_id,country\n7,Serbia\n", "country"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, why: str) -> None:
    with pytest.raises(UnusableFile, match=why):
        read_traits(content)

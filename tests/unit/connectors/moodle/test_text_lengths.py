"""Text that has to fit into a Moodle message."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.moodle.outgoing import LONGEST_MESSAGE, OutgoingMessage
from connectors.moodle.text import fitting, linked_html

PAGE = "https://bridge.example.org/pairings/7?a=1&b=2"


def size(text: str) -> int:
    return len(linked_html(text).encode())


def test_what_fits_stays_as_it_is() -> None:
    assert fitting(f"Hallo\n\n{PAGE}", 4096) == f"Hallo\n\n{PAGE}"
    assert fitting("ж" * 2048, 4096) == "ж" * 2048


def test_what_does_not_fit_ends_in_its_last_address() -> None:
    text = "Прва недеља. " * 400 + f"https://meet.example.org/r\n{PAGE}"
    cut = fitting(text, 4096)
    assert cut.endswith(f" …\n\n{PAGE}")
    assert text.startswith(cut.removesuffix(f" …\n\n{PAGE}"))
    assert 4000 < size(cut) <= 4096


def test_no_address_is_cut_in_two() -> None:
    text = " ".join(f"https://meet.example.org/room/{number}" for number in range(200))
    links = fitting(text, 1000).replace("…", "").split()
    assert set(links) <= set(text.split())


def test_an_address_that_is_too_long_itself_is_left_out() -> None:
    assert fitting("Hello there " * 20 + "https://a.example/" + "x" * 200, 100).endswith(" there …")


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from(["Здраво", "<b>", "&", PAGE, "健康", "\n", "a" * 90]), max_size=60),
    st.integers(10, 600),
)
def test_it_fits_always(words: list[str], longest: int) -> None:
    assert size(fitting(" ".join(words), longest)) <= longest


@pytest.mark.parametrize("letter", ["a", "ж", "&"])
def test_a_message_is_never_longer_than_moodle_takes(letter: str) -> None:
    sent = OutgoingMessage(3, letter * 5000).parameters()["text"]
    assert isinstance(sent, str)
    assert len(sent.encode()) <= LONGEST_MESSAGE

"""Text made to keep a regular expression busy: one that takes the square of its length would take hours."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from coil_bridge.lti.roster import _next_page
from connectors.attendance_files.rows import lines_of
from connectors.local_times import looks_like_a_time
from connectors.moodle.text import fitting, linked_html, plain_text
from connectors.transport import Reply
from scheduling.ical_values import text_line

SPACES = " " * 400_000
NOW = datetime(2026, 10, 20, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "markup", ["<br" * 300_000, "<" + SPACES, f"a{SPACES}b", "<p>" * 1000 + "\n" * 400_000]
)
def test_a_summary_is_read_in_one_pass(markup: str) -> None:
    assert len(plain_text(markup)) < len(markup)


def test_a_message_is_shortened_and_linked_in_one_pass() -> None:
    assert fitting("a" * 200_000 + " b", 100) == " …"
    dots = "http://" + "." * 400_000
    assert linked_html(dots) == dots


def test_a_name_in_an_attendance_list_is_read_in_one_pass() -> None:
    heading = ["Name (original name)", "Join time", "Leave time"]
    [row] = lines_of([heading, [f"Mira{SPACES}J.", "2026-10-20 08:00", "2026-10-20 09:00"]]).rows
    assert row.name.startswith("Mira")
    assert not looks_like_a_time(f"a{SPACES}b")


def test_a_title_is_made_one_line_in_one_pass() -> None:
    assert text_line(f"a{SPACES}b", "title").endswith("b")


def test_a_header_with_thousands_of_links_is_read_in_one_pass() -> None:
    headers = {"Link": "<a>;" * 16_000 + ', <https://moodle.example/?page=2>; rel="next"'}
    assert _next_page(Reply(200, headers, b"", 0.0, "", NOW, NOW)) == "https://moodle.example/?page=2"

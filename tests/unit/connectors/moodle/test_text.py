"""Moodle's HTML to plain text and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.moodle.schemas import EnrolledUserSchema
from connectors.moodle.text import linked_html, plain_line, plain_text, safe_name


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Interna medicina &amp; etika</p>", "Interna medicina & etika"),
        ("<p>Jesen</p><p>Пролеће</p>", "Jesen\nПролеће"),
        ("one<br />two<br>three", "one\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("a&nbsp;&nbsp; b", "a b"),
        ("5 &lt; 6 &amp;&amp; 7 > 6", "5 < 6 && 7 > 6"),
        ("<script>alert(1)</script><style>p{}</style>ok", "ok"),
        ('<img src=x onerror="alert(1)">内科学', "内科学"),
        ("&lt;script&gt;", "<script>"),  # text that a template escapes, not markup
        ("a\x01b\x7fc\x9fd&#1;e", "a b c d e"),
        ("a\ud800b", "a b"),
        ("<p></p>", ""),
        ("", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_a_name_is_one_line() -> None:
    assert plain_line("Нұрлан&#39;s <b>course</b>\n II") == "Нұрлан's course II"


def test_only_web_addresses_become_links() -> None:
    text = "Join <now>: https://meet.example.org/r?a=1&b=2, or javascript:alert(1)\nBye"
    assert linked_html(text) == (
        'Join &lt;now&gt;: <a href="https://meet.example.org/r?a=1&amp;b=2">https://meet.example.org/r?a=1&amp;b=2</a>'
        ", or javascript:alert(1)<br>\nBye"
    )


@settings(deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_text_survives_the_way_there_and_back(text: str) -> None:
    assert plain_line(linked_html(text)) == plain_line(linked_html(plain_line(linked_html(text))))


@settings(deadline=None)
@given(st.text())
def test_a_name_for_moodle_holds_no_tag_and_no_edge_space(text: str) -> None:
    name = safe_name(text)
    assert "<" not in name
    assert name == name.strip()
    assert "\n" not in name


def test_a_persons_name_is_one_line_and_no_markup() -> None:
    user = EnrolledUserSchema().load({"id": 7, "fullname": "Mira\x00\r\nBcc: <b> \ud800Jovanović"})
    assert user.full_name == "Mira Bcc: <b> Jovanović"

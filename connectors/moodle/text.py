"""Between Moodle's HTML and our plain text, in both directions.

Moodle runs names through ``format_string`` and summaries through ``format_text`` before a web service
returns them: an ampersand in a course name arrives as ``&amp;`` and a summary is HTML from an editor.
Inside the product everything is plain text, which templates escape; nothing from a partner is ever
shown as markup.
"""

from __future__ import annotations

import html
import re

import nh3

# What no name or text of ours may carry: controls but tab and line feed, Unicode's own line ends, halves
# of surrogate pairs. Calendar files refuse them, PostgreSQL refuses NUL, and UTF-8 has no halves.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# Megabytes of a stranger's text go through these: none reads a stretch again from each of its characters.
_BREAKS = re.compile(r"<\s*(?:br|/p|/div|/li|/h[1-6]|/tr)\b[^<>]*>", re.IGNORECASE)
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\s*\n\s*")
_LAST_WORD = re.compile(r"(?<!\S)\S+\Z")
_LINKS = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)]")


def printable(text: str) -> str:
    """Return text with a space for every character that a calendar, a database or UTF-8 refuses."""
    return _UNPRINTABLE.sub(" ", text)


def plain_text(markup: str) -> str:
    """Return HTML as plain text: tags, scripts and styles dropped, entities resolved, a line a block."""
    broken = _BREAKS.sub("\n", printable(markup))
    text = printable(html.unescape(nh3.clean(broken, tags=set())))
    return _BLANK_LINES.sub("\n", _SPACES.sub(" ", text)).strip()


def plain_line(markup: str) -> str:
    """Return HTML as one line of plain text, for names."""
    return " ".join(plain_text(markup).split())


def linked_html(text: str) -> str:
    """Return plain text as HTML in which web addresses can be clicked and nothing else is markup."""
    pieces, end = [], 0
    for link in _LINKS.finditer(text):
        address = html.escape(link.group())
        pieces += [html.escape(text[end : link.start()]), f'<a href="{address}">{address}</a>']
        end = link.end()
    return "".join([*pieces, html.escape(text[end:])]).replace("\n", "<br>\n")


def fitting(text: str, longest: int) -> str:
    """Return plain text whose ``linked_html`` has at most ``longest`` bytes of UTF-8.

    Longer text ends in an ellipsis and its last web address, where the whole of it can be read.
    """
    if _bytes(text) <= longest:
        return text
    tails = [f" …\n\n{link}" for link in _LINKS.findall(text)[-1:]] + [" …"]
    tail = next(tail for tail in tails if _bytes(tail) <= longest)
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if _bytes(text[:middle] + tail) <= longest:
            fits = middle
        else:
            too_long = middle
    return _whole_words(text[:fits]) + tail


def _bytes(text: str) -> int:
    return len(linked_html(text).encode())


def _whole_words(beginning: str) -> str:
    """Drop a word that may have been cut, so that no address leads astray."""
    return _LAST_WORD.sub("", beginning).rstrip()


def safe_name(text: str) -> str:
    """Return a name that Moodle's PARAM_TEXT takes as it is: one line, no ``<`` that looks like a tag."""
    return " ".join(text.split()).replace("<", "‹").replace(">", "›")

"""Other people's text on our pages: everything escaped, only http and https links live.

A real Moodle purifies HTML messages and shows them as written; here the words, the line breaks and the
links are kept, which is all that the product's messages consist of.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from markupsafe import Markup, escape

_LINK = re.compile(r"https?://[^\s<>\"']+")
_TRAILING = ".,;:!?)]}"
_HTML = 1
_BLOCKS = {"p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "ul", "ol"}
_UNREAD = {"script", "style", "template"}


def show(text: str, text_format: int) -> Markup:
    """Return a message or description as safe HTML; its line breaks need `white-space: pre-line`."""
    return _from_html(text) if text_format == _HTML else linkify(text)


def linkify(text: str) -> Markup:
    """Escape plain text and make its web addresses clickable."""
    pieces: list[Markup] = []
    position = 0
    for match in _LINK.finditer(text):
        address = match.group().rstrip(_TRAILING)
        pieces += [escape(text[position : match.start()]), _anchor(address, address)]
        position = match.start() + len(address)
    return Markup("").join([*pieces, escape(text[position:])])


def _anchor(address: str, label: str) -> Markup:
    return Markup('<a href="{}" rel="noopener noreferrer">{}</a>').format(address, label)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Markup] = []
        self._address: str | None = None
        self._label = ""
        self._unread = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNREAD:
            self._unread += 1
        elif tag in _BLOCKS and self.pieces:
            self.pieces.append(Markup("\n"))
        elif tag == "a":
            address = dict(attrs).get("href") or ""
            self._address = address if _LINK.fullmatch(address) else None
            self._label = ""

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNREAD:
            self._unread = max(0, self._unread - 1)
        elif tag == "a" and self._address is not None:
            self.pieces.append(_anchor(self._address, self._label.strip() or self._address))
            self._address = None

    def handle_data(self, data: str) -> None:
        if self._unread:
            return
        if self.pieces and self.pieces[-1] == "\n":
            data = data.lstrip()  # a line break in the source is a space, and none after a tag that breaks
        if self._address is None:
            self.pieces.append(linkify(data))
        else:
            self._label += data


def _from_html(text: str) -> Markup:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return Markup("").join(reader.pieces).strip()

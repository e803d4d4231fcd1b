"""The XML that Moodle's REST server answers with when `moodlewsrestformat=json` is missing."""

from __future__ import annotations

from xml.sax.saxutils import escape

_HEAD = '<?xml version="1.0" encoding="UTF-8" ?>\n'


def error(class_name: str, errorcode: str, message: str) -> str:
    """Return Moodle's EXCEPTION document."""
    code = f"<ERRORCODE>{escape(errorcode)}</ERRORCODE>\n" if errorcode else ""
    head = f'{_HEAD}<EXCEPTION class="{escape(class_name)}">\n'
    return f"{head}{code}<MESSAGE>{escape(message)}</MESSAGE>\n</EXCEPTION>\n"


def answer(value: object) -> str:
    """Return Moodle's RESPONSE document."""
    return f"{_HEAD}<RESPONSE>\n{_element(value)}</RESPONSE>\n"


def _element(value: object) -> str:
    if isinstance(value, list):
        return "<MULTIPLE>\n" + "".join(_element(item) for item in value) + "</MULTIPLE>\n"
    if isinstance(value, dict):
        keys = (f'<KEY name="{escape(str(key))}">{_element(item)}</KEY>\n' for key, item in value.items())
        return "<SINGLE>\n" + "".join(keys) + "</SINGLE>\n"
    if value is None:
        return '<VALUE null="null"/>\n'
    return f"<VALUE>{escape(str(int(value) if isinstance(value, bool) else value))}</VALUE>\n"

"""Moodle's `clean_param()` as the web services apply it: a value that cleaning would change is refused.

Source: `external_api::validate_parameters()` and `validate_param()` (lib/external in 4.2 and later,
lib/externallib.php before). Checked against recorded answers of Moodle 4.1, 4.5 and 5.1, which agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_INTEGER = re.compile(r"0|-?[1-9][0-9]*")
_TAG = re.compile(r"<(?!\s)")
_INT64 = 2**63


class Refused(ValueError):
    """The value is not of the declared PARAM_ type."""


def clean(kind: str, value: str) -> str | int | bool:
    """Return the value as Moodle hands it to the function, or raise Refused.

    `kind` is the PARAM_ constant in lower case without its prefix.
    """
    return _CLEANERS[kind](value)


def _raw(value: str) -> str:
    # fix_utf8() drops bytes that are not UTF-8 (undecodable ones arrive here as lone surrogates) and NUL.
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise Refused
    return value


def _int(value: str) -> int:
    # PHP casts and compares as strings: "007", "+1", "1.0", "" and " 1" all come out different.
    if not _INTEGER.fullmatch(value) or not -_INT64 <= int(value) < _INT64:
        raise Refused
    return int(value)


def _bool(value: str) -> bool:
    if value not in {"0", "1"}:
        raise Refused
    return value == "1"


def _text(value: str) -> str:
    # strip_tags() takes "<" followed by anything but white space for the start of a tag.
    if _TAG.search(_raw(value)):
        raise Refused
    return value


def _only(pattern: str) -> Callable[[str], str]:
    allowed = re.compile(pattern)

    def cleaner(value: str) -> str:
        if not allowed.fullmatch(value):
            raise Refused
        return value

    return cleaner


_CLEANERS: dict[str, Callable[[str], str | int | bool]] = {
    "raw": _raw,
    "int": _int,
    "bool": _bool,
    "text": _text,
    "url": _only(r"(https?://[^\s<>\"']+)?"),
    "alpha": _only("[a-zA-Z]*"),
    "alphanumext": _only("[a-zA-Z0-9_-]*"),
}

"""A partner's list of gender and country, as CSV: who, and what the partner may lawfully say of them.

Columns by name, in any order: ``user_id`` (Moodle's number of the account) or ``email``; ``gender``
(female, male, other, undisclosed; also f, m, x); ``country`` (ISO 3166-1 alpha-2); ``home`` (the short name
or name of another institution of the consortium, for a guest in the course). Commas or semicolons, UTF-8.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coil_bridge.evaluation.facts import UNDISCLOSED
from coil_bridge.i18n import mark

MOST_ROWS = 5_000
_GENDERS: Mapping[str, str] = {
    "f": "female",
    "female": "female",
    "m": "male",
    "male": "male",
    "x": "other",
    "other": "other",
    "": UNDISCLOSED,
    UNDISCLOSED: UNDISCLOSED,
}
_COUNTRY = re.compile(r"[A-Z]{2}|")


class UnusableFile(ValueError):
    """The file cannot be read; the message is for the person who uploaded it."""


@dataclass(frozen=True, slots=True)
class TraitRow:
    """One person, by account number or address (in lower case)."""

    user_id: int | None
    email: str
    gender: str
    country: str
    home: str


def read_traits(content: bytes) -> Sequence[TraitRow]:
    """The rows of a file.

    Raises:
        UnusableFile: it is no such file; the first reason why.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableFile(mark("The file is not UTF-8. Save it as CSV in UTF-8.")) from None
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    names = {(name or "").strip().lower(): name for name in reader.fieldnames or ()}
    if not {"user_id", "email"} & names.keys() or not {"gender", "country", "home"} & names.keys():
        raise UnusableFile(
            mark("The file needs a column user_id or email, and one of gender, country and home.")
        )
    rows = []
    for line in reader:
        values = {name: (line.get(column) or "").strip() for name, column in names.items()}
        if any(values.values()):
            rows.append(_row(values))
        if len(rows) > MOST_ROWS:
            raise UnusableFile(mark("The file has more than 5,000 rows."))
    return rows


def _row(values: Mapping[str, str]) -> TraitRow:
    number, email = values.get("user_id", ""), values.get("email", "").lower()
    if number and not (number.isascii() and number.isdecimal()):
        raise UnusableFile(mark("A user_id is not a number."))
    if not number and "@" not in email:
        raise UnusableFile(mark("A row has neither a user_id nor an e-mail address."))
    gender, country = values.get("gender", "").lower(), values.get("country", "").upper()
    if gender not in _GENDERS:
        raise UnusableFile(mark("A gender is none of female, male, other, undisclosed."))
    if not _COUNTRY.fullmatch(country):
        raise UnusableFile(mark("A country is not a code of two letters (ISO 3166)."))
    return TraitRow(int(number) if number else None, email, _GENDERS[gender], country, values.get("home", ""))

"""Names as a meeting room and a Moodle write them, brought to where they can be compared.

The same person is "Ђорђе Марковић" in one list and "MARKOVIĆ Đorđe" in another, 王 小明 here, 王小明 there.
Serbian has one Latin letter (or two) for each Cyrillic one, so both scripts can be compared. For Russian and
Kazakh names there are several customs, so those are compared in the script they are written in.
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")
_CHINESE = re.compile("[\u3400-\u9fff ]+")
_LATIN = str.maketrans(
    dict(zip("абвгдезијклмнопрстћуфхцчш", "abvgdezijklmnoprstcufhccs", strict=True))
    | {"ж": "z", "ђ": "dj", "љ": "lj", "њ": "nj", "џ": "dz", "đ": "dj", "ł": "l", "ø": "o", "ß": "ss"}
)


def comparable(name: str) -> str:
    """A name without case, accents, order and (in Serbian) script: "PETROVIĆ, Ana" is "Ана Петровић"."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(each for each in plain if not unicodedata.combining(each)).translate(_LATIN)
    words = " ".join(sorted(_WORD.findall(letters)))
    # A Chinese name is written with a space or without, the family's name first or last.
    return "".join(sorted(words.replace(" ", ""))) if _CHINESE.fullmatch(words) else words

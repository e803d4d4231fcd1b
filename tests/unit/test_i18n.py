"""Texts, dates, numbers and names as the readers of a language write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from coil_bridge.errors import Reason
from coil_bridge.i18n import Translator, translator

ENGLISH, SERBIAN = Translator("en"), Translator("sr_Latn")
AFTERNOON = datetime(2026, 10, 27, 14, 5, tzinfo=UTC)


def test_a_language_that_we_do_not_have_is_english() -> None:
    assert translator("kk").language == "en"
    assert translator(None).language == "en"


def test_values_are_filled_in_and_percent_signs_left_alone() -> None:
    assert SERBIAN.gettext("Room: %(address)s", address="https://meet.ub.example") == (
        "Prostorija: https://meet.ub.example"
    )
    assert SERBIAN.gettext("100% of it") == "100% of it"


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (1, "Otkazuje se 1 zajednički susret koji je tek trebalo da se održi."),
        (3, "Otkazuju se 3 zajednička susreta koja je tek trebalo da se održe."),
        (11, "Otkazuje se 11 zajedničkih susreta koje je tek trebalo održati."),
        (21, "Otkazuje se 21 zajednički susret koji je tek trebalo da se održi."),
    ],
)
def test_serbian_has_three_forms(count: int, text: str) -> None:
    one, many = (
        "One joint session that was still to come is cancelled.",
        "%(count)s joint sessions that were still to come are cancelled.",
    )
    assert SERBIAN.ngettext(one, many, count) == text


def test_dates_are_written_as_their_readers_write_them() -> None:
    day = date(2026, 10, 27)
    assert [words.day(day) for words in (ENGLISH, SERBIAN)] == [
        "Tuesday, 27 October 2026",
        "utorak, 27. oktobar 2026.",
    ]
    assert [words.short_day(day) for words in (ENGLISH, SERBIAN)] == ["Tue 27 Oct", "uto, 27. okt"]
    assert [words.moment(AFTERNOON) for words in (ENGLISH, SERBIAN)] == [
        "Tue 27 Oct 2026, 14:05",
        "uto, 27. okt 2026. u 14:05",
    ]
    assert [words.clock(AFTERNOON) for words in (ENGLISH, SERBIAN)] == ["14:05", "14:05"]


def test_a_span_names_what_differs() -> None:
    first, last = date(2026, 10, 19), date(2027, 2, 8)
    assert [words.span(first, last) for words in (ENGLISH, SERBIAN)] == [
        "19 Oct 2026\u2009–\u20098 Feb 2027",
        "19. okt 2026.\u2009–\u20098. feb 2027.",
    ]
    assert SERBIAN.span(date(2026, 9, 1), date(2026, 9, 15)) == "1.–15. sep 2026."


def test_numbers_are_grouped_as_their_readers_group_them() -> None:
    assert [words.number(1234.5) for words in (ENGLISH, SERBIAN)] == ["1,234.5", "1.234,5"]


@pytest.mark.parametrize(
    ("code", "english", "serbian"),
    [
        ("en", "English", "engleski"),
        ("sr_lt", "Serbian (Latin)", "srpski (latinica)"),
        ("sr_cr", "Serbian (Cyrillic)", "srpski (ćirilica)"),
        ("sr-Latn", "Serbian (Latin)", "srpski (latinica)"),
        ("zh_cn", "Chinese (Simplified)", "kineski (pojednostavljeno kinesko pismo)"),
        ("kk", "Kazakh", "kazaški"),
        ("pt_br", "Portuguese (Brazil)", "portugalski (Brazil)"),
        ("de_kids", "German", "nemački"),
        ("cnr", "Montenegrin", "crnogorski"),
        ("xx_wp", "xx_wp", "xx_wp"),
        ("", "", ""),
    ],
)
def test_languages_have_names(code: str, english: str, serbian: str) -> None:
    assert (ENGLISH.language_name(code), SERBIAN.language_name(code)) == (english, serbian)


def test_a_reason_is_told_with_the_reason_inside_it() -> None:
    late = Reason("%(site)s did not answer in time (%(function)s).", {"site": "UB", "function": "posts"})
    alone = Reason(
        "%(site)s cannot be used at the moment and will be tried again soon: %(error)s",
        {"site": "UB", "error": late},
    )
    assert SERBIAN.say(Reason.read(alone.stored())) == (
        "Sajt UB trenutno nije na raspolaganju; uskoro sledi nov pokušaj: UB ne odgovara na vreme (posts)."
    )
    assert ENGLISH.say(alone) == alone
    assert (SERBIAN.say("never seen"), SERBIAN.say("")) == ("nije se javio nijednom", "")


def test_serbian_letters_stand_where_readers_look_for_them() -> None:
    ordered = ["Cetinje", "Čačak", "Ćuprija", "Doha", "Đakovica", "Sarajevo", "Šangaj", "Tirana", "Ženeva"]
    assert sorted(sorted(ordered), key=SERBIAN.sort_key) == ordered
    assert min(["Zambia", "Åland Islands", "Albania"], key=ENGLISH.sort_key) == "Åland Islands"


def test_every_catalogue_comes_compiled() -> None:
    folder = Path(__file__).parents[2] / "coil_bridge" / "translations"
    assert [path.with_suffix(".po").exists() for path in folder.rglob("*.mo")] == [True]

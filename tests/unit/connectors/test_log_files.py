"""Logs as a real Moodle 4.5 wrote them for a teacher, and the same in other languages.

``data/logs/moodle-4.5.<language>.csv`` are one and the same rows (``rows.tsv``: second, person, event) as
Moodle's report wrote them in a language with a form of time that its pack has or could have; the names of
months are ICU's. The rows go over the end of summer time, midnight, noon and the ends of two months.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections import Counter
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

from coil_bridge.evaluation.log_kinds import kind_of
from connectors.local_times import TimesUnclear, read_times
from connectors.moodle.log_files import event_of, read_log
from connectors.tables import LARGEST_FILE, NoTable

SAMPLES = Path(__file__).parent / "data" / "logs"
FIRST, LAST = date(2026, 9, 1), date(2026, 12, 31)
BELGRADE = ZoneInfo("Europe/Belgrade")
RECORDED = ["sr_lt", "sr_cr", "mk", "sq", "uz", "ky", "kk", "tg", "zh_cn", "zh_cn-words", "ru", "fr"]
# The headings of report/log (time, fullnameuser, eventcontext, eventcomponent, eventname, description of
# Moodle's core and report_log) and a time of one moment (6 October 2026, 16:05:09) in the form of
# strftimedatetimeshortaccurate, as the language packs of 2026 have them; kk and pl are older packs without
# that form, so Moodle takes the English one. Babel's ICU data give the months' names, as ICU does in Moodle.
LANGUAGES = {
    "en": ("Time,User full name,Event context,Component,Event name,Description", "6/10/26, 16:05:09"),
    "en_us": ("Time,User full name,Event context,Component,Event name,Description", "10/6/26, 16:05:09"),
    "ar": ("الوقت,الاسم كاملا,سياق الحدث,المُكوِّن,اسم الحدث,الوصف", "6/10/26، 16:05:09"),
    "ca": (
        "Hora,Nom complet de l'usuari,Context de l'esdeveniment,Component,Nom de l'esdeveniment,Descripció",
        "6/10/26, 16:05:09",
    ),
    "de": (
        "Zeit,Vollständiger Name,Ereigniskontext,Komponente,Ereignisname,Beschreibung",
        "6. Oktober 2026, 16:05:09",
    ),
    "el": (
        "Ώρα,Πλήρες όνομα χρήστη,Πλαίσιο γεγονότος,Στοιχείο λογισμικού,Όνομα γεγονότος,Περιγραφή",
        "6/10/26, 16:05:09",
    ),
    "es": (
        "Hora,Nombre completo del usuario,Contexto del evento,Componente,Nombre evento,Descripción",
        "6/10/26, 16:05:09",
    ),
    "eu": (
        "Ordua,Erabiltzailearen izen osoa,Testuingurua,Osagaia,Ekitaldiaren izena,Deskribapena",
        "26/10/6, 16:05:09",
    ),
    "fr": (
        "Heure,Nom complet de l’utilisateur,Contexte de l’événement,Composant,Nom de l’événement,Description",
        "6 oct. 26, 16:05:09",
    ),
    "it": (
        "Data/Ora,Nome completo dell'utente,Contesto dell'evento,Componente,Evento,Descrizione",
        "6/10/26, 16:05:09",
    ),
    "ja": ("時間,ユーザフルネーム,イベントコンテクスト,コンポーネント,イベント名,説明", "26/10/06 16:05:09"),
    "kk": ("Уақыт,Толық аты,Event context,Component,Event name,Сипаттама", "6/10/26, 16:05:09"),
    "lt": (
        "Laikas,Visas naudotojo vardas,Įvykio kontekstas,Komponentas,Įvykio pavadinimas,Aprašas",
        "6/10/26, 16:05:09",
    ),
    "nl": (
        "Tijd,Volledige naam van de gebruiker,Gebeurteniscontext,Component,Gebeurtenisnaam,Beschrijving",
        "6/10/26, 16:05:09",
    ),
    "pl": ("Czas,Pełna nazwa,Kontekst zdarzenia,Składnik,Nazwa zdarzenia,Opis", "6/10/26, 16:05:09"),
    "pt": (
        "Data e hora,Nome completo do utilizador,Contexto do evento,Componente,Nome do evento,Descrição",
        "6/10/26, 16:05:09",
    ),
    "ro": (
        "Oră,Numele complet al utilizatorului,Contextul evenimentului,Componentă,Nume eveniment,Descriere",
        "6/10/26, 16:05:09",
    ),
    "ru": (
        "Время,Полное имя пользователя,Контекст события,Компонент,Название события,Описание",
        "6/10/26, 16:05:09",
    ),
    "tr": (
        "Zaman,Kullanıcının tam adı,Etkinlik bağlamı,Bileşen,Etkinlik adı,Açıklama",
        "6/10/26, 16:05:09",
    ),
    "uk": ("Час,Повне ім'я користувача,Контекст події,Компонент,Назва події,Опис", "6/10/26, 16:05:09"),
    "zh_cn": ("时间,用户全名,事件情境,组件,事件名称,描述", "6/10/26, 16:05:09"),
}
# Languages whose packs could not be looked at: forms that they may have, by their months in ICU.
NAMED_MONTHS = (
    "06. oktobar 2026., 16:05:09",  # sr_lt; with minutes only, its pack had this form in 2012
    "06. октобар 2026., 16:05:09",  # sr_cr
    "6. listopada 2026., 16:05:09",  # hr
    "6. oktobar 2026, 04:05:09 PM",  # bs
    "октомври 6 2026, 04:05:09 PM",  # mk
    "6 tetor 2026, 16:05:09",  # sq
    "06 қазан 2026, 04:05:09 PM",  # kk
    "6-oktabr, 2026, 16:05:09",  # uz
    "6-октябрь 2026, 16:05:09",  # ky
    "6 октября 2026, 16:05:09",  # ru
    "6 października 2026, 16:05:09",  # pl
    "2026. október 6. 16:05:09",  # hu
    "2026年10月6日 16:05:09",  # zh_cn, its short form
)


def local(text: str) -> datetime:
    """A naive local time."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("ending", ["csv", "xlsx", "ods", "json", "html"])
def test_every_format_of_a_real_moodle_tells_the_same(ending: str) -> None:
    found = read_log((SAMPLES / f"moodle-4.5.{ending}").read_bytes(), FIRST, LAST)
    assert found.unread == ()
    mine = [each for each in found.lines if each.user_id in (6, 7) and "mod_" in each.event_name]
    views = Counter((each.event_name, each.user_id) for each in mine)
    for student in (6, 7):
        assert views["\\mod_forum\\event\\discussion_viewed", student] == 3
        assert views["\\mod_forum\\event\\course_module_viewed", student] == 2
    last = max(each.at for each in mine)
    assert last == local("2026-11-22 08:42:44")
    assert {each.course_id for each in found.lines} == {0, 2}


@pytest.mark.parametrize("language", RECORDED)
def test_what_moodle_wrote_in_a_language_is_what_its_table_has(language: str) -> None:
    rows = [each.split("\t") for each in (SAMPLES / "rows.tsv").read_text("utf-8").splitlines()]
    found = read_log((SAMPLES / f"moodle-4.5.{language}.csv").read_bytes(), FIRST, LAST)
    assert found.unread == ()
    assert [
        (int(each.at.replace(tzinfo=BELGRADE).timestamp()), each.user_id, kind_of(each.event_name))
        for each in found.lines
    ] == [(int(second), int(person), kind_of(event)) for second, person, event in rows]


def test_a_month_that_is_named_by_older_time_zones_is_put_into_line() -> None:
    """PHP of 2025 and ICU of 2022 disagree by an hour in Almaty: the last hour of a month is of the next."""
    found = read_log((SAMPLES / "moodle-4.5.de-old-zones.csv").read_bytes(), FIRST, LAST)
    at = {each.line: each.at for each in found.lines}
    assert at[12] == at[13] == local("2026-09-30 23:59:59")  # "30. Oktober 2026", and it was September
    assert at[16] == local("2026-09-30 22:45:01")
    assert at[20] == local("2026-08-31 23:59:59")  # "31. September 2026"
    assert (len(found.lines), found.unread) == (22, ())


def test_moodles_json_without_the_columns_whose_headings_are_not_latin_is_refused_with_the_reason() -> None:
    with pytest.raises(NoTable, match="columns_lost"):
        read_log((SAMPLES / "moodle-4.5.ru.json").read_bytes(), FIRST, LAST)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_log_is_read_in_any_language(language: str) -> None:
    headings, at = LANGUAGES[language]
    body = "The user with id '7' has created the post with id '3' in the discussion with id '2' in the forum"
    line = f'"{at}",Јелена,-,Forum,-,"{body} with course module id \'12\'."\n'
    data = f"\ufeff{headings}\n{line}{line}".encode()
    found = read_log(data, FIRST, LAST)
    assert [(each.line, each.at, each.user_id, each.event_name) for each in found.lines] == [
        (number, local("2026-10-06 16:05:09"), 7, "\\mod_forum\\event\\post_created") for number in (2, 3)
    ]


@pytest.mark.parametrize("at", NAMED_MONTHS)
def test_a_month_may_be_written_by_its_name(at: str) -> None:
    assert read_times([at, at], date(2026, 9, 15), date(2026, 10, 31)) == [local("2026-10-06 16:05:09")] * 2


def test_a_month_that_two_languages_mean_differently_is_told_by_the_days_around_it() -> None:
    at = ["6 listopada 2026, 16:05"]  # October in Croatian, November in Polish
    assert read_times(at, date(2026, 11, 1), date(2026, 11, 30)) == [local("2026-11-06 16:05:00")]
    with pytest.raises(TimesUnclear):
        read_times(at, FIRST, LAST)


def test_words_that_differ_in_every_cell_are_no_months() -> None:
    cells = [
        f"{number} maj{'abcdefghij'[number % 10]}{'q' * (number // 10)} 2026, 16:05" for number in range(2000)
    ]
    with pytest.raises(TimesUnclear, match="no times"):
        read_times(cells, FIRST, LAST)


def test_the_descriptions_of_moodles_own_events_lead_to_what_counts() -> None:
    """Each get_description of Moodle 4.1, 4.5 and 5.1, numbers filled in, beside its event class."""
    lines = (SAMPLES / "descriptions.tsv").read_text("utf-8").splitlines()
    told = [line.split("\t") for line in lines]
    assert len(told) > 250
    for name, description in told:
        person = re.match(r"The user with id '\d+' (.*)", description)
        assert person, description
        assert kind_of(event_of(person[1])) == kind_of(name), description


def test_lines_that_name_nobody_or_have_no_time_are_told_by_their_number() -> None:
    body = "The user with id '7' viewed the course with id '2'."
    data = (
        'Time,Name,Description\n"6/10/26, 16:05",-,"' + body + '"\n"6/10/26, 16:05",-,"Cron ran."\n'
        'later,-,"' + body + '"\n"26/10/26, 16:05",-,"' + body + '"\n'
    )
    found = read_log(data.encode(), FIRST, LAST)
    assert [each.line for each in found.lines] == [2, 5]
    assert found.unread == ((3, "no_person"), (4, "no_time"))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\x89PNG\r\n\x1a\n", "no_log"),
        (b"PK\x03\x04 and nothing more", "not_readable"),
        (b"name,mark\nAna,9\n", "no_log"),
        (b"%PDF-1.7\n", "pdf"),
        (b"[1, 2]", "not_readable"),
        (b"[" * 100_000, "not_readable"),
        (b"<table></table>", "empty"),
        (b"x" * (LARGEST_FILE + 1), "too_large"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_log_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(NoTable) as refusal:
        read_log(data, FIRST, LAST)
    assert refusal.value.code == code


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("xl/worksheets/sheet1.xml", bytes(1000))
        bomb.filelist[0].file_size = 310 * 1024 * 1024  # as its list of contents would say
    with pytest.raises(NoTable) as refusal:
        read_log(packed.getvalue(), FIRST, LAST)
    assert refusal.value.code == "too_large"


def test_a_workbook_that_asks_for_all_memory_is_refused() -> None:
    """Two cells, in the first and the last corner: its reader would need half a terabyte for the rest."""
    book, packed = Workbook(), io.BytesIO()
    book.worksheets[0]["A1"], book.worksheets[0]["XFD1048576"] = "Time", "Description"
    book.save(packed)
    with pytest.raises(NoTable) as refusal:
        read_log(packed.getvalue(), FIRST, LAST)
    assert refusal.value.code == "too_large"


def test_day_and_month_are_told_by_the_whole_file() -> None:
    assert read_times(["13/10/26, 9:00", "12/10/26, 9:00"], FIRST, LAST)[1] == local("2026-10-12 09:00:00")
    assert read_times(["10/13/26, 9:00", "10/12/26, 9:00"], FIRST, LAST)[1] == local("2026-10-12 09:00:00")
    # Either could be meant by itself; only one of them lies in the pairing's autumn.
    assert read_times(["6/10/26, 9:00"], FIRST, LAST) == [local("2026-10-06 09:00:00")]
    with pytest.raises(TimesUnclear):
        read_times(["11/10/26, 9:00"], FIRST, LAST)
    with pytest.raises(TimesUnclear):
        read_times(["never"], FIRST, LAST)


@pytest.mark.parametrize(
    ("description", "event"),
    [
        (
            "has submitted the submission with id '3' for the assignment",
            "\\mod_assign\\event\\assessable_submitted",
        ),
        ("has submitted the attempt with id '3' for the quiz with", "\\mod_quiz\\event\\attempt_submitted"),
        ("created the page with id '3' for the wiki with course", "\\mod_wiki\\event\\page_created"),
        ("has graded the submission '3' for the user with id '9'", "\\core\\event\\user_graded"),
        ("viewed the 'page' activity with course module id '3'", "\\mod_page\\event\\course_module_viewed"),
        ("did something that nobody knows", "\\core\\event\\unknown"),
    ],
)
def test_a_description_leads_to_its_event(description: str, event: str) -> None:
    assert event_of(description) == event

"""Attendance lists in the forms that Teams, Zoom and BigBlueButton write, with invented people.

Teams: the report of 2022 and later, of 2021, and the first one. Zoom: the reports page of 2020 to 2023 and of
2024 and later, without and with "Show unique users", and a webinar's. BigBlueButton: makeUserCSVData and the
JSON of its learning dashboard (2.5 and later; 2.4).
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from connectors.attendance_files import NoTable, Stay, read_attendance

DAY = (date(2026, 10, 19), date(2026, 10, 21))
TEAMS = (
    "1. Summary\nMeeting title\tJoint session\nAttended participants\t2\n"
    "Start time\t{day}, 1:58:10 PM\nEnd time\t{day}, 3:31:00 PM\nMeeting duration\t1h 32m 50s\n"
    "Average attendance time\t1h 15m 2s\n\n2. Participants\n"
    "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole\n"
    "Jelena Marković\t{day}, 2:00:05 PM\t{day}, 3:30:10 PM\t1h 20m 5s\t"
    "jelena@ub.example\tjelena@ub.example\tPresenter\n"
    "Dana Akhmetova (Guest)\t{day}, 2:10:00 PM\t{day}, 3:30:00 PM\t1h 20m\t\t\tAttendee\n\n"
    "3. In-Meeting Activities\nName\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n"
    "Jelena Marković\t{day}, 2:00:05 PM\t{day}, 2:40:00 PM\t39m 55s\tjelena@ub.example\tPresenter\n"
    "Jelena Marković\t{day}, 2:50:00 PM\t{day}, 3:30:10 PM\t40m 10s\tjelena@ub.example\tPresenter\n"
    "Dana Akhmetova (Guest)\t{day}, 2:10:00 PM\t{day}, 3:30:00 PM\t1h 20m\t\tAttendee\n\n"
    "4. Reactions\nName\tEmail\tRole\n"
)
TEAMS_OF_2021 = (
    "Meeting Summary\nTotal Number of Participants\t2\nMeeting Title\tJoint session\n"
    "Meeting Start Time\t20.10.2026, 13:58:10\nMeeting End Time\t20.10.2026, 15:31:00\n\n"
    "Full Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n"
    "Jelena Marković\t20.10.2026, 14:00:05\t20.10.2026, 15:30:10\t1h 30m\tjelena@ub.example\tPresenter\n"
)
TEAMS_AT_FIRST = (
    "Full Name\tUser Action\tTimestamp\n"
    "Jelena Marković\tJoined before\t10/20/2026, 2:00:05 PM\n"
    "Jelena Marković\tLeft\t10/20/2026, 2:40:00 PM\n"
    "Jelena Marković\tJoined\t10/20/2026, 2:50:00 PM\n"
    "Dana Akhmetova\tJoined\t10/20/2026, 2:10:00 PM\n"
)
ZOOM_MEETING = (
    "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n"
    "987 6543 2100,Joint session,10/20/2026 01:58:00 PM,10/20/2026 03:31:00 PM,mira@ub.example,93,2\n\n"
)
ZOOM = (
    "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
    "Jeca (Jelena Marković),jelena@ub.example,10/20/2026 02:00:05 PM,10/20/2026 03:30:10 PM,91,No\n"
    "Dana Akhmetova,,10/20/2026 02:10:00 PM,10/20/2026 02:20:00 PM,10,Yes\n"
    "Dana Akhmetova,,10/20/2026 02:30:00 PM,10/20/2026 03:30:00 PM,60,Yes\n"
)
ZOOM_OF_2024 = (
    "Topic,ID,Host,Duration (minutes),Start time,End time,Participants\n"
    'Joint session,98765432100,Mira Jovanović (mira@ub.example),93,"10/20/2026 01:58:00 PM",'
    '"10/20/2026 03:31:00 PM",2\n\n'
)
ZOOM_PEOPLE_OF_2024 = (
    "Name (original name),Email,Join time,Leave time,Duration (minutes),Guest,"
    "Recording disclaimer response,In waiting room\n"
    'Jelena Marković,jelena@ub.example,"10/20/2026 02:00:05 PM","10/20/2026 03:30:10 PM",91,No,,No\n'
    "Aigerim Seitkali,,,,,Yes,,Yes\n"
    'Dana Akhmetova,,"10/20/2026 02:10:00 PM","10/20/2026 03:30:00 PM",80,Yes,OK,No\n'
)
ZOOM_TOTALS = (
    "Name (original name),Email,Total duration (minutes),Guest\n"
    "Jelena Marković,jelena@ub.example,91,No\nDana Akhmetova,,80,Yes\n"
)
ZOOM_TOTALS_IN_RUSSIAN = (
    "Имя (настоящее имя),Адрес эл. почты,Общая продолжительность (минуты),Гость\n"
    "Jelena Marković,jelena@ub.example,91,Нет\n"
)
ZOOM_WEBINAR = (
    "Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time,Approval Status,"
    "Join Time,Leave Time,Time in Session (minutes),Is Guest,Country/Region Name\n"
    "Yes,Jelena Marković,Jelena,Marković,jelena@ub.example,10/01/2026 09:00:00 AM,approved,"
    "10/20/2026 02:00:05 PM,10/20/2026 03:30:10 PM,91,No,Serbia\n"
    "Yes,Dana Akhmetova,Dana,Akhmetova,dana@kaznu.example,10/01/2026 09:00:00 AM,approved,"
    "10/20/2026 02:10:00 PM,10/20/2026 03:30:00 PM,80,Yes,Kazakhstan\n"
)
# Zoom since 2025, with the meeting's columns in every row; "(Host)" stands behind a name.
ZOOM_WITH_HOST_IN_ITALIAN = (
    "Argomento,Digita,ID,Nome organizzatore,E-mail organizzatore,Ora di inizio,Ora di fine,Partecipanti,"
    "Durata (minuti),Minuti totali dei partecipanti,Reparto,Origine,Ora di creazione,"
    "Nome (nome originale),E-mail,Ora di ingresso,Ora di uscita,Durata (minuti),Guest,In sala d’attesa\n"
)
MEETING_IN_ITALIAN = (
    "Joint session,Riunione,896 1053 4856,Mira Jovanović,mira@ub.example,10/20/2026 01:54:02 PM,"
    "10/20/2026 03:37:29 PM,3,104,620,,Zoom,10/01/2026 07:00:59 PM,"
)
ZOOM_WITH_HOST_IN_CHINESE = (
    "主题,类型,ID,主持人名称,主持人电子邮件,开始时间,结束时间,参会者,持续时间（分钟）,参会者总分钟数,"
    "名称（原名）,电子邮件,加入时间,离开时间,持续时间（分钟）,访客,在等候室中\n"
)
MEETING_IN_CHINESE = (
    "Joint session,会议,896 1053 4856,Mira Jovanović,mira@ub.example,2026/10/20 01:54:02 PM,"
    "2026/10/20 03:37:29 PM,3,104,620,"
)
# Headings as Zoom and Teams translate them, and a time on the clock of 12 or of 24 hours.
ZOOM_LISTS = [
    ("Имя (настоящее имя),Эл. почта,Время входа,Время выхода,Длительность (минуты)", "20.10.2026 {12} PM"),
    ("Nom (nom original),E-mail,Heure d’arrivée,Heure de départ,Durée (minutes)", "20/10/2026 {12} PM"),
    ("名称（原名）,电子邮件,加入时间,离开时间,持续时间（分钟）", "2026/10/20 {12} PM"),
]
TEAMS_LISTS = [
    ("Name,Erster Beitritt,Letztes Verlassen,Dauer der Besprechung,E-Mail,Rolle", "20.10.26, {24}"),
    ("Nom,Première entrée,Dernière sortie,Durée,E-mail,Rôle", "20/10/2026 {24}"),
    ("姓名,首次加入,最后离开,会议内持续时间,电子邮件,角色", "2026/10/20 下午{12}"),
    ("Ime,Prvo pridruživanje,Poslednji izlazak,Trajanje,E-pošta,Uloga", "20.10.26. {24}"),
    ("Имя,Первое подключение,Последний выход,Длительность,Почта,Роль", "20.10.2026, {24}"),
    ("Emri,Hyrja,Dalja,Kohëzgjatja,Email,Roli", "20.10.26, {12}\u202fe pasdites"),
    ("الاسم,الانضمام,المغادرة,المدة,البريد,الدور", "\u200f20\u200f/10\u200f/2026، {12} م"),
]
DASHBOARD = (
    "Ime,Moderator,Ocena aktivnosti,Vreme govora,Vreme kamere,Poruke,Reakcije,Ankete,Podignute ruke,"
    "Ulaz,Izlaz,Trajanje,Ready?\r\n"
    '"Jelena Marković","FALSE","7.5","00:04:10","-","3","1","1","0",'
    '"20. 10. 2026. 14:00:05","20. 10. 2026. 15:30:10","01:30:05","Da"\r\n'
    '"Dana Akhmetova","FALSE","2","-","-","0","0","0","0","20. 10. 2026. 14:10:00","-","01:20:00","-"\r\n'
    '"Anonymous","","","","","","","","","","","",""\r\n'
)


def read_stays(data: bytes, first: date, last: date) -> list[Stay]:
    """The stays of a file in which every line can be read."""
    found = read_attendance(data, first, last)
    assert found.unread == ()
    return list(found.stays)


def local(text: str) -> datetime:
    """A naive local time."""
    return datetime.fromisoformat(text)


def told(stays: list[Stay]) -> list[tuple[str, str, str, str]]:
    """Name, address, and the times of day."""
    return [
        (each.name, each.email, f"{each.joined:%H:%M:%S}", f"{each.left:%H:%M:%S}" if each.left else "")
        for each in stays
    ]


JELENA, DANA = ("Jelena Marković", "jelena@ub.example"), ("Dana Akhmetova", "")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
@pytest.mark.parametrize("day", ["10/20/26", "10/20/2026", "20/10/2026", "20. 10. 2026.", "2026-10-20"])
def test_teams_tells_every_stay_in_its_last_part(encoding: str, day: str) -> None:
    stays = read_stays(TEAMS.format(day=day).encode(encoding), *DAY)
    assert told(stays) == [
        (*JELENA, "14:00:05", "14:40:00"),  # and not the whole from the first join to the last leave
        (*JELENA, "14:50:00", "15:30:10"),
        (*DANA, "14:10:00", "15:30:00"),
    ]
    assert stays[0].line == 16


def test_teams_without_activities_tells_the_first_join_and_the_last_leave() -> None:
    text = TEAMS.format(day="20.10.2026").partition("3. In-Meeting")[0]
    assert told(read_stays(text.encode("utf-16"), *DAY)) == [
        (*JELENA, "14:00:05", "15:30:10"),
        (*DANA, "14:10:00", "15:30:00"),
    ]
    assert told(read_stays(TEAMS_OF_2021.encode("utf-16"), *DAY)) == [(*JELENA, "14:00:05", "15:30:10")]


def test_teams_once_told_comings_and_goings() -> None:
    assert told(read_stays(TEAMS_AT_FIRST.encode("utf-16"), *DAY)) == [
        (*JELENA[:1], "", "14:00:05", "14:40:00"),
        (*JELENA[:1], "", "14:50:00", ""),
        (*DANA, "14:10:00", ""),
    ]


def test_times_in_utc_are_said_to_be() -> None:
    text = TEAMS_OF_2021.replace("Join Time", "Join Time (UTC)").encode("utf-16")
    assert read_stays(text, *DAY)[0].joined == datetime(2026, 10, 20, 14, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", [ZOOM_MEETING + ZOOM, ZOOM])
def test_zoom_has_a_line_about_the_meeting_that_is_nobodys_stay(text: str) -> None:
    stays = read_stays(text.encode("utf-8-sig"), *DAY)
    assert told(stays) == [
        ("Jeca", "jelena@ub.example", "14:00:05", "15:30:10"),
        (*DANA, "14:10:00", "14:20:00"),
        (*DANA, "14:30:00", "15:30:00"),
    ]
    assert stays[0].original == "Jelena Marković"
    assert stays[0].line == text[: text.index("Jeca")].count("\n") + 1


@pytest.mark.parametrize("text", [ZOOM_OF_2024 + ZOOM_PEOPLE_OF_2024, ZOOM_PEOPLE_OF_2024])
def test_zoom_as_it_writes_now_with_somebody_who_only_waited(text: str) -> None:
    found = read_attendance(text.encode("utf-8-sig"), *DAY)
    assert told(list(found.stays)) == [(*JELENA, "14:00:05", "15:30:10"), (*DANA, "14:10:00", "15:30:00")]
    assert found.unread == (text[: text.index("Aigerim")].count("\n") + 1,)


@pytest.mark.parametrize("spoilt", [2, 3, 4])
@pytest.mark.parametrize("time", ["", "?", "yesterday"])
def test_a_line_whose_time_of_coming_cannot_be_read_is_told(spoilt: int, time: str) -> None:
    lines = [
        ZOOM.splitlines()[0],
        *(
            f"{name},{name.lower()}@ub.example,10/20/2026 02:0{at}:05 PM,10/20/2026 03:30:10 PM,91,No"
            for at, name in enumerate(("Ana", "Mira", "Dana", "Ana"))
        ),
    ]
    first, _, rest = lines[spoilt - 1].partition(",10/20/2026 02:")
    lines[spoilt - 1] = f"{first},{time},{rest.partition(',')[2]}"
    found = read_attendance("\n".join(lines).encode(), *DAY)
    assert found.unread == (spoilt,)
    assert [each.line for each in found.stays] == [line for line in range(2, 6) if line != spoilt]


def test_a_line_without_any_time_is_no_heading_and_is_told() -> None:
    lines = ZOOM.splitlines()
    lines[2:2] = ["Mira Jovanović,mira@ub.example,soon,later,0,No"]
    found = read_attendance("\n".join(lines).encode(), *DAY)
    assert (found.unread, [each.line for each in found.stays]) == ((3,), [2, 4, 5])


def test_zoom_can_repeat_the_meeting_in_every_row() -> None:
    rows = ZOOM.splitlines()
    meeting = "Joint session,987,10/20/2026 01:58:00 PM,10/20/2026 03:31:00 PM,"
    text = "\n".join(
        ["Topic,Meeting ID,Start Time,End Time," + rows[0], *(meeting + row for row in rows[1:])]
    )
    assert [each[2:] for each in told(read_stays(text.encode(), *DAY))][1] == ("14:10:00", "14:20:00")


@pytest.mark.parametrize(
    ("headings", "meeting"),
    [
        (ZOOM_WITH_HOST_IN_ITALIAN, MEETING_IN_ITALIAN),
        (ZOOM_WITH_HOST_IN_CHINESE, MEETING_IN_CHINESE),
    ],
)
def test_the_host_in_every_row_of_zoom_is_not_who_came(headings: str, meeting: str) -> None:
    day = meeting[meeting.index("ub.example,") + 11 :][:10]
    rows = (
        f"{meeting}Jelena Marković,jelena@ub.example,{day} 02:00:05 PM,{day} 03:30:10 PM,91,No,No\n",
        f"{meeting}Dana Akhmetova (Host),,{day} 02:10:00 PM,{day} 03:30:00 PM,80,Yes,No\n",
    )
    both = [(*JELENA, "14:00:05", "15:30:10"), (*DANA, "14:10:00", "15:30:00")]
    assert told(read_stays((headings + "".join(rows)).encode("utf-8-sig"), *DAY)) == both
    assert told(read_stays((headings + rows[0]).encode("utf-8-sig"), *DAY)) == both[:1]


@pytest.mark.parametrize(("headings", "at"), ZOOM_LISTS + TEAMS_LISTS)
def test_a_list_is_read_in_any_language(headings: str, at: str) -> None:
    of_teams = (headings, at) in TEAMS_LISTS
    rows = [headings.split(",")]
    for name, email, *times in ((*JELENA, "2:00:05", "3:30:10"), (*DANA, "2:10:00", "3:30:00")):
        stay = [at.replace("{12}", each).replace("{24}", f"1{int(each[0]) + 2}{each[1:]}") for each in times]
        rows.append([name, *stay, "1 h", email, "-"] if of_teams else [name, email, *stay, "91"])
    text = "\n".join(("\t" if of_teams else ",").join(row) for row in rows)
    stays = read_stays(text.encode("utf-16" if of_teams else "utf-8-sig"), *DAY)
    assert told(stays) == [(*JELENA, "14:00:05", "15:30:10"), (*DANA, "14:10:00", "15:30:00")]


@pytest.mark.parametrize("text", [ZOOM_OF_2024 + ZOOM_TOTALS, ZOOM_TOTALS, ZOOM_TOTALS_IN_RUSSIAN])
def test_zoom_without_times_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(NoTable, match="only_totals"):
        read_stays(text.encode(), *DAY)


def test_the_list_of_a_webinar_begins_with_who_came() -> None:
    assert told(read_stays(ZOOM_WEBINAR.encode(), *DAY)) == [
        (*JELENA, "14:00:05", "15:30:10"),
        ("Dana Akhmetova", "dana@kaznu.example", "14:10:00", "15:30:00"),
    ]


def test_the_dashboard_of_bigbluebutton_as_a_table() -> None:
    assert told(read_stays(DASHBOARD.encode(), *DAY)) == [
        (JELENA[0], "", "14:00:05", "15:30:10"),
        (*DANA, "14:10:00", ""),
    ]


def test_bigbluebutton_tells_instants_by_device_and_session() -> None:
    at = int(datetime(2026, 10, 20, 12, 0, tzinfo=UTC).timestamp() * 1000)
    people = {
        "u1": {"name": "Jelena Marković", "intIds": {"a": {"sessions": [
            {"registeredOn": at, "leftOn": at + 600_000}, {"registeredOn": at + 900_000, "leftOn": 0}]}}},
        "u2": {"name": "Dana", "intIds": {"b": {"registeredOn": at, "leftOn": at + 60_000}}},
        "u3": {"name": "Wang", "intId": "c", "registeredOn": at, "leftOn": at + 120_000},
    }  # fmt: skip
    data = json.dumps({"users": people, "endedOn": at + 3_600_000}).encode()
    stays = read_stays(data, *DAY)
    seconds = [each.left and int((each.left - each.joined).total_seconds()) for each in stays]
    assert seconds == [600, 2700, 60, 120]
    assert stays[0].joined == datetime(2026, 10, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "data", [b"", b"name,mark\nAna,9\n", b"{}", b'{"users": 3}', b'{"users": {"a": {}}}', b"\xff\xfe\x00"]
)
def test_what_is_no_attendance_list_is_refused(data: bytes) -> None:
    with pytest.raises(NoTable):
        read_stays(data, *DAY)

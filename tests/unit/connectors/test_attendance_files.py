"""Attendance lists as Teams, Zoom and BigBlueButton write them, with invented people."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from connectors.attendance_files import NoTable, read_stays

DAY = (date(2026, 10, 19), date(2026, 10, 21))
TEAMS = (
    "1. Summary\nMeeting title\tJoint session\nAttended participants\t2\n"
    "Start time\t10/20/26, 1:58:10 PM\nEnd time\t10/20/26, 3:31:00 PM\n\n2. Participants\n"
    "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole\n"
    "Jelena Marković\t10/20/26, 2:00:05 PM\t10/20/26, 3:30:10 PM\t1h 20m\t"
    "jelena@ub.example\tjelena@ub.example\tAttendee\n"
    "Dana Akhmetova (Guest)\t10/20/26, 2:10:00 PM\t10/20/26, 3:30:00 PM\t1h 20m\t\t\tAttendee\n\n"
    "3. In-Meeting Activities\nName\tJoin Time\tLeave Time\tDuration\tEmail\tRole\n"
    "Jelena Marković\t10/20/26, 2:00:05 PM\t10/20/26, 2:40:00 PM\t39m 55s\tjelena@ub.example\tAttendee\n"
    "Jelena Marković\t10/20/26, 2:50:00 PM\t10/20/26, 3:30:10 PM\t40m 10s\tjelena@ub.example\tAttendee\n"
)
ZOOM = (
    "Meeting ID,Topic,Start Time,End Time,User Email,Duration (Minutes),Participants\n"
    "987 6543 2100,Joint session,10/20/2026 01:58:00 PM,10/20/2026 03:31:00 PM,mira@ub.example,93,2\n\n"
    "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
    "Jelena (Jelena Marković),jelena@ub.example,10/20/2026 02:00:05 PM,10/20/2026 03:30:10 PM,91,No\n"
    "Dana Akhmetova,,10/20/2026 02:10:00 PM,10/20/2026 02:20:00 PM,10,Yes\n"
    "Dana Akhmetova,,10/20/2026 02:30:00 PM,10/20/2026 03:30:00 PM,60,Yes\n"
)


def local(text: str) -> datetime:
    """A naive local time."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_teams_writes_tabs_in_utf16_and_tells_the_stays_twice(encoding: str) -> None:
    stays = read_stays(TEAMS.encode(encoding), *DAY)
    assert [(each.name, each.email) for each in stays[:2]] == [
        ("Jelena Marković", "jelena@ub.example"),
        ("Dana Akhmetova", ""),
    ]
    assert len(stays) == 4  # the summary's two times are none's stay
    assert stays[2].joined == local("2026-10-20 14:00:05")
    assert stays[3].left == local("2026-10-20 15:30:10")


def test_zoom_has_a_line_about_the_meeting_that_is_nobodys_stay() -> None:
    stays = read_stays(ZOOM.encode("utf-8-sig"), *DAY)
    assert [(each.name, each.email) for each in stays] == [
        ("Jelena", "jelena@ub.example"),
        ("Dana Akhmetova", ""),
        ("Dana Akhmetova", ""),
    ]
    assert stays[2].joined == local("2026-10-20 14:30:00")
    without = ZOOM.partition("\n\n")[2]
    assert len(read_stays(without.encode(), *DAY)) == 3


def test_bigbluebutton_tells_instants_by_device_and_session() -> None:
    at = int(datetime(2026, 10, 20, 12, 0, tzinfo=UTC).timestamp() * 1000)
    people = {
        "u1": {"name": "Jelena Marković", "intIds": {"a": {"sessions": [
            {"registeredOn": at, "leftOn": at + 600_000}, {"registeredOn": at + 900_000, "leftOn": 0}]}}},
        "u2": {"name": "Dana", "intIds": {"b": {"registeredOn": at, "leftOn": at + 60_000}}},
    }  # fmt: skip
    data = json.dumps({"users": people, "endedOn": at + 3_600_000}).encode()
    stays = read_stays(data, *DAY)
    assert [each.left and int((each.left - each.joined).total_seconds()) for each in stays] == [600, 2700, 60]
    assert stays[0].joined == datetime(2026, 10, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "data", [b"", b"name,mark\nAna,9\n", b"{}", b'{"users": 3}', b'{"users": {"a": {}}}', b"\xff\xfe\x00"]
)
def test_what_is_no_attendance_list_is_refused(data: bytes) -> None:
    with pytest.raises(NoTable):
        read_stays(data, *DAY)

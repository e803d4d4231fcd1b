"""Logs and attendance lists that people upload: from the form to rows under pseudonyms."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from coil_bridge.domain import CourseRole
from coil_bridge.errors import Conflict, InvalidInput, NotFound
from coil_bridge.evaluation.records import EventKind, EventSource, RunState
from coil_bridge.services.activity.uploads import UploadInput
from coil_bridge.services.bundle import Services
from coil_bridge.storage.event_tables import event_day
from coil_bridge.storage.evidence_tables import presence
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.upload_tables import upload
from coil_bridge.storage.uploads import Upload
from connectors.moodle import simulator
from connectors.moodle.plugin_records import OLDEST_PLUGIN
from connectors.moodle.simulator import Simulator
from connectors.moodle.simulator import activity_log as log
from tests.builders import Build, SettableClock
from tests.unit.services.pilot import PilotTrial, utc

WORDS = {
    log.VIEWED: "viewed the course with id '{course}'.",
    log.MODULE_VIEWED: "viewed the 'page' activity with course module id '{module}'.",
    log.SUBMITTED: "has submitted the submission for the assignment with course module id '{module}'.",
    log.DISCUSSION_CREATED: "has created the discussion with id '5' with course module id '{module}'.",
}


@pytest.fixture
def trial(
    services: Services, storage: Storage, build: Build, clock: SettableClock, moodle: Callable[..., Simulator]
) -> PilotTrial:
    trial = PilotTrial(services, storage, build, clock, moodle)
    trial.almaty.enrol(2)
    trial.belgrade.enrol(2)
    trial.pull()
    return trial


def line(trial: PilotTrial, who: simulator.User, at: str, name: str = log.VIEWED, course: int = 0) -> str:
    words = WORDS[name].format(course=course or trial.belgrade.there.id, module=7)
    return f'"{at}",{who.firstname},-,"The user with id \'{who.id}\' {words}"'


def csv(*lines: str) -> bytes:
    return ("\ufeffTime,User,Context,Description\n" + "\n".join(lines) + "\n").encode()


def take(trial: PilotTrial, content: bytes, **changes: Any) -> Upload:
    form = UploadInput("log", "logs_C-1.csv", content, course_id=trial.belgrade.here.id)
    service = trial.services.activity.uploads
    taken = service.take(trial.lead, trial.pairing.id, replace(form, **changes))
    service.perform({"upload_id": taken.id})
    with trial.storage.read() as tx:
        found = tx.uploads.get(taken.id)
    assert found
    return found


def test_a_log_gives_the_rows_that_the_web_service_would(trial: PilotTrial) -> None:
    ana, marko = trial.belgrade.students
    stranger = trial.belgrade.moodle.world.add_user("x", "Xenia", "Nobody")
    done = take(
        trial,
        csv(
            line(trial, ana, "25/10/26, 23:59"),  # after the clocks went back: 22:59 UTC, still Sunday
            line(trial, ana, "7/10/26, 09:00", log.MODULE_VIEWED),
            line(trial, marko, "7/10/26, 09:00", log.SUBMITTED),
            line(trial, marko, "7/10/26, 09:00", log.DISCUSSION_CREATED),
            line(trial, stranger, "7/10/26, 09:00"),
            line(trial, ana, "7/10/26, 09:00", course=999),
            line(trial, ana, "30/9/26, 23:59"),
            '"6/10/26, 09:00",-,-,"Cron ran."',
        ),
    )
    assert (done.state, done.failure) == (RunState.DONE, None)
    assert (done.rows_read, done.rows_stored) == (8, 3)
    assert done.rows_dropped == {
        "told_by_posts": 1,
        "not_a_participant": 1,
        "other_course": 1,
        "outside_dates": 1,
        "no_person": 1,
    }
    assert done.unmapped == {"not_a_participant": [6], "other_course": [7], "no_person": [9]}
    found = {(row["kind"], row["minute"], row["source"]) for row in trial.events()}
    assert found == {
        (EventKind.VIEW, _minute("2026-10-25 22:59"), EventSource.FILE),
        (EventKind.VIEW, _minute("2026-10-07 07:00"), EventSource.FILE),
        (EventKind.SUBMISSION, _minute("2026-10-07 07:00"), EventSource.FILE),
    }
    assert {row["content_encrypted"] for row in trial.rows(upload)} == {None}


def _minute(at: str) -> int:
    return int(utc(at).timestamp()) // 60


def test_uploading_twice_doubles_nothing_and_a_longer_file_adds_its_rest(trial: PilotTrial) -> None:
    ana, _ = trial.belgrade.students
    first = [line(trial, ana, "13/10/26, 09:00"), line(trial, ana, "13/10/26, 09:00")]
    assert take(trial, csv(*first)).rows_stored == 2
    again = take(trial, csv(*first))
    assert (again.rows_stored, again.rows_dropped) == (0, {"already_stored": 2})
    assert take(trial, csv(*first, line(trial, ana, "13/10/26, 09:01"))).rows_stored == 1
    assert sum(row["n"] for row in trial.rows(event_day)) == len(trial.events()) == 3


def test_the_log_itself_takes_the_place_of_a_file(trial: PilotTrial) -> None:
    ana, _ = trial.belgrade.students
    early, late = "1/10/26, 09:00", "13/10/26, 09:00"
    take(trial, csv(line(trial, ana, late), line(trial, ana, early)))
    trial.belgrade.moodle.site.plugin.version = OLDEST_PLUGIN
    world = trial.belgrade.moodle.world
    world.log.add(trial.belgrade.there.id, ana.id, log.VIEWED, utc("2026-10-13 06:00"))
    world.log.add(trial.belgrade.there.id, ana.id, log.VIEWED, utc("2026-10-13 07:00"))
    trial.pull()
    sources = Counter(row["source"] for row in trial.events())
    assert sources == {EventSource.FILE: 1, EventSource.LOG: 2}
    again = take(trial, csv(line(trial, ana, late), line(trial, ana, early)))
    assert again.rows_dropped == {"told_by_log": 1, "already_stored": 1}
    assert sum(row["n"] for row in trial.rows(event_day)) == 3


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name,mark\nAna,9\n", "no log of a Moodle course"),
        (b"PK\x03\x04", "cannot be read"),
        (b'[[{"": "web", "ip-": "127.0.0.1"}]]', "leaves columns out"),
        (b"Time,D\nlater,\"The user with id '5' viewed the course with id '2'.\"\n", "no times"),
    ],
)
def test_a_file_that_is_none_is_refused_whole(trial: PilotTrial, content: bytes, said: str) -> None:
    done = take(trial, content)
    assert done.state is RunState.FAILED
    assert said in str(done.failure)
    assert trial.events() == []


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_a_log_of_another_course_is_refused_whole(trial: PilotTrial) -> None:
    ana, _ = trial.belgrade.students
    done = take(trial, csv(line(trial, ana, "13/10/26, 09:00", course=999)))
    assert "log of another course" in str(done.failure)


def test_an_attendance_list_finds_people_of_every_course_by_name_and_address(trial: PilotTrial) -> None:
    session = trial.build.session(trial.pairing, trial.mira)
    ana, _ = trial.belgrade.students
    dana, _ = trial.almaty.students
    ana.email, dana.firstname, dana.lastname = "ana@ub.example", "Dana", "Ахметова"
    on = session.starts_local.date()
    day = f"{on.month}/{on.day}/{on:%y}"
    rows = (
        "Name\tFirst Join\tLast Leave\tEmail\n"
        f"Somebody\t{day}, 2:00:00 PM\t{day}, 2:40:00 PM\t{ana.email.upper()}\n"
        f"Somebody\t{day}, 2:50:00 PM\t{day}, 3:30:00 PM\t{ana.email}\n"
        f"{dana.lastname}, {dana.firstname}\t{day}, 2:00:00 PM\t{day}, 3:30:00 PM\t\n"
        f"Passer-by\t{day}, 2:00:00 PM\t{day}, 3:30:00 PM\t\n"
        f"Somebody\tsoon\t{day}, 3:30:00 PM\t{ana.email}\n"
    )
    content = ("1. Summary\nA\tB\n" + rows).encode("utf-16")
    form = {"kind": "attendance", "course_id": "", "session_id": session.id}
    done = take(trial, content, **form)
    assert (done.rows_read, done.rows_stored, done.failure) == (5, 3, None)
    assert done.unmapped == {"no_person": [7], "no_time": [8]}
    stays = trial.rows(presence)
    assert Counter(row["course_id"] for row in stays) == {trial.belgrade.here.id: 2, trial.almaty.here.id: 1}
    assert {row["left_minute"] - row["joined_minute"] for row in stays} == {40, 90}
    assert take(trial, content, **form).rows_stored == 0
    assert "Somebody" not in str(trial.rows(upload))


def test_the_times_of_a_log_are_on_the_clock_of_who_downloaded_it(trial: PilotTrial) -> None:
    ana, _ = trial.belgrade.students
    content = csv(line(trial, ana, "7/10/26, 09:00"), line(trial, ana, "14/10/26, 09:00"))
    take(trial, content, zone=trial.almaty.here.institution.zone)
    assert {row["minute"] for row in trial.events()} == {
        _minute("2026-10-07 04:00"),
        _minute("2026-10-14 04:00"),
    }
    with pytest.raises(InvalidInput):
        take(trial, content, zone="Asia/Tokyo")


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_the_hour_that_comes_twice_when_clocks_go_back_is_told_apart(trial: PilotTrial) -> None:
    ana, _ = trial.belgrade.students
    times = ("25/10/26, 03:10", "25/10/26, 02:30", "25/10/26, 02:10", "25/10/26, 02:40", "25/10/26, 01:50")
    take(trial, csv(*(line(trial, ana, at) for at in times)))
    assert sorted(row["minute"] for row in trial.events()) == [
        _minute(f"2026-10-{at}") for at in ("24 23:50", "25 00:40", "25 01:10", "25 01:30", "25 02:10")
    ]


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
def test_a_list_on_another_clock_is_refused_until_the_clock_is_chosen(trial: PilotTrial) -> None:
    session = trial.build.session(trial.pairing, trial.mira)
    ana, _ = trial.belgrade.students
    ana.email = "ana@ub.example"
    begin = session.starts_at.astimezone(ZoneInfo("Asia/Almaty"))
    day, joined, left = f"{begin:%d.%m.%Y}", f"{begin:%H:%M:%S}", f"{begin + timedelta(minutes=40):%H:%M:%S}"
    rows = f"Имя\tВход\tВыход\tПочта\nАна\t{day}, {joined}\t{day}, {left}\t{ana.email}\n"
    form = {"kind": "attendance", "course_id": "", "session_id": session.id}
    refused = take(trial, rows.encode("utf-16"), **form)
    assert "Choose the session, and on whose clock" in str(refused.failure)
    assert take(trial, rows.encode("utf-16"), zone="Asia/Almaty", **form).rows_stored == 1
    (stay,) = trial.rows(presence)
    assert stay["joined_minute"] == int(session.starts_at.timestamp()) // 60


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("page", "name"), [("cp1250", "Đorđe Marković"), ("cp1251", "Ђорђе Марковић"), ("gb18030", "王芳")]
)
def test_a_list_that_was_saved_anew_still_names_people(trial: PilotTrial, page: str, name: str) -> None:
    session = trial.build.session(trial.pairing, trial.mira)
    ana, _ = trial.belgrade.students
    ana.firstname, _, ana.lastname = name.partition(" ")
    begin = session.starts_local
    day = f"{begin:%d.%m.%Y}"
    rows = f"Name;In;Out\n{name};{day} {begin:%H:%M};{day} {begin + timedelta(minutes=40):%H:%M}\n"
    form = {"kind": "attendance", "course_id": "", "session_id": session.id}
    assert take(trial, rows.encode(page), **form).rows_stored == 1


def test_who_may_upload_what(trial: PilotTrial) -> None:
    service = trial.services.activity.uploads
    teacher = trial.build.person("Mira Jovanović")
    trial.build.enrol(teacher, trial.belgrade.here, CourseRole.TEACHER)
    view = service.view(teacher, trial.pairing.id)
    assert [each.course.id for each in view.courses] == [trial.belgrade.here.id]
    assert len(service.view(trial.lead, trial.pairing.id).courses) == 2
    form = UploadInput("log", "f.csv", b"x", course_id=trial.almaty.here.id)
    with pytest.raises(InvalidInput):
        service.take(teacher, trial.pairing.id, form)
    student = trial.build.person("Jelena Marković")
    trial.build.enrol(student, trial.belgrade.here, CourseRole.STUDENT)
    for nobody in (student, trial.build.person("Passer-by")):
        with pytest.raises(NotFound):
            service.view(nobody, trial.pairing.id)
    trial.services.pilots.destroy_key(trial.lead, trial.pilot.id)
    assert not service.view(teacher, trial.pairing.id).counted
    with pytest.raises(Conflict):
        service.take(teacher, trial.pairing.id, replace(form, course_id=trial.belgrade.here.id))

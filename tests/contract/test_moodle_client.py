"""The client against the simulator, in three versions, over real HTTP: what it sends must be accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from connectors.moodle.client import MoodleClient, NewCalendarEvent, OutgoingMessage
from connectors.moodle.errors import (
    AnswerUnreadable,
    FunctionNotAllowed,
    MoodleError,
    MoodleFault,
    PermissionMissing,
    RecordUnknown,
    SiteInMaintenance,
    SiteTimeout,
    SiteUnreachable,
    TokenRefused,
    WebServicesOff,
)
from connectors.moodle.functions import NEEDS, Function
from connectors.moodle.readiness import from_json, probe, to_json
from connectors.moodle.simulator import Course, Simulator, User
from connectors.transport import Transport, TransportPolicy

START = datetime(2026, 10, 21, 8, 0, tzinfo=UTC)  # 10:00 in Belgrade, four days before its clocks change
POLICY = TransportPolicy(
    connect_timeout=2, read_timeout=0.5, total_timeout=5, allow_private=True, allow_http=True, attempts=1
)


@dataclass
class Belgrade:
    """A course in Belgrade with one teacher and three students, two of them in a group."""

    moodle: Simulator
    client: MoodleClient
    course: Course
    teacher: User
    students: list[User]


@pytest.fixture(params=["4.1", "4.5", "5.1"])
def belgrade(request: pytest.FixtureRequest) -> Iterator[Belgrade]:
    with Simulator(version=request.param, name="Univerzitet u Beogradu") as moodle:
        yield university(moodle)


@pytest.fixture
def moodle() -> Iterator[Simulator]:
    with Simulator() as moodle:
        yield moodle


def client_of(moodle: Simulator, policy: TransportPolicy = POLICY) -> MoodleClient:
    transport = Transport(policy, pause=lambda _: None)
    return MoodleClient("Belgrade Moodle", moodle.url, moodle.token, transport)


def university(moodle: Simulator) -> Belgrade:
    world = moodle.world
    course = world.add_course(
        "IM301",
        "Interna medicina & etika",
        summary="<p>Zajedno&nbsp;&amp; <b>uživo</b></p><p>Jesen</p>",
        starts=START,
    )
    teacher = world.add_user("milica", "Милица", "Јовановић", timezone="Europe/Belgrade")
    students = [
        world.add_user(name, name.title(), "Stanković", country="RS") for name in ("marko", "željka", "ana")
    ]
    world.enrol(teacher, course, "editingteacher")
    for student in students:
        world.enrol(student, course, last_access=START)
    world.add_group(course, "Tim Δ", students[:2])
    return Belgrade(moodle, client_of(moodle), course, teacher, students)


def test_courses_and_people(belgrade: Belgrade) -> None:
    client = belgrade.client
    assert [course.id for course in client.courses()] == [belgrade.course.id]
    course = client.course(belgrade.course.id)
    assert course.full_name == "Interna medicina & etika"
    assert course.summary == "Zajedno & uživo\nJesen"
    assert course.starts_at == START
    roster = {user.id: user for user in client.enrolled_users(course.id)}
    assert roster[belgrade.teacher.id].is_teacher
    marko = roster[belgrade.students[0].id]
    assert (marko.is_student, [group.name for group in marko.groups]) == (True, ["Tim Δ"])
    assert marko.last_course_access == START
    assert [each.id for each in client.user_courses(belgrade.teacher.id)] == [course.id]
    found = client.users_by_field("email", [belgrade.teacher.email, " ", ""])
    assert [(user.id, user.timezone) for user in found] == [(belgrade.teacher.id, "Europe/Belgrade")]


def test_a_roster_comes_in_pages_and_each_person_once(
    belgrade: Belgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.moodle.client._ROSTER_PAGE", 2)
    roster = belgrade.client.enrolled_users(belgrade.course.id)
    assert sorted(user.id for user in roster) == sorted(
        user.id for user in [belgrade.teacher, *belgrade.students]
    )
    assert len(belgrade.client.enrolled_users(belgrade.course.id, limit=1)) == 1


def test_suspended_enrolments_can_be_left_out(belgrade: Belgrade) -> None:
    belgrade.moodle.world.enrol(belgrade.students[0], belgrade.course, suspended=True)
    active = belgrade.client.enrolled_users(belgrade.course.id, only_active=True)
    assert belgrade.students[0].id not in {user.id for user in active}
    assert len(belgrade.client.enrolled_users(belgrade.course.id)) == len(active) + 1


def test_more_ids_than_php_takes_are_asked_for_in_several_requests(belgrade: Belgrade) -> None:
    ids = [*range(900_000, 902_000), belgrade.teacher.id]
    assert [user.id for user in belgrade.client.users_by_field("id", ids)] == [belgrade.teacher.id]
    assert len(belgrade.moodle.calls) == 11


def test_nothing_asked_is_nothing_sent(belgrade: Belgrade) -> None:
    assert belgrade.client.users_by_field("id", []) == ()
    assert belgrade.client.forums([]) == ()
    assert belgrade.client.create_calendar_events([]) == []
    belgrade.client.delete_calendar_events([])
    assert belgrade.moodle.calls == ()


def test_what_is_not_there_is_unknown(belgrade: Belgrade) -> None:
    calls: list[Callable[[], object]] = [
        lambda: belgrade.client.course(999),
        lambda: belgrade.client.course(1),
        lambda: belgrade.client.enrolled_users(1),
        lambda: belgrade.client.enrolled_users(999),
    ]
    for call in calls:
        with pytest.raises(RecordUnknown):
            call()


def test_messages_arrive_with_links_and_without_markup_of_others(belgrade: Belgrade) -> None:
    text = "Session <b>moved</b>\nhttps://coil.example.org/s/1?a=1&b=2."
    sent = belgrade.client.send_message(OutgoingMessage(belgrade.teacher.id, text))
    assert (sent.id is not None, sent.refusal) == (True, None)
    refused = belgrade.client.send_message(OutgoingMessage(999_999, "x"))
    assert (refused.id, bool(refused.refusal)) == (None, True)
    stored = next(iter(belgrade.moodle.world.messages.values())).text
    link = "https://coil.example.org/s/1?a=1&amp;b=2"
    assert stored == f'Session &lt;b&gt;moved&lt;/b&gt;<br>\n<a href="{link}">{link}</a>.'


@pytest.mark.parametrize("letter", ["a", "ж", "健", "<", "https://coil.example.org/s/ "])
def test_a_message_of_any_length_is_delivered(moodle: Simulator, letter: str) -> None:
    client, teacher = client_of(moodle), university(moodle).teacher
    page = "https://coil.example.org/pairings/7"
    sent = client.send_message(OutgoingMessage(teacher.id, letter * 4000 + f"\n{page}"))
    assert sent.refusal is None
    assert moodle.world.inbox(teacher)[0].text.endswith(f'<a href="{page}">{page}</a>')


def test_forum_activity(belgrade: Belgrade) -> None:
    world = belgrade.moodle.world
    forum = world.add_forum(belgrade.course, "Icebreaker & hello")
    opening = world.post(belgrade.students[0], forum, "Здраво", "<p>Ja sam Marko</p>", at=START)
    world.post(belgrade.teacher, opening, "Re", at=START + timedelta(hours=1))
    found = belgrade.client.forums([belgrade.course.id])[0]
    assert found.name == "Icebreaker & hello"
    discussion = belgrade.client.discussions(found.id)[0]
    assert (discussion.author_id, discussion.replies) == (belgrade.students[0].id, 1)
    posts = {post.author_id: post for post in belgrade.client.posts(discussion.id)}
    assert posts[belgrade.teacher.id].parent_id == posts[belgrade.students[0].id].id
    assert posts[belgrade.students[0].id].created_at == START


def test_completion_of_the_tracked_and_the_untracked(belgrade: Belgrade) -> None:
    world, client, marko = belgrade.moodle.world, belgrade.client, belgrade.students[0]
    assert client.course_completion(belgrade.course.id, marko.id) is None  # the course has no criteria
    report = world.add_activity(belgrade.course, "Joint case report", counts_for_course=True)
    world.complete(marko, report, START)
    completion = client.course_completion(belgrade.course.id, marko.id)
    assert completion is not None
    assert [each.complete for each in completion.criteria] == [True]
    other = client.course_completion(belgrade.course.id, belgrade.students[1].id)
    assert other is not None
    assert other.completed is False


def test_calendar_events_are_created_recognised_and_deleted(belgrade: Belgrade) -> None:
    length = timedelta(minutes=90)
    events = [
        NewCalendarEvent(
            belgrade.course.id, "Joint <session> 1", "https://meet.example.org/x", START, length
        ),
        NewCalendarEvent(belgrade.course.id, "  Two ", "", START + timedelta(days=7), length),
    ]
    ids = [created.event_id for created in belgrade.client.create_calendar_events(events)]
    assert all(ids)
    assert sorted(belgrade.moodle.world.events) == ids
    known = [event_id for event_id in ids if event_id]
    belgrade.client.delete_calendar_events([*known, 999_999])
    assert not belgrade.moodle.world.events


@pytest.mark.parametrize(
    ("fault", "kind", "temporary"),
    [
        (lambda faults: faults.html(), AnswerUnreadable, False),
        (lambda faults: faults.half_json(), AnswerUnreadable, False),
        (lambda faults: faults.error_500(), MoodleFault, True),
        (lambda faults: faults.hang(), SiteTimeout, True),
        (lambda faults: faults.down(), SiteUnreachable, True),
        (lambda faults: faults.maintenance("cli"), SiteInMaintenance, True),
        (lambda faults: faults.maintenance("ui"), SiteInMaintenance, True),
        (lambda faults: faults.error_in_200("nopermissions"), PermissionMissing, False),
        (lambda faults: faults.error_in_200("dmlreadexception"), MoodleFault, True),
        (lambda faults: faults.error_in_200("somethingnew"), MoodleFault, False),
    ],
)
def test_every_mishap_names_the_site_and_says_what_to_do(
    moodle: Simulator, fault: Callable[[object], None], kind: type[MoodleError], temporary: bool
) -> None:
    client = client_of(moodle)
    fault(moodle.faults)
    with pytest.raises(kind) as caught:
        client.courses()
    moodle.faults.clear()
    assert (type(caught.value), caught.value.temporary) == (kind, temporary)
    assert "Belgrade Moodle" in str(caught.value)
    assert caught.value.advice
    assert moodle.token not in "".join(map(str, [caught.value, caught.value.__cause__, repr(client)]))


def test_a_read_is_repeated_after_a_passing_error_and_a_write_is_not(moodle: Simulator) -> None:
    patient = client_of(moodle, TransportPolicy(attempts=3, allow_private=True, allow_http=True))
    moodle.faults.maintenance("cli", times=1)
    with pytest.raises(SiteInMaintenance):  # it asks us to come back in minutes: no use in repeating now
        patient.courses()
    moodle.faults.down(times=1, function=Function.COURSES)
    assert patient.courses() == ()
    moodle.faults.down(times=1, function=Function.SEND_MESSAGES)
    with pytest.raises(SiteUnreachable):
        patient.send_message(OutgoingMessage(moodle.world.service_user.id, "x"))
    assert not moodle.world.messages


def test_a_wrong_token_and_switched_off_web_services(moodle: Simulator) -> None:
    stranger = MoodleClient("Belgrade Moodle", moodle.url, "0" * 32, Transport(POLICY))
    with pytest.raises(TokenRefused):
        stranger.site_info()
    moodle.site.web_services = False
    with pytest.raises(WebServicesOff):
        client_of(moodle).site_info()


def test_the_token_is_in_no_address(moodle: Simulator) -> None:
    client_of(moodle).site_info()
    assert moodle.token not in repr(moodle.calls)


def test_a_ready_site(belgrade: Belgrade) -> None:
    report = probe(belgrade.client)
    found = {check.key: check.level for check in report.checks}
    assert found["functions"] == found["account"] == found["courses"] == found["clock"] == "ok"
    assert (found["no_https"], found["address"], found["people"]) == ("warning", "ok", "ok")
    assert report.ready
    assert report.failure is None
    if report.branch == "4.1":
        assert (report.zone, "zone_unknown" in found) == (None, True)
    else:
        assert (report.zone, found["zone"]) == ("Europe/Belgrade", "ok")
    assert from_json(to_json(report)) == report


def test_what_a_poor_service_account_lacks(moodle: Simulator) -> None:
    belgrade = university(moodle)
    moodle.site.clock_skew = timedelta(seconds=-30)
    allowed = set(NEEDS) - {Function.POSTS, Function.USER_COURSES} | {"core_user_delete_users"}
    moodle.token = moodle.world.add_token(moodle.world.service_user, "a" * 32, map(str, allowed)).value
    found = {check.key: check for check in probe(client_of(moodle)).checks}
    missing = {
        c.values["function"]: c.level for c in probe(client_of(moodle)).checks if c.key == "function_missing"
    }
    assert missing == {Function.POSTS: "warning", Function.USER_COURSES: "error"}
    assert found["service_too_wide"].values["functions"] == "core_user_delete_users"
    assert found["clock_behind"].level == "warning"
    assert abs(float(found["clock_behind"].values["seconds"]) - 30) < 1
    moodle.world.service_user.capabilities -= {"moodle/course:view"}
    closed = {check.key: check.level for check in probe(client_of(moodle)).checks}
    assert closed["courses_closed"] == "error"
    assert belgrade.course.id > 1


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        (lambda faults: faults.down(), "unreachable.connect"),
        (lambda faults: faults.hang(), "timeout"),
        (lambda faults: faults.html(), "unreadable.html"),
        (lambda faults: faults.maintenance("ui"), "maintenance"),
    ],
)
def test_a_site_that_cannot_be_asked_still_gets_a_report(
    moodle: Simulator, fault: Callable[[object], None], failure: str
) -> None:
    fault(moodle.faults)
    report = probe(client_of(moodle))
    moodle.faults.clear()
    assert report.failure == failure
    assert [check.level for check in report.checks if check.key == f"failed.{failure}"] == ["error"]
    assert not report.ready
    assert from_json(to_json(report)) == report


def test_a_function_that_is_not_in_the_service(moodle: Simulator) -> None:
    token = moodle.world.add_token(moodle.world.service_user, "b" * 32, [str(Function.SITE_INFO)]).value
    client = MoodleClient("Belgrade Moodle", moodle.url, token, Transport(POLICY))
    with pytest.raises(FunctionNotAllowed) as caught:
        client.courses()
    assert "Add functions" in caught.value.advice

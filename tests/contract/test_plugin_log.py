"""The log as the plugin gives it, read by the client from the simulator over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import AnswerUnreadable, RecordUnknown
from connectors.moodle.logs import LogAnswer, LogPage, pack
from connectors.moodle.plugin_schemas import LogSchema
from connectors.moodle.simulator import Course, Simulator, User, World
from connectors.moodle.simulator.activity_log import POST_CREATED, VIEWED
from connectors.transport import Transport, TransportPolicy

NOON = datetime(2026, 10, 25, 11, 0, tzinfo=UTC)  # the day on which Belgrade's clocks went back
NOW = NOON + timedelta(days=1)


@pytest.fixture(params=["4.1", "4.5", "5.1"])
def moodle(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    world = World(clock=lambda: NOW)
    course = world.add_course("IM301", "Interkulturni menadžment")
    for name in ("ana", "marko"):
        world.enrol(world.add_user(name, name.title(), "Petrović"), course)
    with Simulator(world, version=request.param, plugin=True) as simulator:
        yield simulator


@pytest.fixture
def client(moodle: Simulator) -> MoodleClient:
    transport = Transport(TransportPolicy(allow_private=True, allow_http=True, attempts=1))
    return MoodleClient("Belgrade", moodle.url, moodle.token, transport)


def course_of(moodle: Simulator) -> Course:
    return next(course for course in moodle.world.courses.values() if course.id > 1)


def ana(moodle: Simulator) -> User:
    return moodle.world.user("ana")


def unpacked(client: MoodleClient, answer: LogAnswer) -> list[LogPage]:
    return [client.log_page(answer, place) for place in range(len(answer.pages))]


def page_of(client: MoodleClient, courses: list[int], after: int = 0) -> LogPage:
    [page] = unpacked(client, client.log_answer(courses, after))
    return page


def all_pages(client: MoodleClient, courses: list[int], limit: int) -> list[LogPage]:
    answer = client.log_answer(courses, 0, limit)
    pages = unpacked(client, answer)
    while not answer.complete:
        answer = client.log_answer(courses, answer.cursor, limit)
        pages += unpacked(client, answer)
    return pages


def test_every_row_comes_exactly_once_however_small_the_pages(
    moodle: Simulator, client: MoodleClient
) -> None:
    moodle.world.log_rows(2500)
    pages = all_pages(client, [course_of(moodle).id], 400)
    ids = [row for page in pages for row in page.ids]
    assert sorted(ids) == list(moodle.world.log.columns["id"])
    assert len(ids) == len(set(ids)) == 2500


def test_an_answer_has_several_pages_and_each_of_them_its_cursor(
    moodle: Simulator, client: MoodleClient
) -> None:
    course, person = course_of(moodle), ana(moodle)
    moodle.site.plugin.page_rows = 40
    moodle.world.log_rows(99)
    moodle.world.log.add(course.id, person.id, VIEWED, NOON, anonymous=True)
    answer = client.log_answer([course.id], 0, 100)
    pages = unpacked(client, answer)
    assert [(len(page), page.cursor, page.anonymous_left_out) for page in pages] == [
        (40, 40, 0),
        (40, 80, 0),
        (19, 100, 1),
    ]
    assert (answer.cursor, answer.complete) == (100, False)  # as many as were asked for; there may be more
    last = client.log_answer([course.id], 100, 100)
    assert ([page.cursor for page in last.pages], last.complete) == ([100], True)


def test_the_single_page_of_an_older_plugin_is_an_answer_of_one_page() -> None:
    told = {"reader": "logstore_standard", "newest": 9, "complete": True, "held": False, "refused": []}
    page = {"data": pack([]), "cursor": 9, "anonymous": 1, "impersonated": 2}
    older, newer = LogSchema().load(told | page), LogSchema().load(told | {"pages": [page]})
    assert older == newer
    assert older.cursor == 9


def test_a_row_says_who_did_what_where_and_when(moodle: Simulator, client: MoodleClient) -> None:
    course, person = course_of(moodle), ana(moodle)
    row = moodle.world.log.add(course.id, person.id, POST_CREATED, NOON)
    page = page_of(client, [course.id])
    seen = (page.ids, page.courses, page.users, page.times)
    assert [*map(list, seen)] == [[row], [course.id], [person.id], [int(NOON.timestamp())]]
    assert page.event_names[page.events[0]] == POST_CREATED
    assert (page.cursor, page.reader) == (row, "logstore_standard")


def test_what_is_left_out_is_counted_and_the_cursor_passes_it(
    moodle: Simulator, client: MoodleClient
) -> None:
    course, person = course_of(moodle), ana(moodle)
    log = moodle.world.log
    log.add(course.id, person.id, VIEWED, NOON)
    log.add(course.id, person.id, VIEWED, NOON, impersonated=True)
    last = log.add(course.id, person.id, VIEWED, NOON, anonymous=True)
    page = page_of(client, [course.id])
    assert (len(page), page.anonymous_left_out, page.impersonated_left_out) == (1, 1, 1)
    assert page.cursor == last


def test_rows_of_other_courses_stay_where_they_are(moodle: Simulator, client: MoodleClient) -> None:
    course, other = course_of(moodle), moodle.world.add_course("PH110", "Javno zdravlje")
    moodle.world.log_rows(300)
    page = page_of(client, [other.id])
    assert set(page.courses) == {other.id}
    assert len(page) + len(page_of(client, [course.id])) == 300


def test_a_course_that_may_not_be_read_is_named_and_does_not_fail_the_rest(
    moodle: Simulator, client: MoodleClient
) -> None:
    course = course_of(moodle)
    hidden = moodle.world.add_course("OLD200", "Skriveni kurs", visible=False)
    split = moodle.world.add_course("GR101", "Grupe", group_mode=1)
    moodle.world.service_user.capabilities.discard("moodle/site:accessallgroups")
    moodle.world.log_rows(40, [course, hidden, split])
    answer = client.log_answer([course.id, hidden.id, split.id, 999], 0)
    assert answer.refused == {hidden.id: "closed", split.id: "groups", 999: "unknown"}
    assert set(client.log_page(answer, 0).courses) == {course.id}


@pytest.mark.parametrize("right", ["report/log:view", "local/coilbridge:readlog"])
def test_both_rights_are_needed(moodle: Simulator, client: MoodleClient, right: str) -> None:
    moodle.world.log_rows(5)
    moodle.world.service_user.capabilities.discard(right)
    answer = client.log_answer([course_of(moodle).id], 0)
    assert answer.refused == {course_of(moodle).id: "capability"}
    assert len(client.log_page(answer, 0)) == 0


def test_the_newest_rows_wait_and_come_later(moodle: Simulator, client: MoodleClient) -> None:
    course, person = course_of(moodle), ana(moodle)
    moodle.site.plugin.hold = timedelta(seconds=5)
    log = moodle.world.log
    early = log.add(course.id, person.id, VIEWED, NOON)
    # Written late by a long process: the event is old, the row is not.
    late = log.add(course.id, person.id, VIEWED, NOON - timedelta(hours=1), arrived=NOW)
    answer = client.log_answer([course.id], 0)
    assert [*client.log_page(answer, 0).ids] == [early]
    assert (answer.cursor, answer.complete, answer.held) == (early, True, True)
    moodle.site.plugin.hold = timedelta()
    assert [*page_of(client, [course.id], answer.cursor).ids] == [late]


def test_an_emptied_log_can_be_told_from_a_quiet_one(moodle: Simulator, client: MoodleClient) -> None:
    moodle.world.log_rows(50)
    moodle.world.log.forget(NOW)
    page = page_of(client, [course_of(moodle).id], 50)
    assert (len(page), page.newest, page.cursor) == (0, 0, 50)


def test_a_site_without_log_store_says_so(moodle: Simulator, client: MoodleClient) -> None:
    moodle.site.plugin.logging = False
    assert client.plugin_info().reader == ""
    assert page_of(client, [course_of(moodle).id]).reader == ""


def test_a_site_without_the_plugin_does_not_know_the_function(
    moodle: Simulator, client: MoodleClient
) -> None:
    assert not client.plugin_info().too_old
    moodle.site.plugin.version = 0
    assert "local_coilbridge_get_log" not in client.site_info().functions
    with pytest.raises(RecordUnknown):
        client.plugin_info()


def test_half_an_answer_is_no_page(moodle: Simulator, client: MoodleClient) -> None:
    moodle.world.log_rows(10)
    moodle.faults.half_json()
    with pytest.raises(AnswerUnreadable):
        page_of(client, [course_of(moodle).id])

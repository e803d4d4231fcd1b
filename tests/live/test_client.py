"""What a real Moodle says when something is wrong, and what becomes of single messages."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.moodle.client import MoodleClient, OutgoingMessage
from connectors.moodle.errors import (
    AnswerUnreadable,
    MoodleError,
    RecordUnknown,
    SiteUnreachable,
    TokenRefused,
)
from connectors.moodle.readiness import probe
from connectors.transport import Transport, TransportPolicy
from tests.live.consortium import Partner

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]

NOBODY = 999_999_999
TRANSPORT = Transport(TransportPolicy(allow_private=True, allow_http=True, attempts=1))


@pytest.fixture(params=[0, 1], ids=["site1", "site2"])
def partner(request: pytest.FixtureRequest, partners: tuple[Partner, Partner]) -> Partner:
    return partners[request.param]


@pytest.fixture
def client(partner: Partner) -> MoodleClient:
    return MoodleClient("Moodle", partner.url, partner.token, TRANSPORT)


def user_id(client: MoodleClient, username: str) -> int:
    (user,) = client.users_by_field("username", [username])
    return user.id


def test_a_message_is_delivered_and_one_to_nobody_refused(client: MoodleClient, partner: Partner) -> None:
    for username in (partner.teacher, partner.student):
        sent = client.send_message(OutgoingMessage(user_id(client, username), "COIL Bridge: a test & <b>"))
        assert (sent.id is not None, sent.refusal) == (True, None)
    refused = client.send_message(OutgoingMessage(NOBODY, "COIL Bridge: a test"))
    assert (refused.id, str(NOBODY) in (refused.refusal or "")) == (None, True)


@pytest.mark.parametrize("letter", ["a", "ж", "健", "&"])
def test_a_message_longer_than_moodle_takes_is_shortened(
    client: MoodleClient, partner: Partner, letter: str
) -> None:
    text = f"{letter * 4097}\nhttps://bridge.example.org/pairings/1"
    assert client.send_message(OutgoingMessage(user_id(client, partner.teacher), text)).refusal is None


def test_people_are_found_in_any_spelling_of_the_user_name(client: MoodleClient, partner: Partner) -> None:
    (teacher,) = client.users_by_field("username", [partner.teacher.upper(), "no such name", "Ж"])
    assert teacher.username == partner.teacher.lower()
    assert client.users_by_field("email", [teacher.email or ""]) == (teacher,)


def test_what_is_not_there_is_unknown(client: MoodleClient) -> None:
    calls: list[Callable[[], object]] = [
        lambda: client.course(NOBODY),
        lambda: client.course(1),
        lambda: client.enrolled_users(NOBODY),
        lambda: client.discussions(NOBODY),
        lambda: client.posts(NOBODY),
        lambda: client.course_completion(NOBODY, NOBODY),
    ]
    for call in calls:
        with pytest.raises(RecordUnknown):
            call()
    assert client.forums([NOBODY]) == ()
    assert client.user_courses(NOBODY) == ()


def test_every_forum_and_discussion_of_a_course_can_be_read(client: MoodleClient, partner: Partner) -> None:
    courses = client.user_courses(user_id(client, partner.teacher), counting=True)
    assert all(course.enrolled for course in courses)
    for forum in client.forums([course.id for course in courses]):
        assert "&amp;" not in forum.name
        for discussion in client.discussions(forum.id):
            posts = client.posts(discussion.id)
            assert sum(post.parent_id is None for post in posts) == 1


def test_completion_is_told_for_students_and_unknown_for_teachers(
    client: MoodleClient, partner: Partner
) -> None:
    for course in client.user_courses(user_id(client, partner.teacher)):
        if course.completion_enabled:
            assert client.course_completion(course.id, user_id(client, partner.teacher)) is None
            for person in client.enrolled_users(course.id, ("id", "roles")):
                client.course_completion(course.id, person.id)


def wrong_token(partner: Partner) -> MoodleClient:
    return MoodleClient("Moodle", partner.url, "0" * 32, TRANSPORT)


def wrong_path(partner: Partner) -> MoodleClient:
    return MoodleClient("Moodle", f"{partner.url}/nowhere", partner.token, TRANSPORT)


@pytest.mark.parametrize(
    ("client_with", "kinds"),
    [(wrong_token, (TokenRefused,)), (wrong_path, (AnswerUnreadable, SiteUnreachable))],
)
def test_what_is_entered_wrongly_is_told_apart(
    partner: Partner, client_with: Callable[[Partner], MoodleClient], kinds: tuple[type[MoodleError], ...]
) -> None:
    with pytest.raises(kinds) as caught:
        client_with(partner).site_info()
    assert caught.value.advice
    assert partner.token not in str(caught.value) + repr(caught.value)
    assert not caught.value.temporary
    report = probe(client_with(partner))
    assert report.failure == caught.value.key

"""Answers of a real Moodle 4.5 to an account with the role of the guide, where they surprise.

Excerpts of what was recorded; what is left out are fields that the product does not read.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.moodle.client import OutgoingMessage
from connectors.moodle.errors import (
    AnswerUnreadable,
    MoodleError,
    MoodleFault,
    ParameterRefused,
    PermissionMissing,
    RecordUnknown,
    SiteInMaintenance,
    SiteTimeout,
    SiteUnreachable,
)
from tests.contract.test_moodle_records import replaying

INVALID = {
    "exception": "core\\exception\\invalid_parameter_exception",
    "errorcode": "invalidparameter",
    "message": "Invalid parameter value detected",
}


def refused(errorcode: str, exception: str = "core\\exception\\moodle_exception") -> dict[str, str]:
    return {"exception": exception, "errorcode": errorcode, "message": errorcode}


def post(post_id: int, **more: object) -> dict[str, object]:
    return {
        "id": post_id,
        "author": {"id": 3, "fullname": "Јелена Марковић", "isdeleted": False, "groups": []},
        "discussionid": 5,
        "hasparent": False,
        "parentid": None,
        "timecreated": 1793465605,
        "timemodified": 1793465605,
        "isdeleted": False,
        "isprivatereply": False,
        "wordcount": None,
        **more,
    }


def test_a_post_that_was_erased_for_privacy_leaves_the_others_readable() -> None:
    erased = post(30, isdeleted=True, timecreated=None)
    replied = post(31, parentid=30, hasparent=True, timecreated=1793574719)
    with replaying({"posts": [replied, erased], "warnings": []}) as client:
        reply, opening = client.posts(5)
    assert (opening.deleted, opening.author_id) == (True, 3)
    assert opening.created_at == datetime(2026, 10, 31, 16, 53, 25, tzinfo=UTC)
    assert (reply.deleted, reply.parent_id) == (False, 30)


def test_a_discussion_without_posts_is_a_missing_capability() -> None:
    with replaying({"posts": [], "forumid": 4, "courseid": 2, "warnings": []}) as client:
        with pytest.raises(PermissionMissing) as caught:
            client.posts(5)
        assert "mod/forum:viewdiscussion" in caught.value.advice


def test_a_discussion_that_is_gone_is_an_error_without_a_code() -> None:
    php = {"exception": "Error", "message": "Call to a member function get_forum_id() on null"}
    with replaying(php) as client:
        with pytest.raises(RecordUnknown):
            client.posts(99999)
        with pytest.raises(MoodleFault) as caught:
            client.courses()
    assert (caught.value.reason, caught.value.detail) == ("php", "Error")


def test_a_forum_that_is_gone_has_a_sentence_for_a_code() -> None:
    with replaying(refused("Unable to find forum with id 9999")) as client, pytest.raises(RecordUnknown):
        client.discussions(9999)


def test_a_forums_name_is_text_again() -> None:
    forum = {"id": 4, "course": 2, "cmid": 4, "type": "general", "name": "Team plan &amp; roles"}
    with replaying([forum]) as client:
        assert client.forums([2])[0].name == "Team plan & roles"


@pytest.mark.parametrize("errorcode", ["usernotenroled", "nocriteriaset"])
def test_nobody_to_track_and_nothing_to_complete_are_no_errors(errorcode: str) -> None:
    with replaying(refused(errorcode)) as client:
        assert client.course_completion(2, 3) is None


@pytest.mark.parametrize("errorcode", ["cannotviewreport", "accessdenied", "requireloginerror"])
def test_completion_that_may_not_be_seen_is_an_error(errorcode: str) -> None:
    with replaying(refused(errorcode)) as client, pytest.raises(PermissionMissing) as caught:
        client.course_completion(2, 6)
    if errorcode != "requireloginerror":
        assert "report/completion:view" in caught.value.advice


def test_self_completion_is_told_with_its_instant() -> None:
    done = {"type": 1, "title": "Self completion", "complete": True, "timecompleted": 1793404800}
    answered = {"completionstatus": {"completed": True, "aggregation": 1, "completions": [done]}}
    with replaying(answered) as client:
        completion = client.course_completion(2, 6)
    assert completion is not None
    assert completion.criteria[0].completed_at == datetime(2026, 10, 31, tzinfo=UTC)


def test_what_cannot_be_a_user_name_finds_nobody() -> None:
    with replaying(INVALID) as client:
        assert client.users_by_field("username", ["Петар"]) == ()
        assert client.users_by_field("username", ["o'hara", "x+y@example.org"]) == ()
        with pytest.raises(ParameterRefused):
            client.users_by_field("email", ["x"])


def test_a_record_without_what_the_role_hides() -> None:
    shown = {"id": 6, "fullname": "Ана Јовановић", "suspended": False, "timezone": "99", "lang": ""}
    with replaying([shown]) as client:
        (student,) = client.users_by_field("id", [6])
    assert (student.username, student.email, student.lang) == (None, None, None)


def test_the_group_mode_and_the_number_of_participants_are_read() -> None:
    course = {"id": 3, "shortname": "PH110", "fullname": "Javno zdravlje", "visible": 1}
    with replaying({"courses": [course | {"groupmode": 1}, course | {"groupmode": 2}]}) as client:
        assert [each.separate_groups for each in client.courses()] == [True, False]
    with replaying([course | {"enrolledusercount": 16, "category": 2}]) as client:
        assert client.user_courses(3, counting=True)[0].enrolled == 16


@pytest.mark.parametrize(
    ("item", "sent", "refusal"),
    [
        ({"msgid": 19, "text": "<p>moved</p>", "conversationid": 1, "useridfrom": 33}, 19, None),
        (
            {"msgid": -1, "errormessage": "The message is longer than the maximum allowed."},
            None,
            "The message is longer than the maximum allowed.",
        ),
    ],
)
def test_a_message_is_sent_or_refused(item: dict[str, object], sent: int | None, refusal: str | None) -> None:
    with replaying([item | {"candeletemessagesforallusers": False}]) as client:
        result = client.send_message(OutgoingMessage(3, "moved"))
    assert (result.id, result.refusal) == (sent, refusal)


@pytest.mark.parametrize(
    ("body", "status", "kind", "uncertain"),
    [
        (refused("disabled"), 200, PermissionMissing, False),
        (refused("formatnotsupported"), 200, MoodleFault, True),
        (refused("dmlwriteexception"), 200, MoodleFault, True),
        ({"exception": "TypeError", "message": "x"}, 200, MoodleFault, True),
        ("<b>Warning</b>: Undefined array key [{}]", 200, AnswerUnreadable, True),
        ("", 500, MoodleFault, True),
        ("", 504, MoodleFault, True),
        ("<html>", 404, AnswerUnreadable, False),
        ("<html>", 403, AnswerUnreadable, False),
        ("", 429, SiteInMaintenance, False),
        ("", 503, SiteInMaintenance, False),
    ],
)
def test_an_error_tells_whether_the_message_may_have_been_sent(
    body: object, status: int, kind: type[MoodleError], uncertain: bool
) -> None:
    with replaying(body, status) as client, pytest.raises(kind) as caught:
        client.send_message(OutgoingMessage(3, "moved"))
    assert caught.value.may_have_happened is uncertain


@pytest.mark.parametrize(
    ("error", "uncertain"),
    [
        (SiteTimeout("S", "f"), True),
        (SiteUnreachable("S", "f", reason="broken_off"), True),
        (SiteUnreachable("S", "f", reason="connect"), False),
        (SiteUnreachable("S", "f", reason="name"), False),
    ],
)
def test_a_lost_answer_is_not_a_lost_request(error: MoodleError, uncertain: bool) -> None:
    assert error.may_have_happened is uncertain

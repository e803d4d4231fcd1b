"""Access tokens, roster and grades against a server with the habits measured on real Moodles."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest

from coil_bridge.domain import CourseRole
from coil_bridge.lti import claims as names
from coil_bridge.lti.grades import Column, Grades, Outcome
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.roster import read_roster
from coil_bridge.lti.services import ServiceCalls, ServiceFailed
from coil_bridge.storage.lti_records import LtiContext, Platform
from coil_bridge.storage.storage import Storage
from connectors.transport import Transport
from tests.builders import Build, SettableClock
from tests.unit.lti.moodle import Asked, Moodle, Says

TOKEN = "/mod/lti/token.php"
ROSTER = "/mod/lti/services.php/CourseSection/2/bindings/1/memberships"
ITEMS = "/mod/lti/services.php/2/lineitems"
ITEM = "/mod/lti/services.php/2/lineitems/53/lineitem"
SCORES = f"{ITEM}/scores"
COLUMN = Column("pairing-abcdefgh", "Joint sessions", 10.0)


class Gradebook:
    """Moodle's gradebook service: strict media types, broken paging, whole seconds."""

    def __init__(self, moodle: Moodle, keys: Keys, clock: SettableClock) -> None:
        self.moodle, self.keys, self.clock = moodle, keys, clock
        self.items: list[dict[str, Any]] = []
        self.graded: dict[str, datetime] = {}
        moodle.answers |= {TOKEN: self.token, ITEMS: self.line_items, SCORES: self.scores}
        moodle.answers[ROSTER] = self.roster

    def token(self, asked: Asked) -> Says:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        (key,) = self.keys.document()["keys"]
        claims = jwt.decode(
            form["client_assertion"],
            jwt.PyJWK(key).key,
            algorithms=["RS256"],
            options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
        )
        now = self.clock().timestamp()
        good = claims["iss"] == claims["sub"] and claims["iat"] <= now - 5 and claims["exp"] > now
        if not good or not claims["jti"]:
            return Says(400, {"error": "invalid_client"})
        number = len(self.moodle.to(TOKEN))
        return Says(
            body={"access_token": f"token-{number}", "expires_in": 3600, "scope": form["scope"]},
            headers={"Content-Type": "text/html; charset=utf-8"},
        )

    def roster(self, asked: Asked) -> Says:
        if asked.headers["Accept"] != "application/vnd.ims.lti-nrps.v2.membershipcontainer+json":
            return Says(400, "No matching services")
        members = [
            {"user_id": "5", "roles": ["Instructor"], "status": "Active", "name": "Ana Teacher"},
            {"user_id": "6", "roles": ["Learner"], "status": "Active"},
            {"user_id": "7", "roles": ["Learner"], "status": "Active", "name": None, "email": None},
            {"user_id": "8", "roles": ["Learner"], "status": "Inactive"},
        ]
        page = 2 if "from=2" in asked.query else 1
        named = (
            f'<{self.moodle.url}{ROSTER}?from=2,3>; rel="next"',
            "<https://moodle.example/?a,b>; rel=first",
        )
        link = {"Link": ", ".join(reversed(named))} if page == 1 else {}
        half = members[:2] if page == 1 else members[2:]
        return Says(body={"id": self.moodle.url, "context": {"id": "2"}, "members": half}, headers=link)

    def line_items(self, asked: Asked) -> Says:
        if asked.method == "POST":
            assert asked.headers["Content-Type"] == names.LINE_ITEM_TYPE
            self.items.append({**asked.json, "id": f"{self.moodle.url}{ITEM}?type_id=1"})
            return Says(201, self.items[-1])
        wanted = {name: values[0] for name, values in parse_qs(asked.query).items()}
        assert wanted["type_id"] == "1"
        found = [
            item
            for item in self.items
            if item["resourceId"] == wanted["resource_id"] and item["tag"] == wanted["tag"]
        ]
        return Says(body=found, headers={"Link": "<malformed"})

    def scores(self, asked: Asked) -> Says:
        assert asked.headers["Content-Type"] == names.SCORE_TYPE
        given = asked.json
        at = datetime.fromisoformat(given["timestamp"]).astimezone(UTC).replace(microsecond=0)
        if given["userId"] not in ("6", "7"):
            return Says(400, "Incorrect score received")
        if given["userId"] in self.graded and at <= self.graded[given["userId"]]:
            return Says(409, "Refusing score with an earlier timestamp")
        self.graded[given["userId"]] = at
        return Says(200, "")


@pytest.fixture
def gradebook(moodle: Moodle, keys: Keys, clock: SettableClock) -> Gradebook:
    return Gradebook(moodle, keys, clock)


@pytest.fixture
def calls(transport: Transport, keys: Keys, clock: SettableClock) -> ServiceCalls:
    return ServiceCalls(transport=transport, keys=keys, clock=clock)


@pytest.fixture
def grades(sqlite_storage: Storage, calls: ServiceCalls, clock: SettableClock) -> Grades:
    return Grades(storage=sqlite_storage, calls=calls, clock=clock)


@pytest.fixture
def context(platform: Platform, build: Build, clock: SettableClock) -> LtiContext:
    return LtiContext(
        platform_id=platform.id,
        deployment_id="1",
        context_id="2",
        course_id="course",
        roster_url=f"{platform.issuer}{ROSTER}",
        line_items_url=f"{platform.issuer}{ITEMS}?type_id=1",
        grade_scopes=(names.LINE_ITEM_SCOPE, names.SCORE_SCOPE),
        seen_at=clock(),
    )


# Tokens


def test_a_token_is_kept_until_shortly_before_it_ends(
    calls: ServiceCalls, platform: Platform, context: LtiContext, gradebook: Gradebook, clock: SettableClock
) -> None:
    for _ in range(3):
        read_roster(calls, platform, context)
    assert len(gradebook.moodle.to(TOKEN)) == 1
    clock.advance(minutes=59)
    read_roster(calls, platform, context)
    assert len(gradebook.moodle.to(TOKEN)) == 2
    assert gradebook.moodle.to(ROSTER)[-1].headers["Authorization"] == "Bearer token-2"


def test_a_token_that_is_refused_is_asked_for_anew_once(
    calls: ServiceCalls, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    gradebook.moodle.answers[ROSTER] = Says(401, "Unauthorized")
    with pytest.raises(ServiceFailed) as failed:
        read_roster(calls, platform, context)
    assert failed.value.http_status == 401
    assert "Authorization header" in str(failed.value)
    assert len(gradebook.moodle.to(TOKEN)) == 2


@pytest.mark.parametrize(
    ("answer", "temporary"),
    [
        (Says(400, {"error": "invalid_client"}), False),
        (Says(503, "later"), True),
        (Says(200, "<html>"), False),
        (Says(200, {"access_token": ""}), False),
        (Says(200, {"access_token": "x", "expires_in": "soon"}), False),
    ],
)
def test_without_a_token_nothing_is_asked(
    *,
    answer: Says,
    temporary: bool,
    calls: ServiceCalls,
    platform: Platform,
    context: LtiContext,
    gradebook: Gradebook,
) -> None:
    gradebook.moodle.answers[TOKEN] = answer
    with pytest.raises(ServiceFailed) as failed:
        read_roster(calls, platform, context)
    assert failed.value.temporary is temporary
    assert gradebook.moodle.to(ROSTER) == []


def test_a_service_on_another_host_is_never_called(
    calls: ServiceCalls, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    with pytest.raises(ServiceFailed):
        calls.call(platform, ["x"], "GET", "http://169.254.169.254/", accept="*/*")
    assert gradebook.moodle.asked == []


def test_failures_name_the_moodle_and_no_secret(
    calls: ServiceCalls, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    gradebook.moodle.answers[ROSTER] = Says(500, "token-1")
    with pytest.raises(ServiceFailed) as failed:
        read_roster(calls, platform, context)
    assert "127.0.0.1" in str(failed.value)
    assert "token-" not in str(failed.value)


# Roster


def test_the_roster_is_read_page_by_page(
    calls: ServiceCalls, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    members = read_roster(calls, platform, context)
    assert [(each.user_id, each.part, each.name) for each in members] == [
        ("5", CourseRole.TEACHER, "Ana Teacher"),
        ("6", CourseRole.STUDENT, ""),
        ("7", CourseRole.STUDENT, ""),
    ]
    assert "Ana" not in repr(members)


def test_a_next_page_elsewhere_is_not_followed(
    calls: ServiceCalls, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    gradebook.moodle.answers[ROSTER] = Says(
        body={"members": []}, headers={"Link": '<http://169.254.169.254/>; rel="next"'}
    )
    with pytest.raises(ServiceFailed):
        read_roster(calls, platform, context)


@pytest.mark.parametrize("body", ["<html>", [], {"members": 7}, {"members": [{"roles": []}]}])
def test_an_unreadable_roster_is_said(
    body: Any, calls: ServiceCalls, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    gradebook.moodle.answers[ROSTER] = Says(200, body)
    with pytest.raises(ServiceFailed) as failed:
        read_roster(calls, platform, context)
    assert not failed.value.temporary


# Grades


def test_a_score_makes_the_column_once(
    grades: Grades, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    assert grades.send(platform, context, COLUMN, "6", 7.5) is Outcome.STORED
    assert grades.send(platform, context, COLUMN, "7", 10) is Outcome.STORED
    (item,) = gradebook.items
    assert item["label"] == "Joint sessions"
    assert item["scoreMaximum"] == 10
    (first, _) = gradebook.moodle.to(SCORES)
    assert first.query == "type_id=1"
    assert first.json["userId"] == "6"
    assert (first.json["scoreGiven"], first.json["scoreMaximum"]) == (7.5, 10)
    assert (first.json["activityProgress"], first.json["gradingProgress"]) == ("Completed", "FullyGraded")


def test_a_column_that_moodle_has_already_is_found_again(
    grades: Grades, platform: Platform, context: LtiContext, gradebook: Gradebook, sqlite_storage: Storage
) -> None:
    """A worker died after Moodle had made the column and before it was written down here."""
    grades.column_url(platform, context, COLUMN)
    with sqlite_storage.write() as tx:
        tx.lti_courses.forget_line_item(platform.id, context.context_id, COLUMN.resource_id)
    grades.column_url(platform, context, COLUMN)
    assert len(gradebook.items) == 1


def test_two_workers_do_not_both_make_the_column(
    *,
    grades: Grades,
    platform: Platform,
    context: LtiContext,
    gradebook: Gradebook,
    sqlite_storage: Storage,
    clock: SettableClock,
) -> None:
    with sqlite_storage.write() as tx:
        until = datetime(2026, 10, 20, 8, 2, tzinfo=UTC)
        tx.lti_courses.claim_line_item(platform.id, "2", COLUMN.resource_id, clock(), until)
    with pytest.raises(ServiceFailed) as failed:
        grades.column_url(platform, context, COLUMN)
    assert failed.value.temporary
    assert gradebook.items == []
    clock.set(until)
    grades.column_url(platform, context, COLUMN)
    assert len(gradebook.items) == 1


def test_a_second_score_within_the_second_is_sent_with_a_later_time(
    grades: Grades, platform: Platform, context: LtiContext, gradebook: Gradebook, clock: SettableClock
) -> None:
    assert grades.send(platform, context, COLUMN, "6", 5) is Outcome.STORED
    assert grades.send(platform, context, COLUMN, "6", 6) is Outcome.STORED
    assert [asked.json["scoreGiven"] for asked in gradebook.moodle.to(SCORES)] == [5, 6, 6]
    clock.advance(minutes=1)
    assert grades.send(platform, context, COLUMN, "6", 7) is Outcome.STORED


def test_a_grade_far_ahead_is_tried_again_later(
    grades: Grades, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    gradebook.graded["6"] = datetime(2026, 10, 20, 9, tzinfo=UTC)
    with pytest.raises(ServiceFailed) as failed:
        grades.send(platform, context, COLUMN, "6", 5)
    assert (failed.value.http_status, failed.value.temporary) == (409, True)


def test_teachers_and_strangers_are_not_graded(
    grades: Grades, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    assert grades.send(platform, context, COLUMN, "5", 5) is Outcome.NOT_GRADED


def test_a_deleted_column_is_made_anew_the_next_time(
    grades: Grades, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    grades.column_url(platform, context, COLUMN)
    gradebook.items.clear()
    scores = gradebook.moodle.answers.pop(SCORES)
    with pytest.raises(ServiceFailed) as failed:
        grades.send(platform, context, COLUMN, "6", 5)
    assert failed.value.http_status == 404
    gradebook.moodle.answers[SCORES] = scores
    assert grades.send(platform, context, COLUMN, "6", 5) is Outcome.STORED
    assert len(gradebook.items) == 1


def test_a_busy_moodle_is_asked_again(
    grades: Grades, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    grades.column_url(platform, context, COLUMN)
    answers: Iterator[Says] = iter([Says(503, "busy"), Says(200, "")])
    gradebook.moodle.answers[SCORES] = lambda _asked: next(answers)
    assert grades.send(platform, context, COLUMN, "6", 5) is Outcome.STORED


def test_a_refused_column_leaves_no_claim(
    grades: Grades, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    gradebook.moodle.answers[ITEMS] = Says(403, "not allowed")
    with pytest.raises(ServiceFailed) as failed:
        grades.column_url(platform, context, COLUMN)
    assert not failed.value.temporary
    gradebook.moodle.answers[ITEMS] = gradebook.line_items
    assert grades.column_url(platform, context, COLUMN).endswith(f"{ITEM}?type_id=1")


def test_without_the_right_nothing_is_written(
    grades: Grades, platform: Platform, context: LtiContext, gradebook: Gradebook
) -> None:
    poor = LtiContext(platform.id, "1", "2", "course", None, context.line_items_url, (), context.seen_at)
    with pytest.raises(ServiceFailed):
        grades.column_url(platform, poor, COLUMN)
    assert json.dumps([asked.path for asked in gradebook.moodle.asked]) == "[]"

"""Judging findings: each oddity of a site by itself, next to a site in good order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from connectors.moodle.assessment import assess, release_numbers
from connectors.moodle.clock import ClockSkew
from connectors.moodle.errors import MoodleError, PermissionMissing, TokenRefused
from connectors.moodle.findings import Activity, Findings, People
from connectors.moodle.functions import NEEDS, Function
from connectors.moodle.readiness_texts import describe
from connectors.moodle.records import MoodleCourse, PublicConfig, SiteConfig, SiteInfo
from connectors.moodle.report import Level, from_json, to_json

NOW = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
URL = "https://moodle.kaznu.example.kz"
INFO = SiteInfo(
    site_name="ҚазҰУ Moodle",
    site_url=URL,
    user_id=3,
    username="coilbridge",
    full_name="COIL Bridge",
    release="4.5.5+ (Build: 20250613)",
    version="2024100705.01",
    functions=frozenset(map(str, NEEDS)),
    features={"messaging": 1, "messagingallusers": 1, "enablecompletion": 1},
    is_site_admin=False,
)
COURSE = MoodleCourse(4, "IM301", "Ішкі аурулар", "", 2, None, None, True, None, None, None, True, ())
GOOD = Findings(
    base_url=URL,
    site="Almaty Moodle",
    info=INFO,
    config=SiteConfig("Asia/Almaty", "99", "KZ"),
    public=PublicConfig("ҚазҰУ Moodle", URL, True, False, "KZ"),
    skew=ClockSkew(-0.4, 0.6),
    courses=(COURSE,),
    people=People(
        enrolled=16,
        students=14,
        with_role=16,
        with_email=16,
        expected=16,
        zone_shown=True,
        username_shown=True,
        groups_closed=False,
    ),
    activity=Activity(forums=6, refusals=()),
)


def levels(findings: Findings) -> dict[str, Level]:
    report = assess(findings, NOW)
    assert from_json(to_json(report)) == report
    assert all(describe(check).title for check in report.checks)
    return {check.key: check.level for check in report.checks}


def with_info(**changes: object) -> Findings:
    return replace(GOOD, info=replace(INFO, **changes))  # type: ignore[arg-type]  # the fields of SiteInfo


def with_people(**changes: object) -> Findings:
    assert isinstance(GOOD.people, People)
    return replace(GOOD, people=replace(GOOD.people, **changes))  # type: ignore[arg-type]  # the fields of People


def with_activity(forums: int | None, *refusals: MoodleError) -> Findings:
    return replace(GOOD, activity=Activity(forums, refusals))


def test_a_site_in_good_order() -> None:
    report = assess(GOOD, NOW)
    assert (report.level, report.ready, report.failure) == ("ok", True, None)
    assert (report.branch, report.zone, report.country, report.https) == ("4.5", "Asia/Almaty", "KZ", True)
    assert report.functions_missing == ()


@pytest.mark.parametrize(
    ("findings", "key", "level"),
    [
        (with_info(is_site_admin=True), "account_is_admin", "warning"),
        (with_info(functions=INFO.functions | {"core_user_update_users"}), "service_too_wide", "warning"),
        (with_info(release="4.0.3"), "version_old", "error"),
        (with_info(release="3.11"), "version_old", "error"),
        (with_info(release="4.1.2+ (Build: 20230401)"), "version", "ok"),
        (with_info(release="5.1+ (Build: 20251017)"), "version", "ok"),
        (with_info(release="5.2dev"), "version_newer", "ok"),
        (with_info(release="10.0"), "version_newer", "ok"),
        (with_info(release="unknown"), "version_unknown", "warning"),
        (with_info(site_url="https://learn.kaznu.example.kz"), "address_differs", "warning"),
        (with_info(features={"messaging": 0}), "messaging_off", "warning"),
        (with_info(features={"messaging": 1, "messagingallusers": 0}), "messaging_narrow", "ok"),
        (with_info(features={"enablecompletion": 0}), "completion_off", "warning"),
        (replace(GOOD, base_url=URL.replace("https", "http")), "no_https", "error"),
        (replace(GOOD, base_url="http://127.0.0.1:8041"), "no_https", "warning"),
        (replace(GOOD, config=SiteConfig("99", "99", None)), "zone_not_fixed", "warning"),
        (replace(GOOD, config=SiteConfig(None, None, None)), "zone_unknown", "ok"),
        (replace(GOOD, config=None), "zone_unknown", "ok"),
        (replace(GOOD, skew=None), "clock_unknown", "warning"),
        (replace(GOOD, skew=ClockSkew(4.5, 6)), "clock", "ok"),
        (replace(GOOD, skew=ClockSkew(5.5, 7)), "clock_ahead", "warning"),
        (replace(GOOD, skew=ClockSkew(-3601, -3600)), "clock_behind", "error"),
        (replace(GOOD, courses=(), people=None), "courses_none", "warning"),
        (replace(GOOD, courses=(replace(COURSE, visible=None),), people=None), "courses_closed", "error"),
        (replace(GOOD, courses=(COURSE, replace(COURSE, visible=None))), "courses_some_closed", "warning"),
        (with_people(enrolled=0, students=0, expected=None), "people_none", "warning"),
        (with_people(groups_closed=True), "groups_closed", "error"),
        (with_people(enrolled=2, students=0, expected=16), "students_hidden", "error"),
        (with_people(enrolled=2, students=0, expected=None), "students_hidden", "warning"),
        (with_people(enrolled=2, students=0, with_email=2, expected=2), "people", "ok"),
        (with_people(with_role=0), "roles_none", "error"),
        (with_people(with_email=1), "emails_hidden", "warning"),
        (with_people(username_shown=False), "usernames_hidden", "warning"),
        (with_people(zone_shown=False), "zones_hidden", "warning"),
        (with_activity(0), "forums_none", "warning"),
        (with_activity(6), "activity", "ok"),
        (
            with_activity(6, PermissionMissing("S", Function.POSTS, reason="posts")),
            "failed.permission.posts",
            "warning",
        ),
        (
            with_activity(None, PermissionMissing("S", Function.COURSE_COMPLETION, reason="capability")),
            "failed.permission.capability",
            "warning",
        ),
        (
            replace(GOOD, people=PermissionMissing("S", Function.ENROLLED_USERS, reason="course")),
            "failed.permission.course",
            "error",
        ),
    ],
)
def test_an_oddity_is_found(findings: Findings, key: str, level: Level) -> None:
    assert levels(findings)[key] == level


@pytest.mark.parametrize(("function", "need"), NEEDS.items())
def test_a_missing_function_is_as_bad_as_what_depends_on_it(function: Function, need: str) -> None:
    report = assess(with_info(functions=INFO.functions - {str(function)}), NOW)
    assert report.functions_missing == (function,)
    assert report.ready == (need == "useful")
    assert levels(with_info(functions=INFO.functions - {str(function)}))["function_missing"] != "ok"


def test_a_forced_time_zone_goes_before_the_default() -> None:
    report = assess(replace(GOOD, config=SiteConfig("Asia/Almaty", "Asia/Oral", "KZ")), NOW)
    assert report.zone == "Asia/Oral"


def test_the_country_of_a_site_that_does_not_tell_its_zone() -> None:
    report = assess(replace(GOOD, config=SiteConfig(None, None, "0")), NOW)
    assert (report.zone, report.country) == (None, "KZ")


def test_a_site_that_refuses_the_token_has_a_report_too() -> None:
    report = assess(
        replace(GOOD, info=TokenRefused("Almaty Moodle", Function.SITE_INFO, reason="invalid")), NOW
    )
    assert report.failure == "token.invalid"
    assert report.level == "error"
    assert (report.release, report.site_name) == ("", "ҚазҰУ Moodle")
    assert describe(report.checks[-1]).remedy.startswith("Make a new one")


def test_release_numbers() -> None:
    assert [release_numbers(text) for text in ("4.5.5+ (Build: 20250613)", "5.1+", "x", "")] == [
        (4, 5),
        (5, 1),
        None,
        None,
    ]

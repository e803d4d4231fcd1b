"""Launches that must be accepted: what real Moodles send, and what the specification allows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from coil_bridge.domain import CourseRole
from coil_bridge.lti import claims as names
from coil_bridge.lti.claims import MessageType
from coil_bridge.lti.launching import Launching
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.storage.lti_records import Platform
from coil_bridge.storage.storage import Storage
from tests.builders import Build, SettableClock
from tests.unit.lti.conftest import register
from tests.unit.lti.launches import LAUNCH_URL, Launcher
from tests.unit.lti.moodle import Moodle, Says, SigningKey, make_key

CLIENT = "w4Xdy7EJ58Ri0Hu"


@pytest.mark.parametrize(
    ("recorded", "part"),
    [
        ("41-teacher", CourseRole.TEACHER),
        ("41-student", CourseRole.STUDENT),
        ("45-teacher", CourseRole.TEACHER),
        ("45-student", CourseRole.STUDENT),
        ("51-teacher", CourseRole.TEACHER),
        ("51-teacher-graded", CourseRole.TEACHER),
        ("51-student", CourseRole.STUDENT),
        ("51-admin", CourseRole.TEACHER),
    ],
)
def test_launches_recorded_on_real_moodles_are_accepted(
    recorded: str, part: CourseRole, launcher: Launcher
) -> None:
    message = launcher.attempt(recorded).send()
    assert message.type is MessageType.RESOURCE_LINK
    assert message.roles.part is part
    assert message.roles.administrator is (recorded == "51-admin")
    assert message.context is not None
    assert message.context.title == "LTI probe course A"
    assert message.grades is not None
    assert message.grades.line_items_url is not None
    assert message.grades.line_items_url.startswith(launcher.platform.issuer)


def test_names_are_lines_that_calendars_and_mails_can_carry(launcher: Launcher) -> None:
    attempt = launcher.attempt()
    attempt.claims["name"] = " Ana\r\nBcc: all@example.org\0\x07 "
    attempt.claims[names.CONTEXT]["title"] = "Law\x0b\x00 & Order"
    message = attempt.send()
    assert message.name == "Ana Bcc: all@example.org"
    assert message.context is not None
    assert message.context.title == "Law & Order"


@pytest.mark.parametrize("release", ["41", "45", "51"])
def test_the_picker_of_each_release_is_accepted(release: str, launcher: Launcher) -> None:
    message = launcher.attempt(f"{release}-LtiDeepLinkingRequest").send()
    assert message.type is MessageType.DEEP_LINKING
    assert message.deep_linking is not None
    assert message.deep_linking.multiple
    assert "sesskey=" in message.deep_linking.return_url


def test_a_submission_review_names_the_student(launcher: Launcher) -> None:
    message = launcher.attempt("45-LtiSubmissionReviewRequest").send()
    assert message.type is MessageType.SUBMISSION_REVIEW
    assert message.for_user == "7"
    assert message.grades is not None
    assert message.grades.line_item_url is not None


def test_what_is_read_from_a_launch(launcher: Launcher) -> None:
    message = launcher.attempt("51-teacher").send()
    assert (message.subject, message.deployment_id, message.resource_link_id) == ("5", "1", "1")
    assert (message.name, message.email, message.locale) == ("Ana Teacher", "lti_teacher1@example.org", "en")
    assert message.embedded
    assert message.roster_url == (
        f"{launcher.platform.issuer}/mod/lti/services.php/CourseSection/2/bindings/1/memberships"
    )


def test_no_repr_of_a_launch_shows_a_sesskey_or_a_person(launcher: Launcher) -> None:
    shown = repr(launcher.attempt("51-teacher").send()) + repr(
        launcher.attempt("51-LtiDeepLinkingRequest").send()
    )
    for secret in ("sesskey", "SESSKEY", "Ana Teacher", "example.org@", "lti_teacher1"):
        assert secret not in shown


ACCEPTED: dict[str, dict[str, Any]] = {
    "no personal data": {"name": None, "given_name": None, "family_name": None, "email": None},
    "no context": {names.CONTEXT: None},
    "empty roles": {names.ROLES: []},
    "short role": {names.ROLES: ["Learner"]},
    "unknown role": {names.ROLES: ["http://example.org/roles#Beekeeper"]},
    "several roles": {
        names.ROLES: [
            f"{names.ROLE_VOCABULARY}membership#Learner",
            f"{names.ROLE_VOCABULARY}membership#Instructor",
            f"{names.ROLE_VOCABULARY}institution/person#Student",
        ]
    },
    "list aud": {"aud": [CLIENT]},
    "list aud with azp": {"aud": [CLIENT, "https://bridge.example.org"], "azp": CLIENT},
    "azp beside a single aud": {"azp": CLIENT},
    "no custom variables": {names.CUSTOM: None},
    "no services": {names.GRADES: None, names.ROSTER: None},
    "no presentation": {names.LAUNCH_PRESENTATION: None},
    "claims of the platform's own": {"https://example.org/claim/more": {"deep": [1, 2]}},
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_what_the_specification_allows_is_accepted(name: str, launcher: Launcher) -> None:
    assert launcher.attempt(**ACCEPTED[name]).send().subject == "5"


@pytest.mark.parametrize("seconds", [-10, 10])
def test_ten_seconds_of_skew_are_accepted(seconds: int, launcher: Launcher, clock: SettableClock) -> None:
    attempt = launcher.attempt()
    attempt.claims["iat"] += seconds
    attempt.claims["exp"] = attempt.claims["iat"] + (60 if seconds > 0 else 0)
    assert attempt.send().subject == "5"


def test_nulls_count_as_left_out(launcher: Launcher) -> None:
    attempt = launcher.attempt("51-LtiDeepLinkingRequest")
    attempt.claims |= {"name": None, names.RESOURCE_LINK: None, names.ROSTER: None}
    message = attempt.send()
    assert (message.name, message.resource_link_id, message.roster_url) == ("", None, None)


@pytest.mark.parametrize(
    ("told", "zone"),
    [
        ("America/Santiago", "America/Santiago"),
        ("99", None),
        ("$Person.address.timezone", None),
        ("", None),
        (None, None),
        (99, None),
    ],
)
def test_the_zone_counts_only_when_the_person_chose_one(
    told: Any, zone: str | None, launcher: Launcher
) -> None:
    attempt = launcher.attempt()
    attempt.claims[names.CUSTOM]["coil_zone"] = told
    assert attempt.send().custom.zone == zone


def test_the_other_variables(launcher: Launcher) -> None:
    attempt = launcher.attempt()
    attempt.claims[names.CUSTOM] |= {
        "coil_history": "7, 3",
        "coil_begins": "2027-01-09T16:00:00+00:00",
        "coil_ends": "$CourseSection.timeFrame.end",
        "coil_resource": "abcdefghijklmnop",
    }
    custom = attempt.send().custom
    assert custom.history == ("7", "3")
    assert custom.begins_at == datetime(2027, 1, 9, 16, tzinfo=UTC)
    assert custom.ends_at is None
    assert custom.resource_id == "abcdefghijklmnop"


@pytest.mark.parametrize("claim", [names.ROSTER, names.GRADES])
def test_services_on_another_host_are_not_kept(claim: str, launcher: Launcher) -> None:
    elsewhere = "http://169.254.169.254/latest/meta-data"
    attempt = launcher.attempt()
    attempt.claims[claim] |= {"context_memberships_url": elsewhere, "lineitems": elsewhere}
    message = attempt.send()
    kept = message.roster_url if claim == names.ROSTER else message.grades and message.grades.line_items_url
    assert kept is None


def test_the_login_goes_to_the_platform_with_the_hint_as_it_came(launcher: Launcher) -> None:
    begun = launcher.launching.begin(launcher.login())
    address, query = urlsplit(begun.url), parse_qs(urlsplit(begun.url).query)
    assert f"{address.scheme}://{address.netloc}{address.path}" == launcher.platform.login_url
    assert query["lti_message_hint"] == ['{"cmid":3,"launchid":"ltilaunch1_302844858"}']
    assert {name: query[name] for name in ("scope", "response_type", "response_mode", "prompt")} == {
        "scope": ["openid"],
        "response_type": ["id_token"],
        "response_mode": ["form_post"],
        "prompt": ["none"],
    }
    assert query["client_id"] == [CLIENT]
    assert query["redirect_uri"] == [LAUNCH_URL]
    assert query["login_hint"] == ["5"]
    assert begun.cookie_seconds == 600
    assert begun.cookie_value not in begun.url
    assert query["state"][0] not in repr(begun)


def test_two_links_on_one_page_log_in_at_once(launcher: Launcher) -> None:
    one, other = launcher.attempt(), launcher.attempt("51-student", sub="7")
    jar = one.cookies | other.cookies
    one.cookies = other.cookies = jar
    assert [other.send().subject, one.send().subject] == ["7", "5"]


def test_a_login_without_client_and_deployment_finds_the_only_registration(launcher: Launcher) -> None:
    begun = launcher.launching.begin(launcher.login(client_id="", lti_deployment_id=""))
    assert launcher.platform.client_id in begun.url


def test_of_two_registrations_in_one_moodle_the_login_must_name_one(
    launcher: Launcher, sqlite_storage: Storage, build: Build, clock: SettableClock
) -> None:
    with sqlite_storage.read() as tx:
        site = tx.sites.get(launcher.platform.site_id)
    assert site is not None
    second = register(sqlite_storage, site, launcher.platform.issuer, clock, client_id="second")
    with pytest.raises(Refusal) as refused:
        launcher.launching.begin(launcher.login(client_id=""))
    assert refused.value.code is Reason.CLIENT_UNKNOWN
    launcher.platform = second
    assert launcher.attempt().send().platform == second


def test_two_moodles_with_the_same_numbers_stay_apart(
    launcher: Launcher, launching: Launching, sqlite_storage: Storage, build: Build, clock: SettableClock
) -> None:
    """Client ids, deployments and subjects collide; a token of one Moodle is nothing to the other."""
    almaty = build.site("Almaty", url="https://moodle.almaty.example.org")
    other = register(sqlite_storage, almaty, almaty.base_url, clock)
    key = make_key("of-almaty")
    with sqlite_storage.write() as tx:
        tx.lti.claim_fetch(other.id, clock(), clock())
        tx.lti.store_key_set(other.id, [key.public], clock())
    elsewhere = Launcher(launching, other, "1", key, clock)
    assert elsewhere.attempt().send().platform == other
    crossed = elsewhere.attempt()
    crossed.key = launcher.key
    with pytest.raises(Refusal) as refused:
        crossed.send()
    assert refused.value.code is Reason.KEY_UNKNOWN


@pytest.mark.parametrize("kid", ["weak", "for encryption", "of another algorithm", "private"])
def test_keys_of_a_wrong_kind_are_left_out(
    kid: str, moodle: Moodle, launcher: Launcher, platform_key: SigningKey
) -> None:
    good = platform_key.public
    bad = [
        {"kty": "oct", "k": "AAAA", "kid": "shared"},
        make_key("weak", bits=1024).public,
        good | {"kid": "for encryption", "use": "enc"},
        good | {"kid": "of another algorithm", "alg": "RS512"},
        good | {"kid": "private", "d": "AQAB"},
        "no key at all",
    ]
    moodle.answers["/mod/lti/certs.php"] = Says(body={"keys": [*bad, good]})
    assert launcher.attempt().send().subject == "5"
    attempt = launcher.attempt()
    attempt.headers["kid"] = kid
    with pytest.raises(Refusal) as refused:
        attempt.send()
    assert refused.value.code is Reason.KEY_UNKNOWN


def test_an_unregistered_platform_never_learns_of_the_others(
    launching: Launching, platform: Platform
) -> None:
    with pytest.raises(Refusal) as refused:
        launching.begin({"iss": "https://x.example", "login_hint": "5", "target_link_uri": LAUNCH_URL})
    assert platform.issuer not in str(refused.value) + repr(refused.value.facts)

"""Dynamic registration against a server that answers as a real Moodle 4.5 was recorded to do."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from coil_bridge.domain import Person, Site, SiteState
from coil_bridge.lti import claims as names
from coil_bridge.lti.key_sets import KeySets
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.lti.registration import MOST_ATTEMPTS, Registration
from coil_bridge.services.launching.lti_registry import LtiRegistry
from coil_bridge.storage.lti_records import RegisteredBy
from coil_bridge.storage.storage import Storage
from connectors.transport import Transport
from tests.builders import SettableClock
from tests.unit.lti.launches import PUBLIC_URL, SAMPLES
from tests.unit.lti.moodle import Asked, Moodle, Says

CONFIGURATION = "/mod/lti/openid-configuration.php"
REGISTRATION = "/mod/lti/openid-registration.php"
EXCHANGE = json.loads((SAMPLES / "dynamic-registration-exchange-45.json").read_text("utf-8"))
RECORDED_URL = "http://127.0.0.1:8045"
TOKEN = "a registration token of Moodle"


@pytest.fixture
def registration(
    sqlite_storage: Storage, transport: Transport, key_sets: KeySets, clock: SettableClock, moodle: Moodle
) -> Registration:
    moodle.answers[CONFIGURATION] = Says(body=configuration(moodle))
    moodle.answers[REGISTRATION] = strict_registration
    return Registration(
        storage=sqlite_storage,
        transport=transport,
        keys=key_sets,
        clock=clock,
        public_url=PUBLIC_URL,
        name="Voices across borders",
    )


@pytest.fixture
def invitation(registry: LtiRegistry, administrator: Person, site: Site) -> str:
    return registry.invite(administrator, site.id).url.rpartition("/")[2]


def configuration(moodle: Moodle, **changes: Any) -> dict[str, Any]:
    """What the recorded Moodle says of itself, on our address."""
    found: dict[str, Any] = json.loads(json.dumps(EXCHANGE["conf"]).replace(RECORDED_URL, moodle.url))
    return {name: value for name, value in (found | changes).items() if value is not None}


def strict_registration(asked: Asked) -> Says:
    """Moodle's own checks, and then the recorded answer."""
    given = asked.json
    tool = given[names.TOOL_CONFIGURATION]
    if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
        return Says(404, "<html>No such token</html>")
    required = ("response_types", "initiate_login_uri", "redirect_uris", "client_name", "jwks_uri")
    good = all(given.get(name) for name in required) and "id_token" in given["response_types"]
    target = tool["target_link_uri"].split("/")[2]
    if not good or given["token_endpoint_auth_method"] != "private_key_jwt" or tool["domain"] != target:
        return Says(400, "invalid_client_metadata")
    return Says(body=json.loads(EXCHANGE["resp"]))


def complete(registration: Registration, moodle: Moodle, invitation: str) -> Any:
    return registration.complete(invitation, f"{moodle.url}{CONFIGURATION}", TOKEN)


def refusal(registration: Registration, moodle: Moodle, invitation: str) -> Refusal:
    with pytest.raises(Refusal) as refused:
        complete(registration, moodle, invitation)
    return refused.value


def test_a_moodle_registers_and_is_pending(
    registration: Registration, moodle: Moodle, invitation: str, site: Site, sqlite_storage: Storage
) -> None:
    platform = complete(registration, moodle, invitation)
    with sqlite_storage.read() as tx:
        assert tx.lti.get(platform.id) == platform
        assert tx.lti.deployments(platform.id) == ["1"]
    assert (platform.issuer, platform.client_id) == (moodle.url, "ehsvJAqDX9Erqwk")
    assert platform.site_id == site.id
    assert platform.registered_by is RegisteredBy.DYNAMIC
    assert platform.release == "4.5.5+ (Build: 20250613)"
    assert platform.pending
    assert platform.jwks_url == f"{moodle.url}/mod/lti/certs.php"
    assert len(moodle.to("/mod/lti/certs.php")) == 1


def test_what_we_tell_moodle(registration: Registration, moodle: Moodle, invitation: str) -> None:
    complete(registration, moodle, invitation)
    (asked,) = moodle.to(REGISTRATION)
    tool = asked.json[names.TOOL_CONFIGURATION]
    assert asked.headers["Content-Type"] == "application/json"
    assert asked.json["redirect_uris"] == [f"{PUBLIC_URL}/lti/launch"]
    assert asked.json["jwks_uri"] == f"{PUBLIC_URL}/lti/keys"
    assert tool["domain"] == "bridge.example.org"
    assert tool["custom_parameters"]["coil_zone"] == "$Person.address.timezone"
    assert [each["type"] for each in tool["messages"]] == ["LtiResourceLinkRequest", "LtiDeepLinkingRequest"]
    assert set(asked.json["scope"].split()) <= set(configuration(moodle)["scopes_supported"])
    (read,) = moodle.to(CONFIGURATION)
    assert "Authorization" not in read.headers


def test_a_registration_address_works_once(
    *,
    registration: Registration,
    moodle: Moodle,
    invitation: str,
    registry: LtiRegistry,
    site: Site,
    administrator: Person,
) -> None:
    platform = complete(registration, moodle, invitation)
    assert refusal(registration, moodle, invitation).code is Reason.INVITATION_GONE
    assert len(moodle.to(REGISTRATION)) == 1
    (used,) = registry.invitations(administrator, site.id)
    assert used.platform_id == platform.id


def test_a_registration_address_lasts_a_week(
    registration: Registration, moodle: Moodle, invitation: str, clock: SettableClock
) -> None:
    clock.set(clock.now + timedelta(days=7))
    assert refusal(registration, moodle, invitation).code is Reason.INVITATION_GONE
    assert moodle.asked == []


def test_an_invented_address_registers_nothing(registration: Registration, moodle: Moodle) -> None:
    assert refusal(registration, moodle, "invented").code is Reason.INVITATION_GONE
    assert moodle.asked == []


def test_a_removed_site_registers_nothing(
    registration: Registration, moodle: Moodle, invitation: str, site: Site, sqlite_storage: Storage
) -> None:
    with sqlite_storage.write() as tx:
        tx.sites.set_state(site.id, SiteState.REMOVED)
    assert refusal(registration, moodle, invitation).code is Reason.SITE_CLOSED
    assert moodle.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/mod/lti/openid-configuration.php",
        "https://moodle.elsewhere.example.org/mod/lti/openid-configuration.php",
        "file:///etc/passwd",
        "//elsewhere.example.org/",
        "http://[",
    ],
)
def test_only_the_invited_site_is_ever_asked(
    address: str, registration: Registration, moodle: Moodle, invitation: str
) -> None:
    with pytest.raises(Refusal) as refused:
        registration.complete(invitation, address, TOKEN)
    assert refused.value.code is Reason.SITE_MISMATCH
    assert moodle.asked == []


@pytest.mark.parametrize("missing", ["configuration", "token"])
def test_the_address_opened_by_itself_says_what_it_is_for(
    missing: str, registration: Registration, moodle: Moodle, invitation: str
) -> None:
    with pytest.raises(Refusal) as refused:
        registration.complete(
            invitation,
            "" if missing == "configuration" else f"{moodle.url}{CONFIGURATION}",
            "" if missing == "token" else TOKEN,
        )
    assert refused.value.code is Reason.REGISTRATION_INCOMPLETE


@pytest.mark.parametrize(
    "name", ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"]
)
def test_everything_must_be_on_the_invited_site(
    name: str, registration: Registration, moodle: Moodle, invitation: str, sqlite_storage: Storage
) -> None:
    elsewhere = {name: "http://169.254.169.254/latest"}
    moodle.answers[CONFIGURATION] = Says(body=configuration(moodle, **elsewhere))
    assert refusal(registration, moodle, invitation).code is Reason.SITE_MISMATCH
    assert moodle.to(REGISTRATION) == []
    with sqlite_storage.read() as tx:
        assert tx.lti.of_issuer(moodle.url) == []


def test_another_moodle_in_a_folder_of_the_same_host_is_another_site(
    registration: Registration, moodle: Moodle, invitation: str
) -> None:
    moodle.answers[CONFIGURATION] = Says(body=configuration(moodle, issuer=f"{moodle.url}/other"))
    assert refusal(registration, moodle, invitation).code is Reason.SITE_MISMATCH


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Says(404, "no such page"), Reason.CONFIGURATION_WRONG),
        (Says(200, "<html>"), Reason.CONFIGURATION_WRONG),
        (Says(200, []), Reason.CONFIGURATION_WRONG),
        (Says(200, {"issuer": 7}), Reason.CONFIGURATION_WRONG),
        (Says(302, "", {"Location": "http://169.254.169.254/"}), Reason.CONFIGURATION_UNREACHABLE),
        (Says(200, "x" * 300_000), Reason.CONFIGURATION_UNREACHABLE),
    ],
)
def test_a_description_that_cannot_be_used(
    answer: Says, reason: Reason, registration: Registration, moodle: Moodle, invitation: str
) -> None:
    moodle.answers[CONFIGURATION] = answer
    assert refusal(registration, moodle, invitation).code is reason


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Says(400, "invalid_client_metadata"), Reason.REGISTRATION_REFUSED),
        (Says(401, "token_already_used"), Reason.REGISTRATION_USED),
        (Says(404, "<html>bad token</html>"), Reason.REGISTRATION_REFUSED),
        (Says(200, "<html>"), Reason.REGISTRATION_ANSWER_WRONG),
        (Says(200, {"client_id": "x"}), Reason.REGISTRATION_ANSWER_WRONG),
        (Says(200, {names.TOOL_CONFIGURATION: {"deployment_id": "1"}}), Reason.REGISTRATION_ANSWER_WRONG),
    ],
)
def test_after_a_failure_the_same_address_can_be_tried_again(
    answer: Says, reason: Reason, registration: Registration, moodle: Moodle, invitation: str
) -> None:
    moodle.answers[REGISTRATION] = answer
    assert refusal(registration, moodle, invitation).code is reason
    moodle.answers[REGISTRATION] = strict_registration
    assert complete(registration, moodle, invitation).pending


def test_nobody_tries_for_ever(registration: Registration, moodle: Moodle, invitation: str) -> None:
    moodle.answers[REGISTRATION] = Says(400, "no")
    for _ in range(MOST_ATTEMPTS):
        assert refusal(registration, moodle, invitation).code is Reason.REGISTRATION_REFUSED
    assert refusal(registration, moodle, invitation).code is Reason.INVITATION_GONE
    assert len(moodle.to(REGISTRATION)) == MOST_ATTEMPTS


def test_moodles_update_of_the_same_client_keeps_the_platform(
    *,
    registration: Registration,
    moodle: Moodle,
    registry: LtiRegistry,
    administrator: Person,
    site: Site,
    sqlite_storage: Storage,
    clock: SettableClock,
) -> None:
    first = complete(registration, moodle, registry.invite(administrator, site.id).url.rpartition("/")[2])
    with sqlite_storage.write() as tx:
        tx.lti.set_launched(first.id, clock())
    answer = json.loads(EXCHANGE["resp"])
    answer[names.TOOL_CONFIGURATION]["deployment_id"] = "2"
    moodle.answers[REGISTRATION] = Says(body=answer)
    moodle.answers[CONFIGURATION] = Says(
        body=configuration(moodle, jwks_uri=f"{moodle.url}/mod/lti/newcerts.php")
    )
    second = complete(registration, moodle, registry.invite(administrator, site.id).url.rpartition("/")[2])
    assert second.id == first.id
    assert not second.pending
    assert second.jwks_url.endswith("newcerts.php")
    (registered,) = registry.of_site(administrator, site.id)
    assert registered.deployments == ("1", "2")


def test_a_site_may_have_several_registrations(
    *,
    registration: Registration,
    moodle: Moodle,
    registry: LtiRegistry,
    administrator: Person,
    site: Site,
    clock: SettableClock,
) -> None:
    for client_id in ("first", "second"):
        clock.advance(minutes=1)
        moodle.answers[REGISTRATION] = Says(body=json.loads(EXCHANGE["resp"]) | {"client_id": client_id})
        complete(registration, moodle, registry.invite(administrator, site.id).url.rpartition("/")[2])
    assert [each.platform.client_id for each in registry.of_site(administrator, site.id)] == [
        "first",
        "second",
    ]

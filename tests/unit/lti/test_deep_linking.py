"""The answer to Moodle's picker, and what travels through our page until then."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from coil_bridge.lti import claims as names
from coil_bridge.lti.deep_linking import Item, Selection, answer, seal, selection_of, unseal
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.vault import Vault
from tests.builders import SettableClock
from tests.unit.lti.launches import LAUNCH_URL, Launcher


@pytest.fixture
def selection(launcher: Launcher, clock: SettableClock) -> Selection:
    message = launcher.attempt("51-LtiDeepLinkingRequest").send()
    return selection_of(message, "person", "course", "en", clock())


def test_a_selection_comes_back_from_the_page(
    selection: Selection, vault: Vault, clock: SettableClock
) -> None:
    sealed = seal(vault, selection)
    assert "sesskey" not in sealed + repr(selection)
    assert unseal(vault, sealed, "person", clock()) == selection


def test_a_selection_is_one_persons_and_lasts_an_hour(
    selection: Selection, vault: Vault, clock: SettableClock
) -> None:
    sealed = seal(vault, selection)
    with pytest.raises(Refusal):
        unseal(vault, sealed, "somebody else", clock())
    clock.advance(hours=1)
    with pytest.raises(Refusal) as refused:
        unseal(vault, sealed, "person", clock())
    assert refused.value.code is Reason.SELECTION_EXPIRED


@pytest.mark.parametrize("text", ["", "nonsense", "ünsinn"])
def test_an_invented_selection_is_refused(text: str, vault: Vault, clock: SettableClock) -> None:
    with pytest.raises(Refusal):
        unseal(vault, text, "person", clock())
    with pytest.raises(Refusal):
        unseal(vault, vault.encrypt('{"person_id": "person"}').decode(), "person", clock())


def test_only_the_picker_has_a_selection(launcher: Launcher, clock: SettableClock) -> None:
    with pytest.raises(Refusal) as refused:
        selection_of(launcher.attempt().send(), "person", "course", "en", clock())
    assert refused.value.code is Reason.MESSAGE_TYPE_WRONG


def signed(
    keys: Keys, selection: Selection, items: list[Item], launcher: Launcher, clock: SettableClock
) -> Any:
    token = answer(
        selection,
        items,
        issuer=launcher.platform.issuer,
        client_id=launcher.platform.client_id,
        launch_url=LAUNCH_URL,
        signer=keys.signer(),
        now=clock(),
    )
    (key,) = keys.document()["keys"]
    return jwt.decode(
        token,
        jwt.PyJWK(key).key,
        algorithms=["RS256"],
        options={"verify_signature": True, "verify_exp": False, "verify_iat": False, "verify_aud": False},
    )


def test_several_links_are_placed_at_once(
    keys: Keys, selection: Selection, launcher: Launcher, clock: SettableClock
) -> None:
    items = [Item("aaaa", "Joint sessions", "All dates"), Item("bbbb", "Next session: join", "")]
    claims = signed(keys, selection, items, launcher, clock)
    assert claims["iss"] == launcher.platform.client_id
    assert claims["aud"] == launcher.platform.issuer
    assert claims[names.MESSAGE_TYPE] == "LtiDeepLinkingResponse"
    assert claims[names.VERSION_CLAIM] == "1.3.0"
    assert claims[names.DEPLOYMENT_ID] == "1"
    assert claims["iat"] < clock().timestamp() < claims["exp"]
    assert claims[names.CONTENT_ITEMS] == [
        {
            "type": "ltiResourceLink",
            "title": "Joint sessions",
            "text": "All dates",
            "url": LAUNCH_URL,
            "custom": {"coil_resource": "aaaa"},
        },
        {
            "type": "ltiResourceLink",
            "title": "Next session: join",
            "text": "",
            "url": LAUNCH_URL,
            "custom": {"coil_resource": "bbbb"},
        },
    ]
    assert names.DEEP_LINKING_DATA not in claims


def test_the_platforms_data_goes_back_as_it_came(
    keys: Keys, launcher: Launcher, clock: SettableClock
) -> None:
    attempt = launcher.attempt("51-LtiDeepLinkingRequest")
    attempt.claims[names.DEEP_LINKING_SETTINGS]["data"] = "opaque"
    selection = selection_of(attempt.send(), "person", "course", "en", clock())
    claims = signed(keys, selection, [], launcher, clock)
    assert claims[names.DEEP_LINKING_DATA] == "opaque"
    assert claims[names.CONTENT_ITEMS] == []


def test_a_return_address_elsewhere_is_refused(launcher: Launcher) -> None:
    attempt = launcher.attempt("51-LtiDeepLinkingRequest")
    attempt.claims[names.DEEP_LINKING_SETTINGS]["deep_link_return_url"] = "https://evil.example.org/"
    with pytest.raises(Refusal) as refused:
        attempt.send()
    assert refused.value.code is Reason.CLAIM_WRONG


def test_a_picker_that_takes_no_links_is_refused(launcher: Launcher) -> None:
    attempt = launcher.attempt("51-LtiDeepLinkingRequest")
    attempt.claims[names.DEEP_LINKING_SETTINGS]["accept_types"] = ["file"]
    with pytest.raises(Refusal) as refused:
        attempt.send()
    assert refused.value.code is Reason.CLAIM_WRONG

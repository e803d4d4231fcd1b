"""A teacher places links from Moodle's picker, and they work, in a copy of the course too."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from coil_bridge.domain import Person, Site
from coil_bridge.errors import InvalidInput
from coil_bridge.i18n import translator
from coil_bridge.lti import claims as names
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.services.launching.launches import Launches, Place
from coil_bridge.services.launching.placements import Picker, PickerAnswer, Placements
from coil_bridge.storage.lti_records import ResourceKind
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from tests.builders import Build, SettableClock
from tests.unit.lti.launches import PUBLIC_URL, Launcher


@pytest.fixture
def launches(sqlite_storage: Storage, clock: SettableClock) -> Launches:
    return Launches(storage=sqlite_storage, clock=clock)


@pytest.fixture
def placements(sqlite_storage: Storage, vault: Vault, keys: Keys, clock: SettableClock) -> Placements:
    return Placements(storage=sqlite_storage, vault=vault, keys=keys, clock=clock, public_url=PUBLIC_URL)


@pytest.fixture
def opened(launches: Launches, placements: Placements, launcher: Launcher) -> tuple[Person, Picker]:
    message = launcher.attempt("51-LtiDeepLinkingRequest").send()
    arrival = launches.enter(message)
    return arrival.person, placements.open(message, arrival.scope)


def items(answer: PickerAnswer, keys: Keys) -> list[dict[str, Any]]:
    """What Moodle reads from the answer."""
    (key,) = keys.document()["keys"]
    claims = jwt.decode(
        answer.jwt,
        jwt.PyJWK(key).key,
        algorithms=["RS256"],
        options={"verify_exp": False, "verify_iat": False, "verify_aud": False},
    )
    found: list[dict[str, Any]] = claims[names.CONTENT_ITEMS]
    return found


def test_placed_links_show_what_they_were_placed_for(
    opened: tuple[Person, Picker], placements: Placements, launches: Launches, launcher: Launcher, keys: Keys
) -> None:
    teacher, picker = opened
    answer = placements.place(teacher, picker.sealed, [ResourceKind.NEXT, ResourceKind.TEAM])
    assert "sesskey=" in answer.return_url
    assert "sesskey" not in repr(answer) + repr(picker)
    placed = items(answer, keys)
    assert [each["title"] for each in placed] == ["Next session: join", "Our COIL team"]
    for item, place in zip(placed, (Place.NEXT_SESSION, Place.TEAM), strict=True):
        launch = launcher.attempt("51-student")
        launch.claims[names.CUSTOM] |= item["custom"]
        launch.claims[names.CONTEXT] = {"id": "99", "title": "The copy of next year"}
        landing = launches.enter(launch.send()).landing
        assert landing.place is place


@pytest.mark.parametrize(
    ("locale", "stored", "title"),
    [
        ("sr_lt", "en", "sr_Latn"),  # the course is shown in Serbian, and its links are its own
        ("sr_cr", None, "sr_Latn"),
        ("en-GB", "sr_Latn", "en"),
        ("kk", "sr_Latn", "sr_Latn"),
        ("kk", None, "en"),
    ],
)
def test_titles_are_in_the_language_of_the_course_then_the_teachers(
    *,
    placements: Placements,
    launches: Launches,
    launcher: Launcher,
    build: Build,
    site: Site,
    keys: Keys,
    locale: str,
    stored: str | None,
    title: str,
) -> None:
    build.person("Mira Jovanović", site=site, moodle_user_id=5, language=stored)
    attempt = launcher.attempt("51-LtiDeepLinkingRequest")
    attempt.claims[names.LAUNCH_PRESENTATION]["locale"] = locale
    message = attempt.send()
    arrival = launches.enter(message)
    picker = placements.open(message, arrival.scope)
    (item,) = items(placements.place(arrival.person, picker.sealed, [ResourceKind.SESSIONS]), keys)
    assert item["title"] == translator(title).gettext("Joint sessions")


def test_nothing_chosen_closes_the_picker(
    opened: tuple[Person, Picker], placements: Placements, keys: Keys
) -> None:
    assert items(placements.place(opened[0], opened[1].sealed, []), keys) == []


def test_where_moodle_takes_one_only_one_is_placed(
    placements: Placements, launches: Launches, launcher: Launcher, keys: Keys
) -> None:
    attempt = launcher.attempt("51-LtiDeepLinkingRequest")
    attempt.claims[names.DEEP_LINKING_SETTINGS]["accept_multiple"] = False
    message = attempt.send()
    arrival = launches.enter(message)
    picker = placements.open(message, arrival.scope)
    assert not picker.multiple
    with pytest.raises(InvalidInput):
        placements.place(arrival.person, picker.sealed, [ResourceKind.NEXT, ResourceKind.TEAM])
    twice = placements.place(arrival.person, picker.sealed, [ResourceKind.NEXT, ResourceKind.NEXT])
    assert len(items(twice, keys)) == 1


def test_a_picker_is_its_teachers_own(
    opened: tuple[Person, Picker], placements: Placements, build: Build
) -> None:
    with pytest.raises(Refusal) as refused:
        placements.place(build.person("Aigerim Sadykova"), opened[1].sealed, [ResourceKind.NEXT])
    assert refused.value.code is Reason.SELECTION_EXPIRED


def test_a_picker_outside_a_course_is_refused(
    placements: Placements, launches: Launches, launcher: Launcher
) -> None:
    message = launcher.attempt("51-LtiDeepLinkingRequest", **{names.CONTEXT: None}).send()
    with pytest.raises(Refusal) as refused:
        placements.open(message, launches.enter(message).scope)
    assert refused.value.code is Reason.CLAIM_WRONG

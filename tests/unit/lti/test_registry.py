"""What administrators do about registrations: by hand, deployments, switching off, the daily tidying."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from coil_bridge.domain import Person, Site, SiteState
from coil_bridge.errors import Conflict, Forbidden, InvalidInput, NotFound
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.launching import Launching
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.services.launching.launch_sessions import LaunchSessions
from coil_bridge.services.launching.launches import Launches
from coil_bridge.services.launching.lti_registry import LtiRegistry, ManualInput
from coil_bridge.storage.lti_records import RegisteredBy
from coil_bridge.storage.storage import Storage
from tests.builders import Build, SettableClock
from tests.unit.lti.launches import PUBLIC_URL, Launcher
from tests.unit.lti.moodle import Moodle, SigningKey


def pasted(moodle: Moodle, **changes: str) -> ManualInput:
    """What Moodle shows under "Tool configuration details"."""
    given = ManualInput(
        issuer=moodle.url,
        client_id=" w4Xdy7EJ58Ri0Hu\n",
        login_url=f"{moodle.url}/mod/lti/auth.php",
        token_url=f"{moodle.url}/mod/lti/token.php",
        jwks_url=f"{moodle.url}/mod/lti/certs.php",
        deployment_id="1",
    )
    return replace(given, **changes)


def test_a_moodle_registered_by_hand_can_launch(
    *,
    registry: LtiRegistry,
    administrator: Person,
    site: Site,
    moodle: Moodle,
    launching: Launching,
    platform_key: SigningKey,
    clock: SettableClock,
) -> None:
    platform = registry.register_by_hand(administrator, site.id, pasted(moodle))
    assert (platform.client_id, platform.registered_by) == ("w4Xdy7EJ58Ri0Hu", RegisteredBy.MANUAL)
    message = Launcher(launching, platform, "1", platform_key, clock).attempt().send()
    assert message.platform.id == platform.id


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("issuer", "https://moodle.elsewhere.example.org"),
        ("login_url", "javascript:alert(1)"),
        ("token_url", "http://169.254.169.254/"),
        ("jwks_url", "https://moodle.elsewhere.example.org/certs.php"),
        ("client_id", "  "),
        ("deployment_id", "1" * 201),
    ],
)
def test_what_cannot_be_right_is_said_by_field(
    *, name: str, value: str, registry: LtiRegistry, administrator: Person, site: Site, moodle: Moodle
) -> None:
    with pytest.raises(InvalidInput) as refused:
        registry.register_by_hand(administrator, site.id, pasted(moodle, **{name: value}))
    assert list(refused.value.errors) == [name]
    assert registry.of_site(administrator, site.id) == []


def test_a_client_of_another_site_is_a_conflict(
    registry: LtiRegistry, administrator: Person, site: Site, moodle: Moodle, build: Build
) -> None:
    registry.register_by_hand(administrator, site.id, pasted(moodle))
    twin = build.site("Almaty", url=f"{moodle.url.replace('http://', 'HTTP://')}")
    with pytest.raises(Conflict):
        registry.register_by_hand(administrator, twin.id, pasted(moodle))


def test_everything_is_for_administrators(
    registry: LtiRegistry, build: Build, site: Site, moodle: Moodle
) -> None:
    teacher = build.person("Mira Jovanović")
    for act in (
        lambda: registry.invite(teacher, site.id),
        lambda: registry.of_site(teacher, site.id),
        lambda: registry.invitations(teacher, site.id),
        lambda: registry.register_by_hand(teacher, site.id, pasted(moodle)),
        lambda: registry.add_deployment(teacher, "x", "1"),
        lambda: registry.disable(teacher, "x"),
        lambda: registry.enable(teacher, "x"),
        lambda: registry.replace_key(teacher),
    ):
        with pytest.raises(Forbidden):
            act()


def test_an_invitation_is_an_address_that_shows_once(
    registry: LtiRegistry, administrator: Person, site: Site, clock: SettableClock
) -> None:
    made = registry.invite(administrator, site.id)
    assert made.url.startswith(f"{PUBLIC_URL}/lti/register/")
    token = made.url.rpartition("/")[2]
    assert len(token) >= 43
    assert token not in repr(made)
    assert made.invitation.expires_at - clock() == timedelta(days=7)
    assert registry.invitations(administrator, site.id) == [made.invitation]


def test_a_double_click_makes_one_invitation(
    registry: LtiRegistry, administrator: Person, site: Site, build: Build
) -> None:
    made = registry.invite(administrator, site.id, "a form")
    assert registry.invite(administrator, site.id, "a form") == made
    assert registry.invitations(administrator, site.id) == [made.invitation]
    others = (
        registry.invite(administrator, site.id),
        registry.invite(build.administrator(), site.id, "a form"),
    )
    assert len({made.url, *(each.url for each in others)}) == 3


def test_a_removed_site_gets_no_invitation(
    registry: LtiRegistry, administrator: Person, site: Site, sqlite_storage: Storage
) -> None:
    with sqlite_storage.write() as tx:
        tx.sites.set_state(site.id, SiteState.REMOVED)
    with pytest.raises(NotFound):
        registry.invite(administrator, site.id)


def test_another_deployment_can_be_added(
    registry: LtiRegistry, administrator: Person, launcher: Launcher
) -> None:
    launcher.deployment_id = "7"
    with pytest.raises(Refusal) as refused:
        launcher.attempt()
    assert refused.value.code is Reason.DEPLOYMENT_UNKNOWN
    registry.add_deployment(administrator, launcher.platform.id, " 7 ")
    assert launcher.attempt().send().deployment_id == "7"


def test_switching_off_ends_sessions_and_launches(
    registry: LtiRegistry,
    administrator: Person,
    launcher: Launcher,
    sqlite_storage: Storage,
    clock: SettableClock,
) -> None:
    sessions = LaunchSessions(storage=sqlite_storage, clock=clock, hours=12)
    launches = Launches(storage=sqlite_storage, clock=clock)
    token = sessions.start(launches.enter(launcher.attempt().send()).scope)
    sessions.hand_over(token, "/")
    registry.disable(administrator, launcher.platform.id)
    assert sessions.scope(token) is None
    with pytest.raises(Refusal) as refused:
        launcher.attempt()
    assert refused.value.code is Reason.PLATFORM_DISABLED
    registry.enable(administrator, launcher.platform.id)
    assert launcher.attempt().send().subject == "5"


def test_a_removed_site_launches_nobody(launcher: Launcher, sqlite_storage: Storage, site: Site) -> None:
    with sqlite_storage.write() as tx:
        tx.sites.set_state(site.id, SiteState.REMOVED)
    with pytest.raises(Refusal) as refused:
        launcher.attempt()
    assert refused.value.code is Reason.PLATFORM_DISABLED


def test_what_was_done_is_on_record(
    registry: LtiRegistry, administrator: Person, site: Site, moodle: Moodle, sqlite_storage: Storage
) -> None:
    registry.invite(administrator, site.id)
    platform = registry.register_by_hand(administrator, site.id, pasted(moodle))
    registry.disable(administrator, platform.id)
    with sqlite_storage.read() as tx:
        entries = tx.audit.of("site", site.id)
    assert [entry.action for entry in entries] == ["lti_invited", "lti_registered_by_hand", "lti_disabled"]
    assert {entry.actor_id for entry in entries} == {administrator.id}


def test_tidying_deletes_what_is_over_and_rotates(
    *,
    registry: LtiRegistry,
    administrator: Person,
    launcher: Launcher,
    site: Site,
    clock: SettableClock,
    keys: Keys,
) -> None:
    registry.invite(administrator, site.id)
    launcher.attempt()
    first = keys.signer().kid
    assert registry.tidy() == 0
    clock.advance(days=90)
    assert registry.tidy() == 2
    assert registry.invitations(administrator, site.id) == []
    clock.advance(days=1)
    assert keys.signer().kid != first

"""The key of notifications, entered and changed in a real Moodle, with the service running: see README.md."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from coil_bridge.domain import Site
from coil_bridge.services.activity.hook_keys import HookKeys, NewKey
from coil_bridge.services.context import SYSTEM
from coil_bridge.services.moodles.site_inputs import InstitutionInput, SiteInput
from tests.live.lti_lab import Lab as Service
from tests.live.lti_lab import lab as service_for
from tests.live.plugin_lab import Lab, from_environment

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

_PAGE = "local/coilbridge/cli/notifications.php"


@pytest.fixture(scope="module")
def moodle() -> Iterator[Lab]:
    found = from_environment()
    if found is None:
        pytest.skip("a Moodle with the plugin is needed; tests/live/README.md says how to name it")
    found.configure(serviceurl="", hookurl="", hookkeyid="", hooksecret="", hooksenabled="0")
    yield found
    found.configure(serviceurl="", hookurl="", hookkeyid="", hooksecret="", hooksenabled="0")


@pytest.fixture(scope="module")
def service(moodle: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with service_for(tmp_path_factory.mktemp("keys"), moodle.url) as running:
        yield running


@pytest.fixture(scope="module")
def site(service: Service, moodle: Lab) -> Site:
    belgrade = InstitutionInput("University of Belgrade", "UB", "Belgrade", "RS", "Europe/Belgrade")
    return service.services.sites.add(SYSTEM, SiteInput(belgrade, moodle.url, moodle.token))


@pytest.fixture
def keys(service: Service) -> HookKeys:
    return service.services.activity.hook_keys


def enter(moodle: Lab, line: str, *, fails: bool = False) -> str:
    time.sleep(1.1)  # for so long the service does not ask again for keys that it does not know
    return moodle.run(_PAGE, "--key", given=line + "\n", fails=fails)


def test_a_key_is_entered_changed_and_the_former_ends(
    moodle: Lab, service: Service, site: Site, keys: HookKeys
) -> None:
    first = keys.make(SYSTEM, site.id)
    assert f"The key {first.id} is in use." in enter(moodle, first.line)
    (used,) = keys.valid(SYSTEM, site.id)
    assert used.last_used_at is not None
    second = keys.make(SYSTEM, site.id)
    assert f"Name of the key: {first.id}" in moodle.run(_PAGE)  # still good, and still in use
    assert f"The key {second.id} is in use." in enter(moodle, second.line)
    assert "The service takes notifications." in moodle.run(_PAGE)
    assert service.at(timedelta(hours=25)).activity.hook_keys.end_replaced() == 1
    assert [each.id for each in keys.valid(SYSTEM, site.id)] == [second.id]


def test_what_the_service_does_not_take_changes_nothing(moodle: Lab, site: Site, keys: HookKeys) -> None:
    good = keys.make(SYSTEM, site.id)
    enter(moodle, good.line)
    for wrong, why in (
        (NewKey(good.id, good.address, "another secret".replace(" ", "-")), "does not know this key"),
        (NewKey("unknown", good.address, good.secret), "does not know this key"),
        (NewKey(good.id, "http://127.0.0.1:9/hooks/moodle/x", good.secret), "cannot be reached"),
        (NewKey(good.id, good.address.replace("/hooks/", "/other/"), good.secret), "not the line"),
    ):
        assert why in enter(moodle, wrong.line, fails=True)
        assert f"Name of the key: {good.id}" in moodle.run(_PAGE)


def test_a_check_that_fails_says_why_and_stands_in_the_report_of_the_system(
    moodle: Lab, site: Site, keys: HookKeys
) -> None:
    key = keys.make(SYSTEM, site.id)
    enter(moodle, key.line)
    moodle.configure(hooksecret="overwritten")
    assert "its secret is another one" in moodle.run(_PAGE, fails=True)
    report = moodle.run("admin/cli/checks.php", "--filter=local_coilbridge", fails=True)
    assert "its secret is another one" in " ".join(report.replace("|", " ").split())
    enter(moodle, key.line)
    assert "local_coilbridge" not in moodle.run("admin/cli/checks.php", "--filter=local_coilbridge")

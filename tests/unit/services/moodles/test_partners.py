from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from coil_bridge.domain import Site
from coil_bridge.errors import NotFound, PartnerUnavailable
from coil_bridge.services.bundle import Services
from coil_bridge.services.moodles.partners import PartnerFailed
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import AnswerUnreadable, SiteInMaintenance
from connectors.moodle.logs import PackedPage
from connectors.moodle.plugin import OLDEST_PLUGIN
from connectors.moodle.simulator import Simulator
from tests.builders import START, Build, SettableClock


@pytest.fixture
def there(moodle: Callable[..., Simulator]) -> Simulator:
    return moodle()


@pytest.fixture
def site(build: Build, there: Simulator) -> Site:
    return build.site("Belgrade", url=there.url, token=there.token)


def test_a_failing_site_is_left_alone_for_longer_each_time(
    services: Services, site: Site, there: Simulator, clock: SettableClock
) -> None:
    there.faults.maintenance()
    pauses = []
    for _ in range(8):
        with pytest.raises(PartnerFailed):
            services.partners.call(site.id, MoodleClient.courses)
        retry_at = services.sites.get(site.id).retry_at
        assert retry_at is not None
        pauses.append((retry_at - clock()).total_seconds())
        clock.set(retry_at)
    assert pauses == [30, 60, 120, 240, 480, 960, 1800, 1800]


def test_while_it_is_left_alone_nothing_is_asked_unless_forced(
    services: Services, site: Site, there: Simulator, clock: SettableClock
) -> None:
    there.faults.maintenance()
    with pytest.raises(PartnerFailed) as first:
        services.partners.call(site.id, MoodleClient.courses)
    assert isinstance(first.value.__cause__, SiteInMaintenance)
    assert first.value.temporary
    asked = len(there.calls)
    there.faults.clear()
    with pytest.raises(PartnerUnavailable, match=r"UB Moodle cannot be used at the moment.*maintenance"):
        services.partners.call(site.id, MoodleClient.courses)
    assert len(there.calls) == asked
    clock.advance(seconds=10)
    services.partners.call(site.id, MoodleClient.courses, forced=True)
    mended = services.sites.get(site.id)
    assert (mended.failures, mended.retry_at, mended.last_ok_at) == (0, None, START + timedelta(seconds=10))
    services.partners.call(site.id, MoodleClient.courses)


def test_the_message_can_be_told_in_another_language(
    services: Services, site: Site, there: Simulator
) -> None:
    there.faults.error_in_200("invalidtoken")
    with pytest.raises(PartnerFailed) as caught:
        services.partners.call(site.id, MoodleClient.courses)
    assert caught.value.message == "%(site)s does not know the token (any more)."
    assert str(caught.value) == "UB Moodle does not know the token (any more)."
    assert "Manage tokens" in caught.value.advice
    assert not caught.value.temporary


@pytest.mark.parametrize(
    "errorcode", ["invalidrecord", "nopermissions", "invalidparameter", "errorcoursecontextnotvalid"]
)
def test_an_error_about_one_thing_is_not_held_against_the_site(
    services: Services, site: Site, there: Simulator, errorcode: str
) -> None:
    there.faults.error_in_200(errorcode, times=1)
    with pytest.raises(PartnerFailed):
        services.partners.call(site.id, MoodleClient.courses)
    assert services.sites.get(site.id).failures == 0
    services.partners.call(site.id, MoodleClient.courses)


def test_a_plugin_that_is_not_understood_is_not_held_against_the_site(
    services: Services, site: Site, there: Simulator
) -> None:
    there.site.plugin.version = OLDEST_PLUGIN
    there.world.add_course("PH110", "Javno zdravlje")

    def misread(client: MoodleClient) -> None:
        answer = client.log_answer([2], 0)
        client.log_page(replace(answer, pages=[PackedPage("no page", 0, 0, 0)]), 0)

    with pytest.raises(PartnerFailed) as failed:
        services.partners.call(site.id, misread)
    assert isinstance(failed.value.__cause__, AnswerUnreadable)
    assert services.sites.get(site.id).failures == 0
    assert services.partners.call(site.id, MoodleClient.courses)


def test_a_paused_site_is_not_asked(services: Services, site: Site, there: Simulator, build: Build) -> None:
    services.sites.pause(build.administrator(), site.id)
    with pytest.raises(PartnerUnavailable, match="UB Moodle is paused"):
        services.partners.call(site.id, MoodleClient.courses)
    assert there.calls == ()


def test_a_site_without_token_does_not_exist(services: Services, site: Site, build: Build) -> None:
    services.sites.remove(build.administrator(), site.id)
    for site_id in (site.id, "nowhere"):
        with pytest.raises(NotFound):
            services.partners.client(site_id)


def test_one_dead_partner_leaves_the_others_alone(
    services: Services, site: Site, there: Simulator, build: Build, moodle: Callable[..., Simulator]
) -> None:
    other = moodle()
    almaty = build.site("Almaty", url=other.url, token=other.token)
    there.faults.down()
    with pytest.raises(PartnerFailed, match="UB Moodle"):
        services.partners.call(site.id, MoodleClient.courses)
    assert services.partners.call(almaty.id, MoodleClient.courses) == ()

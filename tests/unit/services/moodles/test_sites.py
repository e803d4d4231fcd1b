from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time

import pytest
from sqlalchemy import select

from coil_bridge.domain import Person, SiteState
from coil_bridge.errors import Conflict, Forbidden, InvalidInput, NotFound
from coil_bridge.services.bundle import Services
from coil_bridge.services.moodles.site_inputs import InstitutionInput, SiteInput
from coil_bridge.storage.engine import reading
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import site as site_table
from connectors.moodle.simulator import Simulator
from tests.builders import START, Build

BELGRADE = InstitutionInput("University of Belgrade", "UB", "Belgrade", "rs", "Europe/Belgrade")


def form(moodle: Simulator, **changes: str) -> SiteInput:
    return SiteInput(BELGRADE, changes.get("base_url", moodle.url), changes.get("token", moodle.token))


@pytest.fixture
def ana(build: Build) -> Person:
    return build.administrator()


def test_a_site_is_checked_as_soon_as_it_is_added(
    services: Services, ana: Person, moodle: Callable[..., Simulator]
) -> None:
    there = moodle(version="5.1")
    site = services.sites.add(ana, form(there, base_url=f"{there.url}/my/"))
    report = services.sites.readiness(site)
    assert site.base_url == there.url
    assert site.institution.country == "RS"
    assert report is not None
    assert (report.failure, report.branch) == (None, "5.1")
    assert site.last_ok_at == START
    assert services.sites.all() == [site]


def test_the_token_is_sealed_and_never_shown(
    services: Services, storage: Storage, ana: Person, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    given = form(there)
    site = services.sites.add(ana, given)
    with reading(storage._engine) as connection:
        sealed = connection.execute(select(site_table.c.token_encrypted)).scalar_one()
    assert there.token not in repr(given)
    assert there.token not in repr(site)
    assert there.token.encode() not in sealed
    assert services.vault.decrypt(sealed) == there.token


def test_a_site_that_fails_the_check_is_kept_with_the_report(
    services: Services, ana: Person, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    site = services.sites.add(ana, form(there, token="0" * 32))
    report = services.sites.readiness(site)
    assert report is not None
    assert report.failure == "token.invalid"
    assert site.last_error == "UB Moodle does not know the token (any more)."
    mended = services.sites.replace_token(ana, site.id, there.token)
    report = services.sites.readiness(mended)
    assert report is not None
    assert report.failure is None
    assert (mended.failures, mended.retry_at) == (0, None)


def test_one_address_is_connected_once(
    services: Services, ana: Person, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    services.sites.add(ana, form(there))
    with pytest.raises(Conflict, match="as UB Moodle"):
        services.sites.add(ana, form(there, base_url=f"{there.url}/login/index.php"))


def test_a_removed_site_loses_its_token_and_comes_back_as_itself(
    services: Services, storage: Storage, build: Build, ana: Person, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    site = services.sites.add(ana, form(there))
    mira = build.person("Mira Jovanović", site=site)
    course = build.course(site, teachers=[mira])
    cookie = services.web_sessions.start(mira.id)
    removed = services.sites.remove(ana, site.id)
    with storage.read() as tx:
        assert tx.sites.sealed_token(site.id) is None
        assert tx.courses.get(course.id) is not None
        assert tx.courses.people(course.id) == []
    assert removed.state is SiteState.REMOVED
    assert services.sites.all() == []
    assert services.web_sessions.resolve(cookie) is None
    with pytest.raises(NotFound):
        services.sites.recheck(ana, site.id)
    with pytest.raises(Conflict):
        services.sites.resume(ana, site.id)
    other = replace(BELGRADE, name="University of Niš")
    with pytest.raises(Conflict, match="belonged to University of Belgrade"):
        services.sites.add(ana, replace(form(there), institution=other))
    assert services.sites.add(ana, form(there)).id == site.id


def test_every_action_is_on_record(
    services: Services, storage: Storage, ana: Person, moodle: Callable[..., Simulator]
) -> None:
    site = services.sites.add(ana, form(moodle()))
    services.sites.pause(ana, site.id)
    services.sites.pause(ana, site.id)
    services.sites.resume(ana, site.id)
    services.sites.remove(ana, site.id)
    with storage.read() as tx:
        entries = tx.audit.of("site", site.id)
    assert [entry.action for entry in entries] == ["added", "checked", "paused", "resumed", "removed"]
    assert {entry.actor_name for entry in entries} == {"Ana Petrović"}


def test_only_an_administrator_connects_sites(services: Services, build: Build) -> None:
    site = build.site()
    lead = build.lead()
    given = SiteInput(BELGRADE, "https://moodle.example.org", "0123456789abcdef")
    for act in (
        lambda: services.sites.add(lead, given),
        lambda: services.sites.recheck(lead, site.id),
        lambda: services.sites.replace_token(lead, site.id, "0123456789abcdef"),
        lambda: services.sites.pause(lead, site.id),
        lambda: services.sites.resume(lead, site.id),
        lambda: services.sites.remove(lead, site.id),
    ):
        with pytest.raises(Forbidden):
            act()


def test_everything_wrong_is_said_at_once(services: Services, ana: Person) -> None:
    institution = InstitutionInput("", "U\nB", "B", "Serbia", "Belgrade/Europe", day_ends=time(7))
    with pytest.raises(InvalidInput) as caught:
        services.sites.add(ana, SiteInput(institution, "https://u:p@x.org", "not a token"))
    wrong = {"name", "short_name", "country", "zone", "day_ends", "base_url", "token"}
    assert caught.value.errors.keys() == wrong
    assert services.sites.institutions() == []

from __future__ import annotations

from datetime import timedelta

from coil_bridge.domain import SiteState
from coil_bridge.storage.storage import Storage
from tests.builders import START, Build


def test_a_site_comes_back_as_stored_and_without_its_token(storage: Storage, build: Build) -> None:
    site = build.site("Belgrade", token="0123456789abcdef")
    with storage.read() as tx:
        assert tx.sites.get(site.id) == site
        assert tx.sites.by_base_url(site.base_url) == site
        assert tx.sites.get("nowhere") is None
        assert tx.sites.sealed_token("nowhere") is None
        assert tx.sites.institution_by_name("university of belgrade") == site.institution
    assert "token" not in repr(site)


def test_failures_are_counted_until_one_success(storage: Storage, build: Build) -> None:
    site = build.site()
    with storage.write() as tx:
        for number in (1, 2):
            tx.sites.record_failure(site.id, START, "down", START + timedelta(minutes=number))
        failing = tx.sites.get(site.id)
        tx.sites.record_success(site.id, START + timedelta(hours=1))
        mended = tx.sites.get(site.id)
    assert failing is not None
    assert mended is not None
    assert (failing.failures, failing.retry_at) == (2, START + timedelta(minutes=2))
    assert (mended.failures, mended.retry_at, mended.last_error) == (0, None, "down")


def test_sites_are_listed_by_state_and_institution(storage: Storage, build: Build) -> None:
    shanghai, belgrade = build.site("Shanghai"), build.site("Belgrade")
    paused = build.site("Almaty", state=SiteState.PAUSED)
    with storage.read() as tx:
        assert tx.sites.all([SiteState.ACTIVE]) == [shanghai, belgrade]
        assert tx.sites.all() == [paused, shanghai, belgrade]
        assert [each.city for each in tx.sites.institutions()] == ["Almaty", "Shanghai", "Belgrade"]

"""The two Moodles of the environment, connected to an installation on a database of its own."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from importlib import resources

import pytest

from coil_bridge.domain import Site
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM
from coil_bridge.services.moodles.site_inputs import InstitutionInput, SiteInput
from coil_bridge.settings import make_settings
from coil_bridge.storage.engine import open_engine
from coil_bridge.storage.tables import metadata
from coil_bridge.wiring.services.installation import build_services
from connectors.moodle.client import MoodleClient
from connectors.moodle.readiness import Readiness, probe
from connectors.transport import Transport, TransportPolicy
from scheduling.zones import resolve_zone
from tests.conftest import ENCRYPTION_KEY, SECRET_KEY
from tests.live.consortium import Partner, Party, common_course, partner, sign_in


@pytest.fixture(scope="session")
def partners() -> tuple[Partner, Partner]:
    first, second = partner(1), partner(2)
    if first is None or second is None:
        pytest.skip("two Moodles are needed; tests/live/README.md says how to name them")
    return first, second


@pytest.fixture(scope="session")
def clients(partners: tuple[Partner, Partner]) -> tuple[MoodleClient, MoodleClient]:
    """A client for each site, without the product around it."""
    transport = Transport(TransportPolicy(allow_private=True, allow_http=True))
    first, second = (
        MoodleClient(f"Moodle {each.number}", each.url, each.token, transport) for each in partners
    )
    return first, second


@pytest.fixture(scope="session")
def reports(clients: tuple[MoodleClient, MoodleClient]) -> tuple[Readiness, Readiness]:
    first, second = map(probe, clients)
    return first, second


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """The whole product on an empty SQLite, without a mail server: messages go through Moodle alone."""
    url = f"sqlite:///{tmp_path_factory.mktemp('live')}/live.db"
    engine = open_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    shipped = tomllib.loads(resources.files("config").joinpath("default.toml").read_text("utf-8"))
    for_tests = {
        "public_url": "https://bridge.example.org",
        "database_url": url,
        "secret_key": SECRET_KEY,
        "encryption_keys": [ENCRYPTION_KEY],
        "allow_private_partners": True,
    }
    built = build_services(make_settings(shipped | for_tests))
    yield built
    built.close()


@pytest.fixture(scope="session")
def sites(
    services: Services, partners: tuple[Partner, Partner], reports: tuple[Readiness, Readiness]
) -> tuple[Site, Site]:
    first, second = (
        services.sites.add(SYSTEM, SiteInput(_institution(each, report), each.url, each.token))
        for each, report in zip(partners, reports, strict=True)
    )
    return first, second


def _institution(each: Partner, report: Readiness) -> InstitutionInput:
    zone = resolve_zone(report.zone, country=report.country) if report.zone else "Europe/Belgrade"
    city = zone.rpartition("/")[2].replace("_", " ")
    return InstitutionInput(
        f"University {each.number}", f"U{each.number}", city, report.country or "RS", zone
    )


@pytest.fixture(scope="session")
def parties(
    services: Services, sites: tuple[Site, Site], partners: tuple[Partner, Partner]
) -> tuple[Party, Party]:
    """Both teachers and both students, signed in through their own Moodle."""
    for site in sites:
        services.catalogue.sync_site(site.id)
    first, second = (_party(services, site, each) for site, each in zip(sites, partners, strict=True))
    return first, second


def _party(services: Services, site: Site, each: Partner) -> Party:
    teacher = sign_in(services, site, each.teacher)
    student = sign_in(services, site, each.student.upper())
    return Party(site, teacher, student, common_course(services, teacher, student))

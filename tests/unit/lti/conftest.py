"""A registered Moodle that listens, and the tool that it launches."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coil_bridge.domain import Person, Site
from coil_bridge.lti.key_sets import KeySets
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.launching import Launching
from coil_bridge.services.launching.lti_registry import LtiRegistry
from coil_bridge.storage.lti_records import Platform, RegisteredBy
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault, new_id
from connectors.transport import Transport, TransportPolicy
from tests.builders import Build, SettableClock
from tests.unit.lti.launches import PUBLIC_URL, Launcher
from tests.unit.lti.moodle import Moodle, SigningKey, listening, make_key

DEPLOYMENT = "1"


@pytest.fixture(scope="session")
def platform_key() -> SigningKey:
    """The key with which the Moodle signs."""
    return make_key("0d1ce8ae3ae84c3e55e3")


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    """Somebody else's key, under the same id."""
    return make_key("0d1ce8ae3ae84c3e55e3")


@pytest.fixture
def moodle(platform_key: SigningKey) -> Iterator[Moodle]:
    """The Moodle of the University of Belgrade."""
    with listening() as server:
        server.publish(platform_key)
        yield server


@pytest.fixture
def build(sqlite_storage: Storage, vault: Vault, clock: SettableClock) -> Build:
    """Builders on SQLite: the storage is not what is tested here."""
    return Build(sqlite_storage, vault, clock)


@pytest.fixture
def transport() -> Iterator[Transport]:
    """A doorway that may reach this machine."""
    opened = Transport(TransportPolicy(allow_private=True, allow_http=True), pause=lambda _seconds: None)
    yield opened
    opened.close()


@pytest.fixture
def site(build: Build, moodle: Moodle) -> Site:
    return build.site("Belgrade", url=moodle.url)


@pytest.fixture
def platform(site: Site, moodle: Moodle, sqlite_storage: Storage, clock: SettableClock) -> Platform:
    """The tool is registered in the Moodle, with one deployment."""
    return register(sqlite_storage, site, moodle.url, clock)


@pytest.fixture
def key_sets(sqlite_storage: Storage, transport: Transport, clock: SettableClock) -> KeySets:
    return KeySets(storage=sqlite_storage, transport=transport, clock=clock)


@pytest.fixture
def keys(sqlite_storage: Storage, vault: Vault, clock: SettableClock) -> Keys:
    return Keys(storage=sqlite_storage, vault=vault, clock=clock)


@pytest.fixture
def launching(sqlite_storage: Storage, key_sets: KeySets, clock: SettableClock) -> Launching:
    return Launching(storage=sqlite_storage, keys=key_sets, clock=clock, public_url=PUBLIC_URL)


@pytest.fixture
def launcher(
    launching: Launching, platform: Platform, platform_key: SigningKey, clock: SettableClock
) -> Launcher:
    return Launcher(launching, platform, DEPLOYMENT, platform_key, clock)


def register(
    storage: Storage, site: Site, issuer: str, clock: SettableClock, client_id: str = "w4Xdy7EJ58Ri0Hu"
) -> Platform:
    """Store a registration as dynamic registration would."""
    value = Platform(
        id=new_id(),
        site_id=site.id,
        issuer=issuer,
        client_id=client_id,
        login_url=f"{issuer}/mod/lti/auth.php",
        token_url=f"{issuer}/mod/lti/token.php",
        jwks_url=f"{issuer}/mod/lti/certs.php",
        registered_by=RegisteredBy.DYNAMIC,
        release="5.1",
        created_at=clock(),
        first_launch_at=None,
        disabled_at=None,
    )
    with storage.write() as tx:
        tx.lti.insert(value)
        tx.lti.add_deployment(value.id, DEPLOYMENT, clock())
    return value


@pytest.fixture
def registry(
    sqlite_storage: Storage, keys: Keys, key_sets: KeySets, clock: SettableClock, vault: Vault
) -> LtiRegistry:
    return LtiRegistry(
        storage=sqlite_storage,
        clock=clock,
        vault=vault,
        keys=keys,
        key_sets=key_sets,
        public_url=PUBLIC_URL,
    )


@pytest.fixture
def administrator(build: Build) -> Person:
    return build.administrator()

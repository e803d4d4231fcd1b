"""What every test can ask for: a storage on both engines, a clock, a vault, settings; no outside network."""

from __future__ import annotations

import gc
import ipaddress
import os
import socket
import tomllib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
import structlog
from sqlalchemy import Engine

from coil_bridge.settings import Settings, make_settings
from coil_bridge.storage.engine import open_engine
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import metadata
from coil_bridge.vault import Vault
from connectors.moodle.simulator import Simulator
from connectors.transport import Transport, TransportPolicy
from tests import postgresql
from tests.builders import Build, SettableClock
from tests.emptying import empty
from tests.letterbox import Letterbox
from tests.required import skip_or_fail

if TYPE_CHECKING:
    from coil_bridge.services.bundle import Services

# The same examples in every run: what a run finds does not depend on chance. To look for others:
# pytest --hypothesis-profile=default
hypothesis.settings.register_profile("steady", derandomize=True, database=None)
hypothesis.settings.load_profile("steady")

# Plain lines: the console's own renderer lays every local variable of a traceback out in a frame.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)

# Loopback is allowed; one attempt, so that a Moodle that is down is found out at once.
IMPATIENT = TransportPolicy(
    attempts=1, allow_private=True, allow_http=True, read_timeout=5.0, total_timeout=5.0
)
SECRET_KEY = "a secret key for tests, long enough to pass"
ENCRYPTION_KEY = "dGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMgdGVzdHMgISE="  # 32 bytes


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: searching it for garbage took a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class OutsideNetworkError(RuntimeError):
    """A test tried to reach beyond this machine."""


@pytest.fixture(autouse=True)
def _loopback_only(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection beyond loopback, and every name that would need a resolver."""
    if request.node.get_closest_marker("live"):
        return
    connect, resolve = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
            raise OutsideNetworkError(f"a test tried to connect to {address[0]}")
        connect(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host is not None and not _is_literal(host) and host != "localhost":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_resolve)


def _is_literal(host: str | bytes) -> bool:
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_literal(host) and ipaddress.ip_address(host).is_loopback)


@pytest.fixture(scope="session")
def _sqlite_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_engine(f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/tests.db")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """An empty PostgreSQL database of this test process; its tables are whoever's who asks first."""
    if not postgresql.available():
        skip_or_fail("postgresql", postgresql.MISSING)
    with postgresql.database(f"coil_tests_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}") as url:
        yield url


@pytest.fixture(scope="session")
def _postgresql_engine(postgresql_url: str) -> Iterator[Engine]:
    engine = open_engine(postgresql_url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def storage(request: pytest.FixtureRequest) -> Storage:
    """An empty storage; each test that asks for it runs on SQLite and on PostgreSQL."""
    engine: Engine = request.getfixturevalue(f"_{request.param}_engine")
    empty(engine)
    return Storage(engine)


@pytest.fixture
def sqlite_storage(_sqlite_engine: Engine) -> Storage:
    """An empty storage on SQLite alone, for tests whose subject is not the storage."""
    empty(_sqlite_engine)
    return Storage(_sqlite_engine)


@pytest.fixture
def clock() -> SettableClock:
    """A clock that stands at Tuesday 20 October 2026, 08:00 UTC, until it is set."""
    return SettableClock()


@pytest.fixture(scope="session")
def vault() -> Vault:
    """The vault of the test installation."""
    return Vault([ENCRYPTION_KEY])


@pytest.fixture
def make_test_settings(tmp_path: Path) -> Callable[..., Settings]:
    """Settings as shipped with secrets for tests; keyword arguments replace single values."""

    def make(**values: Any) -> Settings:
        shipped = tomllib.loads(resources.files("config").joinpath("default.toml").read_text("utf-8"))
        for_tests = {
            "public_url": "https://bridge.example.org",
            "database_url": f"sqlite:///{tmp_path}/coil-bridge.db",
            "secret_key": SECRET_KEY,
            "encryption_keys": [ENCRYPTION_KEY],
            "smtp_url": "smtp://127.0.0.1:9",
            "mail_sender": "bridge@bridge.example.org",
            "allow_private_partners": True,
        }
        return make_settings(shipped | for_tests | values)

    return make


@pytest.fixture
def settings(make_test_settings: Callable[..., Settings]) -> Settings:
    """The settings of the test installation."""
    return make_test_settings()


@pytest.fixture
def moodle() -> Iterator[Callable[..., Simulator]]:
    """Starts simulated Moodles (arguments as ``Simulator``), which are stopped when the test ends."""
    with ExitStack() as running:
        yield lambda *args, **kwargs: running.enter_context(Simulator(*args, **kwargs))


@pytest.fixture
def letterbox() -> Iterator[Letterbox]:
    """A mail server on loopback that keeps what it is given."""
    with Letterbox() as box:
        yield box


@pytest.fixture
def services(
    storage: Storage,
    make_test_settings: Callable[..., Settings],
    letterbox: Letterbox,
    clock: SettableClock,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Services]:
    """Every service as in production, on ``storage``, with ``letterbox`` as the mail server.

    The engine is that of ``storage``: one of its own would compile every statement anew in each test.
    """
    from coil_bridge.wiring.services.installation import build_services  # noqa: PLC0415 - the whole application, only where it is wanted

    url = storage._engine.url.render_as_string(hide_password=False)
    monkeypatch.setattr("coil_bridge.wiring.services.installation.open_engine", lambda _url: storage._engine)
    settings = make_test_settings(database_url=url, smtp_url=letterbox.url)
    built = build_services(settings, clock=clock, transport=Transport(IMPATIENT))
    yield built
    built.close()


@pytest.fixture
def build(storage: Storage, vault: Vault, clock: SettableClock) -> Build:
    """Builders that write straight into ``storage``."""
    return Build(storage, vault, clock)

"""Whether the service can do its work: for load balancers, for ``coil-bridge doctor`` and for the console."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from coil_bridge.errors import CoilBridgeError
from coil_bridge.services.context import Clock
from coil_bridge.storage.storage import Storage
from scheduling.zones import zone_data

WORKER_SILENT_AFTER = timedelta(minutes=1)


class Schema(Protocol):
    """Where the database's schema stands (``storage.migrate.SchemaState``)."""

    @property
    def current(self) -> str | None:
        """The step at which it stands."""

    @property
    def head(self) -> str:
        """The step that the code needs."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One part; without a ``required`` one no page can be served."""

    name: str
    ok: bool
    required: bool
    detail: str


@dataclass(frozen=True, slots=True)
class HealthReport:
    """All parts. A silent worker is told but does not take the pages away from people."""

    checks: tuple[HealthCheck, ...]
    worker_seen_at: datetime | None

    @property
    def ready(self) -> bool:
        """Whether pages can be served."""
        return all(check.ok for check in self.checks if check.required)

    @property
    def well(self) -> bool:
        """Whether everything works, the worker too."""
        return all(check.ok for check in self.checks)


class Health:
    """Looks at each part when asked."""

    def __init__(self, *, storage: Storage, clock: Clock, schema: Callable[[], Schema]) -> None:
        self._storage = storage
        self._clock = clock
        self._schema = schema

    def ready(self) -> HealthReport:
        """Look at storage, schema, zone data and the worker's last beat; never raises."""
        zones = zone_data()
        storage = self._check_storage()
        seen_at = self._last_beat() if storage.ok else None
        checks = (
            storage,
            HealthCheck("zone data", zones.consistent, True, f"tzdata {zones.tzdata}, pytz {zones.pytz}"),
            self._check_worker(seen_at),
        )
        return HealthReport(checks, seen_at)

    def _check_storage(self) -> HealthCheck:
        try:
            self._storage.ping()
            schema = self._schema()
        except CoilBridgeError as error:
            return HealthCheck("storage", False, True, str(error))
        except Exception as error:  # noqa: BLE001 - whatever the driver raises, the answer is "not ready"
            return HealthCheck("storage", False, True, type(error).__name__)
        if schema.current != schema.head:
            detail = f"schema {schema.current or 'empty'}, needed {schema.head}: run coil-bridge db upgrade"
            return HealthCheck("storage", False, True, detail)
        return HealthCheck("storage", True, True, f"schema {schema.current}")

    def _last_beat(self) -> datetime | None:
        with self._storage.read() as tx:
            return tx.jobs.last_beat()

    def _check_worker(self, seen_at: datetime | None) -> HealthCheck:
        if seen_at is None:
            return HealthCheck("worker", False, False, "never seen")
        silent = self._clock() - seen_at
        return HealthCheck(
            "worker", silent <= WORKER_SILENT_AFTER, False, f"last seen {int(silent.total_seconds())} s ago"
        )

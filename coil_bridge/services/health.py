"""Whether the service can do its work: for load balancers, for ``coil-bridge doctor`` and for the console."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from coil_bridge.errors import CoilBridgeError, Reason
from coil_bridge.i18n import mark
from coil_bridge.services.context import Clock
from coil_bridge.storage.storage import Storage
from scheduling.zones import ZoneData, zone_data

WORKER_SILENT_AFTER = timedelta(minutes=1)
STORAGE, ZONES, WORKER = mark("storage"), mark("zone data"), mark("worker")


class Schema(Protocol):
    """Where the database's schema stands (``storage.schema_state.SchemaState``)."""

    @property
    def current(self) -> str | None:
        """The step at which it stands."""

    @property
    def head(self) -> str:
        """The step that the code needs."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One part; without a ``required`` one no page can be served. ``name`` is a message id as well."""

    name: str
    ok: bool
    required: bool
    detail: Reason


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
        storage = self._check_storage()
        seen_at = self._last_beat() if storage.ok else None
        checks = (
            storage,
            _check_zones(zone_data()),
            self._check_worker(seen_at),
        )
        return HealthReport(checks, seen_at)

    def other_schema(self) -> Reason | None:
        """Why the database is not what the code needs, ``None`` when it is; raises what the driver raises."""
        schema = self._schema()
        if schema.current == schema.head:
            return None
        stands = {"current": schema.current or "–", "head": schema.head}
        return Reason(mark("schema %(current)s, needed %(head)s: run coil-bridge db upgrade"), stands)

    def _check_storage(self) -> HealthCheck:
        try:
            self._storage.ping()
            wrong = self.other_schema()
            stands = wrong or Reason(mark("schema %(step)s"), {"step": self._schema().current})
        except CoilBridgeError as error:
            return HealthCheck(STORAGE, False, True, error.reason)
        except Exception as error:  # noqa: BLE001 - whatever the driver raises, the answer is "not ready"
            return HealthCheck(STORAGE, False, True, Reason(type(error).__name__))
        return HealthCheck(STORAGE, wrong is None, True, stands)

    def _last_beat(self) -> datetime | None:
        with self._storage.read() as tx:
            return tx.jobs.last_beat()

    def _check_worker(self, seen_at: datetime | None) -> HealthCheck:
        if seen_at is None:
            return HealthCheck(WORKER, False, False, Reason(mark("never seen")))
        silent = self._clock() - seen_at
        seconds = {"seconds": int(silent.total_seconds())}
        detail = Reason(mark("last seen %(seconds)s s ago"), seconds)
        return HealthCheck(WORKER, silent <= WORKER_SILENT_AFTER, False, detail)


def _check_zones(zones: ZoneData) -> HealthCheck:
    versions = {"tzdata": zones.tzdata, "pytz": zones.pytz}
    detail = Reason(mark("tzdata %(tzdata)s, pytz %(pytz)s"), versions)
    return HealthCheck(ZONES, zones.consistent, True, detail)

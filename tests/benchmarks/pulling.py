"""One reading of a log in a process that holds nothing else: its peak of memory is the service's own.

Its arguments are a run and, if it is not the present, the time (ISO 8601). Settings come from the
environment, JSON goes out.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib import import_module

from coil_bridge.services.context import Clock, system_clock
from coil_bridge.settings import load_settings
from coil_bridge.wiring.services.installation import build_services
from tests.benchmarks.processes import peak_mb

# structlog imports rich, 6 MB, where it finds it: tools of the tests bring it, what runs does not have it.
_ALONE = f"import sys; sys.modules['rich'] = None; from {__name__} import main; main()"


@dataclass(frozen=True, slots=True)
class Pulled:
    """What the pulling process says of itself."""

    read: int
    stored: int
    seconds: float
    cpu: float
    peak_mb: float


def pulled_apart(run_id: str, environ: Mapping[str, str], now: datetime | None = None) -> Pulled:
    """Pull in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", _ALONE, run_id, *([now.isoformat()] if now else [])],
        env=dict(environ),
        capture_output=True,
        text=True,
        check=True,
        timeout=900,
    )
    return Pulled(**json.loads(done.stdout))


def _pull(run_id: str, environ: Mapping[str, str], clock: Clock) -> Pulled:
    services = build_services(load_settings(environ), clock=clock)
    # A worker, which lives for weeks, has numpy since its first pull; here it belongs to the start.
    import_module("coil_bridge.services.activity.log_reading")
    begun, cpu = time.perf_counter(), time.process_time()
    services.activity.logs.perform({"run_id": run_id})
    seconds, used = time.perf_counter() - begun, time.process_time() - cpu
    with services.storage.read() as tx:
        run = tx.log_runs.get(run_id)
    assert run is not None
    assert run.failure is None, run.failure
    peak = peak_mb()
    services.close()
    return Pulled(run.tally.read, run.tally.stored, seconds, used, peak)


def _clock(at: list[str]) -> Clock:
    if not at:
        return system_clock
    now = datetime.fromisoformat(at[0])
    return lambda: now


def main() -> None:
    """Pull, and say what came of it."""
    sys.stdout.write(json.dumps(asdict(_pull(sys.argv[1], os.environ, _clock(sys.argv[2:])))))

"""A process that forks pullers on demand, so that a test can kill one after another at little cost.

``python -m tests.unit.services.log_puller <settings as JSON> <run id>``: for each line on standard input a
child prints its number and begins to pull; when it has ended, however it did, "ended" is printed.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from typing import Any

from coil_bridge.app import build_services
from coil_bridge.services import log_reading
from coil_bridge.settings import make_settings
from connectors.transport import Transport, TransportPolicy

PAGE = 150
OVERLAP = 250


def main() -> None:
    """Serve until standard input ends."""
    settings: Mapping[str, Any] = json.loads(sys.argv[1])
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            pull(settings, sys.argv[2])
            os._exit(0)
        os.waitpid(child, 0)
        print("ended", flush=True)  # noqa: T201


def pull(settings: Mapping[str, Any], run_id: str) -> None:
    """Do one reading to its end."""
    log_reading.PAGE, log_reading.OVERLAP = PAGE, OVERLAP
    policy = TransportPolicy(attempts=1, allow_private=True, allow_http=True)
    services = build_services(make_settings(settings), transport=Transport(policy))
    try:
        print(os.getpid(), flush=True)  # noqa: T201 - what the test reads
        services.activity.logs.perform({"run_id": run_id})
    finally:
        services.close()


if __name__ == "__main__":
    main()

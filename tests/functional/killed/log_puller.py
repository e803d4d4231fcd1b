"""A process that forks pullers on demand, so that a test can kill one after another at little cost.

``python -m tests.functional.killed.log_puller <settings as JSON> <run id>``: for each line on standard
input a child prints its number and begins to pull; when it has ended, however it did, "ended" is printed.
The line says how many answers the child may ask for: before the next it waits to be killed, so that no child
gets to the end merely because the one who kills it was slow.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

from coil_bridge.services.activity import log_course, log_reading
from coil_bridge.settings import make_settings
from coil_bridge.wiring.services.installation import build_services
from connectors.moodle.client import MoodleClient
from connectors.moodle.logs import LogAnswer
from connectors.transport import Transport, TransportPolicy

ROWS = 150
OVERLAP = 250


def main() -> None:
    """Serve until standard input ends."""
    settings: Mapping[str, Any] = json.loads(sys.argv[1])
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            pull(settings, sys.argv[2], answers=int(line))
            os._exit(0)
        os.waitpid(child, 0)
        print("ended", flush=True)  # noqa: T201


def pull(settings: Mapping[str, Any], run_id: str, *, answers: int) -> None:
    """Do one reading to its end, or until so many answers have been read."""
    log_reading.ROWS, log_course.OVERLAP = ROWS, OVERLAP
    MoodleClient.log_answer = _at_most(answers, MoodleClient.log_answer)  # type: ignore[method-assign]  # this process is ours alone
    policy = TransportPolicy(attempts=1, allow_private=True, allow_http=True)
    services = build_services(make_settings(settings), transport=Transport(policy))
    try:
        print(os.getpid(), flush=True)  # noqa: T201 - what the test reads
        services.activity.logs.perform({"run_id": run_id})
    finally:
        services.close()


def _at_most(answers: int, ask: Callable[..., LogAnswer]) -> Callable[..., LogAnswer]:
    asked = itertools.count(1)

    def answer(*args: Any, **kwargs: Any) -> LogAnswer:
        if next(asked) > answers:
            signal.pause()
        return ask(*args, **kwargs)

    return answer


if __name__ == "__main__":
    main()

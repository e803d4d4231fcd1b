"""Children that die (SIGKILL) in the middle of what they do, and the processes that make them.

Who forks must have no threads, so everything that dies runs in a process of its own, without the simulators
and servers of the test.
"""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

_WRITES = ("INSERT", "UPDATE", "DELETE")


def run(module: str, *arguments: str) -> Any:
    """What a module of this folder prints, as JSON, when it is run as a process."""
    done = subprocess.run(
        [sys.executable, "-m", f"{__package__}.{module}", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_at(engine: Engine, point: int) -> None:
    """Kill this process before its ``point``-th write, commits included."""
    writes = itertools.count(1)

    def note(*_: Any) -> None:
        if next(writes) == point:
            die()

    def before(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(_WRITES):
            note()

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "commit", note)


def dies(work: Callable[[], object]) -> bool:
    """Do it in a child; whether the child was killed over it.

    Raises:
        RuntimeError: it failed by itself.
    """
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:  # noqa: BLE001 - a child must end here whatever happens
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("it failed by itself")
    return os.WIFSIGNALED(status)

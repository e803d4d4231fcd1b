"""Reads what strangers wrote in a process of its own, which can be ended.

A workbook of five kilobytes can ask its reader for hundreds of gigabytes, and some texts keep a parser busy
for ever: a thread that meets one never comes back, and memory that is not there takes the whole worker along.
The child has limits that the system keeps, and none of our secrets in its environment.

    python -m connectors.apart <module> <function> <megabytes> <argument>...     bytes in, JSON out
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from typing import Any

_MIB = 1024 * 1024
_INHERITED = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH")


class TookTooMuch(Exception):
    """The child was ended, or broke down: too long, too much memory, or an error of its own."""


def apart(work: Callable[..., Any], data: bytes, *arguments: str, seconds: float, megabytes: int) -> Any:
    """What ``work``, a function of a module, makes of ``data``: something that JSON can carry.

    It is called with ``data`` and the ``arguments``, which everybody on this machine can see.

    Raises:
        TookTooMuch: it needed more than ``seconds`` or ``megabytes``, or ended otherwise.
    """
    command = [sys.executable, "-m", __name__, work.__module__, work.__name__, str(megabytes), *arguments]
    environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    try:
        ended = subprocess.run(  # noqa: S603 - our own interpreter and names of our own functions
            command, input=data, capture_output=True, timeout=seconds, env=environment, check=False
        )
    except subprocess.TimeoutExpired:
        raise TookTooMuch("too long") from None
    if ended.returncode != 0:
        raise TookTooMuch(f"ended with {ended.returncode}")
    return json.loads(ended.stdout)


def main(module: str, function: str, megabytes: str, *arguments: str) -> None:
    """The child's part."""
    limit = int(megabytes) * _MIB
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    work = getattr(importlib.import_module(module), function)
    json.dump(work(sys.stdin.buffer.read(), *arguments), sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])

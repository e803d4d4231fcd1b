"""``coil-bridge serve`` and ``coil-bridge worker``: the processes of an installation.

The web never does background work: ``serve`` runs it in a second process beside the pages, so that a
small installation needs one command. Larger ones run ``serve --web-only`` and any number of ``worker``.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

import click

from coil_bridge.commands.common import exits_by_error, opened, settings
from coil_bridge.errors import Unavailable
from coil_bridge.jobs.worker import Worker
from coil_bridge.logs import write_json_logs
from coil_bridge.settings import Settings
from coil_bridge.storage import schema_state
from coil_bridge.storage.engine import open_engine

_GRACE = 75.0  # seconds; a call to a partner may take 45
_LOOK_EVERY = 0.5


@click.command()
@click.option("--web-only", is_flag=True, help="Run no worker beside it.")
@click.option("--upgrade/--no-upgrade", default=True, show_default=True, help="Upgrade the database first.")
@exits_by_error
def serve(web_only: bool, upgrade: bool) -> None:
    """Serve the pages, with a worker beside them, until SIGTERM or Ctrl-C.

    When one of the two ends, the other is stopped as well and the exit code is not 0, so that whatever
    supervises this command starts both anew.
    """
    chosen = settings()
    _check_free(chosen.listen)
    _prepare(chosen, upgrade=upgrade)
    if web_only:
        write_json_logs()
        from coil_bridge.commands.web_server import WebServer  # noqa: PLC0415 - Flask, which the worker does without

        WebServer(chosen).run()
        return
    click.echo(
        f"COIL Bridge on {chosen.public_url} (listening on {chosen.listen}); Ctrl-C stops it.", err=True
    )
    sys.exit(run_together([_again("serve", "--web-only", "--no-upgrade"), _again("worker")]))


@click.command()
@exits_by_error
def worker() -> None:
    """Send messages, carry out tasks and run the declared jobs until SIGTERM or Ctrl-C.

    Several may run against one PostgreSQL; each piece of work is done by one of them.
    """
    _prepare(settings(), upgrade=False)
    with opened() as services:
        Worker(services).run()


def run_together(commands: Sequence[Sequence[str]]) -> int:
    """Run commands side by side until one ends or we are asked to stop; then stop them all.

    Returns 0 when we were asked, else the code of the one that ended, 1 if that was 0.
    """
    asked = False  # no Event: setting one can wait for the lock of the very wait that was interrupted

    def ask(_signal: int, _frame: FrameType | None) -> None:
        nonlocal asked
        asked = True

    before = {name: signal.signal(name, ask) for name in (signal.SIGTERM, signal.SIGINT)}
    processes = [subprocess.Popen(command, start_new_session=True) for command in commands]  # noqa: S603 - our own
    try:
        while not asked and all(process.poll() is None for process in processes):
            time.sleep(_LOOK_EVERY)
        ended = [process.returncode for process in processes if process.poll() is not None]
    finally:
        _stop(processes)
        for name, handler in before.items():
            signal.signal(name, handler)
    return 0 if asked else next((code for code in ended if code), 1)


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _again(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "coil_bridge.cli", *arguments]


def _check_free(listen: str) -> None:
    host, _, port = listen.rpartition(":")
    try:
        # gunicorn would try for five seconds and then leave behind a trace instead of the way out
        with socket.create_server((host.strip("[]"), int(port)), family=_family(host)):
            return
    except OSError as error:
        raise Unavailable(
            "Nothing can listen on %(listen)s (%(reason)s). Stop what is running there, or choose another "
            "address with COIL_BRIDGE_LISTEN.",
            {"listen": listen, "reason": error.strerror or type(error).__name__},
        ) from None


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _prepare(chosen: Settings, *, upgrade: bool) -> None:
    engine = open_engine(chosen.database_url)
    try:
        if upgrade:
            from coil_bridge.storage import migrate  # noqa: PLC0415 - Alembic, where something is to be done

            migrate.upgrade(engine)
        state = schema_state.state(engine)
    finally:
        engine.dispose()
    if not state.up_to_date:
        raise Unavailable(
            "The database's schema is %(current)s and must be %(head)s: run `coil-bridge db upgrade`.",
            {"current": state.current or "empty", "head": state.head},
        )

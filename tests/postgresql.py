"""A PostgreSQL for the tests: the one the environment names, or a private cluster in a temporary folder.

The private cluster hangs on a pipe: when the test process ends, however it ends, the pipe closes and
the cluster is stopped and deleted.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

MISSING = (
    "PostgreSQL is not installed, so nothing was tested on it: "
    "apt-get install postgresql (or set COIL_BRIDGE_TEST_POSTGRES_URL)"
)
SETTINGS = "-c listen_addresses= -c fsync=off -c synchronous_commit=off -c shared_buffers=32MB"


def server_programs() -> Path | None:
    """The folder of initdb and pg_ctl, which distributions keep off the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def available() -> bool:
    """Whether tests can have a PostgreSQL at all."""
    return bool(os.environ.get("COIL_BRIDGE_TEST_POSTGRES_URL")) or server_programs() is not None


@contextmanager
def database(name: str) -> Iterator[str]:
    """The URL of a fresh database of that name."""
    with _server() as server:
        _administer(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _administer(server, "CREATE DATABASE {}", name)
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        _administer(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _administer(server: str, statement: str, name: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


@contextmanager
def _server() -> Iterator[str]:
    given = os.environ.get("COIL_BRIDGE_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    programs = server_programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="coilpg"))
    user = _unprivileged(folder)
    data = folder / "data"
    init = [programs / "initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--no-sync"]
    _run(user, init)
    options = f"{SETTINGS} -c unix_socket_directories={folder}"
    start = [programs / "pg_ctl", "-D", data, "-l", folder / "log", "-w", "-o", options, "start"]
    _run(user, start)
    stop = f"read -r _; {programs}/pg_ctl -D {data} -m immediate stop; rm -rf {shlex.quote(str(folder))}"
    with subprocess.Popen(
        ["/bin/sh", "-c", stop],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
        start_new_session=True,
    ):
        yield f"postgresql://tests@/postgres?host={folder}"


def _unprivileged(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: hand the folder to somebody else then."""
    if os.geteuid() != 0:
        return None
    for user in ("postgres", "nobody"):
        try:
            shutil.chown(folder, user)
        except LookupError:
            continue
        return user
    raise RuntimeError("run the tests as an ordinary user, or create the user postgres")


def _run(user: str | None, command: list[str | Path]) -> None:
    done = subprocess.run(
        command, user=user, capture_output=True, text=True, check=False, timeout=60, cwd="/"
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} failed: {done.stderr or done.stdout}")

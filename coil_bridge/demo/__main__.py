"""``make demo``: three simulated Moodles, a mailbox, the service, and a front page with a door for each role.

The service runs as in production: ``coil-bridge serve`` in a process of its own, configured through the
environment. Everything lives in a temporary folder, so each start begins anew.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import requests
from cryptography.fernet import Fernet
from werkzeug.serving import make_server

from coil_bridge.demo.consortium import Partner, build_partner, load_data, monday_of
from coil_bridge.demo.doors import Doors
from coil_bridge.demo.front import create_front
from coil_bridge.demo.mailbox import Mailbox
from coil_bridge.demo.ports import HOST, Ports, PortTaken
from coil_bridge.demo.seed import seed
from coil_bridge.errors import CoilBridgeError
from coil_bridge.settings import load_settings

_START_SECONDS = 60.0


class ServiceFailed(Exception):
    """The service did not come up; carries the end of its log."""


def main() -> int:
    """Run until Ctrl-C; 0 then, 1 with a reason when it cannot start."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__.splitlines()[0])
    parser.add_argument(
        "--port", type=int, default=8400, help="the front page's port; the others follow from it"
    )
    ports = Ports(parser.parse_args().port)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        run(ports)
    except KeyboardInterrupt:
        print("\nStopped.")  # noqa: T201 - the demo talks to the person at the terminal
        return 0
    except (PortTaken, ServiceFailed, CoilBridgeError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the demo talks to the person at the terminal
        return 1
    return 0


def run(ports: Ports) -> None:
    """Start everything in order, wait for Ctrl-C, stop everything in reverse order.

    Raises:
        PortTaken, ServiceFailed
    """
    data = load_data()
    ports.check(len(data["sites"]))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coil-bridge-demo-")))
        mailbox = Mailbox(ports.mail)
        mailbox.start()
        stack.callback(mailbox.stop)
        partners = [stack.enter_context(_started(each)) for each in _partners(data, ports)]
        environment = _environment(folder, ports, mailbox)
        _say("Connecting three Moodles and planting a first pairing ...")
        doors = seed(load_settings(environment), data, partners)
        _say("Starting the service ...")
        stack.enter_context(_service(environment, folder / "service.log", _url(ports.service)))
        front = create_front(
            Doors(_url(ports.service), mailbox, doors), partners, mailbox, _url(ports.service)
        )
        server = make_server(HOST, ports.front, front, threaded=True)
        stack.callback(server.server_close)
        _say(f"\nThe consortium is running:   {_url(ports.front)}\n\nCtrl-C stops it all.")
        server.serve_forever()


def _partners(data: dict[str, object], ports: Ports) -> Iterator[Partner]:
    sites = data["sites"]
    assert isinstance(sites, dict)  # noqa: S101 - the data file is ours; this narrows the type
    week_zero = monday_of(datetime.now(UTC).date())
    for position, (key, facts) in enumerate(sites.items()):
        yield build_partner(key, facts, port=ports.moodle(position), week_zero=week_zero)


@contextmanager
def _started(partner: Partner) -> Iterator[Partner]:
    with partner.moodle:
        yield partner


def _environment(folder: Path, ports: Ports, mailbox: Mailbox) -> dict[str, str]:
    own = {
        "PUBLIC_URL": _url(ports.service),
        "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "CONSORTIUM": "COIL Bridge demo",
        "SECRET_KEY": secrets.token_hex(32),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "SMTP_URL": mailbox.url,
        "MAIL_SENDER": "coil-bridge@consortium.example",
        "LISTEN": f"{HOST}:{ports.service}",
        "ALLOW_PRIVATE_PARTNERS": "true",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COIL_BRIDGE_")}
    return kept | {f"COIL_BRIDGE_{name}": value for name, value in own.items()}


@contextmanager
def _service(environment: dict[str, str], log: Path, url: str) -> Iterator[None]:
    """Run ``coil-bridge serve`` until the block ends; raises ``ServiceFailed`` when it does not come up."""
    with log.open("wb") as output:
        # A session of its own: Ctrl-C reaches this process alone, which then stops the service in order.
        process = subprocess.Popen(
            [sys.executable, "-m", "coil_bridge.cli", "serve"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, url, log)
        _watch(process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if requests.get(f"{url}/readyz", timeout=2).ok:
                return
        except requests.RequestException:
            pass  # not listening yet
        time.sleep(0.2)
    raise ServiceFailed(f"The service did not start. The end of its log:\n{_tail(log)}")


def _watch(process: subprocess.Popen[bytes], log: Path) -> None:
    """Say so when the service ends by itself, instead of leaving a front page whose doors lead nowhere."""

    def wait() -> None:
        if process.wait() not in (0, -signal.SIGTERM):
            print(f"The service has stopped. The end of its log:\n{_tail(log)}", file=sys.stderr)  # noqa: T201

    threading.Thread(target=wait, daemon=True).start()


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-20:])


def _url(port: int) -> str:
    return f"http://{HOST}:{port}"


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the demo talks to the person at the terminal


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

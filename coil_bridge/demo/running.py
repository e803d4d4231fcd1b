"""Starts the consortium and stops it: Moodles, mailbox, the service, the front page.

The service runs as in production: ``coil-bridge serve`` in a process of its own, configured through the
environment. Everything lives in a temporary folder, so each start begins anew.
"""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests
from cryptography.fernet import Fernet
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from coil_bridge.demo.consortium import Partner, build_partner, load_data, monday_of
from coil_bridge.demo.course_pages import open_from_courses
from coil_bridge.demo.doors import Doors
from coil_bridge.demo.front import create_front
from coil_bridge.demo.hooks import switch_on_notifications
from coil_bridge.demo.mailbox import Mailbox
from coil_bridge.demo.past_pilot import add_classes
from coil_bridge.demo.ports import HOST, Ports
from coil_bridge.demo.seed import seed
from coil_bridge.settings import load_settings
from connectors.meetings.simulator import BigBlueButtonSimulator

_START_SECONDS = 60.0


class ServiceFailed(Exception):
    """The service did not come up; carries the end of its log."""


@dataclass(frozen=True)
class Consortium:
    """What is running: two addresses to open, and the partners, whose Moodles can be made to misbehave."""

    front_url: str
    service_url: str
    partners: Mapping[str, Partner]


@contextmanager
def consortium(ports: Ports, say: Callable[[str], None], *, service_host: str = HOST) -> Iterator[Consortium]:
    """Start everything in order; when the block ends, stop everything in reverse order.

    ``say`` is told what is being waited for. With ``service_host`` "localhost" the service is another site
    than the Moodles to a browser, as it is in production, and its cookies in a frame are those of another.

    Raises:
        PortTaken, ServiceFailed, NotPlaced
    """
    data = load_data()
    ports.check(len(data["sites"]))
    front_url, service_url = _url(ports.front), _url(ports.service, service_host)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coil-bridge-demo-")))
        mailbox = stack.enter_context(_receiving(Mailbox(ports.mail)))
        meetings = stack.enter_context(BigBlueButtonSimulator(port=ports.meetings))
        partners = [stack.enter_context(_started(each)) for each in _partners(data, ports)]
        week_zero = monday_of(datetime.now(UTC).date())
        past = add_classes({each.key: each for each in partners}, data["past"], week_zero)
        environment = _environment(folder, ports, mailbox, service_url)
        say("Connecting three Moodles and planting a first pairing ...")
        settings = load_settings(environment)
        doors = seed(settings, data, partners, past, meetings)
        say("Starting the service ...")
        stack.enter_context(_service(environment, folder / "service.log", service_url))
        say("Placing links to the service in the courses of the Moodles ...")
        open_from_courses(settings, partners)
        switch_on_notifications(settings, partners)
        front = create_front(Doors(service_url, mailbox, doors), partners, mailbox, service_url)
        stack.enter_context(_serving(front, ports.front))
        yield Consortium(front_url, service_url, {each.key: each for each in partners})


def _partners(data: Mapping[str, Any], ports: Ports) -> Iterator[Partner]:
    week_zero = monday_of(datetime.now(UTC).date())
    for position, (key, facts) in enumerate(data["sites"].items()):
        yield build_partner(key, facts, port=ports.moodle(position), week_zero=week_zero)


@contextmanager
def _receiving(mailbox: Mailbox) -> Iterator[Mailbox]:
    mailbox.start()
    try:
        yield mailbox
    finally:
        mailbox.stop()


@contextmanager
def _started(partner: Partner) -> Iterator[Partner]:
    with partner.moodle:
        yield partner


def _environment(folder: Path, ports: Ports, mailbox: Mailbox, service_url: str) -> dict[str, str]:
    own = {
        "PUBLIC_URL": service_url,
        "DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "CONSORTIUM": "COIL Bridge demo",
        "SECRET_KEY": secrets.token_hex(32),
        "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        "SMTP_URL": mailbox.url,
        "MAIL_SENDER": "coil-bridge@consortium.example",
        "LISTEN": f"{HOST}:{ports.service}",
        "ALLOW_PRIVATE_PARTNERS": "true",
        "SIGNIN_LINKS_AN_HOUR": "200",  # somebody tries one door after the other, all afternoon
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
        if (
            process.wait() not in (0, -signal.SIGTERM) and log.exists()
        ):  # else the demo is over, and its folder
            print(f"The service has stopped. The end of its log:\n{_tail(log)}", file=sys.stderr)  # noqa: T201 - the demo talks to the person at the terminal

    threading.Thread(target=wait, daemon=True).start()


def _tail(log: Path) -> str:
    """The end of the log; nothing where the demo has ended meanwhile and its folder is gone."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-20:])


class _Quiet(WSGIRequestHandler):
    """Keeps the requests of the front page out of the terminal, where the one printed address stands."""

    def log_request(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _serving(front: Flask, port: int) -> Iterator[None]:
    server = make_server(HOST, port, front, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _url(port: int, host: str = HOST) -> str:
    return f"http://{host}:{port}"

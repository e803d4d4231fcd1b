"""``make demo``: three simulated Moodles, the service, and a front page with a door for each role."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from types import FrameType

from coil_bridge.demo.course_pages import NotPlaced
from coil_bridge.demo.ports import Ports, PortTaken
from coil_bridge.demo.running import ServiceFailed, consortium
from coil_bridge.errors import CoilBridgeError


def main() -> int:
    """Run until Ctrl-C; 0 then, 1 with a reason when it cannot start."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument(
        "--port", type=_port, default=8400, help="the front page's port; the others follow from it"
    )
    ports = Ports(parser.parse_args().port)
    # SIGINT too: a shell starts what runs in its background with that ignored. SIGHUP: the window was closed.
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _interrupt)
    try:
        with consortium(ports, _say) as running:
            _say(f"\nThe consortium is running:   {running.front_url}\n\nCtrl-C stops it all.")
            while True:  # a wait without end misses a signal that comes just before it begins
                time.sleep(1)
    except KeyboardInterrupt:
        _say("\nStopped.")
    except (PortTaken, ServiceFailed, NotPlaced, CoilBridgeError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - the demo talks to the person at the terminal
        return 1
    return 0


def _port(text: str) -> int:
    """A port with room for the others after it; what needs root's rights or does not exist is refused."""
    if not text.isdecimal() or not 1024 <= int(text) <= 65000:
        raise argparse.ArgumentTypeError("choose a number from 1024 to 65000")
    return int(text)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - the demo talks to the person at the terminal


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())

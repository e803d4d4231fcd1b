"""Which ports the demo needs, and a clear word when one is taken."""

from __future__ import annotations

import socket
from dataclasses import dataclass

HOST = "127.0.0.1"


class PortTaken(Exception):
    """A port that the demo needs is in use by another program."""


@dataclass(frozen=True)
class Ports:
    """All ports follow from the first one, so that one number moves the whole demo out of the way."""

    front: int

    @property
    def service(self) -> int:
        """Where the service itself listens."""
        return self.front + 1

    @property
    def mail(self) -> int:
        """Where the mailbox listens (SMTP)."""
        return self.front + 2

    @property
    def meetings(self) -> int:
        """Where the BigBlueButton listens."""
        return self.front + 3

    def moodle(self, position: int) -> int:
        """Where the Moodle of that position (from 0) listens."""
        return self.front + 11 + position

    def all(self, moodles: int) -> list[int]:
        """Every port of a demo with so many Moodles."""
        return [self.front, self.service, self.mail, self.meetings, *map(self.moodle, range(moodles))]

    def check(self, moodles: int) -> None:
        """Raise ``PortTaken`` for the first port that another program has."""
        for port in self.all(moodles):
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError as error:
                    raise PortTaken(
                        f"Port {port} is taken by another program. Stop that program, or move the demo:\n"
                        f"    make demo ARGS='--port {self.front + 100}'"
                    ) from error

"""Launches that go wrong on Moodle's side, each for so many launches.

Network faults of the machine endpoints (key set, token, services) are switched on with the simulator's own
`faults`; their function is the script's path, as in `faults.down(function="mod/lti/certs.php")`.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Any

from connectors.moodle.simulator.lti.keys import SigningKey

Claims = dict[str, Any]
Sign = Callable[[Claims, SigningKey], str]
_HOUR = 3600  # seconds


class LtiFaults:
    """What happens to the next id_tokens instead of a correct signature; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._signatures: deque[Sign] = deque()
        self._errors: deque[tuple[str, str]] = deque()

    def wrong_key(self, times: int = 1) -> None:
        """Sign with a key that is not in the key set, under the `kid` of the one that is."""
        self._add(lambda claims, key: SigningKey().sign(claims, kid=key.kid), times)

    def unknown_kid(self, times: int = 1) -> None:
        """Sign correctly, but name a key that is not in the key set."""
        self._add(lambda claims, key: key.sign(claims, kid="0" * 20), times)

    def expired(self, times: int = 1) -> None:
        """Send a token issued an hour ago."""
        self._add(lambda claims, key: key.sign(_older(claims)), times)

    def change(self, edit: Callable[[Claims], None], times: int = 1) -> None:
        """Let `edit` change the claims before they are signed."""

        def sign(claims: Claims, key: SigningKey) -> str:
            edit(claims)
            return key.sign(claims)

        self._add(sign, times)

    def error(self, code: str, description: str = "", times: int = 1) -> None:
        """Answer the authentication request with `error` instead of a token."""
        with self._lock:
            self._errors.extend([(code, description)] * times)

    def clear(self) -> None:
        """Forget the faults that have not happened yet."""
        with self._lock:
            self._signatures.clear()
            self._errors.clear()

    def take_error(self) -> tuple[str, str] | None:
        """Return the error that this launch meets, counting it off."""
        with self._lock:
            return self._errors.popleft() if self._errors else None

    def sign(self, claims: Claims, key: SigningKey) -> str:
        """Sign a launch's claims, with the fault that it meets."""
        with self._lock:
            sign = self._signatures.popleft() if self._signatures else None
        return key.sign(claims) if sign is None else sign(claims, key)

    def _add(self, sign: Sign, times: int) -> None:
        with self._lock:
            self._signatures.extend([sign] * times)


def _older(claims: Claims) -> Claims:
    return claims | {"iat": claims["iat"] - _HOUR, "exp": claims["exp"] - _HOUR}

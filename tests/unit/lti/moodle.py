"""A Moodle as a platform: a really listening server that signs, and answers what a test tells it to."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm


@dataclass(frozen=True)
class SigningKey:
    """A key pair of a platform (or of somebody who would like to be one)."""

    kid: str
    private: rsa.RSAPrivateKey

    @property
    def public(self) -> dict[str, Any]:
        """The public half as Moodle publishes it."""
        jwk = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {"kty": "RSA", "n": jwk["n"], "e": jwk["e"], "kid": self.kid, "alg": "RS256", "use": "sig"}

    def sign(self, claims: dict[str, Any], **headers: Any) -> str:
        """A token over whatever claims (PyJWT's own ``encode`` refuses bad ones); no header of ``None``."""
        given = {"typ": "JWT", "kid": self.kid, **headers}
        given = {name: value for name, value in given.items() if value is not None}
        return jwt.api_jws.encode(json.dumps(claims).encode(), self.private, "RS256", given)


def make_key(kid: str, bits: int = 2048) -> SigningKey:
    return SigningKey(kid, rsa.generate_private_key(public_exponent=65537, key_size=bits))


@dataclass(frozen=True)
class Asked:
    """A request that the server got."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Says:
    """An answer."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


Answer = Says | Callable[[Asked], Says]


class Moodle:
    """The server: answers by path, and remembers what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        self._lock = threading.Lock()

    def to(self, path: str) -> list[Asked]:
        """The requests to one path."""
        return [each for each in self.asked if each.path == path]

    def publish(self, *keys: SigningKey) -> None:
        """Publish these keys."""
        self.answers["/mod/lti/certs.php"] = Says(body={"keys": [key.public for key in keys]})

    def answer(self, asked: Asked) -> Says:
        with self._lock:
            self.asked.append(asked)
        found = self.answers.get(asked.path, Says(404, "no such page"))
        return found if isinstance(found, Says) else found(asked)


@contextmanager
def listening() -> Iterator[Moodle]:
    """A Moodle on an ephemeral port of 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            parts = urlsplit(self.path)
            asked = Asked(
                self.command, parts.path, parts.query, dict(self.headers.items()), self.rfile.read(length)
            )
            said = moodle.answer(asked)
            body = said.body.encode() if isinstance(said.body, str) else json.dumps(said.body).encode()
            self.send_response(said.status)
            for name, value in {"Content-Type": "text/html", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, *args: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    moodle = Moodle(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield moodle
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

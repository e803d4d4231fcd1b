"""A really listening server on 127.0.0.1 whose every byte a test decides.

A script is a function that gets one accepted connection after the request has been read; what it
does with the socket is the misbehaviour under test.
"""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Script = Callable[[socket.socket, "Server"], None]


def answer(body: bytes = b"{}", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def says(*answers: bytes) -> Script:
    """Give these answers in turn, the last one for ever."""

    def script(connection: socket.socket, server: Server) -> None:
        connection.sendall(answers[min(len(server.requests), len(answers)) - 1])

    return script


@dataclass
class Server:
    """What the script and the test see of the server."""

    url: str
    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def serve(script: Script, tls: ssl.SSLContext | None = None, read_request: bool = True) -> Iterator[Server]:
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = Server(f"{'https' if tls else 'http'}://127.0.0.1:{port}", port)
    threads: list[threading.Thread] = []

    def handle(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(connection)
            if tls:
                connection = stack.enter_context(tls.wrap_socket(connection, server_side=True))
            if read_request:
                server.requests.append(_request(connection))
            script(connection, server)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while not server.stopped.is_set():
                connection, _ = listener.accept()
                server.connections += 1
                threads.append(threading.Thread(target=handle, args=(connection,), daemon=True))
                threads[-1].start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        server.stopped.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for thread in [acceptor, *threads]:
            thread.join(5)


def _request(connection: socket.socket) -> bytes:
    """Read one request: the headers and as much body as they announce."""
    received = b""
    while b"\r\n\r\n" not in received:
        more = connection.recv(65536)
        if not more:
            return received
        received += more
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    wanted = int(lengths[0].split(b":")[1]) if lengths else 0
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def certificate(folder: Path, name: str = "127.0.0.1", *, expired: bool = False) -> tuple[Path, Path]:
    """Make a self-signed certificate for an address or a name; returns certificate and key files."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test Moodle")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=30)
    end = start + datetime.timedelta(days=10 if expired else 3650)
    names: x509.GeneralName = x509.DNSName(name)
    if name[0].isdigit():
        names = x509.IPAddress(ipaddress.ip_address(name))
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(built.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert_file, key_file


def tls_context(cert_file: Path, key_file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    return context

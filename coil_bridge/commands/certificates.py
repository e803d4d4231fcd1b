"""``coil-bridge certificate``: verifying completion certificates, also far from the installation."""

from __future__ import annotations

from pathlib import Path

import click
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier

from coil_bridge.commands.common import exits_by_error, opened
from coil_bridge.errors import Conflict


@click.group()
def certificate() -> None:
    """Completion certificates (Open Badges 3.0)."""


@certificate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The issuer's public key (PEM): then neither a network nor an installation is needed.",
)
@exits_by_error
def verify(file: Path, key: Path | None) -> None:
    """Say whether FILE is a genuine certificate; with an installation also whether it was revoked."""
    token = file.read_text("ascii", errors="replace").strip()
    if key is not None:
        _offline(token, key.read_text("ascii"))
        return
    with opened() as services:
        verdict = services.certificates.verify(token)
    if not verdict.genuine:
        raise Conflict("This is no certificate of this installation, or it has been changed.")
    if verdict.revoked:
        raise Conflict("This certificate has been revoked.")
    click.echo(f"Genuine: {verdict.holder}, {verdict.achievement}")


@certificate.command()
@exits_by_error
def keys() -> None:
    """Print the public keys (PEM) that certificates are verified with."""
    with opened() as services:
        found = services.certificates.public_keys()
    for kid, pem in found.items():
        click.echo(f"# {kid}\n{pem}", nl=False)


def _offline(token: str, pem: str) -> None:
    try:
        found = OB3Verifier(pubkey_pem=pem).verify(token)
    except OB3VerificationError as error:
        raise Conflict("Not genuine: %(why)s", {"why": error}) from None
    holder = ", ".join(each.identity_hash for each in found.identifiers)
    click.echo(f"Genuine: {holder}, {found.achievement.name} (whether it was revoked was not asked)")

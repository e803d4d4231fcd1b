"""``coil-bridge person``: the people who run the consortium, and what anybody may ask about the own data."""

from __future__ import annotations

import click

from coil_bridge.commands.common import exits_by_error, json_option, opened, show, table
from coil_bridge.domain import Person, Role
from coil_bridge.errors import NotFound
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM

_ROLES = [role.value for role in Role]


@click.group()
def person() -> None:
    """Administrators and evaluation leads: who they are, and their way in.

    Teachers and students need no entry here: they sign in from their own Moodle.
    """


@person.command()
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(_ROLES), help="May be repeated."
)
@json_option
@exits_by_error
def add(email: str, name: str, roles: tuple[str, ...], as_json: bool) -> None:
    """Give a person with an EMAIL address a role and send an invitation."""
    with opened() as services:
        added = services.people.add(SYSTEM, name, email, [Role(role) for role in roles])
        show(_plain(added), as_json=as_json, text=f"{added.name} ({added.email}): {_roles(added)}")


@person.command("list")
@json_option
@exits_by_error
def list_(as_json: bool) -> None:
    """List everybody who has a role."""
    with opened() as services:
        people = services.people.all_with_roles()
        text = table(("ID", "NAME", "E-MAIL", "ROLES"), [(p.id, p.name, p.email, _roles(p)) for p in people])
        show([_plain(each) for each in people], as_json=as_json, text=text)


@person.command()
@click.argument("email")
@exits_by_error
def remove(email: str) -> None:
    """Take every role from the person with that EMAIL address (or id) and sign the person out."""
    with opened() as services:
        found = _find(services, email)
        services.people.set_roles(SYSTEM, found.id, [])
        click.echo(f"{found.name} has no role any more.")


@person.command()
@click.argument("email")
@exits_by_error
def link(email: str) -> None:
    """Print a one-time sign-in link for a person with a role, for a first start without a mail server."""
    with opened() as services:
        click.echo(services.signin.link(_find(services, email).id))


@person.command()
@click.argument("wanted")
@exits_by_error
def data(wanted: str) -> None:
    """Print what is held about somebody (id or e-mail address) as JSON, for a request of theirs."""
    with opened() as services:
        found = services.rights.find(SYSTEM, wanted)
        show(services.rights.held(SYSTEM, found.id), as_json=True, text="")


@person.command()
@click.argument("wanted")
@click.option("--yes", is_flag=True, help="Do not ask.")
@exits_by_error
def erase(wanted: str, yes: bool) -> None:
    """Erase somebody (id or e-mail address) who has asked for it. This cannot be undone."""
    with opened() as services:
        found = services.rights.find(SYSTEM, wanted)
        if not yes:
            click.confirm(f"Erase {found.name} and everything that is held about them?", abort=True, err=True)
        services.rights.erase(SYSTEM, found.id)
        click.echo("Erased.")


def _find(services: Services, wanted: str) -> Person:
    for each in services.people.all_with_roles():
        if wanted == each.id or wanted.lower() == (each.email or "").lower():
            return each
    raise NotFound("Nobody with a role has the address or id %(wanted)s.", {"wanted": wanted})


def _roles(someone: Person) -> str:
    return ", ".join(sorted(someone.roles))


def _plain(someone: Person) -> dict[str, object]:
    return {
        "id": someone.id,
        "name": someone.name,
        "email": someone.email,
        "roles": sorted(role.value for role in someone.roles),
    }

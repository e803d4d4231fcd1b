"""``coil-bridge db``: the database's schema, and the key of the secrets in it."""

from __future__ import annotations

import click

from coil_bridge.commands.common import exits_by_error, json_option, opened, settings, show, table
from coil_bridge.errors import ConfigurationError, Unavailable
from coil_bridge.services.identity.resealing import Resealing
from coil_bridge.storage import migrate, schema_state
from coil_bridge.storage.engine import open_engine


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@exits_by_error
def upgrade() -> None:
    """Bring the database to the schema that this version needs; changes nothing when it is there."""
    engine = open_engine(settings().database_url)
    try:
        before, after = schema_state.state(engine), migrate.upgrade(engine)
    finally:
        engine.dispose()
    step = "is up to date" if before.up_to_date else f"went from {before.current or 'empty'}"
    click.echo(f"The database {step}: schema {after.current}.")


@db.command()
@json_option
@exits_by_error
def check(as_json: bool) -> None:
    """Say whether the schema is the one that this version needs; exit code 8 when it is not."""
    engine = open_engine(settings().database_url)
    try:
        state = schema_state.state(engine)
        differences = migrate.differences(engine) if state.up_to_date else []
    finally:
        engine.dispose()
    text = f"schema {state.current or 'empty'}, needed {state.head}"
    shown = {"current": state.current, "needed": state.head, "differences": differences}
    show(shown, as_json=as_json, text="\n".join([text, *differences]))
    if not state.up_to_date or differences:
        raise Unavailable(
            "The database does not have the schema that is needed: run `coil-bridge db upgrade`."
        )


@db.command()
@json_option
@exits_by_error
def reseal(as_json: bool) -> None:
    """Encrypt every stored secret with the first of encryption_keys, so that the others can be taken away.

    Can be repeated at any time, also while the service runs; exit code 78 when a secret opens with none.
    """
    with opened() as services:
        found = Resealing(storage=services.storage, vault=services.vault).reseal()
    rows = [(each.column, each.resealed, each.current, each.unreadable) for each in found]
    show(found, as_json=as_json, text=table(("SECRETS IN", "RESEALED", "HAD THE KEY", "UNREADABLE"), rows))
    if lost := sum(each.unreadable for each in found):
        raise ConfigurationError(
            "%(count)s stored secrets open with none of encryption_keys. Put the key back that sealed them.",
            {"count": lost},
        )


@db.command(hidden=True)
@click.argument("message")
def revision(message: str) -> None:
    """For developers: write the step from the newest migration to the tables in the code."""
    click.echo(str(migrate.write_revision(message)))

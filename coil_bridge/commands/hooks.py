"""``coil-bridge site hooks``: the keys with which a partner's plugin signs its notifications."""

from __future__ import annotations

import click

from coil_bridge.commands.common import exits_by_error, json_option, moment, opened, show, table
from coil_bridge.commands.sites import find, site
from coil_bridge.services.context import SYSTEM


@site.group("hooks")
def hook_keys() -> None:
    """Keys of the plugin's notifications: make, list, end.

    Two are valid at once, so that one can replace the other in Moodle without a gap. The former ends by
    itself a day after its last use, once the new one is in use.
    """


@hook_keys.command()
@click.argument("site")
@json_option
@exits_by_error
def make(site: str, as_json: bool) -> None:
    """Make a key for SITE and print it, this once, as the line that the plugin's page in Moodle takes.

    In Moodle, with a shell: sudo -u www-data php local/coilbridge/cli/notifications.php --key
    """
    with opened() as services:
        made = services.activity.hook_keys.make(SYSTEM, find(services, site).id)
        parts = {"address": made.address, "id": made.id, "secret": made.secret, "line": made.line}
        show(parts, as_json=as_json, text=made.line)


@hook_keys.command("list")
@click.argument("site")
@json_option
@exits_by_error
def list_(site: str, as_json: bool) -> None:
    """List the valid keys of SITE, without their secrets."""
    with opened() as services:
        keys = services.activity.hook_keys.valid(SYSTEM, find(services, site).id)
        rows = [(each.id, moment(each.created_at), moment(each.last_used_at)) for each in keys]
        plain = [
            {"id": each.id, "created_at": each.created_at, "last_used_at": each.last_used_at} for each in keys
        ]
        show(plain, as_json=as_json, text=table(("NAME", "MADE", "LAST USED"), rows))


@hook_keys.command()
@click.argument("site")
@click.argument("key")
@exits_by_error
def end(site: str, key: str) -> None:
    """End KEY of SITE; what is signed with it is refused within ten seconds."""
    with opened() as services:
        services.activity.hook_keys.end(SYSTEM, find(services, site).id, key)
        click.echo(f"{key} is ended.")

"""The ``coil-bridge`` command.

Each command is imported when it is wanted: the worker, which is one of them, runs for weeks and needs
neither the web server nor the tool that migrates databases.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version

import click

_COMMANDS = {
    "serve": "running",
    "worker": "running",
    "site": "hooks",  # which adds to the commands of ``sites``
    "room": "rooms",
    "person": "people",
    "calendar": "calendars",
    "pilot": "pilots",
    "certificate": "certificates",
    "plugin": "plugin",
    "sync": "upkeep",
    "export": "pilots",
    "doctor": "upkeep",
    "db": "database",
}
"""The module of ``coil_bridge.commands`` that has each command."""


class Commands(click.Group):
    """Imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Their names, in the order of the alphabet."""
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """The command of a name, ``None`` for an unknown one."""
        if cmd_name not in _COMMANDS:
            return None
        found: click.Command = getattr(import_module(f"coil_bridge.commands.{_COMMANDS[cmd_name]}"), cmd_name)
        return found


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(version("coil-bridge"), message="%(version)s")
def main() -> None:
    """COIL Bridge pairs courses of partner universities across their Moodles.

    \b
    First steps:
      coil-bridge doctor                      what is missing here, and fresh secrets
      coil-bridge db upgrade                  make or renew the database
      coil-bridge person add you@example.org --name "You" --role administrator
      coil-bridge serve                       the pages and the worker
      coil-bridge site add https://moodle.example.org --institution "University of Example" ...

    Settings come from the file named by COIL_BRIDGE_CONFIG and from COIL_BRIDGE_... variables;
    config/default.toml lists them all. Secrets can be read from files (COIL_BRIDGE_..._FILE).

    \b
    Exit codes: 0 done, 1 something is not in order, 2 input that cannot be used, 3 not found, 4 not
    allowed, 5 conflict, 7 a partner's Moodle gave no usable answer, 8 our own database is not ready,
    9 a checked Moodle cannot be used as it is, 78 settings.
    """


if __name__ == "__main__":
    main()

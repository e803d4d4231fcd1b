"""The ``coil-bridge`` command."""

from __future__ import annotations

from importlib.metadata import version

import click

from coil_bridge.commands import hooks  # noqa: F401 - it adds its commands to `site`
from coil_bridge.commands.calendars import calendar
from coil_bridge.commands.certificates import certificate
from coil_bridge.commands.people import person
from coil_bridge.commands.pilots import export, pilot
from coil_bridge.commands.plugin import plugin
from coil_bridge.commands.rooms import room
from coil_bridge.commands.running import serve, worker
from coil_bridge.commands.sites import site
from coil_bridge.commands.upkeep import db, doctor, sync


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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


for command in (
    serve,
    worker,
    site,
    room,
    person,
    calendar,
    pilot,
    certificate,
    plugin,
    sync,
    export,
    doctor,
    db,
):
    main.add_command(command)

if __name__ == "__main__":
    main()

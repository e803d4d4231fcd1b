"""``coil-bridge plugin``: the plugins that a partner's Moodle can install."""

from __future__ import annotations

from pathlib import Path

import click

from coil_bridge.commands.common import json_option, show, table
from connectors.moodle.plugin_files import build_all


@click.group()
def plugin() -> None:
    """Make the plugins for a partner's Moodle."""


@plugin.command("build")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Folder for the files; made if it is missing.",
)
@json_option
def build_(folder: Path, as_json: bool) -> None:
    """Make the zip files for "Install plugins" of Moodle 4.1 to 5.1.

    The same version gives the same bytes everywhere.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = build_all()
    for each in made:
        (folder / each.name).write_bytes(each.content)
    rows = [(str(folder / each.name), each.release, each.sha256) for each in made]
    values = [{"file": file, "release": release, "sha256": digest} for file, release, digest in rows]
    show(values, as_json=as_json, text=table(("FILE", "RELEASE", "SHA-256"), rows))

"""``coil-bridge pilot`` and ``coil-bridge export``: what the evaluation lead needs from scripts."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import click

from coil_bridge.commands.common import Command, exits_by_error, json_option, opened, share_bar, show, table
from coil_bridge.commands.pull_report import progress_plain, progress_text
from coil_bridge.domain import Pilot
from coil_bridge.errors import InvalidInput, NotFound, PartnerUnavailable
from coil_bridge.evaluation.definitions.registry import CURRENT, SETS
from coil_bridge.jobs.worker import Worker
from coil_bridge.services.activity.activity_pull import PullProgress
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM
from coil_bridge.services.piloting.exports import ExportFormat
from coil_bridge.services.piloting.pilot_inputs import PilotInput

_LOOK_EVERY = 0.2  # seconds
_PACK = "zip"


def _day(_context: click.Context, _option: click.Parameter, value: datetime) -> date:
    return value.date()


def day_option(name: str, text: str) -> Callable[[Command], Command]:
    """An option that takes a calendar day."""
    return click.option(name, required=True, type=click.DateTime(["%Y-%m-%d"]), callback=_day, help=text)


@click.group()
def pilot() -> None:
    """Piloting rounds: list, add, pull their activity.

    PILOT is an id or a name.
    """


@pilot.command("list")
@json_option
@exits_by_error
def list_(as_json: bool) -> None:
    """List the pilots."""
    with opened() as services:
        pilots = services.pilots.all(SYSTEM)
        rows = [
            (p.id, p.name, p.starts_on, p.ends_on, "destroyed" if p.key_destroyed_at else "") for p in pilots
        ]
        text = table(("ID", "NAME", "FROM", "TO", "KEY"), rows)
        show(pilots, as_json=as_json, text=text)


@pilot.command()
@click.argument("name")
@day_option("--from", "The first day, for instance 2026-09-01.")
@day_option("--to", "The last day.")
@click.option("--description", default="", help="What it is about.")
@click.option("--threshold", type=int, help="The smallest group that is shown; default: the installation's.")
@json_option
@exits_by_error
def add(name: str, description: str, threshold: int | None, as_json: bool, **days: date) -> None:
    """Add a pilot called NAME."""
    form = PilotInput(name, days["from"], days["to"], description, threshold)
    with opened() as services:
        added = services.pilots.create(SYSTEM, form)
        show(added, as_json=as_json, text=f"{added.name}: {added.id}")


@pilot.command()
@click.argument("pilot")
@json_option
@exits_by_error
def pull(pilot: str, as_json: bool) -> None:
    """Pull the activity of PILOT's courses now; exit code 7 when a site did not answer.

    A course that the worker is pulling at this moment is left to it.
    """
    with opened() as services:
        found = find(services, pilot)
        services.pulls.request(SYSTEM, found.id)
        with share_bar("Pulling") as show_share:
            done = _work_until_ended(services, found.id, show_share)
        show(progress_plain(done), as_json=as_json, text=progress_text(done))
        if done.failed or any(line.failed for line in done.logs):
            sys.exit(PartnerUnavailable.exit_code)


@pilot.command("destroy-key")
@click.argument("pilot")
@click.option("--yes", is_flag=True, help="Do not ask.")
@exits_by_error
def destroy_key(pilot: str, yes: bool) -> None:
    """Destroy the pseudonym key: nobody can link the pilot's rows to people any more. For good."""
    with opened() as services:
        found = find(services, pilot)
        if not yes:
            click.confirm(
                f"Destroy the key of “{found.name}”? Nothing more can be pulled.", abort=True, err=True
            )
        services.pilots.destroy_key(SYSTEM, found.id)
        click.echo("Destroyed.")


def _work_until_ended(services: Services, pilot_id: str, show_share: Callable[[float], None]) -> PullProgress:
    """Do the pulls here; what a worker has taken is waited for."""
    worker = Worker(services, jobs=())
    try:
        while not (state := services.pulls.progress(SYSTEM, pilot_id)).ended:
            worker.run_tasks()
            worker.renew()
            show_share(state.share)
            time.sleep(_LOOK_EVERY)
    finally:
        worker.stop()
    return state


@click.command()
@click.argument("pilot")
@click.option(
    "--format",
    "chosen",
    type=click.Choice([*(each.value for each in ExportFormat), _PACK]),
    help="zip is the evidence pack. Default: by the file's name, else csv.",
)
@click.option(
    "--at",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]),
    help="Pack: the time to state, as an earlier pack does, to make that one again to the byte.",
)
@click.option(
    "--definitions", type=click.Choice(list(SETS)), default=CURRENT, help="Pack: the set of definitions."
)
@click.option("--xapi", is_flag=True, help="Pack: with xAPI statements about single students.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    help="The file to write, - for standard output; default: a name made of the pilot's.",
)
@exits_by_error
def export(
    pilot: str,
    chosen: str | None,
    at: datetime | None,
    definitions: str,
    *,
    xapi: bool,
    output: Path | None,
) -> None:
    """Write who took part in PILOT, by pseudonym, institution, pairing and week; or its evidence pack.

    Groups below the pilot's threshold are left out. An existing file is replaced only when it is named.
    """
    kind = chosen or (output.suffix.removeprefix(".") if output else "") or "csv"
    made_at = at.replace(tzinfo=UTC) if at else None
    with opened() as services:
        found = find(services, pilot)
        if kind == _PACK:
            made = services.evidence.figures.pack(
                SYSTEM, found.id, definitions=definitions, made_at=made_at, xapi=xapi
            )
        else:
            made = services.exports.participation(SYSTEM, found.id, kind)
    if output == Path("-"):
        click.echo(made.content, nl=False)
        return
    path = output or Path(made.name)
    if output is None and path.exists():
        raise InvalidInput({"output": [f"{path} is there already; name it with --output to replace it"]})
    path.write_bytes(made.content)
    click.echo(str(path), err=True)


def find(services: Services, wanted: str) -> Pilot:
    """A pilot by its id or its name.

    Raises:
        NotFound: there is none.
    """
    for each in services.pilots.all(SYSTEM):
        if wanted == each.id or wanted.lower() == each.name.lower():
            return each
    raise NotFound("There is no pilot %(wanted)s; see `coil-bridge pilot list`.", {"wanted": wanted})

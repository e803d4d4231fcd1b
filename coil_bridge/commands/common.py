"""What every command shares: the services, output for people and for scripts, errors as exit codes."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime, time
from functools import wraps
from typing import Any, TypeVar

import click
from sqlalchemy.exc import OperationalError

from coil_bridge.errors import CoilBridgeError, InvalidInput, Unavailable
from coil_bridge.logs import write_json_logs
from coil_bridge.services.bundle import Services
from coil_bridge.settings import Settings, load_settings
from coil_bridge.wiring.services.installation import build_services

Command = TypeVar("Command", bound=Callable[..., Any])
Item = TypeVar("Item")


def settings() -> Settings:
    """The settings of this machine.

    Raises:
        ConfigurationError: they cannot be used.
    """
    return load_settings(os.environ)


@contextmanager
def opened(*, whatever_the_schema: bool = False) -> Iterator[Services]:
    """The services of this installation, closed at the end; what they log has no values in it.

    Raises:
        ConfigurationError: the settings cannot be used.
        Unavailable: the database is not there, or has another schema: no command begins what it cannot end.
    """
    services = build_services(settings())
    write_json_logs()
    try:
        wrong = None if whatever_the_schema else services.health.other_schema()
        if wrong:
            raise Unavailable(wrong.message, wrong.values)
        yield services
    finally:
        services.close()


def json_option(command: Command) -> Command:
    """Give a command ``--json``."""
    help_text = "Print JSON, for scripts; the shape stays, fields may be added."
    return click.option("--json", "as_json", is_flag=True, help=help_text)(command)


def exits_by_error(command: Command) -> Command:
    """Turn the product's errors into a line on standard error and the error's own exit code."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except CoilBridgeError as error:
            click.echo(f"coil-bridge: {_words(error)}", err=True)
            sys.exit(error.exit_code)
        except OperationalError as error:  # not there, not ours to open, or locked for too long
            click.echo(f"coil-bridge: The database cannot be used: {error.orig}", err=True)
            sys.exit(Unavailable.exit_code)

    return wrapped  # type: ignore[return-value]  # wraps() keeps the signature, mypy cannot see it


def show(value: object, *, as_json: bool, text: str) -> None:
    """Print a result: as JSON for a script, as text for a person."""
    click.echo(json.dumps(plain(value), indent=2, ensure_ascii=False) if as_json else text)


def plain(value: Any) -> Any:
    """A result as JSON knows it; instants in ISO 8601 with their offset."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(each) for name, each in asdict(value).items()}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(each) for each in value)
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Rows in columns as wide as they need, with the headings on top."""
    lines = [[str(heading) for heading in headings]]
    lines += [["" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


@contextmanager
def progress(items: Sequence[Item], label: str) -> Iterator[Iterable[Item]]:
    """Go through long work with a bar on standard error; no bar where nobody looks."""
    if not sys.stderr.isatty():
        yield items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield bar


@contextmanager
def share_bar(label: str) -> Iterator[Callable[[float], None]]:
    """A bar for work that tells its share from 0 to 1; as ``progress``."""
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    with click.progressbar(length=100, label=label, file=sys.stderr) as bar:
        yield lambda share: bar.update(int(share * 100) - bar.pos)


def moment(value: datetime | None) -> str:
    """An instant for a table, in UTC."""
    return f"{value:%Y-%m-%d %H:%M}Z" if value else "never"


def _words(error: CoilBridgeError) -> str:
    if isinstance(error, InvalidInput):
        reasons = (f"{name or 'input'}: {reason}" for name, found in error.errors.items() for reason in found)
        return "; ".join(reasons)
    return str(error)

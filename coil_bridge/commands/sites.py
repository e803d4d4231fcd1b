"""``coil-bridge site``: connect partners' Moodles, check, pause and remove them."""

from __future__ import annotations

import os
import sys
from datetime import datetime, time
from pathlib import Path

import click

from coil_bridge.commands.common import exits_by_error, json_option, moment, opened, show, table
from coil_bridge.domain import Site, SiteState
from coil_bridge.errors import NotFound
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM
from coil_bridge.services.moodles.site_inputs import InstitutionInput, SiteInput
from connectors.moodle.readiness import Check, Readiness
from connectors.moodle.readiness_texts import describe

TOKEN_VARIABLE = "COIL_BRIDGE_SITE_TOKEN"  # noqa: S105 - the name of a variable
NOT_READY = 9
_MARKS = {"ok": "ok ", "warning": "(!)", "error": "NO "}


token_file_option = click.option(
    "--token-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Read the token from a file.",
)


@click.group()
def site() -> None:
    """Connect partners' Moodles, check, pause and remove them.

    SITE is an id, or the beginning of a name or of an address that fits one site only.
    """


@site.command()
@click.argument("url")
@click.option("--institution", required=True, help="The university's name; a known one keeps its details.")
@click.option("--short-name", help="What people call it, for instance UB; default: the name.")
@click.option("--city", default="", help="Where it is; needed for a new university.")
@click.option("--country", default="", help="Two letters, for instance RS; needed for a new university.")
@click.option("--subdivision", help="ISO 3166-2 without the country, where public holidays differ.")
@click.option("--zone", default="", help="Like Europe/Belgrade; needed for a new university.")
@click.option("--day-starts", default="08:00", show_default=True, help="From when its people can meet.")
@click.option("--day-ends", default="20:00", show_default=True, help="Until when its people can meet.")
@click.option("--name", default="", help="The site's name in messages; default: made of the short name.")
@token_file_option
@json_option
@exits_by_error
def add(url: str, institution: str, token_file: Path | None, as_json: bool, **given: str) -> None:
    """Connect the Moodle at URL and check it at once.

    The token is read from --token-file, from the variable COIL_BRIDGE_SITE_TOKEN, or asked for without
    showing it; it is never an argument, since everybody on the machine can read those. The site is kept
    even if the check finds something wrong; the exit code is 9 then.
    """
    with opened() as services:
        described = _institution(services, institution, given)
        wanted = SiteInput(described, url, _token(token_file), given["name"])
        _report(services, services.sites.add(SYSTEM, wanted), as_json=as_json)


@site.command("list")
@json_option
@exits_by_error
def list_(as_json: bool) -> None:
    """List the connected Moodles and how they are."""
    with opened() as services:
        sites = services.sites.all()
        rows = [
            (each.id, each.name, each.base_url, each.state, _state(services, each), moment(each.last_ok_at))
            for each in sites
        ]
        text = table(("ID", "NAME", "ADDRESS", "STATE", "CHECK", "LAST ANSWER"), rows)
        show([_plain(services, each) for each in sites], as_json=as_json, text=text)


@site.command()
@click.argument("site")
@json_option
@exits_by_error
def check(site: str, as_json: bool) -> None:
    """Check SITE now and say what to do, in Moodle's own words; exit code 9 if it cannot be used."""
    with opened() as services:
        found = find(services, site)
        _report(services, services.sites.recheck(SYSTEM, found.id), as_json=as_json)


@site.command()
@click.argument("site")
@token_file_option
@json_option
@exits_by_error
def token(site: str, token_file: Path | None, as_json: bool) -> None:
    """Give SITE another token (read as in `site add`) and check it."""
    with opened() as services:
        found = find(services, site)
        mended = services.sites.replace_token(SYSTEM, found.id, _token(token_file))
        _report(services, mended, as_json=as_json)


@site.command()
@click.argument("site")
@exits_by_error
def pause(site: str) -> None:
    """Stop asking SITE anything until it is resumed."""
    with opened() as services:
        click.echo(f"{services.sites.pause(SYSTEM, find(services, site).id).name} is paused.")


@site.command()
@click.argument("site")
@exits_by_error
def resume(site: str) -> None:
    """Go on asking SITE."""
    with opened() as services:
        click.echo(f"{services.sites.resume(SYSTEM, find(services, site).id).name} is active.")


@site.command()
@click.argument("site")
@click.option("--yes", is_flag=True, help="Do not ask.")
@exits_by_error
def remove(site: str, yes: bool) -> None:
    """Forget the token of SITE and sign its people out; courses and pairings stay as history."""
    with opened() as services:
        found = find(services, site)
        if not yes:
            click.confirm(f"Remove {found.name} ({found.base_url})?", abort=True)
        click.echo(f"{services.sites.remove(SYSTEM, found.id).name} is removed.")


def find(services: Services, wanted: str) -> Site:
    """A site by its id or by the beginning of its name or address.

    Raises:
        NotFound: none fits, or several do.
    """
    sites = services.sites.all()
    exact = [each for each in sites if wanted in (each.id, each.base_url)]
    low = wanted.lower()
    fitting = exact or [each for each in sites if _names(each, low)]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(f"{each.id} ({each.name})" for each in fitting or sites) or "none is connected"
    raise NotFound("%(wanted)r names no single site. Sites: %(names)s", {"wanted": wanted, "names": names})


def _names(site: Site, low: str) -> bool:
    host = site.base_url.split("://", 1)[1]
    return any(text.lower().startswith(low) for text in (site.name, site.base_url, host))


def _institution(services: Services, name: str, given: dict[str, str]) -> InstitutionInput:
    known = [each for each in services.sites.institutions() if each.name.lower() == name.strip().lower()]
    stored = known[0] if known else None
    return InstitutionInput(
        name=name,
        short_name=given["short_name"] or (stored.short_name if stored else name[:40]),
        city=given["city"] or (stored.city if stored else ""),
        country=given["country"] or (stored.country if stored else ""),
        zone=given["zone"] or (stored.zone if stored else ""),
        subdivision=given["subdivision"],
        day_starts=_clock(given["day_starts"], "--day-starts"),
        day_ends=_clock(given["day_ends"], "--day-ends"),
    )


def _clock(text: str, option: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day, no instant
    except ValueError:
        raise click.BadParameter("write a time of day like 08:00", param_hint=option) from None


def _token(path: Path | None) -> str:
    if path:
        return path.read_text("utf-8").strip()
    if from_environment := os.environ.get(TOKEN_VARIABLE):
        return from_environment
    if not sys.stdin.isatty():
        raise click.UsageError(f"no terminal to ask for the token: use --token-file or {TOKEN_VARIABLE}")
    return str(click.prompt("Token", hide_input=True, err=True))


def _report(services: Services, site: Site, *, as_json: bool) -> None:
    report = services.sites.readiness(site)
    show(_plain(services, site), as_json=as_json, text=_text(site, report))
    if report is None or not report.ready:
        sys.exit(NOT_READY)


def _text(site: Site, report: Readiness | None) -> str:
    lines = [f"{site.name}  {site.base_url}  {site.id}"]
    for check_made in report.checks if report else ():
        words = describe(check_made)
        lines.append(f"  {_MARKS[check_made.level]} {words.title}: {words.detail}")
        if check_made.level != "ok":
            lines += [f"      {more}" for more in (words.consequence, words.remedy) if more]
    return "\n".join(lines)


def _state(services: Services, site: Site) -> str:
    report = services.sites.readiness(site)
    return report.level if report else "not checked"


def _plain(services: Services, site: Site) -> dict[str, object]:
    report = services.sites.readiness(site)
    return {
        "id": site.id,
        "name": site.name,
        "base_url": site.base_url,
        "institution": site.institution.name,
        "state": SiteState(site.state).value,
        "last_ok_at": site.last_ok_at,
        "last_error": site.last_error,
        "courses_synced_at": site.courses_synced_at,
        "readiness": report and {"level": report.level, "checks": [_check(each) for each in report.checks]},
    }


def _check(made: Check) -> dict[str, object]:
    words = describe(made)
    return {
        "key": made.key,
        "level": made.level,
        "title": words.title,
        "detail": words.detail,
        "remedy": words.remedy,
    }

"""``coil-bridge sync`` and ``doctor``: what keeps an installation in order."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import click
from cryptography.fernet import Fernet

from coil_bridge.commands.common import exits_by_error, json_option, opened, progress, settings, show, table
from coil_bridge.commands.sites import find
from coil_bridge.domain import SiteState
from coil_bridge.errors import ConfigurationError, PartnerUnavailable
from coil_bridge.services.bundle import Services
from coil_bridge.settings import Settings
from coil_bridge.wiring.services.installation import mailer_of

MARKS = {True: "ok ", False: "NO "}
NOT_WELL = 1


@click.command()
@click.argument("sites", nargs=-1, metavar="[SITE]...")
@json_option
@exits_by_error
def sync(sites: tuple[str, ...], as_json: bool) -> None:
    """Read the course lists of the named sites now, of all active ones by default.

    A site that does not answer leaves the others alone; the exit code is 7 then.
    """
    with opened() as services:
        active = [each for each in services.sites.all() if each.state is SiteState.ACTIVE]
        chosen = [find(services, each) for each in sites] if sites else active
        with progress(chosen, "Reading courses") as going:
            results = [_sync(services, each.id, each.name) for each in going]
    rows = [(each["site"], each["stored"], each["gone"], each["error"]) for each in results]
    show(results, as_json=as_json, text=table(("SITE", "COURSES", "GONE", "ERROR"), rows))
    if any(each["error"] for each in results):
        sys.exit(PartnerUnavailable.exit_code)


def _sync(services: Services, site_id: str, name: str) -> Mapping[str, object]:
    try:
        report = services.catalogue.sync_site(site_id)
    except PartnerUnavailable as error:
        return {"site_id": site_id, "site": name, "stored": None, "gone": None, "error": str(error)}
    return {"site_id": site_id, "site": name, "stored": report.stored, "gone": report.gone, "error": None}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    name: str
    ok: bool
    detail: str


@click.command()
@json_option
@exits_by_error
def doctor(as_json: bool) -> None:
    """Look whether everything is in order here, and say what to do; exit code 1 when something is not.

    Without usable settings it prints fresh secrets to begin with.
    """
    try:
        found = settings()
    except ConfigurationError as error:
        click.echo(f"{MARKS[False]} settings: {error}\n\n{_fresh_secrets()}", err=True)
        sys.exit(error.exit_code)
    with opened(whatever_the_schema=True) as services:
        findings = [Finding("settings", True, _source()), *_examine(found, services)]
    lines = [f"{MARKS[each.ok]} {each.name}: {each.detail}" for each in findings]
    show(findings, as_json=as_json, text="\n".join(lines))
    if not all(each.ok for each in findings):
        sys.exit(NOT_WELL)


def _examine(found: Settings, services: Services) -> list[Finding]:
    checks = services.health.ready().checks
    findings = [Finding(check.name, check.ok, check.detail) for check in checks]
    findings += [_check_address(found), _check_mail(found)]
    if findings[0].ok:
        findings += [_check_people(services), *_check_sites(services)]
    return findings


def _source() -> str:
    return os.environ.get("COIL_BRIDGE_CONFIG") or "config/default.toml and the environment"


def _check_address(found: Settings) -> Finding:
    if found.https and not found.trusted_proxies:
        # We speak plain http ourselves. Without this everybody counts as one address, the proxy's.
        return Finding("public address", False, f"{found.public_url} needs a proxy: set trusted_proxies")
    local = found.host in ("127.0.0.1", "localhost", "::1")
    detail = (
        found.public_url if found.https else f"{found.public_url} is not https; cookies travel unprotected"
    )
    return Finding("public address", found.https or local, detail)


def _check_mail(found: Settings) -> Finding:
    mailer = mailer_of(found)
    if mailer is None:
        return Finding("mail server", False, "smtp_url is empty: students get no sign-in link without e-mail")
    try:
        mailer.check()
    except OSError as error:  # smtplib's own errors are OSErrors too
        return Finding("mail server", False, f"{mailer!r}: {type(error).__name__}")
    return Finding("mail server", True, repr(mailer))


def _check_people(services: Services) -> Finding:
    count = len(services.people.all_with_roles())
    detail = f"{count} with a role" if count else "nobody can administer: coil-bridge person add --help"
    return Finding("people", bool(count), detail)


def _check_sites(services: Services) -> list[Finding]:
    findings = []
    for each in services.sites.all():
        report = services.sites.readiness(each)
        ok = each.failures == 0 and report is not None and report.ready
        detail = each.last_error or "see coil-bridge site check" if not ok else each.base_url
        findings.append(Finding(f"site {each.name}", ok, detail))
    return findings


def _fresh_secrets() -> str:
    return (
        "Fresh secrets, made just now; keep them where backups of the database are not:\n"
        f"COIL_BRIDGE_SECRET_KEY={secrets.token_urlsafe(48)}\n"
        f"COIL_BRIDGE_ENCRYPTION_KEYS={Fernet.generate_key().decode()}"
    )

"""The fields of "configure a tool manually"."""

from __future__ import annotations

from collections.abc import Mapping

from connectors.moodle.simulator.lti.errors import PageError
from connectors.moodle.simulator.lti.parameters import read_parameters
from connectors.moodle.simulator.lti.records import ToolSettings
from connectors.moodle.simulator.lti.registration_request import domain_of

_NEEDED = ("name", "url", "login_url", "redirect_uris", "jwks_url")


def read_manual(form: Mapping[str, str]) -> ToolSettings:
    """Return the settings typed; raises PageError when a required one is missing."""
    typed = {name: form.get(name, "").strip() for name in _NEEDED}
    missing = [name for name, value in typed.items() if not value]
    if missing:
        raise PageError(f"Required: {', '.join(missing)}")
    return ToolSettings(
        name=typed["name"],
        url=typed["url"],
        login_url=typed["login_url"],
        redirect_uris=tuple(line.strip() for line in typed["redirect_uris"].splitlines()),
        jwks_url=typed["jwks_url"],
        domain=domain_of(typed["url"]),
        deep_linking_url=form.get("deep_linking_url", "").strip() if "deep_linking" in form else None,
        custom=read_parameters(form.get("custom", "")),
        send_name="send_name" in form,
        send_email="send_email" in form,
        grades=2 if "grades" in form else 0,
        memberships="memberships" in form,
        new_window="new_window" in form,
    )

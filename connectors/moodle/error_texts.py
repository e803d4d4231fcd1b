"""The words for every failure of a Moodle: what happened, and what to do in Moodle's own menus.

Kept apart from the errors so that a stored failure (a key and plain values) can be told again later
in another language. ``_`` is a gettext; texts take ``%(site)s``, ``%(function)s``, ``%(detail)s``,
``%(errorcode)s`` and ``%(capabilities)s``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

Gettext = Callable[[str], str]


class Explanation(NamedTuple):
    """``message`` says what happened and names the site; ``advice`` says what to do."""

    message: str
    advice: str


def untranslated(text: str) -> str:
    """Stand in for gettext where English is wanted."""
    return text


def explain(key: str, values: Mapping[str, object], _: Gettext = untranslated) -> Explanation:
    """Return the words for a failure; an unknown key gets the words for an unexpected fault."""
    tell = _TEXTS.get(key) or _TEXTS["fault"]
    return Explanation(*(text % values for text in tell(_)))


_TEXTS: Mapping[str, Callable[[Gettext], tuple[str, str]]] = {
    "unreachable.name": lambda _: (
        _("%(site)s cannot be found: the name in its address is not known."),
        _("Check the address for a typing mistake; if it is right, the site's name server has a problem."),
    ),
    "unreachable.connect": lambda _: (
        _("%(site)s does not accept connections (%(detail)s)."),
        _("Check that the Moodle is running and that its firewall lets this service in."),
    ),
    "unreachable.tls": lambda _: (
        _("%(site)s does not offer a secure connection that can be trusted (%(detail)s)."),
        _("Ask the people who run the web server to renew or complete its certificate."),
    ),
    "unreachable.http": lambda _: (
        _("The address of %(site)s begins with http, so the token would travel unprotected."),
        _("Use the address that begins with https."),
    ),
    "unreachable.network": lambda _: (
        _("The address of %(site)s leads into a network that this service does not talk to (%(detail)s)."),
        _("Use the public address of the Moodle."),
    ),
    "unreachable.url": lambda _: (
        _("The address of %(site)s cannot be used: %(detail)s."),
        _("Enter the address as the browser shows it on the front page of the Moodle."),
    ),
    "unreachable.broken_off": lambda _: (
        _("%(site)s broke off in the middle of an answer."),
        _("This usually passes. If it does not, look into the log of the Moodle's web server."),
    ),
    "unreachable.redirect": lambda _: (
        _("%(site)s sends its visitors to another address: %(detail)s."),
        _("Enter exactly the address that stands as $CFG->wwwroot in the Moodle's config.php."),
    ),
    "timeout": lambda _: (
        _("%(site)s did not answer in time (%(function)s)."),
        _("This usually passes. If it does not, the Moodle or its database is overloaded."),
    ),
    "maintenance": lambda _: (
        _("%(site)s is in maintenance or overloaded."),
        _("Wait until it is over. In Moodle: Site administration > Server > Maintenance mode."),
    ),
    "web_services_off": lambda _: (
        _("%(site)s has web services or the REST protocol switched off."),
        _(
            "In Moodle: Site administration > General > Advanced features > Enable web services, then "
            "Site administration > Server > Web services > Manage protocols > REST protocol."
        ),
    ),
    "token.invalid": lambda _: (
        _("%(site)s does not know the token (any more)."),
        _(
            "Make a new one and enter it here. In Moodle: "
            "Site administration > Server > Web services > Manage tokens > Create token."
        ),
    ),
    "token.account": lambda _: (
        _("%(site)s refuses the account that the token belongs to (%(errorcode)s)."),
        _(
            "The account must be confirmed and neither suspended nor expired. In Moodle: "
            "Site administration > Users > Accounts > Browse list of users."
        ),
    ),
    "function.access": lambda _: (
        _("%(site)s lets the token into none of its services."),
        _(
            "In Moodle, at Site administration > Server > Web services > External services: the service is "
            "enabled, the account is among its Authorised users, and neither that entry nor the token has "
            "expired or is restricted to other IP addresses. The account's role needs the capability "
            "webservice/rest:use."
        ),
    ),
    "function": lambda _: (
        _("%(site)s does not allow the token to call %(function)s."),
        _(
            "In Moodle: Site administration > Server > Web services > External services > Functions > "
            "Add functions, and add %(function)s."
        ),
    ),
    "permission.course": lambda _: (
        _("%(site)s does not let the service account into this course."),
        _(
            "Give the service account a system role with the capability moodle/course:view (Site "
            "administration > Users > Permissions > Assign system roles), and see that it has no forced "
            "password change and no open site policy."
        ),
    ),
    "permission.capability": lambda _: (
        _("%(site)s denies the service account what %(function)s needs (%(errorcode)s)."),
        _(
            "Give the service account's role what this function needs (%(capabilities)s). In Moodle: "
            "Site administration > Users > Permissions > Define roles."
        ),
    ),
    "permission.posts": lambda _: (
        _("%(site)s shows a discussion without its posts to the service account."),
        _(
            "Give the service account's role mod/forum:viewdiscussion and, for separate groups, "
            "moodle/site:accessallgroups: Site administration > Users > Permissions > Define roles."
        ),
    ),
    "permission.calendar": lambda _: (
        _("%(site)s does not let the service account write into the calendar of this course."),
        _(
            "Give the service account's role moodle/calendar:manageentries: Site administration > Users > "
            "Permissions > Define roles."
        ),
    ),
    "permission.policy": lambda _: (
        _("%(site)s wants the service account to complete its profile, password or site policy first."),
        _("Sign in to that Moodle once as the service account and answer what it asks."),
    ),
    "permission.messaging": lambda _: (
        _("%(site)s has messaging switched off."),
        _(
            "In Moodle: Site administration > General > Messaging > Messaging settings > "
            "Enable messaging system."
        ),
    ),
    "unknown_record": lambda _: (
        _("%(site)s no longer has what was asked for (%(function)s)."),
        _("It was probably deleted there. Read the course list again."),
    ),
    "parameter": lambda _: (
        _("%(site)s refused a value in the request %(function)s."),
        _("This is a mistake in COIL Bridge or a Moodle changed by a plugin. Please report it."),
    ),
    "unreadable.html": lambda _: (
        _("%(site)s answered with a web page instead of data."),
        _(
            "Check that the address is that of the Moodle itself. If it is, a login page, a firewall or an "
            "error page of the web server stands in front of it."
        ),
    ),
    "unreadable.json": lambda _: (
        _("%(site)s gave an answer that cannot be read."),
        _(
            "If it stays so, switch off Display debug messages in Moodle at Site administration > "
            "Development > Debugging, and look into the log of its web server."
        ),
    ),
    "unreadable.shape": lambda _: (
        _("%(site)s gave an answer to %(function)s that is not as Moodle describes it: %(detail)s."),
        _("A plugin may have changed it. Please report it with the version of that Moodle."),
    ),
    "unreadable.too_large": lambda _: (
        _("%(site)s gave an answer to %(function)s that is too large."),
        _("Please report it with the number of courses and people on that Moodle."),
    ),
    "unreadable.not_found": lambda _: (
        _("There is no Moodle at the address of %(site)s."),
        _("Enter the address as the browser shows it on the front page of the Moodle."),
    ),
    "unreadable.forbidden": lambda _: (
        _("A firewall in front of %(site)s turned the request away (%(detail)s)."),
        _(
            "Ask the people who run the web server to let this service through to "
            "/webservice/rest/server.php."
        ),
    ),
    "fault.server": lambda _: (
        _("%(site)s has an internal error (%(detail)s)."),
        _("This often passes. If it does not, look into the log of the Moodle's web server."),
    ),
    "fault.php": lambda _: (
        _("%(site)s stumbled over a mistake in its own code in %(function)s (%(detail)s)."),
        _(
            "What was asked for may have been deleted there. If it happens again and again, look into the "
            "log of the Moodle's web server."
        ),
    ),
    "fault": lambda _: (
        _("%(site)s reported an error in %(function)s (%(errorcode)s)."),
        _("Look the code up in the Moodle documentation, or ask the administrator of that Moodle."),
    ),
}
KEYS = frozenset(_TEXTS)

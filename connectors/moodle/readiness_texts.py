"""The words of the readiness report: what was found, what it means, and what to do in Moodle's menus.

Menu paths are those of Moodle 4.1 to 5.1 in English, capabilities are named by their technical names,
which are the same in every language and can be typed into the filter of "Define roles".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from connectors.moodle.error_texts import Gettext, explain, untranslated
from connectors.moodle.functions import Function
from connectors.moodle.plugin_texts import PLUGIN_TEXTS
from connectors.moodle.report import Check

Texts = Callable[[Gettext], tuple[str, ...]]


class CheckText(NamedTuple):
    """A check for people. ``consequence`` and ``remedy`` are empty where nothing is wrong."""

    title: str
    detail: str
    consequence: str = ""
    remedy: str = ""


def describe(check: Check, _: Gettext = untranslated) -> CheckText:
    """Return the words for a check in the language of ``_``; raises KeyError for a key of another version."""
    if check.key.startswith("failed."):
        said = explain(check.key.removeprefix("failed."), check.values, _)
        title, consequence = _failure(check, _)
        return CheckText(title, said.message, consequence, said.advice)
    if check.key == "function_missing":
        return _function_missing(check, _)
    return CheckText(*(text % check.values for text in _TEXTS[check.key](_)))


def _failure(check: Check, _: Gettext) -> tuple[str, str]:
    if check.values["function"] == Function.SITE_INFO:
        return _("The Moodle cannot be used"), _("Nothing works with this Moodle until that is solved.")
    title = _("%(function)s gives no usable answer") % check.values
    return title, _LOSSES[Function(str(check.values["function"]))](_)


def _function_missing(check: Check, _: Gettext) -> CheckText:
    return CheckText(
        _("The token may not call %(function)s") % check.values,
        _("The function is not part of the service that the token belongs to."),
        _LOSSES[Function(str(check.values["function"]))](_),
        _(
            "Site administration > Server > Web services > External services > Functions > Add functions: "
            "add %(function)s."
        )
        % check.values,
    )


_LOSSES: Mapping[Function, Callable[[Gettext], str]] = {
    Function.SITE_INFO: lambda _: _("The site cannot be checked, and nothing else works."),
    Function.COURSES: lambda _: _("Courses cannot be found, so none can be paired."),
    Function.ENROLLED_USERS: lambda _: _(
        "Nobody is recognised as teacher or student of a course, so nobody can sign in, and there is no "
        "roster for the evaluation."
    ),
    Function.USERS_BY_FIELD: lambda _: _(
        "People's e-mail addresses and time zones stay unknown, so sign-in links cannot be sent by e-mail "
        "and times are shown on the institution's clock only."
    ),
    Function.USER_COURSES: lambda _: _("People do not see their own courses after signing in."),
    Function.SEND_MESSAGES: lambda _: _(
        "Nobody is told anything inside this Moodle; sign-in links and news go by e-mail only."
    ),
    Function.SITE_CONFIG: lambda _: _("The site's time zone is not compared with the institution's."),
    Function.FORUMS: lambda _: _("The evaluation does not count forum posts of this site."),
    Function.DISCUSSIONS: lambda _: _("The evaluation does not count forum posts of this site."),
    Function.POSTS: lambda _: _("The evaluation does not count forum posts of this site."),
    Function.COURSE_COMPLETION: lambda _: _("The evaluation does not know who completed a course here."),
    Function.PLUGIN_INFO: lambda _: _("The plugin COIL Bridge of this Moodle cannot be used."),
    Function.GET_EVENTS: lambda _: _("Joint sessions do not appear in this Moodle's own calendar."),
    Function.CREATE_EVENTS: lambda _: _("Joint sessions do not appear in this Moodle's own calendar."),
    Function.DELETE_EVENTS: lambda _: _("Joint sessions do not appear in this Moodle's own calendar."),
    Function.CHANGE_EVENT: lambda _: _(
        "A session that changes leaves this Moodle's calendar and comes back as a new event."
    ),
}

_TEXTS: Mapping[str, Texts] = {
    "reached": lambda _: (
        _("The Moodle answers"),
        _("%(site)s at %(address)s answers; the token belongs to the account %(account)s."),
    ),
    "https": lambda _: (_("The connection is encrypted"), _("The address begins with https.")),
    "no_https": lambda _: (
        _("The connection is not encrypted"),
        _("The address begins with http."),
        _("The token and people's data can be read by anybody on the way."),
        _("Let the Moodle's web server offer https, and set $CFG->wwwroot in config.php to that address."),
    ),
    "address": lambda _: (
        _("The address is the Moodle's own"),
        _("It calls itself %(site_address)s, too."),
    ),
    "address_differs": lambda _: (
        _("The Moodle calls itself by another address"),
        _("It was entered as %(address)s and calls itself %(site_address)s."),
        _("Links to courses lead to the other address, and some requests may be redirected and fail."),
        _("Enter exactly the address that stands as $CFG->wwwroot in the Moodle's config.php."),
    ),
    "version": lambda _: (_("The version is supported"), _("Moodle %(release)s.")),
    "version_newer": lambda _: (
        _("The version is newer than those tried"),
        _("Moodle %(release)s. It will probably work; the newest one tried is 5.1."),
    ),
    "version_old": lambda _: (
        _("The version is too old"),
        _("Moodle %(release)s; needed is 4.1 or later."),
        _("Some functions are missing or answer differently."),
        _("Upgrade the Moodle; Site administration > General > Notifications says to what."),
    ),
    "version_unknown": lambda _: (
        _("The version is not told"),
        _("The Moodle calls its version “%(release)s”."),
        _("Whether everything works cannot be said beforehand."),
        _("Look it up at Site administration > General > Notifications; needed is 4.1 or later."),
    ),
    "functions": lambda _: (
        _("The token may call every function"),
        _("All %(count)s functions are part of the service."),
    ),
    "account": lambda _: (
        _("The service account is an ordinary one"),
        _("%(account)s is not a site administrator, and the service holds no function that can do harm."),
    ),
    "account_is_admin": lambda _: (
        _("The service account is a site administrator"),
        _("The token belongs to %(account)s, who may do everything on this Moodle."),
        _("If the token ever leaks, the whole Moodle is open."),
        _(
            "Make an account for this purpose only (Site administration > Users > Accounts > Add a new "
            "user), give it a role with just the needed capabilities (Users > Permissions > Assign system "
            "roles), authorise it at Server > Web services > External services > Authorised users, make a "
            "token for it at Server > Web services > Manage tokens, enter that token here and delete the "
            "old one."
        ),
    ),
    "service_too_wide": lambda _: (
        _("The token may do more than is needed"),
        _("The service also holds %(functions)s."),
        _("If the token ever leaks, these could be misused."),
        _("Site administration > Server > Web services > External services > Functions: remove them."),
    ),
    "courses": lambda _: (_("Courses can be read"), _("The service account sees %(count)s courses.")),
    "courses_none": lambda _: (
        _("No course is seen"),
        _("The Moodle has no course, or the service account sees none."),
        _("There is nothing to pair."),
        _(
            "If there are courses, give the service account's role the capability moodle/course:view; hidden "
            "courses are seen with moodle/course:viewhiddencourses only: "
            "Site administration > Users > Permissions > Define roles."
        ),
    ),
    "courses_closed": lambda _: (
        _("No course can be entered"),
        _("The service account sees %(count)s courses from outside only."),
        _("Teachers and students are not known, so nobody can sign in."),
        _(
            "Give the service account's role the capability moodle/course:view (Site administration > "
            "Users > Permissions > Define roles) and assign it at Assign system roles."
        ),
    ),
    "courses_some_closed": lambda _: (
        _("Some courses cannot be entered"),
        _("%(closed)s of %(count)s courses are seen from outside only."),
        _("These courses cannot be paired, because their teachers are not known."),
        _(
            "If they should be, assign the service account's role in the whole system instead of in "
            "categories: Site administration > Users > Permissions > Assign system roles."
        ),
    ),
    "people": lambda _: (
        _("Rosters can be read"),
        _("Roles, e-mail addresses and time zones of the participants of a course are shown."),
    ),
    "people_none": lambda _: (
        _("No participant is seen"),
        _("The course that was looked at shows no participants; perhaps it has none."),
        _("If all courses are like this, nobody can sign in."),
        _(
            "If the course has participants, give the service account's role moodle/course:enrolreview, "
            "moodle/user:viewdetails and moodle/site:accessallgroups: "
            "Site administration > Users > Permissions > Define roles."
        ),
    ),
    "groups_closed": lambda _: (
        _("Courses with separate groups are closed"),
        _("A course whose group mode is Separate groups shows nobody to the service account."),
        _("Nobody is recognised as teacher or student of such a course, so it cannot be paired."),
        _(
            "Give the service account's role moodle/site:accessallgroups: "
            "Site administration > Users > Permissions > Define roles."
        ),
    ),
    "students_hidden": lambda _: (
        _("Students are not seen"),
        _(
            "The course that was looked at shows %(seen)s teachers and no students; Moodle counts "
            "%(expected)s people in it."
        ),
        _("Students cannot sign in, and there is no roster for the evaluation."),
        _(
            "If the course has students, give the service account's role moodle/user:viewdetails: "
            "Site administration > Users > Permissions > Define roles."
        ),
    ),
    "roles_none": lambda _: (
        _("Nobody has a role"),
        _("The course that was looked at shows participants without a role in the course."),
        _("Nobody is recognised as a teacher, so nobody can propose or accept a pairing."),
        _("Look at the participants of the course in Moodle: teachers need the role Teacher there."),
    ),
    "emails_hidden": lambda _: (
        _("E-mail addresses are not shown"),
        _("The course that was looked at shows %(seen)s of %(expected)s addresses."),
        _("Those people cannot sign in with their address, and nothing can be sent to them by e-mail."),
        _(
            "Give the service account's role moodle/site:viewuseridentity (Site administration > Users > "
            "Permissions > Define roles), and see that Email address is ticked at "
            "Site administration > Users > Permissions > User policies > Show user identity."
        ),
    ),
    "usernames_hidden": lambda _: (
        _("User names are not shown"),
        _("Accounts are shown without user name and language."),
        _("People can sign in with their e-mail address only, and messages to them are in English at first."),
        _(
            "Give the service account's role moodle/user:viewalldetails: "
            "Site administration > Users > Permissions > Define roles."
        ),
    ),
    "zones_hidden": lambda _: (
        _("People's time zones are not shown"),
        _("Accounts are shown without their time zone."),
        _("Times are shown to people on the institution's clock, even to those who chose another."),
        _(
            "Give the service account's role moodle/user:viewalldetails (Moodle 4.1) and take Time zone out "
            "of Site administration > Users > Permissions > User policies > Hide user fields."
        ),
    ),
    "activity": lambda _: (
        _("Forums and completion can be read"),
        _("The service account sees %(count)s forums."),
    ),
    "forums_none": lambda _: (
        _("No forum is seen"),
        _("None of the courses shows a forum; perhaps they have none."),
        _("The evaluation does not count forum posts of this site."),
        _(
            "If the courses have forums, give the service account's role mod/forum:viewdiscussion: "
            "Site administration > Users > Permissions > Define roles."
        ),
    ),
    "zone": lambda _: (_("The time zone is known"), _("The site's time zone is %(zone)s.")),
    "zone_not_fixed": lambda _: (
        _("The site has no time zone of its own"),
        _("Default timezone is set to the server's local time."),
        _("The site's clock cannot be compared with the institution's."),
        _(
            "Choose a city at "
            "Site administration > General > Location > Location settings > Default timezone."
        ),
    ),
    "zone_unknown": lambda _: (
        _("The site does not tell its time zone"),
        _("Moodle %(release)s has no function that gives it; the institution's time zone is used."),
    ),
    "clock": lambda _: (
        _("The clock is right"),
        _("It differs from ours by %(seconds)s s, give or take %(uncertainty)s s."),
    ),
    "clock_ahead": lambda _: (
        _("The clock is fast"),
        _("The server's clock is ahead of ours by %(seconds)s s, give or take %(uncertainty)s s."),
        _("Signed launches and messages between the systems can be refused; times in reports are wrong."),
        _("Let the server set its clock by NTP; in Moodle, nothing can be done about it."),
    ),
    "clock_behind": lambda _: (
        _("The clock is slow"),
        _("The server's clock is behind ours by %(seconds)s s, give or take %(uncertainty)s s."),
        _("Signed launches and messages between the systems can be refused; times in reports are wrong."),
        _("Let the server set its clock by NTP; in Moodle, nothing can be done about it."),
    ),
    "clock_unknown": lambda _: (
        _("The clock cannot be compared"),
        _("The answers carry no Date header."),
        _("A wrong clock would be noticed only by what goes wrong."),
        _("Let the web server send the Date header; servers do so unless told otherwise."),
    ),
    "messaging_off": lambda _: (
        _("Messaging is switched off"),
        _("This Moodle sends no messages."),
        _("Nobody is told anything inside this Moodle; sign-in links and news go by e-mail only."),
        _(
            "Site administration > General > Messaging > Messaging settings > Enable messaging system, "
            "if the university wants that."
        ),
    ),
    "messaging_narrow": lambda _: (
        _("Messages need a capability"),
        _(
            "People accept messages from contacts and fellow participants only. Whether the account may "
            "write to all the same is seen with the first message."
        ),
        _("Without the capability moodle/site:messageanyuser nearly every message is refused."),
        _(
            "Give the service account's role moodle/site:messageanyuser: "
            "Site administration > Users > Permissions > Define roles."
        ),
    ),
    "untried": lambda _: (
        _("One thing was not tried"),
        _("Sending a message changes something in Moodle. The role needs %(capabilities)s for it."),
    ),
    **PLUGIN_TEXTS,
    "completion_off": lambda _: (
        _("Completion tracking is switched off"),
        _("This Moodle does not record who completed what."),
        _("The evaluation does not know who completed a course here."),
        _("Site administration > General > Advanced features > Enable completion tracking."),
    ),
}
KEYS = frozenset(_TEXTS)

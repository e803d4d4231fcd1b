"""One tree of errors for everything that a partner's Moodle can answer or fail to answer.

Moodle's functional errors arrive with status 200 and are told apart by ``errorcode`` alone: exception
class names changed between 4.1 and 4.5, messages depend on the language of the service account, and
table names vanished from messages in 5.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from connectors.moodle.capabilities import needed_by
from connectors.moodle.error_texts import explain


class MoodleError(Exception):
    """A call that gave nothing usable.

    ``site`` is the site's name, ``function`` the web service function, ``errorcode`` Moodle's own or
    empty. ``temporary`` says whether the same call may succeed later without anybody doing anything.
    ``str()`` is the English message; ``key`` and ``values`` give it again in another language by
    ``error_texts.explain``. None of them contains the token or text about a person.
    """

    code: ClassVar[str] = "fault"
    passes: ClassVar[bool] = False

    def __init__(
        self,
        site: str,
        function: str,
        *,
        errorcode: str = "",
        reason: str = "",
        detail: str = "",
        temporary: bool | None = None,
    ) -> None:
        self.site = site
        self.function = str(function)
        self.errorcode = errorcode
        self.reason = reason
        self.detail = detail
        self.temporary = self.passes if temporary is None else temporary
        super().__init__(site, self.function, errorcode, reason, detail)

    @property
    def key(self) -> str:
        """The key under which ``error_texts`` has the words."""
        return f"{self.code}.{self.reason}" if self.reason else self.code

    @property
    def values(self) -> Mapping[str, str]:
        """The values that the words need; plain, to be stored."""
        return {
            "site": self.site,
            "function": self.function,
            "detail": self.detail,
            "errorcode": self.errorcode,
            "capabilities": ", ".join(each.name for each in needed_by(self.function)),
        }

    @property
    def may_have_happened(self) -> bool:
        """Whether what was to be written may have been written all the same."""
        return False

    @property
    def advice(self) -> str:
        """What to do about it, in English and in the words of Moodle's menus."""
        return explain(self.key, self.values).advice

    def __str__(self) -> str:
        return explain(self.key, self.values).message


class SiteUnreachable(MoodleError):
    """No answer came, and not for want of time. ``reason`` as in ``error_texts``."""

    code = "unreachable"

    @property
    def may_have_happened(self) -> bool:
        """Only a connection that broke while the answer was awaited leaves that open."""
        return self.reason == "broken_off"


class SiteTimeout(MoodleError):
    """No complete answer in time; a write may have happened or not."""

    code = "timeout"
    passes = True

    @property
    def may_have_happened(self) -> bool:
        """Moodle goes on working when nobody waits for its answer any more."""
        return True


class SiteInMaintenance(MoodleError):
    """Maintenance mode, an upgrade, or a web server that says 503."""

    code = "maintenance"
    passes = True


class WebServicesOff(MoodleError):
    """Web services as a whole or the REST protocol are disabled (403 with an empty body)."""

    code = "web_services_off"


class TokenRefused(MoodleError):
    """The token is unknown, or its account is suspended, expired or deleted."""

    code = "token"


class FunctionNotAllowed(MoodleError):
    """The service does not contain the function, or (``reason`` "access") lets the token in nowhere."""

    code = "function"


class PermissionMissing(MoodleError):
    """The service account's role lacks something."""

    code = "permission"


class RecordUnknown(MoodleError):
    """The course, user, forum or event does not exist (any more)."""

    code = "unknown_record"


class ParameterRefused(MoodleError):
    """Moodle's validation refused the request."""

    code = "parameter"


class AnswerUnreadable(MoodleError):
    """Something came back that is not an answer of Moodle's web services."""

    code = "unreadable"

    @property
    def may_have_happened(self) -> bool:
        """A warning of PHP can spoil the answer to a call that was carried out."""
        return self.reason not in {"not_found", "forbidden"}


class MoodleFault(MoodleError):
    """Any other error that Moodle reports, and internal errors of its server.

    ``reason`` is "server" for one of the web server and "php" for one that Moodle's own code did not
    foresee: that has no code.
    """

    @property
    def may_have_happened(self) -> bool:
        """Nothing says how far Moodle had come."""
        return True


_BY_CODE: Mapping[str, tuple[type[MoodleError], str]] = {
    "invalidtoken": (TokenRefused, "invalid"),
    "wsaccessusersuspended": (TokenRefused, "account"),
    "wsaccessuserdeleted": (TokenRefused, "account"),
    "wsaccessuserunconfirmed": (TokenRefused, "account"),
    "wsaccessuserexpired": (TokenRefused, "account"),
    "wsaccessusernologin": (TokenRefused, "account"),
    "accessexception": (FunctionNotAllowed, ""),
    "sitemaintenance": (SiteInMaintenance, ""),
    "upgraderunning": (SiteInMaintenance, ""),
    "errorcoursecontextnotvalid": (PermissionMissing, "course"),
    "requireloginerror": (PermissionMissing, "course"),
    "nopermissions": (PermissionMissing, "capability"),
    "nopermission": (PermissionMissing, "capability"),
    "cannotviewreport": (PermissionMissing, "capability"),
    "noviewdiscussionspermission": (PermissionMissing, "capability"),
    "accessdenied": (PermissionMissing, "capability"),
    "sitepolicynotagreed": (PermissionMissing, "policy"),
    "usernotfullysetup": (PermissionMissing, "policy"),
    "forcepasswordchangenotice": (PermissionMissing, "policy"),
    "disabled": (PermissionMissing, "messaging"),
    "invalidrecord": (RecordUnknown, ""),
    "invalidrecordunknown": (RecordUnknown, ""),
    "invalidcourseid": (RecordUnknown, ""),
    "invaliduser": (RecordUnknown, ""),
    "invalidparameter": (ParameterRefused, ""),
}
# Some of Moodle's code throws an English sentence where others throw a code.
_UNKNOWN_IN_WORDS = "Unable to find "
_LONGEST_CODE = 120
_PASSING_FAULTS = frozenset({"dmlreadexception", "dmlwriteexception", "dbconnectionfailed", "locktimeout"})


def error_for(site: str, function: str, errorcode: str, entry_function: str) -> MoodleError:
    """Return the error for Moodle's ``errorcode``.

    ``entry_function`` is the one that every service contains: refused access to it means refused
    access to everything (service disabled, expired token, wrong IP address, account not authorised).
    """
    unforeseen = RecordUnknown if errorcode.startswith(_UNKNOWN_IN_WORDS) else MoodleFault
    kind, reason = _BY_CODE.get(errorcode, (unforeseen, ""))
    if kind is FunctionNotAllowed and function == entry_function:
        reason = "access"
    temporary = True if errorcode in _PASSING_FAULTS else None
    return kind(site, function, errorcode=errorcode[:_LONGEST_CODE], reason=reason, temporary=temporary)

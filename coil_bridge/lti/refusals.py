"""Everything that the tool refuses: a reason, a page that people can use, and a log line that finds it.

A teacher reads what happened and what to do now; an administrator reads what to change; both see a
reference number that is in the log line too. Neither page nor log ever holds a token, a sesskey, an
address with a query, or anything about a person.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import structlog

from coil_bridge.errors import CoilBridgeError
from coil_bridge.i18n import mark
from coil_bridge.vault import new_id

log = structlog.get_logger("coil_bridge.lti")

_UNSAFE = re.compile(r"[^A-Za-z0-9._:+#/-]")
_LONGEST = 120


class Reason(StrEnum):
    """Why something was refused; the code in the log."""

    # Login
    LOGIN_INCOMPLETE = "login_incomplete"
    ISSUER_UNKNOWN = "issuer_unknown"
    CLIENT_UNKNOWN = "client_unknown"
    PLATFORM_DISABLED = "platform_disabled"
    # Launch: the way back
    METHOD = "method"
    PLATFORM_ERROR = "platform_error"
    STATE_MISSING = "state_missing"
    STATE_UNKNOWN = "state_unknown"
    COOKIE_MISSING = "cookie_missing"
    # Launch: the token
    TOKEN_MISSING = "token_missing"  # noqa: S105 - a reason, not a token
    TOKEN_UNREADABLE = "token_unreadable"  # noqa: S105 - a reason, not a token
    ALGORITHM = "algorithm"
    HEADER = "header"
    KEY_ID_MISSING = "key_id_missing"
    KEY_UNKNOWN = "key_unknown"
    KEYS_UNREACHABLE = "keys_unreachable"
    SIGNATURE = "signature"
    ISSUER_WRONG = "issuer_wrong"
    AUDIENCE_WRONG = "audience_wrong"
    AUTHORIZED_PARTY_WRONG = "authorized_party_wrong"
    EXPIRED = "expired"
    TIMES_WRONG = "times_wrong"
    NONCE_WRONG = "nonce_wrong"
    # Launch: the message
    DEPLOYMENT_UNKNOWN = "deployment_unknown"
    VERSION_WRONG = "version_wrong"
    MESSAGE_TYPE_WRONG = "message_type_wrong"
    CLAIM_WRONG = "claim_wrong"
    TARGET_FOREIGN = "target_foreign"
    LEARNER_PICKS = "learner_picks"
    # Deep linking
    SELECTION_EXPIRED = "selection_expired"
    # Registration
    INVITATION_GONE = "invitation_gone"
    REGISTRATION_INCOMPLETE = "registration_incomplete"
    SITE_MISMATCH = "site_mismatch"
    SITE_CLOSED = "site_closed"
    CONFIGURATION_UNREACHABLE = "configuration_unreachable"
    CONFIGURATION_WRONG = "configuration_wrong"
    REGISTRATION_REFUSED = "registration_refused"
    REGISTRATION_USED = "registration_used"
    REGISTRATION_ANSWER_WRONG = "registration_answer_wrong"
    CLIENT_TAKEN = "client_taken"


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a refusal says: to whoever sees it, and to whoever can change something."""

    status: int
    person: str
    administrator: str


class Refusal(CoilBridgeError):
    """Something that the tool does not accept; ``facts`` are safe to log and help an administrator.

    ``code`` is why, ``message`` is for the person, ``administrator`` for the one who looks after the Moodle
    or after us.
    """

    def __init__(self, reason: Reason, **facts: object) -> None:
        explained = EXPLANATIONS[reason]
        super().__init__(explained.person)
        self.code = reason
        self.status = explained.status
        self.administrator = explained.administrator
        self.facts = {name: loggable(value) for name, value in facts.items()}
        self.reference = f"{new_id()[:4]}-{new_id()[:4]}".upper()


def loggable(value: object) -> str:
    """A value as a log line may hold it: one line of plain letters, without a query, not long."""
    text = str(value).partition("?")[0]
    return _UNSAFE.sub("_", text)[:_LONGEST]


def record(refusal: Refusal, **more: object) -> None:
    """Write the one log line of a refusal; ``more`` is what the caller knows, cleaned in the same way."""
    facts: Mapping[str, str] = {**refusal.facts, **{name: loggable(value) for name, value in more.items()}}
    log.warning("lti_refused", reference=refusal.reference, reason=refusal.code.value, **facts)


_AGAIN = mark("Go back to your course in Moodle and open the link once more.")
_TOLD = mark("Nothing was changed. Please tell the people who look after your Moodle the number below.")
_NOT_SURE = mark(
    "We could not make sure that this message comes from your Moodle, so nobody was signed in. "
    "Please tell the people who look after your Moodle the number below."
)
_NOT_SET_UP = mark(
    "Your Moodle is not yet set up to open COIL Bridge in this place. "
    "Please tell the people who look after it the number below."
)
_REGISTER = mark(
    "Register the tool anew: create a registration address in the console of COIL Bridge and paste it in "
    "Moodle under Site administration > Plugins > Activity modules > External tool > Manage tools."
)
_ATTACK = mark(
    "A genuine Moodle does not send this. Look for a proxy that changes messages; if there is none, "
    "somebody may be trying to forge launches."
)
_KEYS = mark(
    "Compare the public keyset address of the registration with the one that Moodle shows in the tool's "
    "configuration details. If keys were changed in Moodle just now, try again after a minute."
)
_MOODLE_SAYS = mark(
    "The Moodle left out, or wrote differently, something that LTI 1.3 requires. "
    "The reference number leads to the name of it in the log."
)
_DETAILS = mark(
    "Compare platform id, client id and deployment id with the tool's configuration details in Moodle."
)
_RESTART = mark("Start again in Moodle: paste the registration address and press the button once more.")

EXPLANATIONS: Mapping[Reason, Explanation] = {
    Reason.LOGIN_INCOMPLETE: Explanation(
        400,
        mark(
            "This address opens COIL Bridge from a Moodle course; it cannot be opened by itself. "
            "Use the link in your course."
        ),
        _MOODLE_SAYS,
    ),
    Reason.ISSUER_UNKNOWN: Explanation(403, _NOT_SET_UP, _REGISTER),
    Reason.CLIENT_UNKNOWN: Explanation(403, _NOT_SET_UP, _DETAILS),
    Reason.PLATFORM_DISABLED: Explanation(
        403,
        mark("The connection of this Moodle with COIL Bridge has been switched off."),
        mark("An administrator of COIL Bridge switched this registration off, or removed the site."),
    ),
    Reason.METHOD: Explanation(
        405, _AGAIN, mark("Launches come by POST. Look for a proxy or a bookmark that turned it into GET.")
    ),
    Reason.PLATFORM_ERROR: Explanation(
        400,
        mark(
            "Your Moodle could not open COIL Bridge. Make sure that you are still signed in there, then "
            "open the link in your course once more."
        ),
        mark("Moodle answered the sign-in request with an error; its code is in the log line."),
    ),
    Reason.STATE_MISSING: Explanation(400, _AGAIN, _ATTACK),
    Reason.STATE_UNKNOWN: Explanation(
        400,
        mark(
            "This launch was used before, or it took too long. Go back to your course in Moodle and open "
            "the link once more."
        ),
        mark(
            "Each launch works once and within ten minutes. Nothing needs to be changed unless it happens "
            "to everybody: then compare the clocks of both servers."
        ),
    ),
    Reason.COOKIE_MISSING: Explanation(
        400,
        mark(
            "Your browser did not bring back our cookie, so we cannot be sure that it was you who opened "
            "the link. Open it in a new window instead."
        ),
        mark(
            "Browsers that block every cookie inside frames need the new window. If it happens to "
            "everybody, COIL Bridge is not reached by https, or a proxy removes cookies."
        ),
    ),
    Reason.TOKEN_MISSING: Explanation(400, _AGAIN, _ATTACK),
    Reason.TOKEN_UNREADABLE: Explanation(400, _NOT_SURE, _ATTACK),
    Reason.ALGORITHM: Explanation(400, _NOT_SURE, _ATTACK),
    Reason.HEADER: Explanation(400, _NOT_SURE, _ATTACK),
    Reason.KEY_ID_MISSING: Explanation(400, _NOT_SURE, _ATTACK),
    Reason.KEY_UNKNOWN: Explanation(400, _NOT_SURE, _KEYS),
    Reason.KEYS_UNREACHABLE: Explanation(
        502,
        mark("We cannot reach your Moodle to check this message. Please try again in a minute."),
        mark(
            "The public keyset address of this Moodle does not answer COIL Bridge with a usable key set. "
            "Open it in a browser; check firewall and certificate."
        ),
    ),
    Reason.SIGNATURE: Explanation(400, _NOT_SURE, _KEYS),
    Reason.ISSUER_WRONG: Explanation(400, _NOT_SURE, _DETAILS),
    Reason.AUDIENCE_WRONG: Explanation(400, _NOT_SURE, _DETAILS),
    Reason.AUTHORIZED_PARTY_WRONG: Explanation(400, _NOT_SURE, _DETAILS),
    Reason.EXPIRED: Explanation(
        400,
        mark("This launch took too long. Go back to your course in Moodle and open the link once more."),
        mark(
            "If it happens to everybody, compare the clocks of both servers: they may differ by ten seconds."
        ),
    ),
    Reason.TIMES_WRONG: Explanation(
        400, _TOLD, mark("The times in the message cannot be right. Compare the clocks of both servers.")
    ),
    Reason.NONCE_WRONG: Explanation(400, _AGAIN, _ATTACK),
    Reason.DEPLOYMENT_UNKNOWN: Explanation(
        403,
        _NOT_SET_UP,
        mark(
            "The registration is known, this deployment of it is not. Add the deployment id that Moodle "
            "shows in the tool's configuration details."
        ),
    ),
    Reason.VERSION_WRONG: Explanation(
        400, _TOLD, mark("The tool must be set up as LTI 1.3 in Moodle, not as LTI 1.0/1.1 or 2.0.")
    ),
    Reason.MESSAGE_TYPE_WRONG: Explanation(400, _TOLD, _MOODLE_SAYS),
    Reason.CLAIM_WRONG: Explanation(400, _TOLD, _MOODLE_SAYS),
    Reason.TARGET_FOREIGN: Explanation(
        400,
        _NOT_SET_UP,
        mark(
            "The tool address in Moodle is not an address of this COIL Bridge. Correct the tool URL, or "
            "register the tool anew after COIL Bridge has moved."
        ),
    ),
    Reason.LEARNER_PICKS: Explanation(
        403,
        mark("Only teachers can place links of COIL Bridge into a course."),
        mark("Moodle says that this person is a student here, or has switched the role."),
    ),
    Reason.SELECTION_EXPIRED: Explanation(
        400,
        mark("The choice was open for too long. Close this window and press Select content in Moodle again."),
        mark("A choice is valid for an hour and only for the person who opened it."),
    ),
    Reason.INVITATION_GONE: Explanation(
        410,
        mark("This registration address has been used, has expired, or was never given out."),
        mark("Ask the administrator of COIL Bridge for a new registration address for your Moodle."),
    ),
    Reason.REGISTRATION_INCOMPLETE: Explanation(
        400,
        mark("This address registers COIL Bridge in a Moodle; it cannot be opened by itself."),
        mark(
            "Paste it in Moodle under Site administration > Plugins > Activity modules > External tool > "
            "Manage tools, and press Add LTI Advantage."
        ),
    ),
    Reason.SITE_MISMATCH: Explanation(
        403,
        mark("This registration address was made for another Moodle."),
        mark(
            "The addresses in Moodle's answer are not those of the site that the address was made for. "
            "Connect the site under the address that Moodle itself uses ($CFG->wwwroot)."
        ),
    ),
    Reason.SITE_CLOSED: Explanation(
        403,
        mark("The connection of this Moodle with COIL Bridge has been switched off."),
        mark("The site was removed in the console of COIL Bridge. Add it again, then register anew."),
    ),
    Reason.CONFIGURATION_UNREACHABLE: Explanation(
        502,
        mark("COIL Bridge cannot reach your Moodle, so nothing was registered."),
        mark(
            "Check firewall and certificate: COIL Bridge must reach Moodle over https. Then paste the same "
            "address once more."
        ),
    ),
    Reason.CONFIGURATION_WRONG: Explanation(
        400,
        mark("Your Moodle's description of itself cannot be used, so nothing was registered."),
        mark(
            "The answer of mod/lti/openid-configuration.php is not what LTI 1.3 asks for. Register by hand."
        ),
    ),
    Reason.REGISTRATION_REFUSED: Explanation(
        400,
        mark("Your Moodle refused the registration. Nothing was changed here."),
        _RESTART,
    ),
    Reason.REGISTRATION_USED: Explanation(
        400,
        mark("Your Moodle has already taken this attempt. Nothing was changed here."),
        _RESTART,
    ),
    Reason.REGISTRATION_ANSWER_WRONG: Explanation(
        400,
        mark("Your Moodle registered the tool but did not say under which number."),
        mark("Delete the tool in Moodle and register by hand."),
    ),
    Reason.CLIENT_TAKEN: Explanation(
        409,
        mark("This registration belongs to another site already."),
        mark("The client id is known from another site of the consortium. Remove it there first."),
    ),
}

"""Time zones as people and programs give them, brought to the IANA name in use today, or refused in words.

Whatever is stored as the zone of an institution or a person went through here; a session's is one of its
institutions'. Browsers still say Asia/Calcutta, administrators write what Windows shows them.
"""

from __future__ import annotations

from coil_bridge.errors import InvalidInput, Reason
from coil_bridge.i18n import mark
from scheduling.zones import UnknownZone, resolve_zone


def given_zone(spelling: str, country: str | None = None) -> str:
    """The IANA name for a spelling; ``country`` (ISO 3166) decides between cities.

    Raises:
        InvalidInput: against ``zone``: it names no zone, or several, and which.
    """
    if not spelling.strip():
        raise InvalidInput({"zone": [mark("Please fill this in.")]})
    try:
        return resolve_zone(spelling, country=country)
    except UnknownZone as error:
        reason = Reason(mark("This time zone cannot be used: %(reason)s."), {"reason": error})
        raise InvalidInput({"zone": [reason]}) from None

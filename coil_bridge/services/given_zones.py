"""Time zones as people and programs give them, brought to the IANA name in use today, or refused in words.

Whatever is stored as the zone of an institution or a person went through here; a session's is one of its
institutions'. Browsers still say Asia/Calcutta, administrators write what Windows shows them.
"""

from __future__ import annotations

from collections.abc import Mapping

from coil_bridge.errors import InvalidInput, Reason
from coil_bridge.i18n import mark
from scheduling.zones import UnknownZone, ZoneProblem, resolve_zone

_PROBLEMS: Mapping[ZoneProblem, str] = {
    "unknown": mark("%(zone)s is no time zone that is known here. Write one like Europe/Belgrade."),
    "several": mark("%(zone)s may mean %(meanings)s. Name the city."),
    "offset": mark("No time zone keeps %(zone)s all year. Name a city, like Europe/Belgrade."),
    "site_default": mark("%(zone)s stands for the zone of a Moodle; here it has none. Name a city."),
}


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
        values = {"zone": error.spelling, "meanings": ", ".join(error.meanings)}
        raise InvalidInput({"zone": [Reason(_PROBLEMS[error.problem], values)]}) from None

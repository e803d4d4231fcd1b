"""What is said of a Moodle's log that was read, or could not be, on pages and the command line."""

from __future__ import annotations

from collections.abc import Mapping

from coil_bridge.evaluation.records import LogFinding
from coil_bridge.i18n import mark

MISSING = mark(
    "So views, joins of rooms, submissions and quiz attempts of its people are missing; forum posts, "
    "completion and last visits are there. A log that a teacher downloads there can be uploaded instead."
)

FINDINGS: Mapping[LogFinding, str] = {
    LogFinding.READ: mark("Read"),
    LogFinding.NO_PLUGIN: mark("This Moodle has no COIL Bridge plugin, which reads the activity log."),
    LogFinding.PLUGIN_TOO_OLD: mark(
        "The COIL Bridge plugin in this Moodle is too old; its administrator has to upgrade it."
    ),
    LogFinding.NOT_ALLOWED: mark(
        "The plugin is installed, but our service account’s token does not reach its functions; the "
        "administrator of that Moodle has to use the service “COIL Bridge”."
    ),
    LogFinding.NO_LOG_STORE: mark(
        "The plugin is installed, but that Moodle keeps no log that it could read: no log store in its "
        "database is enabled."
    ),
}

REFUSALS: Mapping[str, str] = {
    "unknown": mark(
        "not in that Moodle any more. A course that was deleted and restored has a new number there: pair "
        "the restored one. What was read stays."
    ),
    "closed": mark("the service account may not enter it"),
    "capability": mark(
        "the service account may not read its log (report/log:view, local/coilbridge:readlog)"
    ),
    "groups": mark("its groups are separate and the service account may not see all of them"),
}
REFUSED_OTHERWISE = mark("that Moodle refused it")

"""The words of the readiness report on our plugin."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from connectors.moodle.error_texts import Gettext

PLUGIN_TEXTS: Mapping[str, Callable[[Gettext], tuple[str, ...]]] = {
    "plugin": lambda _: (
        _("The plugin COIL Bridge is installed"),
        _("Version %(release)s; it reads the log store %(reader)s."),
    ),
    "plugin_missing": lambda _: (
        _("The plugin COIL Bridge is not installed"),
        _("It is not needed. Views and joins are then known only from log files uploaded by hand."),
        _("The activity log is not read, and nothing is known at once."),
        _("Install it from the console: Moodle sites > Plugin for Moodle."),
    ),
    "plugin_old": lambda _: (
        _("The plugin COIL Bridge is too old"),
        _("Version %(release)s is installed."),
        _("The activity log is not read until it is upgraded."),
        _(
            "Download the present one from the console (Moodle sites > Plugin for Moodle) and install it "
            "over this one."
        ),
    ),
    "plugin_partial": lambda _: (
        _("The token may not use all of the plugin"),
        _("The service that the token belongs to lacks %(functions)s."),
        _("What these do is missing."),
        _(
            "Use the service that the plugin brings: Site administration > Plugins > Local plugins > "
            "COIL Bridge > COIL Bridge: set up, and enter the token that is shown there."
        ),
    ),
    "plugin_no_log": lambda _: (
        _("This Moodle has no activity log that can be read"),
        _("The plugin COIL Bridge %(release)s is installed, but no log store is switched on."),
        _("Views and joins are not known, not even from files."),
        _("Site administration > Plugins > Logging > Manage log stores: open the eye of Standard log."),
    ),
    "plugin_dropped": lambda _: (
        _("Notifications were lost"),
        _("The plugin gave up %(count)s notifications because we did not take them for days."),
        _("Nothing is missing in the end: what they told is also found by looking."),
        _(
            "In Moodle: Site administration > Plugins > Local plugins > COIL Bridge > COIL Bridge: "
            "notifications, Check the connection. It says what is wrong."
        ),
    ),
}

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
            "After an upgrade of the plugin: Site administration > Plugins > Local plugins > "
            "COIL Bridge > COIL Bridge: set up, press Prepare. If the functions are still missing, the token "
            "belongs to another service: enter the token that is shown there."
        ),
    ),
    "plugin_lacks": lambda _: (
        _("The role of the service account lacks rights that the plugin needs"),
        _(
            "The account does not have %(capabilities)s in the whole system. The present version of the "
            "plugin needs these."
        ),
        _("What needs them is missing: of activities that the account may not see nothing is told."),
        _(
            "In Moodle: Site administration > Plugins > Local plugins > COIL Bridge > COIL Bridge: set up, "
            "press Prepare. The token stays as it is."
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

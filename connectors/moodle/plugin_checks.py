"""Judging the state of our plugin on a site. Without it the product works, with less: that is no fault."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.moodle.errors import MoodleError
from connectors.moodle.functions import PLUGIN_FUNCTIONS
from connectors.moodle.plugin_records import PluginInfo
from connectors.moodle.records import SiteInfo
from connectors.moodle.report import Check


def plugin_checks(plugin: PluginInfo | MoodleError | None, info: SiteInfo) -> Iterator[Check]:
    """Yield what is to be said of the plugin; ``None`` when the token may not ask it."""
    if plugin is None:
        yield Check("plugin_missing", "ok")
    elif isinstance(plugin, MoodleError):
        yield Check(f"failed.{plugin.key}", "warning", plugin.values)
    elif plugin.too_old:
        yield Check("plugin_old", "warning", {"release": plugin.release})
    else:
        yield from _limits(plugin, info)


def _limits(plugin: PluginInfo, info: SiteInfo) -> Iterator[Check]:
    missing = sorted(PLUGIN_FUNCTIONS - info.functions)
    if missing:
        yield Check("plugin_partial", "warning", {"functions": ", ".join(missing)})
    if plugin.lacks:
        yield Check("plugin_lacks", "warning", {"capabilities": ", ".join(plugin.lacks)})
    if not plugin.reader:
        yield Check("plugin_no_log", "warning", {"release": plugin.release})
    if not missing and not plugin.lacks and plugin.reader:
        yield Check("plugin", "ok", {"release": plugin.release, "reader": plugin.reader})
    if plugin.dropped:
        yield Check("plugin_dropped", "warning", {"count": plugin.dropped})

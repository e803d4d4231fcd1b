"""What the readiness report says of the plugin."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.moodle.errors import PermissionMissing
from connectors.moodle.functions import NEEDS, PLUGIN_FUNCTIONS, Function
from connectors.moodle.plugin_checks import plugin_checks
from connectors.moodle.plugin_records import OLDEST_PLUGIN, PluginInfo
from connectors.moodle.readiness_texts import describe
from connectors.moodle.records import SiteInfo

INFO = SiteInfo(
    site_name="Zhejiang Moodle",
    site_url="https://moodle.zju.example.cn",
    user_id=3,
    username="coilbridge",
    full_name="COIL Bridge",
    release="4.5",
    version="2024100705",
    functions=frozenset(map(str, (*NEEDS, *PLUGIN_FUNCTIONS))),
    features={},
    is_site_admin=False,
)
PLUGIN = PluginInfo(
    version=OLDEST_PLUGIN,
    release="1.0.0",
    reader="logstore_standard",
    newest=7,
    hooks=True,
    waiting=0,
    dropped=0,
)


def keys(plugin: PluginInfo | PermissionMissing | None, info: SiteInfo = INFO) -> dict[str, str]:
    checks = list(plugin_checks(plugin, info))
    assert all(describe(check).title for check in checks)
    return {check.key: check.level for check in checks}


def test_a_plugin_in_good_order() -> None:
    assert keys(PLUGIN) == {"plugin": "ok"}


def test_no_plugin_is_no_fault() -> None:
    assert keys(None) == {"plugin_missing": "ok"}


@pytest.mark.parametrize(
    ("plugin", "key"),
    [
        (replace(PLUGIN, version=OLDEST_PLUGIN - 1), "plugin_old"),
        (replace(PLUGIN, reader=""), "plugin_no_log"),
    ],
)
def test_what_keeps_the_log_from_being_read(plugin: PluginInfo, key: str) -> None:
    assert keys(plugin) == {key: "warning"}


def test_lost_notifications_are_told_beside_the_rest() -> None:
    assert keys(replace(PLUGIN, dropped=3)) == {"plugin": "ok", "plugin_dropped": "warning"}


def test_a_service_with_some_of_the_functions() -> None:
    some = replace(INFO, functions=INFO.functions - {str(Function.PLUGIN_LOG)})
    assert keys(PLUGIN, some) == {"plugin_partial": "warning"}


def test_a_role_from_before_an_upgrade() -> None:
    old = replace(PLUGIN, lacks=("mod/bigbluebuttonbn:view", "mod/feedback:view"))
    assert keys(old) == {"plugin_lacks": "warning"}
    (check,) = plugin_checks(old, INFO)
    words = describe(check)
    assert "mod/bigbluebuttonbn:view" in words.detail
    assert "Prepare" in words.remedy


def test_a_plugin_that_answers_with_an_error() -> None:
    refusal = PermissionMissing("Zhejiang Moodle", Function.PLUGIN_INFO, reason="capability")
    assert keys(refusal) == {"failed.permission.capability": "warning"}

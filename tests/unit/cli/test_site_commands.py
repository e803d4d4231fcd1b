from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from connectors.moodle.simulator import Simulator
from tests.unit.cli.conftest import Shell

Connect = Callable[..., str]


def test_a_site_is_added_checked_paused_and_removed(
    shell: Shell, connect: Connect, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    site_id = connect(there)
    [listed] = shell.json("site", "list")
    assert (listed["id"], listed["base_url"], listed["state"]) == (site_id, there.url, "active")
    checked = shell("site", "check", "UB")
    assert checked.exit_code == 0
    assert f"UB Moodle  {there.url}  {site_id}" in checked.output
    assert shell("site", "pause", site_id).output == "UB Moodle is paused.\n"
    assert shell("site", "resume", there.url).output == "UB Moodle is active.\n"
    refused = shell("site", "remove", "ub", given="n\n")
    assert refused.exit_code == 1
    assert shell("site", "remove", "ub", "--yes").output == "UB Moodle is removed.\n"
    assert shell.json("site", "list") == []


def test_the_token_comes_from_a_file_and_is_never_printed(
    shell: Shell, moodle: Callable[..., Simulator], tmp_path: Path
) -> None:
    there = moodle()
    secret = tmp_path / "token"
    secret.write_text(f"{there.token}\n")
    arguments = ["--short-name=UB", "--city=Belgrade", "--country=RS", "--zone=Europe/Belgrade"]
    added = shell("site", "add", there.url, "--institution=UB", *arguments, "--token-file", str(secret))
    assert added.exit_code == 0, added.output
    assert there.token not in added.output
    assert there.token not in shell("site", "list", "--json").output


def test_without_a_terminal_the_token_is_not_asked_for(shell: Shell) -> None:
    result = shell("site", "add", "https://moodle.example.org", "--institution", "University of Belgrade")
    assert result.exit_code == 2
    assert "COIL_BRIDGE_SITE_TOKEN" in result.stderr


def test_the_token_is_no_argument(shell: Shell) -> None:
    for command in ("add", "token"):
        assert "--token " not in shell("site", command, "--help").output


def test_a_site_that_is_not_ready_is_kept_and_told_by_the_exit_code(
    shell: Shell, connect: Connect, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    site_id = connect(there)
    there.faults.error_in_200("invalidtoken")
    result = shell("site", "check", site_id)
    assert result.exit_code == 9
    assert "Manage tokens > Create token" in result.stdout
    there.faults.clear()
    mended = shell("site", "token", site_id, COIL_BRIDGE_SITE_TOKEN=there.token)
    assert mended.exit_code == 0


def test_a_known_university_keeps_its_details(
    shell: Shell, connect: Connect, moodle: Callable[..., Simulator]
) -> None:
    connect(moodle())
    second = moodle()
    result = shell.json(
        "site", "add", second.url, "--institution", "university of belgrade", "--name", "Medicine",
        COIL_BRIDGE_SITE_TOKEN=second.token,
    )  # fmt: skip
    assert (result["institution"], result["name"]) == ("University of Belgrade", "Medicine")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["site", "check", "nowhere"], 3, "names no single site"),
        (["site", "add", "ftp://x", "--institution=X"], 2, "base_url: This is not a web address."),
        (["site", "add", "https://x.example", "--institution=X", "--day-starts=8"], 2, "like 08:00"),
        (["site"], 2, "Usage"),
    ],
)
def test_mistakes_are_named_on_standard_error_with_their_exit_code(
    shell: Shell, arguments: list[str], code: int, said: str
) -> None:
    result = shell(*arguments, COIL_BRIDGE_SITE_TOKEN="0123456789abcdef")
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_a_name_that_fits_several_sites_is_refused_with_all_of_them(
    shell: Shell, connect: Connect, moodle: Callable[..., Simulator]
) -> None:
    ids = {connect(moodle()), connect(moodle())}
    result = shell("site", "pause", "UB")
    assert result.exit_code == 3
    assert all(site_id in result.stderr for site_id in ids)


def test_sync_reads_what_it_can_and_names_what_it_cannot(
    shell: Shell, connect: Connect, moodle: Callable[..., Simulator]
) -> None:
    fine, dead = moodle(), moodle()
    fine.world.add_course("IC", "Intercultural Communication")
    connect(fine)
    connect(dead, "Almaty Institute", **{"short-name": "AIL", "zone": "Asia/Almaty"})
    dead.faults.error_in_200("invalidtoken")
    result = shell("sync")
    assert result.exit_code == 7
    assert "AIL Moodle does not know the token" in result.stdout
    [read] = shell.json("sync", "UB")
    assert (read["stored"], read["gone"], read["error"]) == (1, 0, None)

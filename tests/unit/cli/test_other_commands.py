from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import click
import pytest
from cryptography.fernet import Fernet

from coil_bridge.cli import main
from coil_bridge.services.bundle import Services
from coil_bridge.vault import Vault
from connectors.moodle.simulator import Simulator
from tests.builders import Build, SettableClock
from tests.conftest import ENCRYPTION_KEY
from tests.letterbox import Letterbox
from tests.unit.cli.conftest import Shell


def test_every_command_explains_itself(shell: Shell) -> None:
    context = click.Context(main)
    names = main.list_commands(context)
    assert len(names) > 10
    for name in names:
        help_text = shell(name, "--help").output
        assert help_text.startswith("Usage: main")
        for inner in getattr(main.get_command(context, name), "commands", {}):
            assert "Usage:" in shell(name, inner, "--help").output
    assert "Exit codes:" in shell("--help").output


def test_a_person_gets_a_role_an_invitation_and_a_link(
    shell: Shell, installed: Services, letterbox: Letterbox
) -> None:
    added = shell.json("person", "add", "ana@ub.example", "--name", "Ana Petrović", "--role", "administrator")
    assert added["roles"] == ["administrator"]
    assert [each["email"] for each in shell.json("person", "list")] == ["ana@ub.example"]
    installed.post.deliver_due()
    assert len(letterbox.to("ana@ub.example")) == 1
    link = shell("person", "link", "ANA@ub.example").output.strip()
    token = re.fullmatch(r"http://127\.0\.0\.1:8400/signin/([\w-]+)", link)
    assert token
    assert installed.signin.consume(token[1]).name == "Ana Petrović"


def test_the_last_administrator_stays(shell: Shell) -> None:
    shell("person", "add", "ana@ub.example", "--name", "Ana", "--role", "administrator")
    shell("person", "add", "lena@ub.example", "--name", "Lena", "--role", "evaluation_lead")
    refused = shell("person", "remove", "ana@ub.example")
    assert refused.exit_code == 5
    assert "last administrator" in refused.stderr
    assert shell("person", "remove", "lena@ub.example").output == "Lena has no role any more.\n"
    assert shell("person", "remove", "lena@ub.example").exit_code == 3


def test_a_pilot_is_pulled_and_exported(
    shell: Shell, installed: Services, moodle: Callable[..., Simulator], tmp_path: Path
) -> None:
    there = moodle()
    course = there.world.add_course("IC", "Intercultural Communication")
    for number in range(12):
        there.world.enrol(there.world.add_user(f"s{number}", "Student", str(number)), course)
    build = Build(installed.storage, Vault([ENCRYPTION_KEY]), SettableClock(datetime.now(UTC)))
    site = build.site("Belgrade", url=there.url, token=there.token)
    mira = build.person("Mira Jovanović")
    ours = build.course(site, moodle_id=course.id, teachers=[mira])
    added = shell.json("pilot", "add", "Pilot 2026/27", "--from=2026-09-01", "--to=2027-07-31")
    assert [each["name"] for each in shell.json("pilot", "list")] == ["Pilot 2026/27"]
    pilot = installed.pilots.all(build.lead())[0]
    assert (pilot.id, pilot.starts_on) == (added["id"], date(2026, 9, 1))
    build.pairing([ours], proposed_by=mira, phase=build.phase(pilot))
    pulled = shell.json("pilot", "pull", "pilot 2026/27")
    assert [(line["course"], line["state"]) for line in pulled] == [("Intercultural Communication", "done")]
    assert pulled[0]["read"] == pulled[0]["stored"] + sum(pulled[0]["dropped"].values()) > 0
    again = shell("pilot", "pull", pilot.id).stdout
    assert "stored 0, left out: " in again
    assert "known from an earlier pull and unchanged" in again
    file = tmp_path / "participation.csv"
    assert shell("export", "Pilot 2026/27", "--output", str(file)).exit_code == 0
    assert "Student" not in file.read_text("utf-8-sig")
    assert shell("export", pilot.id, "-o", "-").stdout_bytes == file.read_bytes()
    assert shell("export", pilot.id, "-o", str(tmp_path / "x.db")).exit_code == 0
    assert (tmp_path / "x.db").read_bytes().startswith(b"SQLite format 3")


def test_a_pack_is_made_again_to_the_byte(
    shell: Shell, installed: Services, moodle: Callable[..., Simulator], tmp_path: Path
) -> None:
    there = moodle()
    course = there.world.add_course("IC", "Intercultural Communication")
    build = Build(installed.storage, Vault([ENCRYPTION_KEY]), SettableClock(datetime.now(UTC)))
    mira, site = build.person("Mira Jovanović"), build.site("Belgrade", url=there.url, token=there.token)
    pilot = build.pilot()
    ours = build.course(site, moodle_id=course.id)
    build.pairing([ours], proposed_by=mira, phase=build.phase(pilot))
    for count in (12, 24):
        for number in range(count - 12, count):
            there.world.enrol(there.world.add_user(f"s{number}", "Student", str(number)), course)
        shell.json("pilot", "pull", pilot.id)
        file = tmp_path / f"{count}.zip"
        assert shell("export", pilot.id, "--format", "zip", "-o", str(file)).exit_code == 0
    first = tmp_path / "12.zip"
    with zipfile.ZipFile(first) as pack:
        stated = json.loads(pack.read("manifest.json"))["made_at"]
    again = tmp_path / "again.zip"
    assert shell("export", pilot.id, "--at", stated, "-o", str(again)).exit_code == 0
    assert again.read_bytes() == first.read_bytes() != (tmp_path / "24.zip").read_bytes()
    early = shell("export", pilot.id, "--at", "2020-01-01T00:00:00Z", "--format", "zip", "-o", str(again))
    assert (early.exit_code, "had been published" in early.stderr) == (5, True)


def test_every_command_logs_without_values(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bool] = []
    monkeypatch.setattr("coil_bridge.commands.common.write_json_logs", lambda: asked.append(True))
    shell.json("pilot", "list")
    assert asked == [True]


def test_a_pull_that_a_site_did_not_answer_says_so(
    shell: Shell, installed: Services, moodle: Callable[..., Simulator]
) -> None:
    there = moodle()
    build = Build(installed.storage, Vault([ENCRYPTION_KEY]), SettableClock(datetime.now(UTC)))
    mira, site = build.person("Mira Jovanović"), build.site("Belgrade", url=there.url, token=there.token)
    pilot = build.pilot()
    build.pairing([build.course(site)], proposed_by=mira, phase=build.phase(pilot))
    there.faults.error_in_200("invalidtoken")
    result = shell("pilot", "pull", pilot.id)
    assert result.exit_code == 7
    assert "UB Moodle does not know the token" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["pilot", "pull", "nothing"], 3),
        (["export", "nothing"], 3),
        (["pilot", "add", "P", "--from=2026-09-01", "--to=2026-01-01"], 2),
        (["pilot", "add", "P", "--from=soon", "--to=2026-01-01"], 2),
    ],
)
def test_mistakes_about_pilots_have_their_exit_codes(shell: Shell, arguments: list[str], code: int) -> None:
    assert shell(*arguments).exit_code == code


def test_the_database_is_upgraded_once(empty_shell: Shell) -> None:
    before = empty_shell("db", "check")
    assert before.exit_code == 8
    assert "coil-bridge db upgrade" in before.stderr
    assert "went from empty" in empty_shell("db", "upgrade").output
    assert "is up to date" in empty_shell("db", "upgrade").output
    checked = empty_shell.json("db", "check")
    assert checked["current"] == checked["needed"]
    assert checked["differences"] == []


@pytest.mark.parametrize("command", [("worker",), ("person", "list"), ("sync",)])
def test_a_database_of_another_schema_is_refused(empty_shell: Shell, command: tuple[str, ...]) -> None:
    result = empty_shell(*command)
    assert result.exit_code == 8
    assert "coil-bridge db upgrade" in result.stderr


def test_the_doctor_says_what_is_missing_and_what_is_well(
    shell: Shell, installed: Services, letterbox: Letterbox
) -> None:
    first = shell("doctor")
    assert first.exit_code == 1
    assert "NO  people: nobody can administer" in first.stdout
    assert "NO  worker: never seen" in first.stdout
    assert "ok  mail server: Mailer(smtp://127.0.0.1" in first.stdout
    shell("person", "add", "ana@ub.example", "--name", "Ana", "--role", "administrator")
    now = datetime.now(UTC)
    with installed.storage.write() as tx:
        tx.jobs.beat("w1", now, now)
    second = shell("doctor")
    assert second.exit_code == 0, second.output
    assert "NO" not in second.stdout


def test_the_doctor_asks_for_the_proxy_that_https_needs(shell: Shell) -> None:
    https = {"COIL_BRIDGE_PUBLIC_URL": "https://bridge.example.org"}
    assert "NO  public address: https://bridge.example.org needs a proxy" in shell("doctor", **https).stdout
    proxied = shell("doctor", **https, COIL_BRIDGE_TRUSTED_PROXIES="1").stdout
    assert "ok  public address: https://bridge.example.org\n" in proxied


def test_the_doctor_gives_fresh_secrets_that_work(empty_shell: Shell) -> None:
    bare = Shell({"COIL_BRIDGE_DATABASE_URL": empty_shell.environment["COIL_BRIDGE_DATABASE_URL"]})
    result = bare("doctor")
    assert result.exit_code == 78
    assert "secret_key" in result.stderr
    fresh = dict(re.findall(r"^(COIL_BRIDGE_\w+)=(\S+)$", result.stderr, re.MULTILINE))
    assert fresh.keys() == {"COIL_BRIDGE_SECRET_KEY", "COIL_BRIDGE_ENCRYPTION_KEYS"}
    assert Shell(bare.environment | fresh)("db", "upgrade").exit_code == 0


def test_settings_that_cannot_be_used_end_every_command_alike(shell: Shell) -> None:
    result = shell("site", "list", COIL_BRIDGE_SMTP_URL="mail.example.org")
    assert result.exit_code == 78
    assert "smtp_url cannot be used" in result.stderr


@pytest.mark.parametrize(
    ("url", "code", "says"),
    [
        ("sqlite:////nowhere/at/all.db", 8, "The database cannot be used: unable to open database file"),
        ("postgresql://u:s3cret@127.0.0.1:1/x", 8, "The database cannot be used: connection failed"),
        ("nonsense", 78, "database_url is no address of a database"),
    ],
)
def test_a_database_that_cannot_be_used_is_said_in_a_line_without_its_password(
    shell: Shell, url: str, code: int, says: str
) -> None:
    for command in (("db", "check"), ("db", "upgrade"), ("person", "list")):
        refused = shell(*command, COIL_BRIDGE_DATABASE_URL=url)
        assert (refused.exit_code, says in refused.stderr) == (code, True)
        assert "s3cret" not in refused.stderr


def test_after_a_new_key_everything_is_sealed_anew_and_the_old_one_can_go(
    shell: Shell, installed: Services
) -> None:
    new, other = (Fernet.generate_key().decode() for _ in range(2))
    site = Build(installed.storage, installed.vault, SettableClock(datetime.now(UTC))).site("Belgrade")
    installed.lti.keys.rotate()
    keys = {"COIL_BRIDGE_ENCRYPTION_KEYS": f"{new},{ENCRYPTION_KEY}"}
    found = {each["column"]: each for each in shell.json("db", "reseal", **keys)}
    for column in ("site.token_encrypted", "lti_key.private_encrypted"):
        assert (found[column]["resealed"], found[column]["unreadable"]) == (1, 0)
    again = shell.json("db", "reseal", **keys)
    assert {each["resealed"] for each in again} == {0}
    assert sum(each["current"] for each in again) == 2
    vault = Vault([new])
    with installed.storage.read() as tx:
        assert vault.decrypt(tx.sites.sealed_token(site.id) or b"") == "0123456789abcdef"
        assert vault.decrypt(tx.lti.keys()[0].private_encrypted).startswith("-----BEGIN PRIVATE KEY-----")
    lost = shell("db", "reseal", COIL_BRIDGE_ENCRYPTION_KEYS=other)
    assert lost.exit_code == 78
    assert "2 stored secrets open with none of encryption_keys" in lost.stderr

"""The zips for "Install plugins": what is in them, and that they are the same wherever they are made."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from connectors.moodle.plugin_files import COMPONENTS, build, build_all
from tests.required import skip_or_fail

SOURCE = Path(__file__).parents[4] / "connectors/moodle_plugin"
PHP_FILES = sorted(SOURCE.rglob("*.php"))


@pytest.mark.parametrize("component", COMPONENTS)
def test_a_zip_has_one_folder_with_everything_in_it(component: str) -> None:
    archive = zipfile.ZipFile(io.BytesIO(build(component).content))
    source = SOURCE / component
    expected = {f"coilbridge/{path.relative_to(source)}" for path in source.rglob("*") if path.is_file()}
    names = set(archive.namelist())
    assert {name for name in names if not name.endswith("/")} == expected
    # Moodle's check of a plugin looks for this folder's own entry.
    assert {"coilbridge/", "coilbridge/lang/en/"} <= names
    assert {f"coilbridge/{name}" for name in ("version.php", "db/access.php")} <= expected
    assert archive.testzip() is None


def test_the_same_source_makes_the_same_bytes() -> None:
    assert [each.sha256 for each in build_all()] == [each.sha256 for each in build_all()]
    dates = {entry.date_time for entry in zipfile.ZipFile(io.BytesIO(build_all()[0].content)).infolist()}
    assert len(dates) == 1


def test_the_block_asks_for_the_plugin_that_is_shipped_with_it() -> None:
    local, block = build_all()
    needs = (SOURCE / "block_coilbridge/version.php").read_text()
    assert f"'local_coilbridge' => {local.version}" in needs
    assert block.name == f"block_coilbridge-{block.version}.zip"


def test_another_plugin_is_not_built() -> None:
    with pytest.raises(KeyError):
        build("mod_forum")


@pytest.mark.parametrize("path", PHP_FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_file_names_its_licence_and_its_plugin(path: Path) -> None:
    text = path.read_text("utf-8")
    component = path.relative_to(SOURCE).parts[0]
    assert text.startswith("<?php\n// This file is part of Moodle - http://moodle.org/\n")
    assert "GNU General Public License" in text
    assert f"@package    {component}\n" in text


def test_every_file_is_php_that_can_be_read() -> None:
    php = shutil.which("php")
    if php is None:
        skip_or_fail("php", "php is not installed")
        return
    for path in PHP_FILES:
        checked = subprocess.run([php, "-l", str(path)], capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr

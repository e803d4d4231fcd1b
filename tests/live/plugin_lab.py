"""A real Moodle on this machine with the plugin: its address, and its command line.

Its database is asked through Moodle's own layer: which one it is does not matter, nor how tables are named.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_NAMES = ("URL", "TOKEN", "PHP", "CODE", "COURSES")
BEGIN = "define('CLI_SCRIPT', true); require('config.php');"
_ASK = """
foreach ($DB->get_recordset_sql(stream_get_contents(STDIN)) as $row) {
    echo json_encode(array_values((array)$row)), PHP_EOL;
}
"""


@dataclass(frozen=True)
class Lab:
    """A Moodle with the plugin, and its command line."""

    url: str
    token: str = field(repr=False)
    php: str
    code: str
    courses: str
    student: str = ""  # user name of somebody in the first course

    @property
    def course_ids(self) -> list[int]:
        return [int(each) for each in self.courses.split(",")]

    def run(self, *arguments: str, given: str = "", fails: bool = False) -> str:
        """Run PHP in Moodle's folder, with ``given`` on its standard input; what it says."""
        script, *more = arguments
        if Path(self.code, "public", script).is_file():  # Moodle 5.1 and later
            script = f"public/{script}"
        command = [*shlex.split(self.php), script, *more]
        done = subprocess.run(
            command, cwd=self.code, input=given, capture_output=True, text=True, check=False, timeout=200
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr if fails else done.stdout

    def configure(self, **settings: str) -> None:
        """Set the plugin's settings."""
        for name, value in settings.items():
            self.run("admin/cli/cfg.php", "--component=local_coilbridge", f"--name={name}", f"--set={value}")

    @contextmanager
    def stores(self, names: str) -> Iterator[None]:
        """Other log stores enabled than those that are."""
        setting = ("admin/cli/cfg.php", "--component=tool_log", "--name=enabled_stores")
        before = self.run(*setting).strip()
        self.run(*setting, f"--set={names}")
        try:
            yield
        finally:
            self.run(*setting, f"--set={before}")

    def has(self, table: str) -> bool:
        """Whether Moodle's database has a table."""
        return self.run("-r", BEGIN + f"echo (int)$DB->get_manager()->table_exists('{table}');") == "1"

    def ask(self, query: str) -> list[tuple[str | None, ...]]:
        """The rows that Moodle's database answers with, as text; tables in braces, every column named."""
        said = self.run("-r", BEGIN + _ASK, given=query)
        return [tuple(json.loads(line)) for line in said.splitlines()]

    def numbers(self, query: str) -> list[tuple[int, ...]]:
        """The same where every column holds whole numbers."""
        return [tuple(int(each or 0) for each in row) for row in self.ask(query)]

    def count(self, condition: str, table: str = "logstore_standard_log") -> int:
        """How many rows of a table, without another word that of the log, fulfil a condition."""
        return self.numbers(f"SELECT COUNT(1) AS found FROM {{{table}}} WHERE {condition}")[0][0]

    def rows(
        self, condition: str = "anonymous = 0 AND realuserid IS NULL", table: str = "logstore_standard_log"
    ) -> dict[int, tuple[int, ...]]:
        """What a log's table holds of the courses, by id."""
        where = f"courseid IN ({self.courses}) AND {condition}"
        found = self.numbers(f"SELECT id, courseid, userid, timecreated FROM {{{table}}} WHERE {where}")
        return {row[0]: row[1:] for row in found}


def from_environment() -> Lab | None:
    """The Moodle that the environment names, ``None`` when it names none."""
    values = [os.environ.get(f"COIL_BRIDGE_LIVE_PLUGIN_{name}", "") for name in _NAMES]
    student = os.environ.get("COIL_BRIDGE_LIVE_SITE1_STUDENT", "")
    return Lab(*values, student) if all(values) else None

"""A real Moodle on this machine with the plugin: its address, its database, its command line."""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

_NAMES = ("URL", "TOKEN", "DATABASE", "PHP", "CODE", "COURSES")
BEGIN = "define('CLI_SCRIPT', true); require('config.php');"


@dataclass(frozen=True)
class Lab:
    """A Moodle with the plugin, its database and its command line."""

    url: str
    token: str = field(repr=False)
    database: str = field(repr=False)
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

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows that Moodle's database answers with."""
        engine = create_engine(self.database)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(query))]
        engine.dispose()
        return found

    def count(self, condition: str) -> int:
        """How many rows of the log table fulfil a condition."""
        return int(self.ask(f"SELECT count(*) FROM mdl_logstore_standard_log WHERE {condition}")[0][0])

    def rows(self, condition: str = "anonymous = 0 AND realuserid IS NULL") -> dict[int, tuple[int, ...]]:
        """What the log table holds of the courses, by id."""
        columns = "id, courseid, userid, timecreated"
        where = f"courseid IN ({self.courses}) AND {condition}"
        found = self.ask(f"SELECT {columns} FROM mdl_logstore_standard_log WHERE {where}")
        return {row[0]: row[1:] for row in found}


def from_environment() -> Lab | None:
    """The Moodle that the environment names, ``None`` when it names none."""
    values = [os.environ.get(f"COIL_BRIDGE_LIVE_PLUGIN_{name}", "") for name in _NAMES]
    student = os.environ.get("COIL_BRIDGE_LIVE_SITE1_STUDENT", "")
    return Lab(*values, student) if all(values) else None

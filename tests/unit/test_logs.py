"""What the entry points write to standard error when something fails."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from coil_bridge.storage.engine import open_engine, writing

FAILING = """
import logging, structlog
from coil_bridge.logs import write_json_logs

write_json_logs()
try:
    try:
        int("mira@ub.example")
    except ValueError as error:
        raise RuntimeError("row of Mira Jovanović") from error
except RuntimeError as error:
    structlog.get_logger("ours").exception("task failed", kind="signin")
    logging.getLogger("theirs").error("Job %s failed", "of mira@ub.example", exc_info=error)
logging.getLogger("theirs").info("chatter")
structlog.get_logger("ours").info("worker started")
"""


def test_a_failure_is_told_by_class_and_place_and_never_by_its_message() -> None:
    done = subprocess.run([sys.executable, "-c", FAILING], capture_output=True, text=True, check=True)
    ours, theirs, started = map(json.loads, done.stderr.splitlines())
    for line in (ours, theirs):
        assert (line["level"], line["error"], line["cause"]) == ("error", "RuntimeError", "ValueError")
        assert line["frames"] == ["<string>:10 <module>"]
    assert (ours["event"], ours["kind"]) == ("task failed", "signin")
    assert (theirs["event"], theirs["logger"]) == ("Job %s failed", "theirs")
    assert (started["event"], "error" in started) == ("worker started", False)
    assert "ira" not in done.stderr


def test_an_error_of_the_database_quotes_no_values() -> None:
    engine = open_engine("sqlite://")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE person (email TEXT UNIQUE)"))
        row = {"email": "mira@ub.example"}
        connection.execute(text("INSERT INTO person VALUES (:email)"), row)
        with pytest.raises(IntegrityError) as caught:
            connection.execute(text("INSERT INTO person VALUES (:email)"), row)
    engine.dispose()
    assert "mira" not in str(caught.value)

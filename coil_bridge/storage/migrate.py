"""Brings a database to the schema that this version of the code needs; ``schema_state`` tells where it is.

Migrations run in one transaction on both engines: after a crash the schema is the old one or the new
one. Two processes that start at once do not migrate at once.
"""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, func, select

from coil_bridge.storage import (  # noqa: F401 - their tables belong to the schema
    academic_tables,
    availability_tables,
    board_tables,
    edition_tables,
    event_tables,
    evidence_tables,
    fact_tables,
    feed_tables,
    hook_tables,
    joining_tables,
    launch_tables,
    log_tables,
    lti_tables,
    moodle_calendar_tables,
    rights_tables,
    room_tables,
    survey_tables,
    telling_tables,
    upload_tables,
)
from coil_bridge.storage.engine import open_engine, reading, writing
from coil_bridge.storage.schema_state import SCRIPTS, SchemaState, newest_step, state
from coil_bridge.storage.tables import metadata

_PARTITION = re.compile(r"event(_day)?_p\d+")
_LOCK = 0x434F494D  # any constant of ours: "COIM"


def upgrade(engine: Engine) -> SchemaState:
    """Bring a database to the newest step; one that is there already stays untouched."""
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        command.upgrade(_config(connection), "head")
    return state(engine)


def differences(engine: Engine) -> list[str]:
    """What differs between a database and the tables that the code knows; empty when nothing does."""
    with reading(engine) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_name": _ours})
        return [str(each) for each in compare_metadata(context, metadata)]


def write_revision(message: str) -> Path:
    """For developers: write the step that leads from the newest one to the tables in the code."""
    with tempfile.TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{folder}/revision.db")
        try:
            upgrade(engine)
            with writing(engine) as connection:
                script = command.revision(_config(connection), message, autogenerate=True, rev_id=_next_id())
        finally:
            engine.dispose()
    newest_step.cache_clear()
    if script is None or isinstance(script, list):
        raise RuntimeError("Alembic wrote no step, or several")
    return Path(script.path)


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """Not the partitions of ``event`` and ``event_day``: they come with the pilots."""
    return kind != "table" or _PARTITION.fullmatch(name or "") is None


def _next_id() -> str:
    return f"{int(newest_step()) + 1:04d}"

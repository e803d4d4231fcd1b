"""Whether a database has the schema that this version of the code needs.

Apart from ``migrate``, which brings it there: every process looks, and Alembic takes 8 MB and a tenth of a
second to import.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, column, inspect, select, table

from coil_bridge.storage.engine import reading

SCRIPTS = Path(__file__).parent / "migrations"
_STEP = re.compile(r"(\d{4})_\w+\.py")
_VERSIONS = table("alembic_version", column("version_num"))


@dataclass(frozen=True, slots=True)
class SchemaState:
    """The step at which a database stands (``None`` when it is empty) and the newest one."""

    current: str | None
    head: str

    @property
    def up_to_date(self) -> bool:
        """Whether the database has the schema that the code needs."""
        return self.current == self.head


def state(engine: Engine) -> SchemaState:
    """Where a database stands."""
    with reading(engine) as connection:
        known = inspect(connection).has_table(_VERSIONS.name)
        current = connection.scalar(select(_VERSIONS.c.version_num)) if known else None
    return SchemaState(current, newest_step())


@cache
def newest_step() -> str:
    """The number of the newest step; they are in one line and their files are named by them."""
    files = (_STEP.fullmatch(path.name) for path in (SCRIPTS / "versions").iterdir())
    return max(found[1] for found in files if found)

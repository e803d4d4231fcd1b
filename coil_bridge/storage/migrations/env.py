"""Runs migrations on the connection that ``coil_bridge.storage.migrate`` hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from coil_bridge.storage.tables import metadata
from coil_bridge.storage.types import ReasonText, UtcDateTime


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | Literal[False]:
    """Write our own column type as what it is in the database, so that old steps need none of our code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, ReasonText):
        return "sa.Text()"
    return False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_item=render_item,
    render_as_batch=True,  # SQLite cannot alter a column; Alembic copies the table there
    transactional_ddl=True,  # engine.py says BEGIN itself, so SQLite takes a schema back as well
)
with context.begin_transaction():
    context.run_migrations()

"""What has changed about sessions and who has been told: the news, the choices, the marks.

``session_news`` has a row for each visible change; people are told of it at once or by the next digest. The
other tables keep each person from being told twice.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime


def _person(*, primary_key: bool = True) -> Column[str]:
    return Column("person_id", ID, ForeignKey("person.id", ondelete="CASCADE"), primary_key=primary_key)


def _session() -> Column[str]:
    return Column("session_id", ID, ForeignKey("joint_session.id", ondelete="CASCADE"), primary_key=True)


session_news = Table(
    "session_news",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("pairing_id", ID, ForeignKey("pairing.id"), nullable=False),
    Column("session_id", ID, ForeignKey("joint_session.id", ondelete="CASCADE"), nullable=False),
    Column("actor_id", ID, ForeignKey("person.id", ondelete="SET NULL")),
    Column("kind", String(10), nullable=False),
    Column("reason", Text, nullable=False),
    Column("before", JSON),  # what people knew: time, length, title and place; nothing of a new session
    Column("near", Boolean, nullable=False),  # so near that everybody is told at once
    Index(None, "pairing_id", "id"),
)

# The last state of a session that a person was told of at once, and whether a calendar file went with it:
# who has put it into a calendar of the own gets a file for each later change too.
told_session = Table(
    "told_session",
    metadata,
    _session(),
    _person(),
    Column("sequence", Integer, nullable=False),
    Column("with_file", Boolean, nullable=False),
)

# Without a row the defaults of ``domain.Telling`` hold.
telling_choice = Table(
    "telling_choice",
    metadata,
    _person(),
    Column("changes", Boolean, nullable=False),
    Column("digest", Boolean, nullable=False),
    Column("pairings", Boolean, nullable=False),
    Column("reminder", String(5), nullable=False),
)

digest_mark = Table(
    "digest_mark",
    metadata,
    _person(),
    Column("news_id", Integer, nullable=False),  # everything up to here was summed up
    Column("day", Date, nullable=False),  # the person's own day on which that was
)

sent_reminder = Table(
    "sent_reminder",
    metadata,
    _session(),
    _person(),
    Column("starts_at", UtcDateTime, primary_key=True),  # a moved session is reminded of anew
)

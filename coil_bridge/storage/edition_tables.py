"""What was counted in each publication of a pilot's figures, person by person, under pseudonyms.

Kept because two publications can be subtracted (``evaluation/settling.py``), and so that an old pack can be
made again. Only what changed is written: a row holds from its edition until the next one of the same person.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, String, Table

from coil_bridge.storage.tables import ID, metadata
from coil_bridge.storage.types import UtcDateTime

evidence_edition = Table(
    "evidence_edition",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("made_at", UtcDateTime, primary_key=True),
    Column("through", Date, nullable=False),  # the last day covered
    Column("dyads", JSON, nullable=False),  # pairs of people who answered each other, by pairing
)

evidence_counted = Table(
    "evidence_counted",
    metadata,
    Column("pilot_id", ID, ForeignKey("pilot.id"), primary_key=True),
    Column("pairing_id", ID, primary_key=True),
    Column("institution_id", ID, primary_key=True),
    Column("pseudonym", String(32), primary_key=True),
    Column("since", UtcDateTime, primary_key=True),
    Column("counted", JSON(none_as_null=True)),  # null: counted no longer
)

"""Events in blocks

The blocks hold the events themselves, so the table with a row for each is no longer needed (decision 15). The
number of the activity, which nothing ever read, is not kept.

Revision: 0025
Follows: 0024
"""

from __future__ import annotations

import struct
from datetime import date

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

SOURCES = (0, 1, 2)
AT_ONCE = 50_000
EPOCH_DAY = date(1970, 1, 1).toordinal()


def upgrade() -> None:
    op.drop_table('event_block')
    table = op.create_table('event_block',
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('pilot_no', sa.Integer(), nullable=False),
    sa.Column('source', sa.SmallInteger(), nullable=False),
    sa.Column('packed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_event_block'))
    )
    op.create_index(op.f('ix_event_block_pilot_no'), 'event_block', ['pilot_no'], unique=False)
    connection = op.get_bind()
    numbers = connection.exec_driver_sql('SELECT no FROM event_pilot').scalars().all()
    query = sa.text('SELECT actor, kind, minute, day FROM event WHERE pilot_no = :no AND source = :source')
    for number in numbers:
        for source in SOURCES:
            mine = {'no': number, 'source': source}
            found = connection.execute(query, mine, execution_options={'yield_per': AT_ONCE})
            for rows in found.partitions(AT_ONCE):
                packed = [
                    actor << 33 | minute << 7 | off(minute, day) << 5 | kind for actor, kind, minute, day in rows
                ]
                stored = struct.pack(f'<{len(packed)}q', *packed)
                row = {'pilot_no': number, 'source': source, 'packed': stored}
                connection.execute(sa.insert(table), row)
    op.drop_table('event')


def off(minute: int, day: int) -> int:
    """What the local day is off the minute's day in UTC, and one more."""
    return min(max(day - EPOCH_DAY - minute // 1440 + 1, 0), 2)

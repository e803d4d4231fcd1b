"""Event blocks

The minutes of events once more, packed so that a million is read in hundredths of a second; on PostgreSQL
the daily counts get a partition for each pilot, as the events have one (decision 15).

Revision: 0020
Follows: 0019
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

JOINS = (3, 4)
AT_ONCE = 50_000


def upgrade() -> None:
    table = op.create_table('event_block',
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('pilot_no', sa.Integer(), nullable=False),
    sa.Column('packed', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_event_block'))
    )
    op.create_index(op.f('ix_event_block_pilot_no'), 'event_block', ['pilot_no'], unique=False)
    connection = op.get_bind()
    numbers = connection.exec_driver_sql('SELECT no FROM event_pilot').scalars().all()
    if connection.dialect.name == 'postgresql':
        divide_days(numbers)
    query = sa.text('SELECT actor, kind, minute, day FROM event WHERE pilot_no = :no')
    for number in numbers:
        found = connection.execute(query, {'no': number}, execution_options={'yield_per': AT_ONCE})
        for rows in found.partitions(AT_ONCE):
            packed = [
                actor << 28 | minute << 2 | (day & 1) << 1 | (kind in JOINS)
                for actor, kind, minute, day in rows
            ]
            stored = struct.pack(f'<{len(packed)}q', *packed)
            connection.execute(sa.insert(table), {'pilot_no': number, 'packed': stored})


def divide_days(numbers: Sequence[int]) -> None:
    op.execute('ALTER TABLE event_day RENAME TO event_day_whole')
    op.execute('ALTER TABLE event_day_whole RENAME CONSTRAINT pk_event_day TO pk_event_day_whole')
    op.create_table('event_day',
    sa.Column('pilot_no', sa.Integer(), nullable=False),
    sa.Column('actor', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('kind', sa.SmallInteger(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('pilot_no', 'actor', 'day', 'kind', name=op.f('pk_event_day')),
    postgresql_partition_by='LIST (pilot_no)'
    )
    for number in numbers:
        op.execute(f'CREATE TABLE event_day_p{number:d} PARTITION OF event_day FOR VALUES IN ({number:d})')
    op.execute('INSERT INTO event_day SELECT pilot_no, actor, day, kind, n FROM event_day_whole')
    op.execute('DROP TABLE event_day_whole')

"""Events

The activity table becomes the event store (decision 15): people get numbers, posts become events at
noon of their day, and their keys stay known, so that the next pull adds nothing.

Revision: 0006
Follows: 0005
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

KINDS = {'forum_topic': 1, 'forum_reply': 2}
RECORDS = 1
EPOCH_DAY = date(1970, 1, 1).toordinal()


def upgrade() -> None:
    op.create_table('event_pilot',
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_event_pilot_pilot_id')),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_event_pilot')),
    sa.UniqueConstraint('pilot_id', name=op.f('uq_event_pilot_pilot_id'))
    )
    op.create_table('actor',
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('pairing_id', sa.String(length=26), nullable=False),
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('pseudonym', sa.String(length=32), nullable=False),
    sa.Column('part', sa.String(length=10), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_actor_course_id')),
    sa.ForeignKeyConstraint(['pairing_id'], ['pairing.id'], name=op.f('fk_actor_pairing_id')),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_actor_pilot_id')),
    sa.PrimaryKeyConstraint('no', name=op.f('pk_actor')),
    sa.UniqueConstraint('pilot_id', 'pairing_id', 'course_id', 'pseudonym', name=op.f('uq_actor_pilot_id_pairing_id_course_id_pseudonym'))
    )
    op.create_table('event',
    sa.Column('pilot_no', sa.Integer(), nullable=False),
    sa.Column('actor', sa.Integer(), nullable=False),
    sa.Column('kind', sa.SmallInteger(), nullable=False),
    sa.Column('minute', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('module', sa.Integer(), nullable=True),
    sa.Column('source', sa.SmallInteger(), nullable=False),
    postgresql_partition_by='LIST (pilot_no)'
    )
    op.create_index(op.f('ix_event_pilot_no'), 'event', ['pilot_no'], unique=False)
    op.create_table('event_day',
    sa.Column('pilot_no', sa.Integer(), nullable=False),
    sa.Column('actor', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False),
    sa.Column('kind', sa.SmallInteger(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('pilot_no', 'actor', 'day', 'kind', name=op.f('pk_event_day')),
    sqlite_with_rowid=False
    )
    op.create_table('reply',
    sa.Column('pilot_no', sa.Integer(), nullable=False),
    sa.Column('from_actor', sa.Integer(), nullable=False),
    sa.Column('to_actor', sa.Integer(), nullable=False),
    sa.Column('day', sa.Integer(), nullable=False)
    )
    op.create_index(op.f('ix_reply_pilot_no'), 'reply', ['pilot_no'], unique=False)
    op.create_table('seen_record',
    sa.Column('pilot_no', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['pilot_no'], ['event_pilot.no'], name=op.f('fk_seen_record_pilot_no')),
    sa.PrimaryKeyConstraint('pilot_no', 'key', name=op.f('pk_seen_record')),
    sqlite_with_rowid=False
    )
    move_rows()
    op.drop_table('activity')


def move_rows() -> None:
    connection = op.get_bind()
    run = connection.exec_driver_sql
    run('INSERT INTO event_pilot (pilot_id) SELECT DISTINCT pilot_id FROM participant')
    if connection.dialect.name == 'postgresql':
        for number in run('SELECT no FROM event_pilot').scalars().all():
            run(f'CREATE TABLE event_p{number:d} PARTITION OF event FOR VALUES IN ({number:d})')
    run(
        'INSERT INTO actor (pilot_id, pairing_id, course_id, pseudonym, part) '
        'SELECT pilot_id, pairing_id, course_id, pseudonym, role FROM participant '
        'ORDER BY pilot_id, pseudonym, pairing_id, course_id'
    )
    table = sa.table('event', *(sa.column(name) for name in ('pilot_no', 'actor', 'kind', 'minute', 'day', 'source')))
    seen = sa.table('seen_record', sa.column('pilot_no'), sa.column('key'))
    found = connection.execute(
        sa.text(
            'SELECT p.no AS pilot_no, a.no AS actor, e.kind, e.day, e.source_key FROM activity e '
            'JOIN event_pilot p ON p.pilot_id = e.pilot_id '
            'JOIN actor a ON a.pilot_id = e.pilot_id AND a.pairing_id = e.pairing_id '
            'AND a.course_id = e.course_id AND a.pseudonym = e.pseudonym'
        )
    )
    for rows in found.mappings().partitions(1000):
        connection.execute(sa.insert(table), [event_row(row) for row in rows])
        connection.execute(
            sa.insert(seen), [{'pilot_no': row['pilot_no'], 'key': row['source_key']} for row in rows]
        )
    run(
        'INSERT INTO event_day (pilot_no, actor, day, kind, n) '
        'SELECT pilot_no, actor, day, kind, count(*) FROM event GROUP BY pilot_no, actor, day, kind'
    )


def event_row(row: sa.RowMapping) -> dict[str, int]:
    day = row['day'] if isinstance(row['day'], date) else date.fromisoformat(row['day'])
    number = day.toordinal()
    return {
        'pilot_no': row['pilot_no'],
        'actor': row['actor'],
        'kind': KINDS[row['kind']],
        'minute': (number - EPOCH_DAY) * 1440 + 720,
        'day': number,
        'source': RECORDS,
    }

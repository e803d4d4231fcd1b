"""When people can meet

Revision: 0016
Follows: 0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('institution_hours',
    sa.Column('institution_id', sa.String(length=26), nullable=False),
    sa.Column('week', sa.String(length=672), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_institution_hours_institution_id')),
    sa.PrimaryKeyConstraint('institution_id', name=op.f('pk_institution_hours'))
    )
    op.create_table('person_hours',
    sa.Column('person_id', sa.String(length=26), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('week', sa.String(length=672), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_hours_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_person_hours'))
    )
    op.create_table('busy_calendar',
    sa.Column('person_id', sa.String(length=26), nullable=False),
    sa.Column('address_encrypted', sa.LargeBinary(), nullable=False),
    sa.Column('zone', sa.String(length=64), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_busy_calendar_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_busy_calendar'))
    )
    op.create_table('busy_time',
    sa.Column('person_id', sa.String(length=26), nullable=False),
    sa.Column('starts_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_busy_time_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', 'starts_at', name=op.f('pk_busy_time'))
    )


def downgrade() -> None:
    op.drop_table('busy_time')
    op.drop_table('busy_calendar')
    op.drop_table('person_hours')
    op.drop_table('institution_hours')

"""Moodle calendars

Revision: 0013
Follows: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('moodle_calendar',
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('asked', sa.Integer(), server_default='0', nullable=False),
    sa.Column('claimed_by', sa.String(length=80), nullable=True),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.Integer(), server_default='0', nullable=False),
    sa.Column('looked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_moodle_calendar_course_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('course_id', name=op.f('pk_moodle_calendar'))
    )
    op.create_index(op.f('ix_moodle_calendar_due_at'), 'moodle_calendar', ['due_at'], unique=False)
    op.create_table('moodle_event',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('event_id', sa.BigInteger(), nullable=True),
    sa.Column('content', sa.String(length=64), nullable=True),
    sa.Column('creating_until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_moodle_event_course_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['joint_session.id'], name=op.f('fk_moodle_event_session_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_id', 'course_id', name=op.f('pk_moodle_event'))
    )
    op.create_index(op.f('ix_moodle_event_course_id'), 'moodle_event', ['course_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_moodle_event_course_id'), table_name='moodle_event')
    op.drop_table('moodle_event')
    op.drop_index(op.f('ix_moodle_calendar_due_at'), table_name='moodle_calendar')
    op.drop_table('moodle_calendar')

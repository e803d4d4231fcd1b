"""Stays, counts and cursors of what the plugin tells besides the log

Revision: 0022
Follows: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('moodle_stay',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('key', sa.String(length=32), nullable=False),
    sa.Column('pairing_id', sa.String(length=26), nullable=False),
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('pseudonym', sa.String(length=32), nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('joined_minute', sa.Integer(), nullable=False),
    sa.Column('left_minute', sa.Integer(), nullable=True),
    sa.CheckConstraint('left_minute >= joined_minute', name=op.f('ck_moodle_stay_order_of_time')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_moodle_stay_course_id')),
    sa.ForeignKeyConstraint(['pairing_id'], ['pairing.id'], name=op.f('fk_moodle_stay_pairing_id')),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_moodle_stay_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', 'key', name=op.f('pk_moodle_stay'))
    )
    op.create_index(op.f('ix_moodle_stay_pilot_id_moodle_stay_pairing_id'), 'moodle_stay', ['pilot_id', 'pairing_id'], unique=False)
    op.create_table('fact_cursor',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('pairing_id', sa.String(length=26), nullable=False),
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('after_id', sa.BigInteger(), nullable=False),
    sa.Column('first_day', sa.Integer(), nullable=False),
    sa.Column('last_day', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_fact_cursor_course_id')),
    sa.ForeignKeyConstraint(['pairing_id'], ['pairing.id'], name=op.f('fk_fact_cursor_pairing_id')),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_fact_cursor_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', 'pairing_id', 'course_id', 'kind', name=op.f('pk_fact_cursor'))
    )
    op.create_table('feedback_count',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('pairing_id', sa.String(length=26), nullable=False),
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('module', sa.Integer(), nullable=False),
    sa.Column('answers', sa.Integer(), nullable=False),
    sa.Column('anonymous', sa.Boolean(), nullable=False),
    sa.Column('observed_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_feedback_count_course_id')),
    sa.ForeignKeyConstraint(['pairing_id'], ['pairing.id'], name=op.f('fk_feedback_count_pairing_id')),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_feedback_count_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', 'pairing_id', 'course_id', 'module', name=op.f('pk_feedback_count'))
    )


def downgrade() -> None:
    op.drop_table('feedback_count')
    op.drop_table('fact_cursor')
    op.drop_index(op.f('ix_moodle_stay_pilot_id_moodle_stay_pairing_id'), table_name='moodle_stay')
    op.drop_table('moodle_stay')

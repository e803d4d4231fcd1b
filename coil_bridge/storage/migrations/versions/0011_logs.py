"""Logs

Revision: 0011
Follows: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('log_cursor',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('pairing_id', sa.String(length=26), nullable=False),
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('reader', sa.String(length=100), nullable=False),
    sa.Column('after_id', sa.BigInteger(), nullable=False),
    sa.Column('recent', sa.LargeBinary(), nullable=False),
    sa.Column('told_from', sa.Integer(), nullable=True),
    sa.Column('told_until', sa.Integer(), nullable=True),
    sa.Column('has_files', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('has_posts', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_log_cursor_course_id')),
    sa.ForeignKeyConstraint(['pairing_id'], ['pairing.id'], name=op.f('fk_log_cursor_pairing_id')),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_log_cursor_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', 'pairing_id', 'course_id', name=op.f('pk_log_cursor'))
    )
    op.create_table('log_run',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('site_id', sa.String(length=26), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('finding', sa.String(length=20), nullable=True),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('rows_read', sa.Integer(), server_default='0', nullable=False),
    sa.Column('rows_stored', sa.Integer(), server_default='0', nullable=False),
    sa.Column('rows_dropped', sa.JSON(), nullable=False),
    sa.Column('first_id', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('at_id', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('last_id', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('refused', sa.JSON(), nullable=False),
    sa.Column('error', sa.JSON(), nullable=True),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_log_run_pilot_id')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_log_run_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_log_run'))
    )
    op.create_index(op.f('ix_log_run_pilot_id_log_run_site_id_log_run_requested_at'), 'log_run', ['pilot_id', 'site_id', 'requested_at'], unique=False)

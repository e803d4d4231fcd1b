"""Rooms

Revision: 0017
Follows: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('room_offer',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('kind', sa.String(length=15), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('institution_id', sa.String(length=26), nullable=True),
    sa.Column('address', sa.String(length=1000), nullable=False),
    sa.Column('app_id', sa.String(length=100), nullable=True),
    sa.Column('secret_encrypted', sa.LargeBinary(), nullable=True),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['institution_id'], ['institution.id'], name=op.f('fk_room_offer_institution_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_room_offer'))
    )
    op.create_table('course_size',
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('counted_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_size_course_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('course_id', name=op.f('pk_course_size'))
    )
    op.create_table('session_recording',
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('record_id', sa.String(length=100), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('url', sa.String(length=1000), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['joint_session.id'], name=op.f('fk_session_recording_session_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_id', 'record_id', 'kind', name=op.f('pk_session_recording'))
    )
    op.create_index(op.f('ix_session_recording_session_id'), 'session_recording', ['session_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_session_recording_session_id'), table_name='session_recording')
    op.drop_table('session_recording')
    op.drop_table('course_size')
    op.drop_table('room_offer')

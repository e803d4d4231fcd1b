"""Evidence

Revision: 0005
Follows: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('evidence_figures',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_evidence_figures_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', name=op.f('pk_evidence_figures'))
    )
    op.create_table('evidence_pack',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('requested_by', sa.String(length=26), nullable=True),
    sa.Column('requested_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('options', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('share', sa.Integer(), server_default='0', nullable=False),
    sa.Column('name', sa.String(length=200), nullable=True),
    sa.Column('size', sa.Integer(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failure', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_evidence_pack_pilot_id')),
    sa.ForeignKeyConstraint(['requested_by'], ['person.id'], name=op.f('fk_evidence_pack_requested_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_pack'))
    )
    with op.batch_alter_table('evidence_pack', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_pack_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_pack_pilot_id_evidence_pack_requested_at'), ['pilot_id', 'requested_at'], unique=False)

    op.create_table('objection',
    sa.Column('person_id', sa.String(length=26), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_objection_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_objection'))
    )
    op.create_table('participant_trait',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('pseudonym', sa.String(length=32), nullable=False),
    sa.Column('gender', sa.String(length=12), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_participant_trait_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', 'pseudonym', name=op.f('pk_participant_trait'))
    )
    op.create_table('pilot_exclusion',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('pseudonym', sa.String(length=32), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_exclusion_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', 'pseudonym', name=op.f('pk_pilot_exclusion'))
    )
    op.create_table('pilot_rule',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('presence_percent', sa.Integer(), nullable=False),
    sa.Column('gap_minutes', sa.Integer(), nullable=False),
    sa.Column('silent_days', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_pilot_rule_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', name=op.f('pk_pilot_rule'))
    )
    op.create_table('attendance_override',
    sa.Column('id', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('pseudonym', sa.String(length=32), nullable=False),
    sa.Column('verdict', sa.String(length=10), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_by', sa.String(length=26), nullable=True),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_attendance_override_course_id')),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_attendance_override_pilot_id')),
    sa.ForeignKeyConstraint(['session_id'], ['joint_session.id'], name=op.f('fk_attendance_override_session_id')),
    sa.ForeignKeyConstraint(['set_by'], ['person.id'], name=op.f('fk_attendance_override_set_by'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance_override'))
    )
    with op.batch_alter_table('attendance_override', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendance_override_pilot_id'), ['pilot_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attendance_override_session_id'), ['session_id'], unique=False)

    op.create_table('presence',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('session_id', sa.String(length=26), nullable=False),
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('pseudonym', sa.String(length=32), nullable=False),
    sa.Column('joined_minute', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=10), nullable=False),
    sa.Column('left_minute', sa.Integer(), nullable=True),
    sa.CheckConstraint('left_minute >= joined_minute', name=op.f('ck_presence_order_of_time')),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_presence_course_id')),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_presence_pilot_id')),
    sa.ForeignKeyConstraint(['session_id'], ['joint_session.id'], name=op.f('fk_presence_session_id')),
    sa.PrimaryKeyConstraint('pilot_id', 'session_id', 'course_id', 'pseudonym', 'joined_minute', 'source', name=op.f('pk_presence'))
    )
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_presence_session_id'), ['session_id'], unique=False)

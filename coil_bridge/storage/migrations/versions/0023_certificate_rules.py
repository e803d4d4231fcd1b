"""By which rule a pilot gives certificates

Revision: 0023
Follows: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('certificate_rule',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('sessions_percent', sa.Integer(), nullable=False),
    sa.Column('contact_hours', sa.Integer(), nullable=False),
    sa.Column('moodle', sa.String(length=10), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_certificate_rule_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', 'version', name=op.f('pk_certificate_rule'))
    )


def downgrade() -> None:
    op.drop_table('certificate_rule')

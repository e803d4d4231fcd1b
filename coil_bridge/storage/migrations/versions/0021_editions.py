"""Editions of figures

Revision: 0021
Follows: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('evidence_edition',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('through', sa.Date(), nullable=False),
    sa.Column('dyads', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_evidence_edition_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', 'made_at', name=op.f('pk_evidence_edition'))
    )
    op.create_table('evidence_counted',
    sa.Column('pilot_id', sa.String(length=26), nullable=False),
    sa.Column('pairing_id', sa.String(length=26), nullable=False),
    sa.Column('institution_id', sa.String(length=26), nullable=False),
    sa.Column('pseudonym', sa.String(length=32), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('counted', sa.JSON(none_as_null=True), nullable=True),
    sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_evidence_counted_pilot_id')),
    sa.PrimaryKeyConstraint('pilot_id', 'pairing_id', 'institution_id', 'pseudonym', 'since', name=op.f('pk_evidence_counted'))
    )


def downgrade() -> None:
    op.drop_table('evidence_counted')
    op.drop_table('evidence_edition')

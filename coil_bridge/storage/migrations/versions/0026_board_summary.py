"""How the partners of each pilot stood when the worker last looked

Revision: 0026
Follows: 0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import coil_bridge.storage.types

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'board_summary',
        sa.Column('pilot_id', sa.String(length=26), nullable=False),
        sa.Column('red', sa.Integer(), nullable=False),
        sa.Column('soon', sa.Integer(), nullable=False),
        sa.Column('unknown', sa.Integer(), nullable=False),
        sa.Column('good', sa.Integer(), nullable=False),
        sa.Column('looked_at', coil_bridge.storage.types.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['pilot_id'], ['pilot.id'], name=op.f('fk_board_summary_pilot_id')),
        sa.PrimaryKeyConstraint('pilot_id', name=op.f('pk_board_summary')),
    )


def downgrade() -> None:
    op.drop_table('board_summary')

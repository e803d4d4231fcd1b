"""Guests count at home

Revision: 0015
Follows: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('participant_trait', schema=None) as batch_op:
        batch_op.add_column(sa.Column('home', sa.String(length=26), server_default='', nullable=False))

"""Guests count at home

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
    with op.batch_alter_table('participant_trait', schema=None) as batch_op:
        batch_op.add_column(sa.Column('home', sa.String(length=26), server_default='', nullable=False))

"""Hooks

Revision: 0014
Follows: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('hook_key',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('site_id', sa.String(length=26), nullable=False),
    sa.Column('secret_encrypted', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_hook_key_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hook_key'))
    )
    op.create_index(op.f('ix_hook_key_site_id'), 'hook_key', ['site_id'], unique=False)
    op.create_table('hook_delivery',
    sa.Column('site_id', sa.String(length=26), nullable=False),
    sa.Column('delivery', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_hook_delivery_site_id')),
    sa.PrimaryKeyConstraint('site_id', 'delivery', name=op.f('pk_hook_delivery'))
    )
    op.create_index(op.f('ix_hook_delivery_at'), 'hook_delivery', ['at'], unique=False)
    op.create_table('hook_wish',
    sa.Column('site_id', sa.String(length=26), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('course_id', sa.String(length=26), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_hook_wish_site_id')),
    sa.PrimaryKeyConstraint('site_id', 'kind', 'course_id', name=op.f('pk_hook_wish'))
    )

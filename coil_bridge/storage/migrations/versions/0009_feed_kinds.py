"""Feed kinds: feeds of persons, institutions and pilots beside those of pairings; addresses stay as they are

Revision: 0009
Follows: 0008
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

# Until the worker has built a feed that was never stored.
_EMPTY = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//COIL Bridge//Joint sessions//EN\r\nEND:VCALENDAR\r\n"

_FEED = sa.table(
    'calendar_feed',
    *(sa.column(name) for name in ('id', 'kind', 'subject_id', 'language', 'body', 'body_gzip', 'etag')),
    sa.column('alarm', sa.Integer), sa.column('called_off', sa.Boolean), sa.column('rooms', sa.Boolean),
    sa.column('last_modified', sa.DateTime(timezone=True)), sa.column('stale', sa.Boolean),
)
_LINK = sa.table(
    'calendar_link',
    *(sa.column(name) for name in ('id', 'token_hash', 'token_encrypted', 'feed_id', 'person_id')),
    sa.column('public', sa.Boolean),
    sa.column('created_at', sa.DateTime(timezone=True)), sa.column('revoked_at', sa.DateTime(timezone=True)),
)
_OLD_FEED = sa.table(
    'stored_feed',
    *(sa.column(name) for name in ('pairing_id', 'language', 'body', 'body_gzip', 'etag')),
    sa.column('last_modified', sa.DateTime(timezone=True)),
)
_OLD_LINK = sa.table(
    'feed_link',
    *(sa.column(name) for name in ('id', 'token_hash', 'token_encrypted', 'pairing_id', 'person_id', 'language')),
    sa.column('created_at', sa.DateTime(timezone=True)), sa.column('revoked_at', sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.create_table('calendar_feed',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('subject_id', sa.String(length=26), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('alarm', sa.Integer(), nullable=False),
    sa.Column('called_off', sa.Boolean(), nullable=False),
    sa.Column('rooms', sa.Boolean(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('body_gzip', sa.LargeBinary(), nullable=False),
    sa.Column('etag', sa.String(length=64), nullable=False),
    sa.Column('last_modified', sa.DateTime(timezone=True), nullable=False),
    sa.Column('stale', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('kind', 'subject_id', 'language', 'alarm', 'called_off', 'rooms', name=op.f('uq_calendar_feed_choice'))
    )
    op.create_index(op.f('ix_calendar_feed_stale'), 'calendar_feed', ['stale'], unique=False)
    op.create_table('feed_pairing',
    sa.Column('feed_id', sa.String(length=26), nullable=False),
    sa.Column('pairing_id', sa.String(length=26), nullable=False),
    sa.ForeignKeyConstraint(['feed_id'], ['calendar_feed.id'], name=op.f('fk_feed_pairing_feed_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['pairing_id'], ['pairing.id'], name=op.f('fk_feed_pairing_pairing_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('feed_id', 'pairing_id', name=op.f('pk_feed_pairing'))
    )
    op.create_index(op.f('ix_feed_pairing_pairing_id'), 'feed_pairing', ['pairing_id'], unique=False)
    op.create_table('calendar_link',
    sa.Column('id', sa.String(length=26), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('token_encrypted', sa.LargeBinary(), nullable=False),
    sa.Column('feed_id', sa.String(length=26), nullable=False),
    sa.Column('person_id', sa.String(length=26), nullable=False),
    sa.Column('public', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['calendar_feed.id'], name=op.f('fk_calendar_link_feed_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_calendar_link_person_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_calendar_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_link_token_hash'))
    )
    op.create_index(op.f('ix_calendar_link_feed_id'), 'calendar_link', ['feed_id'], unique=False)
    op.create_index(op.f('ix_calendar_link_person_id'), 'calendar_link', ['person_id'], unique=False)
    _carry_over(op.get_bind())
    op.drop_table('feed_link')
    op.drop_table('stored_feed')


def _carry_over(connection: sa.Connection) -> None:
    """Every address shows what it showed; who subscribed before notices nothing."""
    feeds: dict[tuple[str, str], str] = {}
    for row in connection.execute(sa.select(_OLD_FEED)).mappings().all():
        feeds[row['pairing_id'], row['language']] = _insert_feed(connection, **row, stale=False)
    for row in connection.execute(sa.select(_OLD_LINK)).mappings().all():
        place = row['pairing_id'], row['language']
        if place not in feeds:
            feeds[place] = _insert_feed(
                connection, pairing_id=place[0], language=place[1], body=_EMPTY,
                body_gzip=gzip.compress(_EMPTY, mtime=0), etag=hashlib.sha256(_EMPTY).hexdigest(),
                last_modified=datetime.now(UTC), stale=True,
            )
        kept = {name: row[name] for name in ('id', 'token_hash', 'token_encrypted', 'person_id', 'created_at', 'revoked_at')}
        connection.execute(sa.insert(_LINK).values(feed_id=feeds[place], public=False, **kept))


def _insert_feed(connection: sa.Connection, *, pairing_id: str, **values: Any) -> str:
    feed_id = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    connection.execute(sa.insert(_FEED).values(
        id=feed_id, kind='pairing', subject_id=pairing_id, alarm=0, called_off=True, rooms=True, **values
    ))
    return feed_id


def downgrade() -> None:
    raise NotImplementedError("forward only: the addresses of persons, institutions and pilots would be lost")

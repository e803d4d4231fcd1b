"""Platforms, their deployments and keys, invitations, our own keys and logins on their way: the queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, func, insert, or_, select, update

from coil_bridge.storage.lti_records import (
    Invitation,
    Jwk,
    KeyRecord,
    KeySet,
    LoginState,
    Platform,
    RegisteredBy,
)
from coil_bridge.storage.lti_tables import (
    lti_deployment,
    lti_invitation,
    lti_key,
    lti_key_set,
    lti_platform,
    lti_state,
)
from coil_bridge.storage.writes import insert_new

_INVITATION_FIELDS = list(Invitation.__dataclass_fields__)


_KEYS = select(lti_key).order_by(lti_key.c.signs_from, lti_key.c.kid)


class LtiPlatforms:
    """Everything around trust between platforms and us, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Platforms

    def insert(self, value: Platform) -> None:
        """Store a new platform; raises the database's integrity error for a known issuer and client."""
        self._connection.execute(insert(lti_platform), asdict(value))

    def set_endpoints(self, value: Platform) -> None:
        """Overwrite addresses and release, after the tool was registered again under the same client id."""
        self._change(
            value.id,
            login_url=value.login_url,
            token_url=value.token_url,
            jwks_url=value.jwks_url,
            release=value.release,
            registered_by=value.registered_by,
            disabled_at=None,
        )
        self._connection.execute(delete(lti_key_set).where(lti_key_set.c.platform_id == value.id))

    def get(self, platform_id: str) -> Platform | None:
        """One platform."""
        return next(iter(self._platforms(lti_platform.c.id == platform_id)), None)

    def locked(self, platform_id: str) -> Platform | None:
        """One platform, and nobody else locks it until this transaction ends."""
        query = select(lti_platform.c.id).where(lti_platform.c.id == platform_id).with_for_update()
        self._connection.execute(query)
        return self.get(platform_id)

    def of_issuer(self, issuer: str) -> list[Platform]:
        """The registrations in one Moodle, the oldest first; the issuer counts letter by letter."""
        return self._platforms(lti_platform.c.issuer == issuer)

    def of_site(self, site_id: str) -> list[Platform]:
        """The registrations that belong to one site, the oldest first."""
        return self._platforms(lti_platform.c.site_id == site_id)

    def issuers(self) -> list[str]:
        """The issuers of every registration that is not switched off."""
        query = select(lti_platform.c.issuer).where(lti_platform.c.disabled_at.is_(None)).distinct()
        return list(self._connection.execute(query).scalars())

    def set_launched(self, platform_id: str, at: datetime) -> None:
        """Somebody has come from there, so it is activated; the first time is kept."""
        first = func.coalesce(lti_platform.c.first_launch_at, at)
        self._change(platform_id, first_launch_at=first, last_launch_at=at)

    def set_disabled(self, platform_id: str, at: datetime | None) -> None:
        """Refuse or accept whoever comes from there."""
        self._change(platform_id, disabled_at=at)

    def add_deployment(self, platform_id: str, deployment_id: str, at: datetime) -> bool:
        """Know one more deployment; ``False`` when it was known."""
        row = {"platform_id": platform_id, "deployment_id": deployment_id, "created_at": at}
        return insert_new(self._connection, lti_deployment, row, key=("platform_id", "deployment_id"))

    def deployments(self, platform_id: str) -> list[str]:
        """The deployments that were registered, in order."""
        query = select(lti_deployment.c.deployment_id).where(lti_deployment.c.platform_id == platform_id)
        return list(self._connection.execute(query.order_by(lti_deployment.c.deployment_id)).scalars())

    # Invitations

    def insert_invitation(self, value: Invitation, token_hash: str) -> bool:
        """Store a new invitation under the hash of its token; ``False`` when one is there."""
        row = {"token_hash": token_hash, **asdict(value)}
        return insert_new(self._connection, lti_invitation, row, key=("token_hash",))

    def invitation(self, token_hash: str) -> Invitation | None:
        """The invitation of a token, used and expired ones too."""
        return next(iter(self._invitations(lti_invitation.c.token_hash == token_hash)), None)

    def invitations(self, site_id: str) -> list[Invitation]:
        """A site's invitations, the newest first."""
        return self._invitations(lti_invitation.c.site_id == site_id)

    def attempt_invitation(self, token_hash: str, at: datetime, most: int) -> bool:
        """Count an attempt; ``False`` when the invitation is used, expired, unknown or tried too often."""
        result = self._connection.execute(
            update(lti_invitation)
            .where(
                lti_invitation.c.token_hash == token_hash,
                lti_invitation.c.used_at.is_(None),
                lti_invitation.c.expires_at > at,
                lti_invitation.c.attempts < most,
            )
            .values(attempts=lti_invitation.c.attempts + 1)
        )
        return result.rowcount == 1

    def use_invitation(self, token_hash: str, platform_id: str, at: datetime) -> bool:
        """Use an invitation up; of two registrations at once, one gets ``True``."""
        result = self._connection.execute(
            update(lti_invitation)
            .where(lti_invitation.c.token_hash == token_hash, lti_invitation.c.used_at.is_(None))
            .values(used_at=at, platform_id=platform_id)
        )
        return result.rowcount == 1

    # Our keys

    def insert_key(self, value: KeyRecord) -> bool:
        """Store a key pair unless there is one of that id; whether it was stored."""
        return insert_new(self._connection, lti_key, asdict(value), key=("kid",))

    def keys(self) -> list[KeyRecord]:
        """Our key pairs, in the order in which they sign."""
        return [KeyRecord(**row) for row in self._connection.execute(_KEYS).mappings()]

    def retire_keys(self, kids: Iterable[str], at: datetime) -> None:
        """These keys sign nothing from ``at`` on."""
        self._connection.execute(
            update(lti_key)
            .where(lti_key.c.kid.in_(list(kids)), lti_key.c.retired_at.is_(None))
            .values(retired_at=at)
        )

    def delete_keys(self, retired_before: datetime) -> int:
        """Delete keys that have been retired for long enough; how many."""
        return self._connection.execute(delete(lti_key).where(lti_key.c.retired_at < retired_before)).rowcount

    # Platforms' keys

    def key_set(self, platform_id: str) -> KeySet | None:
        """A platform's keys as last fetched."""
        query = select(lti_key_set).where(lti_key_set.c.platform_id == platform_id)
        row = self._connection.execute(query).one_or_none()
        return KeySet(tuple(row.keys), row.fetched_at, row.attempted_at) if row else None

    def claim_fetch(self, platform_id: str, at: datetime, not_since: datetime) -> bool:
        """Whether the caller may fetch the keys now: nobody has tried since ``not_since``."""
        row: dict[str, Any] = {"platform_id": platform_id, "keys": [], "fetched_at": None, "attempted_at": at}
        if insert_new(self._connection, lti_key_set, row, key=("platform_id",)):
            return True
        result = self._connection.execute(
            update(lti_key_set)
            .where(lti_key_set.c.platform_id == platform_id, lti_key_set.c.attempted_at <= not_since)
            .values(attempted_at=at)
        )
        return result.rowcount == 1

    def store_key_set(self, platform_id: str, keys: Iterable[Jwk], at: datetime) -> None:
        """Replace a platform's keys by those just fetched."""
        self._connection.execute(
            update(lti_key_set)
            .where(lti_key_set.c.platform_id == platform_id)
            .values(keys=[dict(key) for key in keys], fetched_at=at)
        )

    # Logins on their way

    def insert_state(self, value: LoginState) -> None:
        """Remember a login that was begun."""
        self._connection.execute(insert(lti_state), asdict(value))

    def take_state(self, state_hash: str, at: datetime) -> LoginState | None:
        """Take a login out: it comes back once, and not when it has expired."""
        taken = self._connection.execute(
            delete(lti_state).where(lti_state.c.state_hash == state_hash).returning(*lti_state.c)
        ).one_or_none()
        return LoginState(**taken._mapping) if taken and taken.expires_at > at else None

    def prune_states(self, at: datetime) -> int:
        """Delete logins that never came back; how many."""
        return self._connection.execute(delete(lti_state).where(lti_state.c.expires_at <= at)).rowcount

    def prune_invitations(self, before: datetime) -> int:
        """Delete invitations that expired unused; used ones stay as the record of a registration."""
        unused = or_(lti_invitation.c.used_at.is_(None), lti_invitation.c.platform_id.is_(None))
        return self._connection.execute(
            delete(lti_invitation).where(unused, lti_invitation.c.expires_at < before)
        ).rowcount

    def _change(self, platform_id: str, **values: Any) -> None:
        self._connection.execute(
            update(lti_platform).where(lti_platform.c.id == platform_id).values(**values)
        )

    def _platforms(self, condition: ColumnElement[bool]) -> list[Platform]:
        query = select(lti_platform).where(condition).order_by(lti_platform.c.created_at, lti_platform.c.id)
        return [_platform(row) for row in self._connection.execute(query).mappings()]

    def _invitations(self, condition: ColumnElement[bool]) -> list[Invitation]:
        columns = [lti_invitation.c[name] for name in _INVITATION_FIELDS]
        query = select(*columns).where(condition).order_by(lti_invitation.c.created_at.desc())
        return [Invitation(**row) for row in self._connection.execute(query).mappings()]


def _platform(row: RowMapping) -> Platform:
    return Platform(**{**row, "registered_by": RegisteredBy(row["registered_by"])})

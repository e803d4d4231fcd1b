"""Completion certificates, the rules they are given by and the keys that sign them: the queries."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from coil_bridge.evaluation.certificate_rules import CertificateRule, MoodleCompletion
from coil_bridge.storage.rights_tables import certificate_rule, credential, credential_key


@dataclass(frozen=True, slots=True)
class CredentialRecord:
    """A certificate as it is stored; ``signed_encrypted`` is gone when its holder was erased."""

    id: str
    person_id: str
    pairing_id: str
    rule: str
    kid: str
    status_index: int
    signed_encrypted: bytes | None = field(repr=False)
    issued_at: datetime
    revoked_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CredentialKey:
    """A key that signs certificates, or signed them once."""

    kid: str
    private_encrypted: bytes = field(repr=False)
    public_pem: str
    created_at: datetime


class Credentials:
    """Certificates, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def signing_keys(self) -> list[CredentialKey]:
        """Every key, the newest first."""
        query = select(credential_key).order_by(credential_key.c.created_at.desc(), credential_key.c.kid)
        return [CredentialKey(**row) for row in self._connection.execute(query).mappings()]

    def insert_key(self, value: CredentialKey) -> None:
        """Store a new key, with which everything is signed from now on."""
        self._connection.execute(
            insert(credential_key),
            {
                "kid": value.kid,
                "private_encrypted": value.private_encrypted,
                "public_pem": value.public_pem,
                "created_at": value.created_at,
            },
        )

    def insert(self, value: CredentialRecord) -> None:
        """Store a new certificate."""
        row = {name: getattr(value, name) for name in CredentialRecord.__dataclass_fields__}
        self._connection.execute(insert(credential), row)

    def get(self, credential_id: str) -> CredentialRecord | None:
        """One certificate."""
        query = select(credential).where(credential.c.id == credential_id)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _record(row)

    def of(self, person_id: str, pairing_id: str) -> CredentialRecord | None:
        """Somebody's certificate for a pairing."""
        query = select(credential).where(
            credential.c.person_id == person_id, credential.c.pairing_id == pairing_id
        )
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _record(row)

    def of_pairing(self, pairing_id: str) -> list[CredentialRecord]:
        """The certificates of a pairing, in the order in which they were issued."""
        query = select(credential).where(credential.c.pairing_id == pairing_id)
        rows = self._connection.execute(query.order_by(credential.c.issued_at, credential.c.id)).mappings()
        return [_record(row) for row in rows]

    def taken_places(self) -> set[int]:
        """The places in the list of revocations that belong to a certificate."""
        return set(self._connection.execute(select(credential.c.status_index)).scalars())

    def revoke(self, credential_id: str, at: datetime, reason: str) -> bool:
        """Revoke a certificate; whether it was not before."""
        result = self._connection.execute(
            update(credential)
            .where(credential.c.id == credential_id, credential.c.revoked_at.is_(None))
            .values(revoked_at=at, reason=reason)
        )
        return result.rowcount == 1

    def revoked_places(self, kid: str) -> list[int]:
        """The places of the revoked certificates that a key has signed, in order."""
        query = select(credential.c.status_index).where(
            credential.c.kid == kid, credential.c.revoked_at.is_not(None)
        )
        return sorted(self._connection.execute(query).scalars())

    def rules(self, pilot_id: str) -> list[CertificateRule]:
        """The rules of a pilot, the one in force first; the one that all begin with is always the last."""
        query = select(certificate_rule).where(certificate_rule.c.pilot_id == pilot_id)
        rows = self._connection.execute(query.order_by(certificate_rule.c.version.desc()))
        stored = [
            CertificateRule(
                row.version, row.sessions_percent, row.contact_hours, MoodleCompletion(row.moodle), row.set_at
            )
            for row in rows
        ]
        return [*stored, CertificateRule()]

    def add_rule(self, pilot_id: str, value: CertificateRule) -> None:
        """Put the next version in force."""
        self._connection.execute(insert(certificate_rule), {"pilot_id": pilot_id, **asdict(value)})


def _record(row: RowMapping) -> CredentialRecord:
    return CredentialRecord(**{name: row[name] for name in CredentialRecord.__dataclass_fields__})

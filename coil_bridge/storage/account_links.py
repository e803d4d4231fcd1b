"""Links by which somebody with a role connects the own Moodle account: the queries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from coil_bridge.domain import Person
from coil_bridge.storage.joining_tables import account_link
from coil_bridge.storage.people import EMAIL, read_people
from coil_bridge.storage.tables import person_identity


class AccountLinks:
    """Connecting accounts, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert(self, token_hash: str, person_id: str, at: datetime, expires_at: datetime) -> None:
        """Store a link's hash; links given out before to the same person work no more."""
        self._connection.execute(delete(account_link).where(account_link.c.person_id == person_id))
        row = {"token_hash": token_hash, "person_id": person_id, "created_at": at, "expires_at": expires_at}
        self._connection.execute(insert(account_link), row)

    def person(self, token_hash: str, at: datetime) -> Person | None:
        """Whose link this is, while it can be used."""
        query = select(account_link.c.person_id).where(
            account_link.c.token_hash == token_hash, account_link.c.expires_at > at
        )
        return next(iter(read_people(self._connection, query)), None)

    def take(self, token_hash: str, at: datetime) -> bool:
        """Use a link up; of two at once, one gets ``True``."""
        result = self._connection.execute(
            delete(account_link).where(
                account_link.c.token_hash == token_hash, account_link.c.expires_at > at
            )
        )
        return result.rowcount == 1

    def move_addresses(self, from_person: str, to_person: str) -> None:
        """Sign-in by e-mail leads to another person from now on."""
        self._connection.execute(
            update(person_identity)
            .where(person_identity.c.person_id == from_person, person_identity.c.kind == EMAIL)
            .values(person_id=to_person)
        )

    def prune(self, at: datetime) -> int:
        """Delete links that nobody used; how many."""
        return self._connection.execute(delete(account_link).where(account_link.c.expires_at <= at)).rowcount

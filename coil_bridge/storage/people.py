"""Persons, their ways in, roles, sign-in links and web sessions: the queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, or_, select, update

from coil_bridge.domain import Person, Role
from coil_bridge.storage.tables import (
    person,
    person_identity,
    person_role,
    signin_request,
    signin_token,
    web_session,
)
from coil_bridge.storage.writes import insert_new
from coil_bridge.vault import new_id

MOODLE = "moodle"
EMAIL = "email"

# Asked at every request, so built once.
_BY_NAME = select(person).order_by(person.c.name, person.c.id)
_BY_ID = _BY_NAME.where(person.c.id.in_(bindparam("ids", expanding=True)))
_ROLES = select(person_role.c.person_id, person_role.c.role).where(
    person_role.c.person_id.in_(bindparam("ids", expanding=True))
)
_LIVE_SESSION = select(web_session.c.person_id, web_session.c.last_seen_at).where(
    web_session.c.token_hash == bindparam("token_hash"), web_session.c.expires_at > bindparam("at")
)


@dataclass(frozen=True, slots=True)
class Identity:
    """One way in: ("moodle", site id, Moodle user id) or ("email", "", address in lower case)."""

    kind: str
    issuer: str
    subject: str


def read_people(connection: Connection, person_ids: Select[Any] | list[str]) -> list[Person]:
    """The persons whose ids a list or a query gives, with their roles, by name."""
    if isinstance(person_ids, list):
        rows = connection.execute(_BY_ID, {"ids": person_ids}).all()
    else:
        rows = connection.execute(_BY_NAME.where(person.c.id.in_(person_ids))).all()
    if not rows:
        return []
    roles: dict[str, set[Role]] = {}
    for person_id, role in connection.execute(_ROLES, {"ids": [row.id for row in rows]}):
        roles.setdefault(person_id, set()).add(Role(role))
    return [
        Person(row.id, row.name, row.email, row.language, row.zone, frozenset(roles.get(row.id, ())))
        for row in rows
    ]


class People:
    """Persons, their ways in, roles, sign-in links and web sessions, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, person_id: str) -> Person | None:
        """One person with the roles."""
        return self.many([person_id]).get(person_id)

    def by_id_or_address(self, wanted: str) -> list[Person]:
        """Everybody with this id or this e-mail address, whatever the case of its letters."""
        matches = or_(person.c.id == wanted, func.lower(person.c.email) == wanted.lower())
        return read_people(self._connection, select(person.c.id).where(matches))

    def many(self, person_ids: Iterable[str]) -> dict[str, Person]:
        """Persons by id; unknown ids are left out."""
        return {value.id: value for value in read_people(self._connection, list(person_ids))}

    def insert(self, value: Person, at: datetime) -> None:
        """Store a new person with the roles."""
        self._connection.execute(insert(person), {"id": value.id, "created_at": at, **_fields(value)})
        self._grant(value.id, value.roles, at)

    def update(self, value: Person) -> None:
        """Overwrite name, address, language and zone; roles have their own method."""
        self._connection.execute(update(person).where(person.c.id == value.id).values(**_fields(value)))

    def set_last_seen(self, person_id: str, at: datetime) -> None:
        """The person has signed in."""
        self._connection.execute(update(person).where(person.c.id == person_id).values(last_seen_at=at))

    def by_identity(self, identity: Identity) -> Person | None:
        """The person behind a way in."""
        query = select(person_identity.c.person_id).where(
            person_identity.c.kind == identity.kind,
            person_identity.c.issuer == identity.issuer,
            person_identity.c.subject == identity.subject,
        )
        found = read_people(self._connection, query)
        return found[0] if found else None

    def add_identity(self, person_id: str, identity: Identity) -> None:
        """Give a person a way in; raises the database's integrity error when it is another's."""
        self._connection.execute(
            insert(person_identity),
            {
                "kind": identity.kind,
                "issuer": identity.issuer,
                "subject": identity.subject,
                "person_id": person_id,
            },
        )

    def identities(self, person_ids: Iterable[str]) -> dict[str, list[Identity]]:
        """The ways in of each person, those with none left out."""
        query = select(person_identity).where(person_identity.c.person_id.in_(list(person_ids)))
        found: dict[str, list[Identity]] = {}
        for row in self._connection.execute(query.order_by(*person_identity.primary_key.columns)):
            found.setdefault(row.person_id, []).append(Identity(row.kind, row.issuer, row.subject))
        return found

    def remove_identities(self, person_id: str, kind: str) -> None:
        """Take away every way in of a kind."""
        self._connection.execute(
            delete(person_identity).where(
                person_identity.c.person_id == person_id, person_identity.c.kind == kind
            )
        )

    def set_roles(self, person_id: str, roles: Iterable[Role], at: datetime) -> None:
        """Write a person's roles anew; a role kept keeps its date."""
        wanted = set(roles)
        self._connection.execute(
            delete(person_role).where(person_role.c.person_id == person_id, person_role.c.role.not_in(wanted))
        )
        self._grant(person_id, wanted, at)

    def _grant(self, person_id: str, roles: Iterable[Role], at: datetime) -> None:
        for role in sorted(roles):
            row = {"person_id": person_id, "role": role, "granted_at": at}
            insert_new(self._connection, person_role, row, key=("person_id", "role"))

    def with_roles(self) -> list[Person]:
        """Everybody who has a role across the consortium, by name."""
        return read_people(self._connection, select(person_role.c.person_id))

    def insert_signin_token(
        self, token_hash: str, person_id: str, at: datetime, expires_at: datetime
    ) -> None:
        """Store a sign-in link's hash."""
        self._connection.execute(
            insert(signin_token),
            {"token_hash": token_hash, "person_id": person_id, "created_at": at, "expires_at": expires_at},
        )

    def person_of_signin_token(self, token_hash: str, at: datetime) -> Person | None:
        """Whose link this is, while it can still be used."""
        query = select(signin_token.c.person_id).where(
            signin_token.c.token_hash == token_hash,
            signin_token.c.used_at.is_(None),
            signin_token.c.expires_at > at,
        )
        found = read_people(self._connection, query)
        return found[0] if found else None

    def use_signin_token(self, token_hash: str, at: datetime) -> bool:
        """Use a link up; ``False`` when it was used or has expired (of two at once, one gets ``True``)."""
        result = self._connection.execute(
            update(signin_token)
            .where(
                signin_token.c.token_hash == token_hash,
                signin_token.c.used_at.is_(None),
                signin_token.c.expires_at > at,
            )
            .values(used_at=at)
        )
        return result.rowcount == 1

    def count_signin_requests(self, requester_hash: str, since: datetime) -> int:
        """How often a requester (login or network address, hashed) has asked for a link."""
        query = select(func.count()).where(
            signin_request.c.requester_hash == requester_hash, signin_request.c.at > since
        )
        return self._connection.execute(query).scalar_one()

    def insert_signin_request(self, requester_hash: str, at: datetime) -> None:
        """Count one request."""
        self._connection.execute(
            insert(signin_request), {"id": new_id(), "requester_hash": requester_hash, "at": at}
        )

    def insert_web_session(self, token_hash: str, person_id: str, at: datetime, expires_at: datetime) -> None:
        """Start a web session."""
        self._connection.execute(
            insert(web_session),
            {
                "token_hash": token_hash,
                "person_id": person_id,
                "created_at": at,
                "last_seen_at": at,
                "expires_at": expires_at,
            },
        )

    def web_session(self, token_hash: str, at: datetime) -> tuple[Person, datetime] | None:
        """The person of a live session and when it was last seen."""
        asked = {"token_hash": token_hash, "at": at}
        row = self._connection.execute(_LIVE_SESSION, asked).one_or_none()
        if row is None:
            return None
        return read_people(self._connection, [row.person_id])[0], row.last_seen_at

    def touch_web_session(self, token_hash: str, at: datetime) -> None:
        """The session was used."""
        self._connection.execute(
            update(web_session).where(web_session.c.token_hash == token_hash).values(last_seen_at=at)
        )

    def end_web_session(self, token_hash: str) -> None:
        """End one session; nothing happens when it is not there."""
        self._connection.execute(delete(web_session).where(web_session.c.token_hash == token_hash))

    def end_web_sessions(self, person_id: str) -> None:
        """End every session of a person, and every link that could start one."""
        self._connection.execute(delete(web_session).where(web_session.c.person_id == person_id))
        self._connection.execute(delete(signin_token).where(signin_token.c.person_id == person_id))

    def end_web_sessions_of_site(self, site_id: str) -> None:
        """End the sessions and links of everybody who came from a site."""
        from_there = select(person_identity.c.person_id).where(
            person_identity.c.kind == MOODLE, person_identity.c.issuer == site_id
        )
        self._connection.execute(delete(web_session).where(web_session.c.person_id.in_(from_there)))
        self._connection.execute(delete(signin_token).where(signin_token.c.person_id.in_(from_there)))

    def prune(self, before: datetime) -> int:
        """Delete links, sessions and counted requests that ended before; how many rows."""
        return sum(
            self._connection.execute(delete(table).where(column < before)).rowcount
            for table, column in (
                (signin_token, signin_token.c.expires_at),
                (web_session, web_session.c.expires_at),
                (signin_request, signin_request.c.at),
            )
        )


def _fields(value: Person) -> dict[str, Any]:
    return {"name": value.name, "email": value.email, "language": value.language, "zone": value.zone}

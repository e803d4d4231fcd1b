"""Institutions and their Moodle sites: the queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, bindparam, func, insert, select, update

from coil_bridge.domain import Institution, Site, SiteState
from coil_bridge.errors import Reason
from coil_bridge.storage.tables import institution, site

INSTITUTION_COLUMNS = [column.label(f"institution_{column.name}") for column in institution.c]
_SITE_FIELDS = [name for name in Site.__dataclass_fields__ if name not in ("institution", "state")]

# institution_id is left out: INSTITUTION_COLUMNS has it, and a row may have a name once only.
_SITES = select(
    *(column for column in site.c if column.name not in ("token_encrypted", "institution_id")),
    *INSTITUTION_COLUMNS,
).join_from(site, institution, institution.c.id == site.c.institution_id)
_BY_ID = _SITES.where(site.c.id == bindparam("site_id"))
_BY_BASE_URL = _SITES.where(site.c.base_url == bindparam("base_url"))
_INSTITUTIONS = select(*INSTITUTION_COLUMNS).order_by(institution.c.name)
_BY_LOWER_NAME = _INSTITUTIONS.where(func.lower(institution.c.name) == bindparam("name"))


def read_institution(row: RowMapping) -> Institution:
    """An institution from a row that selected ``INSTITUTION_COLUMNS``."""
    return Institution(**{column.name: row[f"institution_{column.name}"] for column in institution.c})


def _read_site(row: RowMapping) -> Site:
    return Site(
        institution=read_institution(row),
        state=SiteState(row["state"]),
        **{name: row[name] for name in _SITE_FIELDS},
    )


class Sites:
    """Institutions and their Moodle sites, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def insert_institution(self, value: Institution) -> None:
        """Store a new institution."""
        self._connection.execute(insert(institution), asdict(value))

    def update_institution(self, value: Institution) -> None:
        """Write an institution's description anew."""
        row = {name: each for name, each in asdict(value).items() if name != "id"}
        self._connection.execute(update(institution).where(institution.c.id == value.id).values(row))

    def institution_by_name(self, name: str) -> Institution | None:
        """The institution of that name, whatever the case of its letters."""
        found = self._connection.execute(_BY_LOWER_NAME, {"name": name.lower()}).mappings().first()
        return read_institution(found) if found else None

    def institutions(self) -> list[Institution]:
        """Every institution, by name."""
        return [read_institution(row) for row in self._connection.execute(_INSTITUTIONS).mappings()]

    def insert(self, value: Site, token_encrypted: bytes | None) -> None:
        """Store a new site with its sealed token."""
        row = {name: getattr(value, name) for name in _SITE_FIELDS}
        row |= {"institution_id": value.institution.id, "state": value.state}
        self._connection.execute(insert(site), {"token_encrypted": token_encrypted, **row})

    def get(self, site_id: str) -> Site | None:
        """One site, in whatever state."""
        return self._one(_BY_ID, site_id=site_id)

    def by_base_url(self, base_url: str) -> Site | None:
        """The site at a normalised address, in whatever state."""
        return self._one(_BY_BASE_URL, base_url=base_url)

    def all(self, states: Iterable[SiteState] = tuple(SiteState)) -> list[Site]:
        """The sites in the given states, by institution and name."""
        query = _SITES.where(site.c.state.in_(list(states)))
        rows = self._connection.execute(query.order_by(institution.c.name, site.c.name)).mappings()
        return [_read_site(row) for row in rows]

    def sealed_token(self, site_id: str) -> bytes | None:
        """The encrypted token; ``None`` when the site has none (removed) or does not exist."""
        return self._connection.execute(
            select(site.c.token_encrypted).where(site.c.id == site_id)
        ).scalar_one_or_none()

    def set_token(self, site_id: str, token_encrypted: bytes | None) -> None:
        """Replace the sealed token, or wipe it; past failures say nothing about a new token."""
        self._update(site_id, token_encrypted=token_encrypted, failures=0, retry_at=None)

    def set_state(self, site_id: str, state: SiteState) -> None:
        """Pause, resume or remove."""
        self._update(site_id, state=state)

    def set_readiness(self, site_id: str, readiness: Mapping[str, Any], at: datetime) -> None:
        """Keep the report of a check."""
        self._update(site_id, readiness=dict(readiness), checked_at=at)

    def record_success(self, site_id: str, at: datetime) -> None:
        """The site has answered: the back-off ends."""
        self._update(site_id, last_ok_at=at, failures=0, retry_at=None)

    def record_failure(self, site_id: str, at: datetime, error: Reason, retry_at: datetime) -> None:
        """The site has not answered usably: count it and leave the site alone until ``retry_at``."""
        self._update(
            site_id, last_error=error, last_error_at=at, failures=site.c.failures + 1, retry_at=retry_at
        )

    def set_courses_synced(self, site_id: str, at: datetime) -> None:
        """The catalogue of this site was read in full."""
        self._update(site_id, courses_synced_at=at)

    def _update(self, site_id: str, **values: Any) -> None:
        self._connection.execute(update(site).where(site.c.id == site_id).values(**values))

    def _one(self, query: Select[Any], **asked: str) -> Site | None:
        row = self._connection.execute(query, asked).mappings().one_or_none()
        return _read_site(row) if row else None

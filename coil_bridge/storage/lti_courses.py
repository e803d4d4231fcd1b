"""Courses as launches see them, placed links, gradebook columns and the sessions of launches: the queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, bindparam, delete, insert, select, update

from coil_bridge.domain import Answer, CourseRole, PairingState
from coil_bridge.storage.lti_records import LaunchScope, LtiContext, Resource, ResourceKind
from coil_bridge.storage.lti_tables import (
    lti_context,
    lti_handover,
    lti_line_item,
    lti_platform,
    lti_resource,
    lti_web_session,
)
from coil_bridge.storage.people import Identity
from coil_bridge.storage.tables import course, pairing, pairing_course, person_identity, web_session
from coil_bridge.storage.writes import insert_new, upsert

LTI = "lti"


def lti_identity(platform_id: str, deployment_id: str, subject: str) -> Identity:
    """A person as one deployment of one platform (issuer and client) knows them.

    Our platform ids have a fixed length, so no deployment id can be spelt to look like another's.
    """
    return Identity(LTI, f"{platform_id}:{deployment_id}", subject)


_LIVE_SESSION = (
    select(lti_web_session, web_session.c.person_id)
    .join(web_session, web_session.c.token_hash == lti_web_session.c.token_hash)
    .where(
        lti_web_session.c.token_hash == bindparam("token_hash"), web_session.c.expires_at > bindparam("at")
    )
)


class LtiCourses:
    """What launches leave behind about courses and people, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    # Courses

    def course_id(self, site_id: str, moodle_id: int) -> str | None:
        """Our id of a course by its number in its Moodle."""
        return self._connection.execute(
            select(course.c.id).where(course.c.site_id == site_id, course.c.moodle_id == moodle_id)
        ).scalar_one_or_none()

    def pairings_of(self, course_id: str, states: Collection[PairingState]) -> list[tuple[str, PairingState]]:
        """The pairings that a course is part of (not declined), in these states, the newest first."""
        query = (
            select(pairing.c.id, pairing.c.state)
            .join(pairing_course, pairing_course.c.pairing_id == pairing.c.id)
            .where(
                pairing_course.c.course_id == course_id,
                pairing_course.c.answer != Answer.DECLINED,
                pairing.c.state.in_(sorted(states)),
            )
            .order_by(pairing.c.created_at.desc(), pairing.c.id)
        )
        return [(row.id, PairingState(row.state)) for row in self._connection.execute(query)]

    def upsert_context(self, value: LtiContext) -> None:
        """Keep where a course's services are, as its last launch said."""
        row = asdict(value) | {"grade_scopes": list(value.grade_scopes)}
        key = ("platform_id", "deployment_id", "context_id")
        upsert(self._connection, lti_context, row, key=key)

    def contexts_of(self, course_id: str) -> list[LtiContext]:
        """How a course can be reached, the way seen last first; disabled platforms are left out."""
        query = (
            select(lti_context)
            .join(lti_platform, lti_platform.c.id == lti_context.c.platform_id)
            .where(lti_context.c.course_id == course_id, lti_platform.c.disabled_at.is_(None))
            .order_by(lti_context.c.seen_at.desc(), lti_context.c.platform_id)
        )
        return [_context(row) for row in self._connection.execute(query).mappings()]

    def latest_context(self, site_id: str) -> LtiContext | None:
        """The course that somebody launched last from a site."""
        query = (
            select(lti_context)
            .join(lti_platform, lti_platform.c.id == lti_context.c.platform_id)
            .where(lti_platform.c.site_id == site_id, lti_platform.c.disabled_at.is_(None))
            .order_by(lti_context.c.seen_at.desc(), lti_context.c.platform_id)
            .limit(1)
        )
        row = self._connection.execute(query).mappings().one_or_none()
        return _context(row) if row else None

    # People

    def add_identity(self, person_id: str, identity: Identity) -> bool:
        """Give a person a way in unless somebody has it; whether it was added."""
        row = {**asdict(identity), "person_id": person_id}
        return insert_new(self._connection, person_identity, row, key=("kind", "issuer", "subject"))

    # Placed links

    def insert_resource(self, value: Resource) -> None:
        """Remember a link that is about to be placed."""
        self._connection.execute(insert(lti_resource), asdict(value))

    def resource(self, resource_id: str) -> Resource | None:
        """A link that was placed."""
        query = select(lti_resource).where(lti_resource.c.id == resource_id)
        row = self._connection.execute(query).mappings().one_or_none()
        return Resource(**{**row, "kind": ResourceKind(row["kind"])}) if row else None

    # Gradebook columns

    def line_item_url(self, platform_id: str, context_id: str, resource_id: str) -> str | None:
        """The address of a gradebook column that was made or found before."""
        query = select(lti_line_item.c.url).where(_line_item(platform_id, context_id, resource_id))
        return self._connection.execute(query).scalar_one_or_none()

    def claim_line_item(
        self, platform_id: str, context_id: str, resource_id: str, at: datetime, until: datetime
    ) -> bool:
        """Whether the caller may make the column now: it is not there and nobody is at it."""
        row = {
            "platform_id": platform_id,
            "context_id": context_id,
            "resource_id": resource_id,
            "url": None,
            "claimed_until": until,
            "created_at": at,
        }
        key = ("platform_id", "context_id", "resource_id")
        if insert_new(self._connection, lti_line_item, row, key=key):
            return True
        result = self._connection.execute(
            update(lti_line_item)
            .where(
                _line_item(platform_id, context_id, resource_id),
                lti_line_item.c.url.is_(None),
                lti_line_item.c.claimed_until <= at,
            )
            .values(claimed_until=until)
        )
        return result.rowcount == 1

    def set_line_item(self, platform_id: str, context_id: str, resource_id: str, url: str) -> None:
        """Keep the address of the column."""
        self._connection.execute(
            update(lti_line_item).where(_line_item(platform_id, context_id, resource_id)).values(url=url)
        )

    def forget_line_item(self, platform_id: str, context_id: str, resource_id: str) -> None:
        """The column was deleted in Moodle, or making it failed: whoever wants it may make it anew."""
        self._connection.execute(
            delete(lti_line_item).where(_line_item(platform_id, context_id, resource_id))
        )

    # Sessions of launches

    def bind_session(self, token_hash: str, scope: LaunchScope) -> None:
        """Bind a web session to the launch that it began with."""
        row = asdict(scope)
        del row["person_id"]  # the web session knows
        self._connection.execute(insert(lti_web_session), {"token_hash": token_hash, **row})

    def scope_of_session(self, token_hash: str, at: datetime) -> LaunchScope | None:
        """What a live web session is bound to; ``None`` for one that did not begin with a launch."""
        asked = {"token_hash": token_hash, "at": at}
        row = self._connection.execute(_LIVE_SESSION, asked).mappings().one_or_none()
        return _launch_scope(row) if row else None

    def end_sessions_of_platform(self, platform_id: str) -> None:
        """End every session and hand-over that came from a platform."""
        bound = select(lti_web_session.c.token_hash).where(lti_web_session.c.platform_id == platform_id)
        self._connection.execute(delete(lti_handover).where(lti_handover.c.platform_id == platform_id))
        self._connection.execute(delete(web_session).where(web_session.c.token_hash.in_(bound)))

    def insert_handover(self, token_hash: str, scope: LaunchScope, path: str, expires_at: datetime) -> None:
        """Remember a session on its way into a tab of its own."""
        row = asdict(scope) | {"token_hash": token_hash, "path": path, "expires_at": expires_at}
        self._connection.execute(insert(lti_handover), row)

    def take_handover(self, token_hash: str, at: datetime) -> tuple[LaunchScope, str] | None:
        """Take a hand-over out: it works once, and not when it has expired."""
        row = (
            self._connection.execute(
                delete(lti_handover).where(lti_handover.c.token_hash == token_hash).returning(*lti_handover.c)
            )
            .mappings()
            .one_or_none()
        )
        return (_launch_scope(row), row["path"]) if row and row["expires_at"] > at else None

    def prune_handovers(self, at: datetime) -> int:
        """Delete hand-overs that nobody used; how many."""
        return self._connection.execute(delete(lti_handover).where(lti_handover.c.expires_at <= at)).rowcount


def _line_item(platform_id: str, context_id: str, resource_id: str) -> ColumnElement[bool]:
    return (
        (lti_line_item.c.platform_id == platform_id)
        & (lti_line_item.c.context_id == context_id)
        & (lti_line_item.c.resource_id == resource_id)
    )


def _context(row: RowMapping) -> LtiContext:
    return LtiContext(**{**row, "grade_scopes": tuple(row["grade_scopes"])})


def _launch_scope(row: RowMapping) -> LaunchScope:
    values = {name: row[name] for name in LaunchScope.__dataclass_fields__}
    return LaunchScope(**{**values, "part": CourseRole(row["part"]) if row["part"] else None})

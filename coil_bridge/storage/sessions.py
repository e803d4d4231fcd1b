"""Joint sessions: the queries. A session is never deleted, a cancelled one stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from coil_bridge.domain import Answer, CoilPhase, JointSession, PairingState, SessionState
from coil_bridge.storage.tables import enrolment, joint_session, pairing, pairing_course


class Sessions:
    """Joint sessions, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, session_id: str) -> JointSession | None:
        """The session as it stands."""
        found = self._load(_sessions().where(joint_session.c.id == session_id))
        return found[0] if found else None

    def of_pairing(self, pairing_id: str) -> list[JointSession]:
        """Every session of a pairing, cancelled ones included, in order of time."""
        return self._load(_sessions().where(joint_session.c.pairing_id == pairing_id))

    def by_key(self, person_id: str, idempotency_key: str) -> list[JointSession]:
        """What this person has planned with this form before, in the series' order."""
        return self._load(
            select(joint_session)
            .where(
                joint_session.c.created_by == person_id,
                joint_session.c.idempotency_key == idempotency_key,
            )
            .order_by(joint_session.c.position)
        )

    def planned_since(self, earliest: datetime) -> list[JointSession]:
        """Every session that starts at ``earliest`` or later and is not cancelled, in order of time."""
        return self._load(
            _sessions().where(
                joint_session.c.starts_at >= earliest, joint_session.c.state == SessionState.PLANNED
            )
        )

    def planned_between(self, earliest: datetime, latest: datetime) -> list[JointSession]:
        """Sessions that start after ``earliest``, at ``latest`` at the latest, and are not cancelled."""
        return self._load(
            _sessions().where(
                joint_session.c.starts_at > earliest,
                joint_session.c.starts_at <= latest,
                joint_session.c.state == SessionState.PLANNED,
            )
        )

    def of_person_since(
        self, person_id: str, states: Sequence[PairingState], earliest: datetime
    ) -> list[JointSession]:
        """Planned sessions from ``earliest`` on, of pairings in these states that the person belongs to."""
        theirs = (
            select(pairing_course.c.pairing_id)
            .join(enrolment, enrolment.c.course_id == pairing_course.c.course_id)
            .join(pairing, pairing.c.id == pairing_course.c.pairing_id)
            .where(
                enrolment.c.person_id == person_id,
                pairing_course.c.answer != Answer.DECLINED,
                pairing.c.state.in_(states),
            )
        )
        return self._load(
            _sessions().where(
                joint_session.c.pairing_id.in_(theirs),
                joint_session.c.starts_at >= earliest,
                joint_session.c.state == SessionState.PLANNED,
            )
        )

    def insert(self, sessions: Sequence[JointSession], idempotency_key: str) -> None:
        """Store new sessions, all from one form."""
        self._connection.execute(
            insert(joint_session),
            [
                {**_row(each), "idempotency_key": idempotency_key, "position": position}
                for position, each in enumerate(sessions)
            ],
        )

    def replace(self, session: JointSession) -> None:
        """Store a changed session in its place; the caller holds the lock on its pairing."""
        self._connection.execute(
            update(joint_session).where(joint_session.c.id == session.id).values(_row(session))
        )

    def _load(self, statement: Select[Any]) -> list[JointSession]:
        return [
            JointSession(
                id=row.id,
                pairing_id=row.pairing_id,
                series_id=row.series_id,
                uid=row.uid,
                title=row.title,
                phase=CoilPhase(row.phase),
                starts_local=row.starts_local,
                zone=row.zone,
                fold=row.fold,
                starts_at=row.starts_at,
                minutes=row.minutes,
                room_url=row.room_url,
                notes=row.notes,
                state=SessionState(row.state),
                sequence=row.sequence,
                version=row.version,
                created_by=row.created_by,
                created_at=row.created_at,
                changed_at=row.changed_at,
                slot_local=row.slot_local,
                slot_zone=row.slot_zone,
            )
            for row in self._connection.execute(statement)
        ]


def _sessions() -> Select[Any]:
    return select(joint_session).order_by(joint_session.c.starts_at, joint_session.c.id)


def _row(session: JointSession) -> dict[str, Any]:
    return {
        "id": session.id,
        "pairing_id": session.pairing_id,
        "series_id": session.series_id,
        "uid": session.uid,
        "title": session.title,
        "phase": session.phase,
        "starts_local": session.starts_local,
        "zone": session.zone,
        "fold": session.fold,
        "starts_at": session.starts_at,
        "minutes": session.minutes,
        "room_url": session.room_url,
        "notes": session.notes,
        "state": session.state,
        "sequence": session.sequence,
        "version": session.version,
        "created_by": session.created_by,
        "created_at": session.created_at,
        "changed_at": session.changed_at,
        "slot_local": session.slot_local,
        "slot_zone": session.slot_zone,
    }

"""All that is known of presence in some sessions of a pairing, whoever told, for pages about them."""

from __future__ import annotations

from collections.abc import Sequence

from coil_bridge.domain import JointSession
from coil_bridge.evaluation.attendance import Meeting, Presence, minute_of
from coil_bridge.evaluation.facts import told_by_log
from coil_bridge.evaluation.stays import in_sessions
from coil_bridge.storage.storage import Transaction


def meeting_of(session: JointSession) -> Meeting:
    """A session in the minutes that attendance is counted in."""
    return Meeting(session.id, session.pairing_id, minute_of(session.starts_at), session.minutes)


def presences_in(
    tx: Transaction,
    pilot_id: str,
    pairing_id: str,
    meetings: Sequence[Meeting],
    course_id: str | None = None,
) -> list[Presence]:
    """Stays in sessions of one pairing, of the students of all its courses or of one."""
    actors = tx.evidence.actors(pilot_id, pairing_id=pairing_id, course_id=course_id)
    entered = told_by_log(actors, tx.evidence.joins(pilot_id, [each.no for each in actors]))
    told = in_sessions([*tx.stays.of_pilot(pilot_id, pairing_id), *entered], meetings)
    stored = [each for meeting in meetings for each in tx.attendance.of_session(pilot_id, meeting.id)]
    return [each for each in (*stored, *told) if course_id in (None, each.course_id)]

"""All that is known of presence in some sessions, whoever told, for pages about them."""

from __future__ import annotations

from collections.abc import Sequence

from coil_bridge.domain import JointSession
from coil_bridge.evaluation.attendance import Meeting, Presence, minute_of
from coil_bridge.evaluation.facts import told_by_log
from coil_bridge.evaluation.records import Part
from coil_bridge.evaluation.stays import in_sessions
from coil_bridge.storage.storage import Transaction


def meeting_of(session: JointSession) -> Meeting:
    """A session in the minutes that attendance is counted in."""
    return Meeting(session.id, session.pairing_id, minute_of(session.starts_at), session.minutes)


def presences_in(
    tx: Transaction, pilot_id: str, meetings: Sequence[Meeting], course_id: str | None = None
) -> list[Presence]:
    """Stays in these sessions, of the students of all their courses or of one."""
    pairings = {each.pairing_id for each in meetings}
    students = [
        each
        for each in tx.evidence.actors(pilot_id, course_id=course_id)
        if each.pairing_id in pairings and each.part is Part.STUDENT
    ]
    joins = tx.evidence.joins(pilot_id, [each.no for each in students]) if students else []
    stays = [each for pairing_id in sorted(pairings) for each in tx.stays.of_pilot(pilot_id, pairing_id)]
    told = in_sessions([*stays, *told_by_log(students, joins)], meetings)
    stored = [each for meeting in meetings for each in tx.attendance.of_session(pilot_id, meeting.id)]
    return [each for each in (*stored, *told) if course_id in (None, each.course_id)]

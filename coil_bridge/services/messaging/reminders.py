"""Reminders for those who want them: a day or an hour before a session, once for each time it stands at.

Somebody who was told of a change later than the reminder would have come gets none: the news were it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from coil_bridge.domain import JointSession, MessageKind, Pairing, Person, Reminder
from coil_bridge.services.agreed.pairing_states import PLANNING
from coil_bridge.services.context import Clock
from coil_bridge.services.messaging import telling_texts
from coil_bridge.services.messaging.messages import Messages
from coil_bridge.services.messaging.telling import own_zone
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage, Transaction

LEAD = {Reminder.DAY: timedelta(days=1), Reminder.HOUR: timedelta(hours=1)}


@dataclass(frozen=True, slots=True)
class _Due:
    """A reminder that is due."""

    pairing: Pairing
    session: JointSession
    person: Person
    choice: Reminder
    zone: str


class Reminders:
    """Reminds people of sessions."""

    def __init__(self, *, storage: Storage, clock: Clock, settings: Settings, messages: Messages) -> None:
        self._storage = storage
        self._clock = clock
        self._settings = settings
        self._messages = messages

    def send_due(self) -> int:
        """Queue the reminders that are due; how many."""
        now = self._clock()
        with self._storage.read() as tx:
            sessions = tx.sessions.planned_between(now, now + max(LEAD.values()))
            due = [each for session in sessions for each in _due(tx, session, now)]
        return sum(self._remind(each) for each in due)

    def _remind(self, due: _Due) -> bool:
        session = due.session
        with self._storage.write() as tx:
            if not tx.telling.remind(session.id, due.person.id, session.starts_at):
                return False
            url = self._settings.public_url
            page, door = f"{url}/pairings/{due.pairing.id}", f"{url}/join/{session.id}"
            self._messages.queue(
                tx,
                [due.person.id],
                telling_texts.reminder(due.pairing, session, due.choice, zone=due.zone, page=page, door=door),
                f"reminder:{session.id}:{session.starts_at.isoformat()}",
                give_up_at=session.starts_at,
                kind=MessageKind.REMINDER,
                one_way=True,
            )
        return True


def _due(tx: Transaction, session: JointSession, now: datetime) -> list[_Due]:
    pairing = tx.pairings.get(session.pairing_id)
    if pairing is None or pairing.state not in PLANNING:
        return []
    readers = {each.person_id: each for each in tx.telling.readers([pairing.id])}
    choices = tx.telling.choices(readers)
    reminded = tx.telling.reminded(session.id, session.starts_at)
    told_at = tx.telling.last_news_of(session.id)
    waiting = [
        person_id
        for person_id, choice in choices.items()
        if choice.reminder is not Reminder.NONE
        and person_id not in reminded
        and (told_at or session.created_at) <= session.starts_at - LEAD[choice.reminder] <= now
    ]
    return [
        _Due(pairing, session, person, choices[person.id].reminder, own_zone(person, readers[person.id]))
        for person in tx.people.many(waiting).values()
    ]

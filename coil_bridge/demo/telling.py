"""What the people of the demo were told of their sessions: a digest, and a change that was near.

Both happen on clocks that stood there then, by the same steps that the worker takes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from coil_bridge.domain import JointSession, Pairing, Person, Reminder, SessionState, TellingChoice
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.bundle import Services

_BEFORE = timedelta(hours=20)

At = Callable[[datetime], Services]


def seed_telling(at: At, planned: datetime, pairing: Pairing, partner: Person, until: datetime) -> None:
    """The digest of the morning after everything was planned; a session moved on the day before it.

    ``at`` gives the services on a clock of its own; the caller closes them. ``partner`` moves the last
    session that is over or less than a day ahead of ``until``.
    """
    morning = at(planned + timedelta(hours=22))
    morning.telling.choices.choose(partner, TellingChoice(reminder=Reminder.DAY))
    morning.telling.digests.send_due()
    sessions = morning.pairings.get(partner, pairing.id).sessions
    near = [each for each in sessions if each.starts_at - _BEFORE <= until and _stands(each)]
    if near:
        session = near[-1]
        _move(at(session.starts_at - _BEFORE), partner, session)


def _stands(session: JointSession) -> bool:
    return session.state is SessionState.PLANNED


def _move(services: Services, partner: Person, session: JointSession) -> None:
    """A quarter of an hour later, and what the worker then does."""
    plan = PlanInput(
        title=session.title,
        phase=session.phase,
        starts_local=session.starts_local + timedelta(minutes=15),
        zone=session.zone,
        minutes=session.minutes,
        room_url=session.room_url,
        notes=session.notes,
    )
    services.sessions.edit(partner, session.id, plan, session.version)
    with services.storage.read() as tx:
        news = tx.telling.last_news(session.starts_at)
    services.telling.now.perform({"news": [news]})

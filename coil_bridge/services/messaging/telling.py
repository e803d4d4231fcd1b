"""Who is told of a change of sessions, and when.

In the transaction of the change its news are written down. What is near (within 24 hours of now, by the old
time or the new one) is told at once by a task of the worker, to everybody who is known to belong to the
pairing: Google and Outlook may show a feed of yesterday. The e-mail carries the calendar file (RFC 5546),
and who was sent one of a session is sent one for each later change of it too, however far off: the copy in
the own calendar follows nothing else. All other news wait for the next digest (``digests.py``).

Students are known once they have come here by a sign-in or from their course; about those who have not,
nothing is stored, and they see the sessions in Moodle's own calendar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from coil_bridge.domain import JointSession, MessageKind, NewsKind, Pairing, Person, SessionState
from coil_bridge.i18n import translator
from coil_bridge.services.agreed.pairing_states import AGREED
from coil_bridge.services.agreed.session_changes import nearby, visible
from coil_bridge.services.agreed.session_observers import Observed
from coil_bridge.services.calendar import feed_content
from coil_bridge.services.context import Clock
from coil_bridge.services.messaging import telling_texts
from coil_bridge.services.messaging.messages import Messages
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.storage.telling import News, Reader, Told
from scheduling.ical import Mailbox, UnsafeText, build_invitation

TELL_AT_ONCE = "tell_of_sessions"
"""The kind of the task that tells people of news that cannot wait."""


@dataclass(frozen=True, slots=True)
class _Matter:
    """What somebody is to be told of."""

    news: News
    session: JointSession
    pairing: Pairing


class Telling:
    """Writes down the news of sessions and tells people of those that cannot wait."""

    def __init__(self, *, storage: Storage, clock: Clock, settings: Settings, messages: Messages) -> None:
        self._storage = storage
        self._clock = clock
        self._settings = settings
        self._messages = messages

    def note(
        self,
        tx: Transaction,
        actor: Person,
        changed: Sequence[Observed],
        kind: NewsKind,
        reason: str = "",
    ) -> None:
        """Write down what people have to know of these sessions of one pairing (each before and after).

        In the caller's transaction, who holds the lock of the pairing.
        """
        now = self._clock()
        news = [
            _news(now, actor, (before, after), kind, reason)
            for before, after in changed
            if before is None or visible(before) != visible(after)
        ]
        ids = tx.telling.add_news(news)
        known = [each.session_id for each in news if each.before]
        if any(each.near for each in news) or (known and tx.telling.has_files(known)):
            tx.tasks.queue(TELL_AT_ONCE, {"news": ids}, at=now)

    def perform(self, payload: Mapping[str, Any]) -> None:
        """The worker's part: tell of these ``news``; whoever knows already is not told again.

        Each person is a transaction of its own, so that a large class holds up nobody's writing.
        """
        ids = [int(each) for each in payload["news"]]
        with self._storage.read() as tx:
            waiting = [(news, reader) for news in tx.telling.news(ids) for reader in _concerned(tx, news)]
        for news, reader in waiting:
            with self._storage.write() as tx:
                self._tell(tx, news, reader)

    def _tell(self, tx: Transaction, news: News, reader: Reader) -> None:
        session, pairing = tx.sessions.get(news.session_id), tx.pairings.get(news.pairing_id)
        person = tx.people.get(reader.person_id)
        if session is None or pairing is None or person is None:
            return
        last = tx.telling.told([session.id], person.id).get((session.id, person.id))
        if last and last.sequence >= session.sequence:
            return
        if not tx.telling.choices([person.id])[person.id].wants(MessageKind.CHANGES):
            return  # the digest then has it
        matter = _Matter(news, session, pairing)
        file = self._file(matter, person) if self._messages.mails(person) else None
        self._messages.queue(
            tx,
            [person.id],
            telling_texts.at_once(
                pairing, session, news, zone=own_zone(person, reader), page=self._page(session)
            ),
            f"session:{session.id}:{session.sequence}",
            kind=MessageKind.CHANGES,
            calendar=file,
        )
        with_file = file is not None or (last is not None and last.with_file)
        tx.telling.set_told(session.id, person.id, Told(session.sequence, with_file))

    def _file(self, matter: _Matter, person: Person) -> bytes | None:
        """The session for this person's calendar; nobody else's address is in it."""
        session = matter.session
        page, words = self._page(session), translator(person.language)
        event = feed_content.event(matter.pairing, session, page, words)
        organizer = Mailbox(self._settings.consortium, self._settings.mail_sender)
        try:
            attendee = Mailbox(person.name, person.email or "")
            return build_invitation(event, "CANCEL" if event.cancelled else "REQUEST", organizer, attendee)
        except UnsafeText:  # a name or address that no calendar file can carry: the text goes without
            return None

    def _page(self, session: JointSession) -> str:
        return f"{self._settings.public_url}/pairings/{session.pairing_id}"


def own_zone(person: Person, reader: Reader) -> str:
    """The clock on which a person reads times: the chosen one, or the own university's."""
    return person.zone or reader.zones[0]


def _concerned(tx: Transaction, news: News) -> list[Reader]:
    """Who is told of these news at once; who made them needs only the file, to follow."""
    pairing = tx.pairings.get(news.pairing_id)
    if pairing is None or pairing.state not in AGREED:
        return []
    told = tx.telling.told([news.session_id])

    def concerns(person_id: str) -> bool:
        last = told.get((news.session_id, person_id))
        return bool(last and last.with_file) or (news.near and person_id != news.actor_id)

    return [each for each in tx.telling.readers([pairing.id]) if concerns(each.person_id)]


def _news(
    now: datetime,
    actor: Person,
    changed: Observed,
    kind: NewsKind,
    reason: str,
) -> News:
    before, after = changed
    return News(
        at=now,
        pairing_id=after.pairing_id,
        session_id=after.id,
        actor_id=actor.id or None,
        kind=kind,
        reason=reason,
        before=_known(before) if before else None,
        near=nearby(now, before or after, after),
    )


def _known(session: JointSession) -> dict[str, Any]:
    """What people knew of a session, as plain values."""
    return {
        "starts_at": session.starts_at.isoformat(),
        "minutes": session.minutes,
        "title": session.title,
        "room_url": session.room_url,
        "cancelled": session.state is SessionState.CANCELLED,
    }

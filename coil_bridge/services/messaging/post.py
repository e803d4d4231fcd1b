"""Sends queued messages: route by route, so that a slow Moodle holds up nobody else's post.

A Moodle's refusal to carry a message to somebody (students usually cannot be written to by an account
that shares no course with them) is recorded and final; the e-mail carries it. What was certainly not sent
is tried again, less and less often, until the message is given up.

A message whose fate is unknown (the Moodle took too long, or its answer was spoilt) is not sent again:
Moodle recognises no second copy, and one that answers slowly for a day would get the same message dozens
of times, while a lost one costs little, as the e-mail carries it too and the pages show what it tells.
Only a crash of the worker between sending and recording sends a message twice; an e-mail then has the
same Message-ID.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from coil_bridge.domain import Person
from coil_bridge.errors import NotFound, PartnerUnavailable, Reason
from coil_bridge.i18n import Translator, mark, translator
from coil_bridge.services.context import Clock
from coil_bridge.services.messaging.stop_links import StopLinks
from coil_bridge.services.moodles.partners import PartnerFailed, Partners
from coil_bridge.storage.deliveries import (
    EMAIL_CHANNEL,
    FAILED,
    REFUSED,
    SENT,
    Delivery,
    Route,
)
from coil_bridge.storage.people import MOODLE
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault, new_id
from connectors.mail import Mail, Mailer
from connectors.moodle.client import OutgoingMessage
from connectors.moodle.errors import ParameterRefused

_LEASE = timedelta(minutes=10)
_LONGEST_CALL = timedelta(minutes=1)
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_STOP = mark("No more messages of this kind: %(link)s")
_CHOOSE = mark("Choose what you are told: %(link)s")
# A message that Moodle would not take whole is cut and keeps its last link: that of its own page.
_ROOM_FOR_A_FOOT = 3_000
_RESULTS = {"sent": SENT, "refused": REFUSED}


class Post:
    """Takes what is due and hands it to the Moodle or the mail server."""

    def __init__(
        self,
        *,
        storage: Storage,
        vault: Vault,
        clock: Clock,
        partners: Partners,
        mailer: Mailer | None,
        links: StopLinks,
    ) -> None:
        self._storage = storage
        self._vault = vault
        self._clock = clock
        self._partners = partners
        self._mailer = mailer
        self._links = links
        self._name = new_id()

    def due_routes(self) -> list[Route]:
        """Where there is something to send."""
        with self._storage.read() as tx:
            return tx.deliveries.due_routes(self._clock())

    def deliver_due(self, limit: int = 50) -> int:
        """Send what is due on every route, one route after the other; how many messages were tried."""
        return sum(self.deliver(route, limit) for route in self.due_routes())

    def deliver(self, route: Route, limit: int = 50) -> int:
        """Send what is due on one route; how many messages were tried."""
        now = self._clock()
        with self._storage.write() as tx:
            claimed = tx.deliveries.claim(route, self._name, now=now, until=now + _LEASE, limit=limit)
            people = tx.people.many([each.person_id for each in claimed])
            choices = tx.telling.choices(people)
        if not claimed:
            return 0
        unwanted = [each for each in claimed if each.kind and not choices[each.person_id].wants(each.kind)]
        for each in unwanted:
            self._finish(each, REFUSED, mark("the person does not want such messages any more"))
        claimed = [each for each in claimed if each not in unwanted]
        if route.channel == EMAIL_CHANNEL:
            self._send_mail(claimed, people)
        else:
            self._send_to_moodle(route.site_id or "", claimed, people, until=now + _LEASE - _LONGEST_CALL)
        return len(claimed) + len(unwanted)

    def _send_mail(self, claimed: Sequence[Delivery], people: dict[str, Person]) -> None:
        addressed = [each for each in claimed if self._mailer and people[each.person_id].email]
        for each in claimed:
            if each not in addressed:
                self._finish(each, REFUSED, mark("no address or no mail server any more"))
        mails = {each.id: self._mail(each, people[each.person_id]) for each in addressed}
        by_id = {each.id: each for each in addressed}
        for outcome in self._mailer.send(mails.values()) if self._mailer else []:
            reason = Reason(outcome.reason, outcome.values)
            if outcome.result == "later":
                self._later(by_id[outcome.mail.id], reason)
            else:
                self._finish(by_id[outcome.mail.id], _RESULTS[outcome.result], reason)

    def _mail(self, each: Delivery, person: Person) -> Mail:
        stop = self._links.link(each.person_id, each.kind) if each.kind else None
        calendar = self._vault.decrypt(each.calendar_encrypted) if each.calendar_encrypted else None
        words = translator(person.language)
        foot = f"\n\n-- \n{words.gettext(_STOP, link=stop)}\n" if stop else ""
        return Mail(
            id=each.id,
            to_name=person.name,
            to_address=person.email or "",
            subject=each.subject,
            body=self._vault.decrypt(each.body_encrypted) + foot,
            at=each.created_at,
            language=person.language or "en",
            stop_link=stop,
            calendar=calendar.encode() if calendar else None,
        )

    def _send_to_moodle(
        self, site_id: str, claimed: Sequence[Delivery], people: dict[str, Person], *, until: datetime
    ) -> None:
        with self._storage.read() as tx:
            ways_in = tx.people.identities([each.person_id for each in claimed])
        user_ids = {
            person_id: int(identity.subject)
            for person_id, identities in ways_in.items()
            for identity in identities
            if (identity.kind, identity.issuer) == (MOODLE, site_id)
        }
        for each in claimed:
            if each.person_id not in user_ids:
                self._finish(each, REFUSED, mark("the person has no account on this Moodle any more"))
            elif self._clock() < until:
                words = translator(people[each.person_id].language)
                self._hand_over(site_id, each, user_ids[each.person_id], words)
            else:
                self._put_back(each)  # before the claim lapses and another worker sends it too

    def _hand_over(self, site_id: str, each: Delivery, user_id: int, words: Translator) -> None:
        text = f"{each.subject}\n\n{self._vault.decrypt(each.body_encrypted)}"
        if each.kind and len(text.encode()) < _ROOM_FOR_A_FOOT:
            text += f"\n\n{words.gettext(_CHOOSE, link=self._links.choices)}"
        message = OutgoingMessage(user_id, text)
        try:
            result = self._partners.call(site_id, lambda client: client.send_message(message))
        except PartnerFailed as error:
            self._note_failure(each, error)
        except PartnerUnavailable as error:
            self._later(each, error.reason)
        except NotFound as error:
            self._finish(each, FAILED, error.reason)
        else:
            self._finish(each, REFUSED if result.id is None else SENT, result.refusal)

    def _note_failure(self, each: Delivery, error: PartnerFailed) -> None:
        if error.may_have_happened:
            unknown = mark("%(error)s It may have arrived all the same and is not sent again.")
            self._finish(each, FAILED, Reason(unknown, {"error": error.reason}))
        elif isinstance(error.__cause__, ParameterRefused):
            self._finish(each, FAILED, error.reason)
        else:
            self._later(each, error.reason)

    def _put_back(self, each: Delivery) -> None:
        with self._storage.write() as tx:
            tx.deliveries.retry(each.id, self._clock(), mark("waited behind others for a slow Moodle"))

    def _finish(self, each: Delivery, state: str, error: str | None = None) -> None:
        with self._storage.write() as tx:
            tx.deliveries.finish(each.id, state, self._clock(), error or None)

    def _later(self, each: Delivery, error: str) -> None:
        pause = min(_FIRST_PAUSE * (1 << min(each.attempts - 1, 10)), _LONGEST_PAUSE)
        due_at = self._clock() + pause
        if due_at >= each.give_up_at:
            self._finish(each, FAILED, error)
            return
        with self._storage.write() as tx:
            tx.deliveries.retry(each.id, due_at, error)

"""Connecting the Moodle account of somebody whose role came with an e-mail address.

Both sides must be the person's own, and the person must say so:

1. Signed in by e-mail, the person asks for a link. It goes to that mailbox and signs nobody in.
2. The link is opened in a session that began with a launch from Moodle. A page names both sides.
3. The button there moves address and role to the person whom the Moodle knows. The link is used up, every
   session by e-mail ends, and the mailbox is told.

From then on whoever runs that Moodle can act in the role, because a Moodle vouches for its accounts. For
the evaluation lead the consortium accepts that. An administrator is never connected, and nobody who is
connected becomes one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from coil_bridge.domain import Person, Role
from coil_bridge.errors import Conflict, Forbidden, Gone, NotFound, TooManyRequests
from coil_bridge.i18n import Translator, mark
from coil_bridge.services import audit
from coil_bridge.services.context import Clock
from coil_bridge.services.messaging.messages import Messages, MessageText
from coil_bridge.storage.lti_records import LaunchScope
from coil_bridge.storage.people import EMAIL
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_id, token_hash

LASTS = timedelta(hours=24)
_WINDOW = timedelta(hours=1)
_PER_PERSON = 5


class Connecting:
    """Invites, and joins the two sides."""

    def __init__(
        self, *, storage: Storage, clock: Clock, vault: Vault, messages: Messages, public_url: str
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._vault = vault
        self._messages = messages
        self._public_url = public_url

    def invite(self, actor: Person, form_key: str | None = None) -> None:
        """Send the link to the own address; links sent before work no more.

        The same form a second time sends nothing; without a form it is always a new link.

        Raises:
            Forbidden: the person has no role.
            Conflict: the person is an administrator, or connected already.
            TooManyRequests: several links were asked for within the hour.
        """
        token, now = self._vault.token_for("connect", actor.id, form_key or new_id()), self._clock()
        with self._storage.write() as tx:
            person = _current(tx, actor)
            _check_role(person)
            if not _by_email_alone(tx, person):
                raise Conflict(mark("Your Moodle account is connected already."))
            if tx.account_links.person(token_hash(token), now):
                return
            self._count(tx, person)
            tx.account_links.prune(now)
            tx.account_links.insert(token_hash(token), person.id, now, now + LASTS)
            audit.record(tx, now, person, ("person", person.id), "connection_asked")
            self._messages.queue(
                tx,
                [person.id],
                self._invitation(token),
                f"connect:{token_hash(token)}",
                give_up_at=now + LASTS,
            )

    def peek(self, token: str) -> Person:
        """Who asked for a link.

        Raises:
            Gone: it was used, has expired or never was.
        """
        with self._storage.read() as tx:
            return self._found(tx, token)

    def connect(self, actor: Person, scope: LaunchScope, token: str) -> Person:
        """Join the two sides, from a session that began with the launch ``scope``.

        Raises:
            Gone: as ``peek``; of two presses at once one gets it.
            NotFound: the session is another person's.
            Forbidden, Conflict: one of the sides cannot be connected; says why.
        """
        if scope.person_id != actor.id:
            raise NotFound(mark("There is no such person."))
        now = self._clock()
        with self._storage.write() as tx:
            tx.lti.locked(scope.platform_id)  # two links for one account come one after the other
            asked, here = self._found(tx, token), _current(tx, actor)
            _check_sides(tx, asked, here)
            if not tx.account_links.take(token_hash(token), now):
                raise _gone()
            _move(tx, asked, here, now)
            audit.record(tx, now, here, ("person", here.id), "account_connected", was=asked.id)
            audit.record(tx, now, here, ("person", asked.id), "account_connected", now=here.id)
            self._messages.queue(tx, [here.id], self._news, f"connected:{token_hash(token)}")
            return _current(tx, here)

    def _found(self, tx: Transaction, token: str) -> Person:
        person = tx.account_links.person(token_hash(token), self._clock())
        if person is None:
            raise _gone()
        return person

    def _count(self, tx: Transaction, person: Person) -> None:
        requester, now = self._vault.keyed_hash(f"connect|{person.id}"), self._clock()
        if tx.people.count_signin_requests(requester, now - _WINDOW) >= _PER_PERSON:
            raise TooManyRequests(
                mark("Too many links were asked for. Look for the last message, or try again in an hour."),
                retry_after=int(_WINDOW.total_seconds()),
            )
        tx.people.insert_signin_request(requester, now)

    def _invitation(self, token: str) -> Callable[[Translator], MessageText]:
        def text(words: Translator) -> MessageText:
            return MessageText(
                words.gettext("Connect your Moodle account with COIL Bridge"),
                words.gettext(
                    "Open COIL Bridge from a course in your Moodle, in a full tab. Then open this link in "
                    "the same browser and confirm:\n\n%(url)s\n\n"
                    "It works once, within 24 hours. If you did not ask for it, ignore this message.\n",
                    url=f"{self._public_url}/connect/{token}",
                ),
            )

        return text

    def _news(self, words: Translator) -> MessageText:
        return MessageText(
            words.gettext("Your Moodle account is connected"),
            words.gettext(
                "From now on you come to COIL Bridge from your Moodle, too, with the role that you have. "
                "If it was not you who confirmed this, tell your administrator at once: the role can be "
                "taken away under People.\n"
            ),
        )


def _move(tx: Transaction, asked: Person, here: Person, now: datetime) -> None:
    """Address and role go to the person whom the Moodle knows; the other one stays as a name in the past."""
    tx.account_links.move_addresses(asked.id, here.id)
    known = replace(here, language=here.language or asked.language, zone=here.zone or asked.zone)
    tx.people.update(replace(known, email=asked.email))
    tx.people.set_roles(here.id, here.roles | asked.roles, now)
    tx.people.set_roles(asked.id, (), now)
    tx.people.end_web_sessions(asked.id)


def _check_sides(tx: Transaction, asked: Person, here: Person) -> None:
    if asked.id == here.id:
        raise Conflict(mark("Your Moodle account is connected already."))
    _check_role(asked)
    if not _by_email_alone(tx, asked):
        raise Conflict(mark("This address is connected with another Moodle account already."))
    if here.roles or any(way.kind == EMAIL for way in tx.people.identities([here.id]).get(here.id, [])):
        raise Conflict(mark("This Moodle account is connected with another address already."))


def _check_role(person: Person) -> None:
    if not person.roles:
        raise Forbidden(mark("Only people with a role connect their account; yours works by itself."))
    if Role.ADMINISTRATOR in person.roles:
        raise Conflict(
            mark("Administrators sign in by e-mail alone, so that no Moodle can let anybody in as one.")
        )


def _by_email_alone(tx: Transaction, person: Person) -> bool:
    ways = tx.people.identities([person.id]).get(person.id, [])
    return bool(ways) and all(way.kind == EMAIL for way in ways)


def _current(tx: Transaction, actor: Person) -> Person:
    person = tx.people.get(actor.id)
    if person is None:
        raise NotFound(mark("There is no such person."))
    return person


def _gone() -> Gone:
    return Gone(mark("This link has been used or has expired. Ask for a new one on your own page."))

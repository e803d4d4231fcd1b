"""Sign-in by a one-time link that only the person's own Moodle account and mailbox receive.

1. Somebody asks, naming a Moodle and a login (address or user name). The answer is always the same and
   takes the same time: the request is only queued, so nobody learns who has an account where.
2. The worker asks that Moodle who this is and which part the person plays in which course. Whoever has
   no active part in any course gets nothing.
3. The link goes out as a Moodle message and by e-mail. Opening it changes nothing, since mail scanners
   open links; the button on the page signs in and uses it up.

People who run the consortium choose no Moodle; for them the address alone counts, and only e-mail is used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from coil_bridge.domain import CourseRole, Person, Site, SiteState
from coil_bridge.errors import Gone, InvalidInput, TooManyRequests
from coil_bridge.i18n import Translator, mark
from coil_bridge.services.context import Clock
from coil_bridge.services.limits import network_of
from coil_bridge.services.messaging.messages import Messages, MessageText
from coil_bridge.services.moodles.accounts import Account, course_record, our_language, our_zone, remember
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.storage.people import EMAIL, Identity
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault, new_token, token_hash
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import PermissionMissing, RecordUnknown
from connectors.moodle.records import EnrolledUser, MoodleCourse, MoodleUser

SIGNIN = "signin"
_PER_ADDRESS = 200  # a seminar room, or a whole university, may share one address
_WINDOW = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Found:
    """An account and its parts in courses."""

    user: MoodleUser
    roles: tuple[tuple[MoodleCourse, CourseRole], ...]


class SignIn:
    """Asks for links, makes them, uses them up."""

    def __init__(
        self,
        *,
        storage: Storage,
        vault: Vault,
        clock: Clock,
        partners: Partners,
        messages: Messages,
        public_url: str,
        link_minutes: int,
        links_an_hour: int,
    ) -> None:
        self._storage = storage
        self._vault = vault
        self._clock = clock
        self._partners = partners
        self._messages = messages
        self._public_url = public_url
        self._minutes = link_minutes
        self._links_an_hour = links_an_hour

    def request(self, site_id: str | None, login: str, language: str | None, remote: str) -> None:
        """Queue a request for a link; says nothing about who is known.

        ``language`` is the page's, for people who have chosen none; ``remote`` the network address.

        Raises:
            InvalidInput: no login, or no such site.
            TooManyRequests: for this login or from this address.
        """
        login = login.strip()
        if not 1 <= len(login) <= 254:
            raise InvalidInput({"login": [mark("Write your e-mail address or user name.")]})
        wanted = self._vault.keyed_hash(f"login|{site_id or ''}|{login.casefold()}")
        with self._storage.write() as tx:
            if site_id is not None and not _is_active(tx.sites.get(site_id)):
                raise InvalidInput({"site_id": [mark("Choose one of the institutions offered.")]})
            self._count(tx, wanted, self._links_an_hour)
            self._count(tx, self._vault.keyed_hash(f"remote|{network_of(remote)}"), _PER_ADDRESS)
            payload = {
                "site_id": site_id,
                "login": self._vault.encrypt(login).decode(),
                "language": language,
                "asked_at": self._clock().isoformat(),
            }
            tx.tasks.queue(SIGNIN, payload, at=self._clock(), site_id=site_id, dedup_key=f"{SIGNIN}:{wanted}")

    def perform(self, payload: Mapping[str, Any]) -> None:
        """The task of ``request``: find the person, renew the parts in courses, send the link.

        Raises:
            PartnerUnavailable: the Moodle gave no usable answer; worth repeating.
        """
        asked_at = datetime.fromisoformat(payload["asked_at"])
        if self._clock() - asked_at > timedelta(minutes=self._minutes):
            return  # nobody waits for it any more
        login = self._vault.decrypt(payload["login"].encode())
        if payload["site_id"] is None:
            self._invite_by_address(login, payload["language"])
        else:
            self._invite_from_moodle(payload["site_id"], login, payload["language"])

    def link(self, person_id: str) -> str:
        """A fresh one-time link for a person, to be handed over in person (the command line)."""
        with self._storage.write() as tx:
            return self._url(self._new_token(tx, person_id))

    def peek(self, token: str) -> Person:
        """Whose link this is; using it up is another step.

        Raises:
            Gone: it was used, has expired or never was.
        """
        with self._storage.read() as tx:
            person = tx.people.person_of_signin_token(token_hash(token), self._clock())
        if person is None:
            raise Gone(mark("This sign-in link has been used or has expired. Ask for a new one."))
        return person

    def consume(self, token: str) -> Person:
        """Use a link up; of two presses at once, one wins. Raises as ``peek``."""
        person, now = self.peek(token), self._clock()
        with self._storage.write() as tx:
            if not tx.people.use_signin_token(token_hash(token), now):
                raise Gone(mark("This sign-in link has been used or has expired. Ask for a new one."))
            tx.people.set_last_seen(person.id, now)
        return person

    def _count(self, tx: Transaction, requester: str, limit: int) -> None:
        now = self._clock()
        if tx.people.count_signin_requests(requester, now - _WINDOW) >= limit:
            raise TooManyRequests(
                mark("Too many links were asked for. Look for the last message, or try again in an hour."),
                retry_after=int(_WINDOW.total_seconds()),
            )
        tx.people.insert_signin_request(requester, now)

    def _invite_by_address(self, address: str, language: str | None) -> None:
        with self._storage.write() as tx:
            person = tx.people.by_identity(Identity(EMAIL, "", address.lower()))
            if person and person.roles:
                self._send_link(tx, person, language)

    def _invite_from_moodle(self, site_id: str, login: str, language: str | None) -> None:
        found = self._partners.call(site_id, lambda client: _look_up(client, login))
        now = self._clock()
        with self._storage.write() as tx:
            site = tx.sites.get(site_id)
            if site is None or not _is_active(site):
                return
            for each in found:
                person = remember(tx, site_id, _account(each.user, site), now)
                self._renew_enrolments(tx, site, person, each.roles)
                if each.roles:
                    self._send_link(tx, person, language)

    def _renew_enrolments(
        self, tx: Transaction, site: Site, person: Person, roles: Iterable[tuple[MoodleCourse, CourseRole]]
    ) -> None:
        by_moodle_id = {course.id: role for course, role in roles}
        records = [course_record(course, site.institution.zone) for course, _ in roles]
        ids = tx.courses.upsert(site.id, records, self._clock())
        enrolments = {ids[moodle_id]: role for moodle_id, role in by_moodle_id.items()}
        tx.courses.replace_enrolments_of_person(person.id, site.id, enrolments, self._clock())

    def _send_link(self, tx: Transaction, person: Person, language: str | None) -> None:
        token = self._new_token(tx, person.id)

        def text(words: Translator) -> MessageText:
            return MessageText(
                words.gettext("Your sign-in link for COIL Bridge"),
                words.gettext(
                    "Open this link within %(minutes)s minutes and confirm that you want to sign in:\n\n"
                    "%(url)s\n\n"
                    "It works once. If you did not ask for it, ignore this message; nobody can sign in "
                    "without it.\n",
                    minutes=self._minutes,
                    url=self._url(token),
                ),
            )

        self._messages.queue(
            tx,
            [person.id],
            text,
            f"signin:{token_hash(token)}",
            give_up_at=self._clock() + timedelta(minutes=self._minutes),
            language=language,
        )

    def _new_token(self, tx: Transaction, person_id: str) -> str:
        token, now = new_token(), self._clock()
        tx.people.insert_signin_token(
            token_hash(token), person_id, now, now + timedelta(minutes=self._minutes)
        )
        return token

    def _url(self, token: str) -> str:
        return f"{self._public_url}/signin/{token}"


def _is_active(site: Site | None) -> bool:
    return site is not None and site.state is SiteState.ACTIVE


def _account(user: MoodleUser, site: Site) -> Account:
    zone = our_zone(user.timezone, site.institution)
    return Account(user.id, user.full_name, user.email, our_language(user.lang), zone)


def _look_up(client: MoodleClient, login: str) -> list[_Found]:
    """Every account that a login can mean (an address may belong to several), with its parts in courses."""
    return [_Found(user, _roles(client, user)) for user in _accounts(client, login) if not user.suspended]


def _accounts(client: MoodleClient, login: str) -> list[MoodleUser]:
    """By address as typed or in lower case (Moodle compares exactly), else by user name."""
    by_address = client.users_by_field("email", [login, login.lower()])
    return list(by_address or client.users_by_field("username", [login.lower()]))


def _roles(client: MoodleClient, user: MoodleUser) -> tuple[tuple[MoodleCourse, CourseRole], ...]:
    found = []
    for course in client.user_courses(user.id):
        role = _role_in(client, course, user.id)
        if role:
            found.append((course, role))
    return tuple(found)


def _role_in(client: MoodleClient, course: MoodleCourse, user_id: int) -> CourseRole | None:
    """The part in one course, where the enrolment is active; managers and guests have none."""
    try:
        enrolled = client.enrolled_users(course.id, ("id", "roles"), only_active=True)
    except (PermissionMissing, RecordUnknown):
        return None  # one closed course must not keep anybody out of the others
    mine = [each for each in enrolled if each.id == user_id]
    return _strongest(mine[0]) if mine else None


def _strongest(user: EnrolledUser) -> CourseRole | None:
    if user.is_teacher:
        return CourseRole.TEACHER
    return CourseRole.STUDENT if user.is_student else None

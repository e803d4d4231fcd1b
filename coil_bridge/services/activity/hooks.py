"""Notifications from the plugin in a partner's Moodle: checked, remembered, followed up by the worker.

A notification is a hint and nothing more: it never says what is so, only what is worth asking about. What
it leads to is a wish of one row, however often and in whatever order it is said, and the worker asks the
Moodle. So duplicates, retries and notifications that overtake each other change nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from coil_bridge.services.activity.activity_pull import ActivityPull
from coil_bridge.services.activity.known_keys import KnownKeys
from coil_bridge.services.context import Clock
from coil_bridge.services.limits import Buckets
from coil_bridge.services.moodles.catalogue import Catalogue
from coil_bridge.services.moodles.partners import PartnerFailed
from coil_bridge.storage.hooks import Wish
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import Vault

log = structlog.get_logger(__name__)

FOLLOW = "follow_hooks"
"""The kind of task; its payload names the site and the kind of wish."""

BIGGEST_BODY = 64 * 1024
MOST_EVENTS = 100
TOLERANCE = timedelta(minutes=5)
_REMEMBERED = timedelta(minutes=15)  # longer than a timestamp is good for

COURSES, PEOPLE, PULL = "courses", "people", "pull"
_KINDS: Mapping[str, str] = {
    "course_deleted": COURSES,
    "course_hidden": COURSES,
    "course_shown": COURSES,
    "enrolment_created": PEOPLE,
    "enrolment_ended": PEOPLE,
    "group_member_added": PEOPLE,
    "group_member_removed": PEOPLE,
    "session_joined": PULL,
    "post_created": PULL,
}
# What happens once happens often: a moment's patience makes one question of a lecture hall's worth.
_PATIENCE = {COURSES: timedelta(), PEOPLE: timedelta(seconds=20), PULL: timedelta(minutes=2)}


class HookRefused(Exception):
    """A notification is not taken; ``status`` is the HTTP status, ``code`` says why to machines."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came in the headers and the body of one request."""

    timestamp: str
    key_id: str
    delivery: str
    signature: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Hint:
    """One event of a notification, reduced to what is worth asking about."""

    kind: str
    moodle_course_id: int


Reader = Callable[[bytes], tuple[str, Sequence[Hint]]]
"""Gives the site that speaks in a body, and what it hints at; raises HookRefused."""


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The signature as the plugin makes it: HMAC-SHA256 over the timestamp, a full stop, and the body."""
    message = timestamp.encode() + b"." + body
    return "v1=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


class Hooks:
    """Takes notifications in, and follows them up."""

    def __init__(
        self, *, storage: Storage, vault: Vault, clock: Clock, catalogue: Catalogue, pulls: ActivityPull
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._catalogue = catalogue
        self._pulls = pulls
        self._keys = KnownKeys(storage, vault, clock)
        self._buckets = Buckets(clock)

    def receive(self, site_id: str, given: Delivery, read: Reader) -> None:
        """Check a notification and remember what it hints at; ``read`` makes hints of its body.

        Raises:
            HookRefused: the signature, the time or the content is wrong, it came before, or too many come.
        """
        now = self._clock()
        self._check_signature(site_id, given, now)
        # Only what is signed counts here: nobody else can use up a partner's share.
        if not self._buckets.take(site_id):
            raise HookRefused(429, "too_many")
        origin, hints = read(given.body)
        with self._storage.write() as tx:
            site = tx.sites.get(site_id)
            if site is None or not _same_place(origin, site.base_url):
                raise HookRefused(401, "another_site")
            if not tx.hooks.remember(site_id, given.delivery, now):
                raise HookRefused(409, "replay")
            tx.hooks.used(given.key_id, now)
            self._wish(tx, site_id, hints, now)

    def perform(self, payload: Mapping[str, Any]) -> None:
        """Ask the Moodle about what is wished of one kind, and forget it, also when it refuses.

        Raises:
            PartnerUnavailable: the Moodle gave no answer; the wish stays.
        """
        site_id, kind = payload["site_id"], payload["kind"]
        with self._storage.read() as tx:
            wishes = tx.hooks.wishes(site_id=site_id, kind=kind)
        for wish in wishes:
            try:
                self._ask(wish)
            except PartnerFailed as error:
                if error.temporary:
                    raise
                log.info("a notification led to a refusal", site=site_id, kind=kind, error=str(error))
            with self._storage.write() as tx:
                if kind == PULL:
                    self._pulls.request_course(tx, wish.course_id)
                tx.hooks.fulfil(wish)

    def _ask(self, wish: Wish) -> None:
        if wish.kind == COURSES:
            self._catalogue.sync_site(wish.site_id)
        elif wish.kind == PEOPLE:
            self._catalogue.sync_teachers(wish.course_id)

    def queue_due(self) -> None:
        """Queue what has waited long enough: for instance a wish that came while its task was ending."""
        now = self._clock()
        with self._storage.write() as tx:
            for wish in tx.hooks.wishes():
                if wish.due_at <= now:
                    _queue(tx, wish)
            tx.hooks.prune(now - _REMEMBERED)

    def _check_signature(self, site_id: str, given: Delivery, now: datetime) -> None:
        if not (given.timestamp and given.signature and given.key_id and given.delivery):
            raise HookRefused(401, "not_signed")
        if not given.timestamp.isdecimal() or len(given.timestamp) > 12 or len(given.delivery) > 64:
            raise HookRefused(401, "not_signed")
        secret = self._keys.secret(site_id, given.key_id)
        # Somebody without a key learns nothing from the time that the refusal takes.
        expected = sign(secret or "no such key", given.timestamp, given.body)
        if not hmac.compare_digest(expected.encode(), given.signature.encode()) or secret is None:
            raise HookRefused(401, "wrong_signature")
        if abs(datetime.fromtimestamp(int(given.timestamp), UTC) - now) > TOLERANCE:
            raise HookRefused(401, "wrong_time")

    def _wish(self, tx: Transaction, site_id: str, hints: Sequence[Hint], now: datetime) -> None:
        known = tx.courses.of_site(site_id)
        paired = set(tx.courses.paired())
        wanted: dict[tuple[str, str], Wish] = {}
        for kind, course_id in _wanted(hints, known, paired):
            wanted[kind, course_id] = Wish(site_id, kind, course_id, now, now + _PATIENCE[kind])
        tx.hooks.wish(wanted.values())
        for wish in wanted.values():
            _queue(tx, wish)


def hint_of(event_type: str, moodle_course_id: int) -> Hint | None:
    """What an event hints at; ``None`` for a type that is not known here."""
    kind = _KINDS.get(event_type)
    return Hint(kind, moodle_course_id) if kind else None


def _wanted(hints: Iterable[Hint], known: Mapping[int, str], paired: set[str]) -> Iterable[tuple[str, str]]:
    for hint in hints:
        course_id = known.get(hint.moodle_course_id)
        if hint.kind == COURSES:
            yield COURSES, ""
        elif course_id in paired and course_id is not None:
            yield hint.kind, course_id


def _queue(tx: Transaction, wish: Wish) -> None:
    tx.tasks.queue(
        FOLLOW,
        {"site_id": wish.site_id, "kind": wish.kind},
        at=wish.due_at,
        site_id=wish.site_id,
        dedup_key=f"{FOLLOW}:{wish.site_id}:{wish.kind}",
    )


def _same_place(origin: str, base_url: str) -> bool:
    return origin.rstrip("/").lower() == base_url.rstrip("/").lower()

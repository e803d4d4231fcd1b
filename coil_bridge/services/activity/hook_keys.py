"""The keys with which partners' Moodles sign their notifications: made, shown once, replaced, ended.

Two are valid at once, so that the new one can be entered in Moodle before the old one ends. The old one
ends by itself: a day after its last use, once the new one is in use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from coil_bridge.domain import Person, SiteState
from coil_bridge.errors import NotFound
from coil_bridge.i18n import mark
from coil_bridge.services import audit
from coil_bridge.services.context import SYSTEM, Clock, administrators_only
from coil_bridge.storage.hooks import HookKey
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault, id_for, new_id

AT_ONCE = 2
KEPT_FOR = timedelta(days=1)
"""How long a key stays good after its last use, once a later one is in use."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown, this once."""

    id: str
    address: str
    secret: str = field(repr=False)

    @property
    def line(self) -> str:
        """All three in one, as the plugin's page in Moodle takes it."""
        return f"{self.address} {self.id} {self.secret}"


class HookKeys:
    """For administrators only."""

    def __init__(self, *, storage: Storage, vault: Vault, clock: Clock, public_url: str) -> None:
        self._storage = storage
        self._vault = vault
        self._clock = clock
        self._public_url = public_url

    def make(self, actor: Person, site_id: str, form_key: str | None = None) -> NewKey:
        """Make a key. Of those that were valid the latest stays so, older ones end.

        The same form a second time gets the same key; without a form it is always a new one.

        Raises:
            Forbidden: the actor is no administrator.
            NotFound: no such site, or it was removed; or the form's key has ended.
        """
        administrators_only(actor)
        now, asked = self._clock(), ("hook_key", actor.id, site_id, form_key or new_id())
        key_id, secret = id_for(*asked), self._vault.token_for(*asked)
        made = HookKey(key_id, site_id, now, None, None, self._vault.encrypt(secret))
        with self._storage.write() as tx:
            site = tx.sites.get(site_id)
            if site is None or site.state is SiteState.REMOVED:
                raise NotFound(mark("There is no such site, or it has been removed."))
            before = tx.hooks.keys(site_id)
            if tx.hooks.add_key(made):
                valid = [each for each in before if each.ended_at is None]
                for old in valid[AT_ONCE - 1 :]:
                    tx.hooks.end_key(old.id, now)
                audit.record(tx, now, actor, ("site", site_id), "hook_key_made", key=made.id)
            elif any(each.id == key_id and each.ended_at for each in before):
                raise NotFound(mark("This site has no such key."))
        return NewKey(key_id, self.address(site_id), secret)

    def end(self, actor: Person, site_id: str, key_id: str) -> None:
        """End a key and wipe its secret.

        Raises:
            Forbidden: the actor is no administrator.
            NotFound: the site has no such valid key.
        """
        administrators_only(actor)
        now = self._clock()
        with self._storage.write() as tx:
            mine = {each.id for each in tx.hooks.keys(site_id)}
            if key_id not in mine or not tx.hooks.end_key(key_id, now):
                raise NotFound(mark("This site has no such key."))
            audit.record(tx, now, actor, ("site", site_id), "hook_key_ended", key=key_id)

    def end_replaced(self) -> int:
        """End the keys that were replaced and have not been used for a day; how many."""
        now, ended = self._clock(), 0
        with self._storage.write() as tx:
            for key in tx.hooks.replaced(unused_since=now - KEPT_FOR):
                tx.hooks.end_key(key.id, now)
                audit.record(tx, now, SYSTEM, ("site", key.site_id), "hook_key_ended", key=key.id)
                ended += 1
        return ended

    def valid(self, actor: Person, site_id: str) -> list[HookKey]:
        """The keys that are valid, the latest first.

        Raises:
            Forbidden: the actor is no administrator.
        """
        administrators_only(actor)
        with self._storage.read() as tx:
            return [each for each in tx.hooks.keys(site_id) if each.ended_at is None]

    def address(self, site_id: str) -> str:
        """Where the site's plugin sends its notifications."""
        return f"{self._public_url}/hooks/moodle/{site_id}"

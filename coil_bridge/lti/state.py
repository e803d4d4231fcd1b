"""A login on its way to the platform and back: once, within ten minutes, in the same browser.

OpenID Connect Core 3.1.2.1 (state, nonce) and the 1EdTech Security Framework 5.1.1. The database keeps
hashes only. Each login has a cookie of its own, since two links on one course page log in at once.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.storage.lti_records import LoginState, Platform
from coil_bridge.storage.storage import Storage, Transaction
from coil_bridge.vault import new_token, token_hash

LASTS = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Begun:
    """What goes to the platform (``state``, ``nonce``) and what stays in the browser (the cookie)."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    cookie_name: str
    cookie_value: str = field(repr=False)


class Logins:
    """Begins logins and takes them back."""

    def __init__(self, *, storage: Storage, clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._clock = clock

    def begin(self, tx: Transaction, platform: Platform) -> Begun:
        """Remember a login in the caller's transaction; old ones that never came back go at the same time."""
        begun, now = _new(), self._clock()
        tx.lti.prune_states(now)
        tx.lti.insert_state(
            LoginState(
                state_hash=token_hash(begun.state),
                nonce_hash=token_hash(begun.nonce),
                browser_hash=token_hash(begun.cookie_value),
                platform_id=platform.id,
                expires_at=now + LASTS,
            )
        )
        return begun

    def take(self, state: str, cookies: Mapping[str, str]) -> LoginState:
        """Use a login up, whatever becomes of the launch: a second try with the same state finds nothing.

        Raises:
            Refusal: no such login (unknown, used, expired), or not of this browser.
        """
        if not state:
            raise Refusal(Reason.STATE_MISSING)
        hashed = token_hash(state)
        with self._storage.write() as tx:
            found = tx.lti.take_state(hashed, self._clock())
        if found is None:
            raise Refusal(Reason.STATE_UNKNOWN)
        cookie = cookies.get(_cookie_name(hashed), "")
        if not hmac.compare_digest(token_hash(cookie), found.browser_hash):
            raise Refusal(
                Reason.COOKIE_MISSING, platform=found.platform_id, cookie="wrong" if cookie else "none"
            )
        return found


def cookie_of(state: str) -> str:
    """The name of the cookie that belongs to a state; to test it, and to delete it after the launch."""
    return _cookie_name(token_hash(state))


def _new() -> Begun:
    state = new_token()
    return Begun(state, new_token(), cookie_of(state), new_token())


def _cookie_name(state_hash: str) -> str:
    return f"coil_bridge_lti_{state_hash[:16]}"

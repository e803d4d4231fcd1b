"""The link in each e-mail that ends messages of its kind (RFC 8058), signed, and valid without a sign-in.

The link names the person and the kind and carries a keyed hash of both. It does not expire: somebody may
want to be rid of the messages years later. Another ``secret_key`` ends all of them.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from coil_bridge.domain import MessageKind


class StopLinks:
    """Makes and reads the links."""

    def __init__(self, *, secret_key: str, public_url: str) -> None:
        self._key = hashlib.sha256(f"stop links|{secret_key}".encode()).digest()
        self._public_url = public_url

    def link(self, person_id: str, kind: MessageKind) -> str:
        """The address at which the person ends messages of this kind."""
        return f"{self._public_url}/stop/{person_id}.{kind}.{self._signature(person_id, kind)}"

    @property
    def choices(self) -> str:
        """The page on which a person who is signed in chooses."""
        return f"{self._public_url}/me#messages"

    def read(self, token: str) -> tuple[str, MessageKind] | None:
        """The person and the kind that a link of ours names; ``None`` for anything else."""
        person_id, _, rest = token.partition(".")
        kind, _, signature = rest.partition(".")
        if kind not in list(MessageKind) or not token.isascii():
            return None
        known = MessageKind(kind)
        genuine = hmac.compare_digest(signature, self._signature(person_id, known))
        return (person_id, known) if genuine else None

    def _signature(self, person_id: str, kind: MessageKind) -> str:
        digest = hmac.new(self._key, f"{person_id}|{kind}".encode(), hashlib.sha256).digest()
        return urlsafe_b64encode(digest[:18]).decode()

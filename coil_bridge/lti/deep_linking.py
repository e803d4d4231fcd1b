"""Deep Linking 2.0: the answer that places links into a course.

Between the launch and the answer the teacher chooses on a page of ours. What Moodle said travels through
that page sealed, not through the database: the return address holds the teacher's sesskey. The seal is
bound to the person and to an hour.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from coil_bridge.errors import ConfigurationError
from coil_bridge.lti import claims as names
from coil_bridge.lti.keys import Signer
from coil_bridge.lti.messages import RESOURCE, RESOURCE_LINK_ITEM, Message
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.vault import Vault, new_id

LASTS = timedelta(hours=1)
_ANSWER_LASTS = timedelta(minutes=5)
_BACKDATED = timedelta(seconds=10)  # platforms refuse an `iat` that their own clock has not reached


@dataclass(frozen=True, slots=True)
class Selection:
    """A picker of Moodle that waits for its answer."""

    platform_id: str
    deployment_id: str
    course_id: str
    person_id: str
    multiple: bool
    language: str | None  # in which the course was shown, where it is one of ours
    return_url: str = field(repr=False)
    data: str | None = field(repr=False)
    expires_at: float  # seconds since 1970, UTC


@dataclass(frozen=True, slots=True)
class Item:
    """A link to place; ``resource_id`` is ours and comes back with every launch, from copies too."""

    resource_id: str
    title: str
    text: str


def selection_of(
    message: Message, person_id: str, course_id: str, language: str | None, now: datetime
) -> Selection:
    """What must be kept of a deep linking launch until the teacher has chosen.

    Raises:
        Refusal: the launch is another message.
    """
    if message.deep_linking is None:
        raise Refusal(Reason.MESSAGE_TYPE_WRONG, type=message.type)
    return Selection(
        platform_id=message.platform.id,
        deployment_id=message.deployment_id,
        course_id=course_id,
        person_id=person_id,
        multiple=message.deep_linking.multiple,
        language=language,
        return_url=message.deep_linking.return_url,
        data=message.deep_linking.data,
        expires_at=(now + LASTS).timestamp(),
    )


def seal(vault: Vault, selection: Selection) -> str:
    """The selection for a hidden field of the page."""
    return vault.encrypt(json.dumps(asdict(selection))).decode()


def unseal(vault: Vault, sealed: str, person_id: str, now: datetime) -> Selection:
    """The selection of a form.

    Raises:
        Refusal: it was not sealed by us, is another person's, or too old.
    """
    try:
        selection = Selection(**json.loads(vault.decrypt(sealed.encode())))
    except (ConfigurationError, ValueError, TypeError):
        raise Refusal(Reason.SELECTION_EXPIRED, seal="wrong") from None
    if selection.person_id != person_id or selection.expires_at <= now.timestamp():
        raise Refusal(Reason.SELECTION_EXPIRED, seal="old_or_anothers")
    return selection


def answer(
    selection: Selection,
    items: Sequence[Item],
    *,
    issuer: str,
    client_id: str,
    launch_url: str,
    signer: Signer,
    now: datetime,
) -> str:
    """The signed answer for the field ``JWT`` of the form that posts to ``return_url`` (Deep Linking 2.0, 4).

    No items is an answer too: the teacher has closed the picker.
    """
    claims: dict[str, Any] = {
        "iss": client_id,
        "aud": issuer,
        "iat": int((now - _BACKDATED).timestamp()),
        "exp": int((now + _ANSWER_LASTS).timestamp()),
        "nonce": new_id(),
        names.DEPLOYMENT_ID: selection.deployment_id,
        names.MESSAGE_TYPE: "LtiDeepLinkingResponse",
        names.VERSION_CLAIM: names.VERSION,
        names.CONTENT_ITEMS: [_content_item(item, launch_url) for item in items],
    }
    if selection.data is not None:
        claims[names.DEEP_LINKING_DATA] = selection.data
    return signer.sign(claims)


def _content_item(item: Item, launch_url: str) -> dict[str, Any]:
    return {
        "type": RESOURCE_LINK_ITEM,
        "title": item.title,
        "text": item.text,
        "url": launch_url,
        "custom": {RESOURCE: item.resource_id},
    }

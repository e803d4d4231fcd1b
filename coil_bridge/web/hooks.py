"""``POST /hooks/moodle/<site>``: the door for notifications of the plugin local_coilbridge.

The wire format is the plugin's (``connectors/moodle_plugin``): a signature over time and body in headers,
events in a body of JSON. The answer comes at once; whatever is to be done is the worker's.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, request
from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from coil_bridge.services.activity.hooks import (
    BIGGEST_BODY,
    MOST_EVENTS,
    Delivery,
    Hint,
    HookRefused,
    Hooks,
    hint_of,
)

Reply = tuple[dict[str, str], int]


class _EventSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    type = fields.String(required=True, validate=validate.Length(max=40))
    courseid = fields.Integer(required=True, strict=True)


class _BodySchema(Schema):
    class Meta:
        unknown = EXCLUDE

    site = fields.String(required=True, validate=validate.Length(max=400))
    events = fields.List(
        fields.Nested(_EventSchema), required=True, validate=validate.Length(max=MOST_EVENTS)
    )


class HookPages:
    """One address a site, for its plugin alone."""

    def __init__(self, hooks: Hooks) -> None:
        self._hooks = hooks

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("hooks", __name__)
        pages.add_url_rule("/hooks/moodle/<site_id>", "receive", self.receive, methods=["POST"])
        return pages

    def receive(self, site_id: str) -> Reply:
        """Take a notification."""
        request.max_content_length = BIGGEST_BODY + 1  # a body without a length is cut there
        if (request.content_length or 0) > BIGGEST_BODY:
            return {"error": "too_large"}, 413
        body = request.get_data(cache=False)
        if len(body) > BIGGEST_BODY:
            return {"error": "too_large"}, 413
        headers = request.headers
        given = Delivery(
            timestamp=headers.get("X-Coil-Timestamp", ""),
            key_id=headers.get("X-Coil-Key", ""),
            delivery=headers.get("X-Coil-Delivery", ""),
            signature=headers.get("X-Coil-Signature", ""),
            body=body,
        )
        try:
            self._hooks.receive(site_id, given, read_body)
        except HookRefused as refusal:
            return {"error": refusal.code}, refusal.status
        return {"status": "accepted"}, 202


def read_body(body: bytes) -> tuple[str, list[Hint]]:
    """The site that speaks, and what its events hint at.

    Raises:
        HookRefused: it is not what the plugin writes.
    """
    try:
        loaded: dict[str, Any] = _BodySchema().load(json.loads(body))
    except (ValueError, ValidationError, RecursionError):
        raise HookRefused(400, "not_readable") from None
    hints = (hint_of(each["type"], each["courseid"]) for each in loaded["events"])
    return loaded["site"], [each for each in hints if each]

"""Our key set, which platforms fetch to verify what we sign (RFC 7517)."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from coil_bridge.lti.keys import Keys
from coil_bridge.lti.tool_description import KEYS_PATH

# A planned key is published a day before it signs; after a theft nobody should wait for longer than this.
_CACHE = "public, max-age=300"


class KeyPages:
    """Publishes the key set."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("lti_keys", __name__)
        pages.add_url_rule(KEYS_PATH, "show", self.show)
        return pages

    def show(self) -> Response:
        """The public halves of our keys."""
        answer = jsonify(self._keys.document())
        answer.headers["Cache-Control"] = _CACHE
        return answer

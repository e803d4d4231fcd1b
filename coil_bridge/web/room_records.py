"""``POST /hooks/bigbluebutton/<offer>/<session>/<seal>``: a meeting server tells who was inside."""

from __future__ import annotations

from flask import Blueprint, request

from coil_bridge.services.activity.hooks import HookRefused
from coil_bridge.services.meeting.room_records import BIGGEST_RECORD, RoomRecords

Reply = tuple[dict[str, str], int]


class RoomRecordPages:
    """One address a session, for its server alone."""

    def __init__(self, records: RoomRecords) -> None:
        self._records = records

    def blueprint(self) -> Blueprint:
        """The index of URLs."""
        pages = Blueprint("room_records", __name__)
        rule = "/hooks/bigbluebutton/<offer_id>/<session_id>/<sealed>"
        pages.add_url_rule(rule, "receive", self.receive, methods=["POST"])
        return pages

    def receive(self, offer_id: str, session_id: str, sealed: str) -> Reply:
        """Take a record in."""
        request.max_content_length = BIGGEST_RECORD + 1  # a body without a length is cut there
        if (request.content_length or 0) > BIGGEST_RECORD:
            return {"error": "too_large"}, 413

        def read_body() -> bytes:
            body = request.get_data(cache=False)
            if len(body) > BIGGEST_RECORD:
                raise HookRefused(413, "too_large")
            return body

        speaker = request.headers.get("Authorization", "")
        try:
            self._records.receive(offer_id, session_id, sealed, speaker, read_body)
        except HookRefused as refusal:
            return {"error": refusal.code}, refusal.status
        return {"status": "accepted"}, 202

"""One call of one web service function: request, transport, answer, record.

The token travels in the body of a POST and nowhere else: not in an address (servers log those), not in
a header (Moodle reads none), not in a repr or an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from marshmallow import Schema, ValidationError

from connectors.moodle.clock import ClockSkew, measure
from connectors.moodle.errors import AnswerUnreadable
from connectors.moodle.functions import Function
from connectors.moodle.records import AnswerWarning
from connectors.moodle.schemas import WarningSchema
from connectors.moodle.wire import Value, encode, from_transport, read_answer
from connectors.transport import Reply, Transport, TransportError

Record = TypeVar("Record")

_WARNINGS = WarningSchema(many=True)


class Caller:
    """Calls functions of one site. ``clock_skew`` is what the answers so far tell about its clock."""

    def __init__(self, site_name: str, base_url: str, token: str, transport: Transport) -> None:
        self.site = site_name
        self.base_url = base_url.rstrip("/")
        self.transport = transport
        self.clock_skew: ClockSkew | None = None
        self._token = token

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.site!r}, {self.base_url!r})"

    def call(
        self, function: Function, parameters: Mapping[str, Value | None] | None = None, *, repeatable: bool
    ) -> object:
        """Call a function with the token and return its JSON. Raises MoodleError."""
        form = [
            ("wstoken", self._token),
            ("wsfunction", str(function)),
            ("moodlewsrestformat", "json"),
            *encode(parameters or {}),
        ]
        try:
            reply = self.transport.request(
                "POST", f"{self.base_url}/webservice/rest/server.php", data=form, repeatable=repeatable
            )
        except TransportError as error:
            raise from_transport(self.site, function, error) from error
        self._note_clock(reply)
        return read_answer(self.site, function, reply)

    def call_openly(self, function: Function) -> object:
        """Call a function that Moodle answers to anybody, without the token. Raises MoodleError."""
        try:
            reply = self.transport.request(
                "POST",
                f"{self.base_url}/lib/ajax/service-nologin.php",
                json=[{"index": 0, "methodname": str(function), "args": {}}],
                repeatable=True,
            )
        except TransportError as error:
            raise from_transport(self.site, function, error) from error
        answer = read_answer(self.site, function, reply)
        first = answer[0] if isinstance(answer, list) and answer else None
        if not isinstance(first, dict) or first.get("error") is not False:
            raise AnswerUnreadable(self.site, function, reason="shape", detail="no data")
        return first.get("data")

    def load(self, schema: Schema, function: Function, data: object, kind: type[Record]) -> Record:
        """Make one record. Raises AnswerUnreadable naming the fields, never their values."""
        record = self._load(schema, function, data)
        if not isinstance(record, kind):
            raise AnswerUnreadable(self.site, function, reason="shape", detail="not one record")
        return record

    def load_all(
        self, schema: Schema, function: Function, data: object, kind: type[Record]
    ) -> tuple[Record, ...]:
        """Make the records of a list. Raises AnswerUnreadable."""
        if not isinstance(data, list):
            raise AnswerUnreadable(self.site, function, reason="shape", detail="not a list")
        records = self._load(schema, function, data, many=True)
        return tuple(record for record in records if isinstance(record, kind))

    def part(self, function: Function, answer: object, key: str) -> object:
        """Return the data that an answer holds under a key. Raises AnswerUnreadable."""
        if not isinstance(answer, dict) or key not in answer:
            raise AnswerUnreadable(self.site, function, reason="shape", detail=f"no {key}")
        return answer[key]

    def warnings(self, function: Function, answer: object) -> tuple[AnswerWarning, ...]:
        """Return the warnings that ride beside the data."""
        found = answer.get("warnings") if isinstance(answer, dict) else None
        return self.load_all(_WARNINGS, function, found or [], AnswerWarning)

    def _load(self, schema: Schema, function: Function, data: object, *, many: bool = False) -> list[object]:
        try:
            loaded: list[object] = schema.load(data, many=many)  # type: ignore[arg-type]  # it checks by itself
        except ValidationError as error:
            detail = ", ".join(sorted(_names(error.messages)))
            raise AnswerUnreadable(self.site, function, reason="shape", detail=detail) from None
        return loaded

    def _note_clock(self, reply: Reply) -> None:
        skew = measure(reply.headers.get("Date", ""), reply.sent_at, reply.received_at)
        if skew is not None:
            self.clock_skew = self.clock_skew.narrowed_by(skew) if self.clock_skew else skew


def _names(messages: object) -> set[str]:
    """Return the field names in marshmallow's nested report; positions in lists are left out."""
    if not isinstance(messages, dict):
        return set()
    inner = {name for nested in messages.values() for name in _names(nested)}
    return inner or {str(name) for name in messages if isinstance(name, str)}

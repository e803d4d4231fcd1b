"""The functions of our own plugin local_coilbridge, where a partner has installed it.

Which functions the token may call is in ``SiteInfo.functions``; a site without the plugin answers
RecordUnknown to all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marshmallow import fields

from connectors.moodle import logs
from connectors.moodle.caller import Caller
from connectors.moodle.errors import AnswerUnreadable
from connectors.moodle.fields import RecordSchema, required
from connectors.moodle.functions import Function
from connectors.moodle.wire import Value

OLDEST_PLUGIN = 2026112200  # the version whose answers this code reads


@dataclass(frozen=True)
class PluginInfo:
    """What the plugin says of itself. ``version`` is Moodle's plugin version, ``reader`` the log store
    that it reads, empty where logging is switched off; ``newest`` is the highest row id there.
    """

    version: int
    release: str
    reader: str
    newest: int
    hooks: bool

    @property
    def too_old(self) -> bool:
        """Whether an upgrade is needed before it can be used."""
        return self.version < OLDEST_PLUGIN


class _InfoSchema(RecordSchema):
    record = PluginInfo
    version = required(fields.Integer)
    release = required(fields.String)
    reader = required(fields.String)
    newest = required(fields.Integer)
    hooks = required(fields.Boolean)


@dataclass(frozen=True)
class _Envelope:
    data: str
    reader: str
    newest: int
    cursor: int
    complete: bool
    held: bool
    anonymous: int
    impersonated: int
    refused: tuple[Mapping[str, object], ...]


class _RefusedSchema(RecordSchema):
    record = dict
    courseid = required(fields.Integer)
    reason = required(fields.String)


class _EnvelopeSchema(RecordSchema):
    record = _Envelope
    data = required(fields.String)
    reader = required(fields.String)
    newest = required(fields.Integer)
    cursor = required(fields.Integer)
    complete = required(fields.Boolean)
    held = required(fields.Boolean)
    anonymous = required(fields.Integer)
    impersonated = required(fields.Integer)
    refused = fields.List(fields.Nested(_RefusedSchema), required=True)


class PluginFunctions:
    """The plugin's functions as methods; part of MoodleClient."""

    _caller: Caller

    def plugin_info(self) -> PluginInfo:
        """Which plugin is installed and what it can read (local_coilbridge_get_info).

        Raises RecordUnknown where it is not installed.
        """
        function = Function.PLUGIN_INFO
        answer = self._caller.call(function, repeatable=True)
        return self._caller.load(_InfoSchema(), function, answer, PluginInfo)

    def log_page(
        self, course_ids: Sequence[int], after_id: int, limit: int = logs.LARGEST_PAGE
    ) -> logs.LogPage:
        """The next rows of the log of these courses after a row id (local_coilbridge_get_log).

        At most ``limit`` rows; the plugin may give fewer and still not be ``complete``. Courses that may
        not be read are named in ``refused`` and do not fail the rest. Raises ValueError for no courses.
        """
        function = Function.PLUGIN_LOG
        parameters: Mapping[str, Value] = {"courseids": list(course_ids), "afterid": after_id, "limit": limit}
        answer = self._caller.call(function, parameters, repeatable=True)
        envelope = self._caller.load(_EnvelopeSchema(), function, answer, _Envelope)
        try:
            columns, names = logs.unpack(envelope.data)
        except logs.LogUnreadable as error:
            raise AnswerUnreadable(
                self._caller.site, function, reason="shape", detail=f"columns: {error}"
            ) from error
        return _page(envelope, columns, names)


def _page(envelope: _Envelope, columns: Mapping[str, list[int]], names: list[str]) -> logs.LogPage:
    return logs.LogPage(
        ids=columns["id"],
        courses=columns["course"],
        users=columns["user"],
        times=columns["time"],
        events=columns["event"],
        related=columns["related"],
        modules=columns["module"],
        event_names=names,
        anonymous_left_out=envelope.anonymous,
        impersonated_left_out=envelope.impersonated,
        cursor=envelope.cursor,
        complete=envelope.complete,
        held_back=envelope.held,
        reader=envelope.reader,
        newest=envelope.newest,
        refused={int(str(each["courseid"])): str(each["reason"]) for each in envelope.refused},
    )

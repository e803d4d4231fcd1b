"""The functions of our own plugin local_coilbridge, where a partner has installed it.

Which functions the token may call is in ``SiteInfo.functions``; a site without the plugin answers
RecordUnknown to all of them, one whose service lacks them FunctionNotAllowed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from connectors.moodle import logs, plugin_records, plugin_schemas
from connectors.moodle.caller import Caller
from connectors.moodle.errors import AnswerUnreadable
from connectors.moodle.functions import Function
from connectors.moodle.plugin_records import (
    OLDEST_PLUGIN,
    CalendarEntry,
    CoursesTold,
    PairedCourse,
    PluginInfo,
    PutResult,
)
from connectors.moodle.wire import Value

__all__ = ["OLDEST_PLUGIN", "CalendarEntry", "FactKind", "PairedCourse", "PluginFunctions", "PluginInfo"]

FactKind = Literal["posts", "joins", "attendance", "completions", "coursecompletions", "feedback"]
_EVENTS_AT_ONCE = 50  # eight variables each; PHP may take no more than a thousand
_KEYS_AT_ONCE = 200


class PluginFunctions:
    """The plugin's functions as methods; part of MoodleClient. All of them may be repeated."""

    _caller: Caller

    def plugin_info(self) -> PluginInfo:
        """Which plugin is installed and what it can read (local_coilbridge_get_info).

        Raises RecordUnknown where it is not installed.
        """
        function = Function.PLUGIN_INFO
        answer = self._caller.call(function, repeatable=True)
        return self._caller.load(plugin_schemas.InfoSchema(), function, answer, PluginInfo)

    def log_answer(
        self, course_ids: Sequence[int], after_id: int, limit: int = logs.ANSWER_ROWS
    ) -> logs.LogAnswer:
        """The next rows of the log of these courses after a row id (local_coilbridge_get_log).

        At most ``limit`` rows; the plugin may give fewer and still not be ``complete``. Courses that may
        not be read are named in ``refused`` and do not fail the rest. Raises ValueError for no courses.
        """
        function = Function.PLUGIN_LOG
        parameters: Mapping[str, Value] = {
            "courseids": list(course_ids),
            "afterid": after_id,
            "limit": limit,
        }
        answer = self._caller.call(function, parameters, repeatable=True)
        return self._caller.load(plugin_schemas.LogSchema(), function, answer, logs.LogAnswer)

    def log_page(self, answer: logs.LogAnswer, place: int) -> logs.LogPage:
        """Unpack a page of an answer. Raises AnswerUnreadable; asks the Moodle nothing."""
        from connectors.moodle.log_columns import unpack_log  # noqa: PLC0415 - numpy, for the worker only

        packed = answer.pages[place]
        try:
            columns, names = unpack_log(packed.data)
        except logs.DataUnreadable as error:
            raise self._unreadable(Function.PLUGIN_LOG, error) from error
        return logs.LogPage(
            ids=columns["id"],
            courses=columns["course"],
            users=columns["user"],
            times=columns["time"],
            events=columns["event"],
            event_names=names,
            anonymous_left_out=packed.anonymous,
            impersonated_left_out=packed.impersonated,
            cursor=packed.cursor,
            reader=answer.reader,
            newest=answer.newest,
        )

    def facts(
        self, kind: FactKind, course_ids: Sequence[int], after_id: int = 0, limit: int = 20_000
    ) -> logs.FactPage:
        """Facts that the log does not hold, as numbers only (local_coilbridge_get_facts).

        "posts" and "joins" are only ever added to, so a stored cursor gets what is new; the others change
        in place and are read from the beginning. A site without the activity in question gives none.
        """
        function = Function.PLUGIN_FACTS
        parameters: Mapping[str, Value] = {
            "kind": kind,
            "courseids": list(course_ids),
            "afterid": after_id,
            "limit": limit,
        }
        answer = self._caller.call(function, parameters, repeatable=True)
        envelope = self._caller.load(
            plugin_schemas.FactsSchema(), function, answer, plugin_records.FactsEnvelope
        )
        try:
            columns = logs.unpack_facts(envelope.data)
        except logs.DataUnreadable as error:
            raise self._unreadable(function, error) from error
        refused = {each.course_id: each.reason for each in envelope.refused}
        return logs.FactPage(columns, envelope.cursor, envelope.complete, refused)

    def put_events(self, entries: Sequence[CalendarEntry]) -> list[PutResult]:
        """Create or update calendar events under our own keys; a result for each, in order.

        Putting the same twice changes nothing (local_coilbridge_put_events).
        """
        results: list[PutResult] = []
        for start in range(0, len(entries), _EVENTS_AT_ONCE):
            some = entries[start : start + _EVENTS_AT_ONCE]
            parameters: Mapping[str, Value] = {"events": [entry.parameters() for entry in some]}
            results += self._put_results(Function.PLUGIN_PUT_EVENTS, parameters, len(some))
        return results

    def delete_events(self, keys: Sequence[str]) -> list[PutResult]:
        """Delete calendar events by our own keys; one that is gone already is "absent"."""
        results: list[PutResult] = []
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            some = list(keys[start : start + _KEYS_AT_ONCE])
            results += self._put_results(Function.PLUGIN_DELETE_EVENTS, {"keys": some}, len(some))
        return results

    def set_courses(self, courses: Sequence[PairedCourse]) -> CoursesTold:
        """Tell which courses are paired: all of them, those not named are no longer.

        In these the plugin shows "Joint sessions" and of these it notifies (local_coilbridge_set_courses).
        """
        function = Function.PLUGIN_SET_COURSES
        listed: Sequence[Value] = [course.parameters() for course in courses]
        parameters: Mapping[str, Value] = {"courses": listed} if listed else {}
        answer = self._caller.call(function, parameters, repeatable=True)
        return self._caller.load(plugin_schemas.CoursesToldSchema(), function, answer, CoursesTold)

    def _put_results(
        self, function: Function, parameters: Mapping[str, Value], expected: int
    ) -> tuple[PutResult, ...]:
        answer = self._caller.call(function, parameters, repeatable=True)
        results = self._caller.load_all(plugin_schemas.PutResultSchema(), function, answer, PutResult)
        if len(results) != expected:
            raise AnswerUnreadable(self._caller.site, function, reason="shape", detail="not as many items")
        return results

    def _unreadable(self, function: Function, error: logs.DataUnreadable) -> AnswerUnreadable:
        return AnswerUnreadable(self._caller.site, function, reason="shape", detail=f"data: {error}")

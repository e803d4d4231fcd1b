"""Participation in the home Moodle's gradebook, by Assignment and Grade Services 2.0 (AGS).

A column is made once: the right to make it is claimed in the database, and the course is asked first
whether it has one with our resource id (a worker may have died after Moodle made it). Moodle's paging is
broken, so filters are used and no page is followed.

Moodle refuses a score whose time is not later than that of the grade it has, counted in whole seconds
(409): the same score is then sent with a slightly later time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from coil_bridge.i18n import mark
from coil_bridge.lti.claims import (
    LINE_ITEM_SCOPE,
    LINE_ITEM_TYPE,
    LINE_ITEMS_TYPE,
    SCORE_SCOPE,
    SCORE_TYPE,
)
from coil_bridge.lti.services import ServiceCalls, ServiceFailed, read_json
from coil_bridge.lti.urls import same_origin
from coil_bridge.storage.lti_records import LtiContext, Platform
from coil_bridge.storage.storage import Storage

_CLAIMED_FOR = timedelta(minutes=2)
_LATER = (timedelta(0), timedelta(seconds=1), timedelta(seconds=2), timedelta(seconds=4))
_LABEL_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Column:
    """A gradebook column as we want it; ``resource_id`` is ours and the same for ever."""

    resource_id: str
    label: str
    maximum: float
    tag: str = "coil-participation"


class Outcome(StrEnum):
    """What became of a score."""

    STORED = "stored"
    NOT_GRADED = "not_graded"  # Moodle grades no such person here: a teacher, or not enrolled any more


class Grades:
    """Makes columns and sends scores."""

    def __init__(self, *, storage: Storage, calls: ServiceCalls, clock: Callable[[], datetime]) -> None:
        self._storage = storage
        self._calls = calls
        self._clock = clock

    def column_url(self, platform: Platform, context: LtiContext, column: Column) -> str:
        """The address of the column, which is made when it is not there.

        Raises:
            ServiceFailed: temporary when another worker is making it just now.
        """
        place = (platform.id, context.context_id, column.resource_id)
        with self._storage.write() as tx:
            known = tx.lti_courses.line_item_url(*place)
            if known is not None:
                return known
            now = self._clock()
            mine = tx.lti_courses.claim_line_item(*place, now, now + _CLAIMED_FOR)
        if not mine:
            raise ServiceFailed(mark("The grade column is being made just now."), platform, temporary=True)
        try:
            url = self._find(platform, context, column) or self._make(platform, context, column)
        except ServiceFailed as error:
            # After a lost answer the column may be there: the next one asks first, as soon as the claim ends.
            if not error.temporary:
                self._forget(place)
            raise
        with self._storage.write() as tx:
            tx.lti_courses.set_line_item(*place, url)
        return url

    def send(
        self, platform: Platform, context: LtiContext, column: Column, user_id: str, score: float
    ) -> Outcome:
        """Send one person's score, 0 to ``column.maximum``.

        Raises:
            ServiceFailed: temporary when it is worth trying again later.
        """
        url = self.column_url(platform, context, column)
        for later in _LATER:
            body = _score(user_id, score, column.maximum, self._clock() + later)
            reply = self._calls.call(
                platform,
                [SCORE_SCOPE],
                "POST",
                _below(url, "scores"),
                accept="application/json",
                body=(SCORE_TYPE, body),
                repeatable=True,
            )
            if 200 <= reply.status < 300:
                return Outcome.STORED
            if reply.status == 400:
                return Outcome.NOT_GRADED
            if reply.status == 404:
                self._forget((platform.id, context.context_id, column.resource_id))
                raise ServiceFailed(
                    mark("The grade column was deleted on %(host)s."),
                    platform,
                    http_status=404,
                    temporary=True,
                )
            if reply.status != 409:
                read_json(platform, reply)  # raises what fits the status
        raise ServiceFailed(
            mark("%(host)s has a newer grade already."), platform, http_status=409, temporary=True
        )

    def _find(self, platform: Platform, context: LtiContext, column: Column) -> str | None:
        url = _with_query(_line_items_url(platform, context), resource_id=column.resource_id, tag=column.tag)
        reply = self._calls.call(
            platform, [LINE_ITEM_SCOPE], "GET", url, accept=LINE_ITEMS_TYPE, repeatable=True
        )
        found = read_json(platform, reply)
        ours = [each for each in found if _is_ours(each, column)] if isinstance(found, list) else []
        return _address(platform, ours[0]) if ours else None

    def _make(self, platform: Platform, context: LtiContext, column: Column) -> str:
        body = {
            "label": column.label[:_LABEL_LENGTH],
            "scoreMaximum": column.maximum,
            "resourceId": column.resource_id,
            "tag": column.tag,
        }
        reply = self._calls.call(
            platform,
            [LINE_ITEM_SCOPE],
            "POST",
            _line_items_url(platform, context),
            accept=LINE_ITEM_TYPE,
            body=(LINE_ITEM_TYPE, body),
        )
        return _address(platform, read_json(platform, reply))

    def _forget(self, place: tuple[str, str, str]) -> None:
        with self._storage.write() as tx:
            tx.lti_courses.forget_line_item(*place)


def _line_items_url(platform: Platform, context: LtiContext) -> str:
    if context.line_items_url is None or LINE_ITEM_SCOPE not in context.grade_scopes:
        raise ServiceFailed(
            mark("%(host)s does not let us write into the gradebook of this course."), platform
        )
    return context.line_items_url


def _is_ours(item: Any, column: Column) -> bool:
    return isinstance(item, dict) and item.get("resourceId") == column.resource_id


def _address(platform: Platform, item: Any) -> str:
    url = item.get("id") if isinstance(item, dict) else None
    if not isinstance(url, str) or len(url) > 1000 or not same_origin(url, platform.issuer):
        raise ServiceFailed(mark("%(host)s did not say where the grade column is."), platform)
    return url


def _score(user_id: str, score: float, maximum: float, at: datetime) -> dict[str, Any]:
    return {
        "userId": user_id,
        "scoreGiven": score,
        "scoreMaximum": maximum,
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "timestamp": at.astimezone(UTC).isoformat(timespec="milliseconds"),
    }


def _below(url: str, name: str) -> str:
    """An address below another one that has a query (Moodle's line items do)."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))


def _with_query(url: str, **more: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query), *more.items()])))

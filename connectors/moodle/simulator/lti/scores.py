"""Assignment and Grade Services: scores taken and results read (IMS AGS 2.0, sections 3.3 and 3.4)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from connectors.moodle.simulator.lti import roles
from connectors.moodle.simulator.lti.errors import ServiceError
from connectors.moodle.simulator.lti.grade_items import find_item
from connectors.moodle.simulator.lti.records import Grade, GradeItem
from connectors.moodle.simulator.lti.scopes import RESULT_READ, SCORE
from connectors.moodle.simulator.lti.service_requests import Resource, ServiceAnswer, ServiceRequest
from connectors.moodle.simulator.records import User

SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
_NEEDED = ("userId", "timestamp", "gradingProgress", "activityProgress")


def _post(request: ServiceRequest) -> ServiceAnswer:
    item = find_item(request, request.tool(SCORE), request.course())
    score = _given(request)
    moment, person = _moment(score["timestamp"]), _learner(request, item, score["userId"])
    last = item.grades.get(person.id)
    if last is not None and int(last.at.timestamp()) >= int(moment.timestamp()):  # whole seconds
        raise ServiceError(
            409, f"Refusing score with an earlier timestamp for item {item.id} and user {person.id}"
        )
    item.grades[person.id] = Grade(_value(item, score), str(score.get("comment") or ""), moment)
    return ServiceAnswer(media_type=SCORE_TYPE)


def _given(request: ServiceRequest) -> dict[str, Any]:
    try:
        score = json.loads(request.body)
    except ValueError:
        score = None
    if not isinstance(score, dict) or any(score.get(name) is None for name in _NEEDED):
        raise ServiceError(400, "Incorrect score received")
    numbers = [score[name] for name in ("scoreGiven", "scoreMaximum") if score.get(name) is not None]
    if not all(isinstance(number, int | float) for number in numbers):
        raise ServiceError(400, "Incorrect score received")
    return score


def _moment(timestamp: object) -> datetime:
    try:
        moment = datetime.fromisoformat(str(timestamp))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ServiceError(400, "Incorrect score received")
    return moment


def _learner(request: ServiceRequest, item: GradeItem, number: object) -> User:
    world = request.platform.world
    person = world.users.get(int(str(number))) if str(number).isdecimal() else None
    if person is None or not roles.learns(world, person, item.course_id):
        raise ServiceError(400, "Incorrect score received")
    return person


def _value(item: GradeItem, score: dict[str, Any]) -> float | None:
    given = score.get("scoreGiven")
    if given is None or score["gradingProgress"] != "FullyGraded":
        return None
    return float(given) * item.maximum / float(score.get("scoreMaximum") or 1)


def _results(request: ServiceRequest) -> ServiceAnswer:
    item = find_item(request, request.tool(RESULT_READ), request.course())
    line_item = request.platform.addresses.line_item(item.course_id, item.id, item.tool_id)
    wanted = request.query.get("user_id")
    results = [
        {
            "id": line_item.replace("/lineitem?", "/lineitem/results?") + f"&user_id={person}",
            "userId": str(person),
            "resultScore": grade.value,
            "resultMaximum": item.maximum,
            "comment": grade.comment,
            "scoreOf": line_item,
            "timestamp": grade.at.isoformat(),
        }
        for person, grade in item.grades.items()
        if grade.value is not None and wanted in {None, str(person)}
    ]
    return ServiceAnswer(json.dumps(results), RESULTS_TYPE)


_LINE_ITEM = r"/(?P<course>[^/]+)/lineitems/(?P<item>[^/]+)/lineitem"
SCORES = Resource(_LINE_ITEM + "/scores$", (SCORE_TYPE,), {"POST": _post})
RESULTS = Resource(_LINE_ITEM + "/results$", (RESULTS_TYPE,), {"GET": _results})

"""local_coilbridge_get_facts: numbers that the log does not hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from connectors.moodle.logs import pack
from connectors.moodle.simulator import errors
from connectors.moodle.simulator.functions.call import Call, Json, seconds
from connectors.moodle.simulator.functions.plugin_access import courses_for
from connectors.moodle.simulator.world import World

_MOST_ROWS = 20_000
_Rows: TypeAlias = Iterable[tuple[int, ...]]


def get_facts(call: Call) -> Json:
    """Give the next facts of a kind, by their ids."""
    kind = call.arguments["kind"]
    if kind not in _KINDS:
        raise errors.invalid_parameter()
    columns, read, right = _KINDS[kind]
    rights = ("local/coilbridge:readactivity", *([right] if right else []))
    allowed, refused = courses_for(call, call.arguments["courseids"], rights)
    after, limit = call.arguments["afterid"], min(max(call.arguments["limit"], 1), _MOST_ROWS)
    rows = sorted(row for row in read(call.world, allowed) if row[0] > after)[:limit]
    return {
        "data": pack({"columns": columns, "numbers": [number for row in rows for number in row]}),
        "cursor": rows[-1][0] if rows else after,
        "complete": len(rows) < limit,
        "refused": refused,
    }


def _posts(world: World, courses: frozenset[int]) -> _Rows:
    for post in world.posts.values():
        forum = world.forums[world.discussions[post.discussion_id].forum_id]
        if forum.course_id in courses and not post.deleted:
            text = post.message.split()
            yield (
                *(post.id, forum.course_id, post.user_id, seconds(post.created), forum.module_id),
                *(post.discussion_id, post.parent_id, len(text), sum(map(len, text))),
            )


def _joins(world: World, courses: frozenset[int]) -> _Rows:
    for row in world.room_rows.values():
        if row.module.course_id in courses:
            yield (
                *(row.id, row.module.course_id, row.user_id, seconds(row.at), row.module.id),
                *(int(row.summary), row.seconds),
            )


def _marks(world: World, courses: frozenset[int]) -> _Rows:
    for row in world.marks.values():
        if row.module.course_id in courses:
            yield (
                *(row.id, row.module.course_id, row.user_id, seconds(row.starts), row.module.id),
                *(row.seconds, seconds(row.taken), row.grade, row.most),
            )


def _answers(world: World, courses: frozenset[int]) -> _Rows:
    for form in world.feedbacks.values():
        module = form.module
        if module.course_id in courses:
            yield (module.instance, module.course_id, module.id, form.answers, int(form.anonymous))


def _completions(world: World, courses: frozenset[int]) -> Iterator[tuple[int, ...]]:
    for module in world.modules.values():
        if module.course_id in courses:
            for person, at in module.completed.items():
                row_id = module.id * 1_000_000 + person  # a row of its own for each, as in the table
                yield (row_id, module.course_id, person, seconds(at), module.id, 1)


def _course_completions(world: World, courses: frozenset[int]) -> _Rows:
    for person, course_id in world.enrolments:
        criteria = [
            module
            for module in world.modules.values()
            if module.course_id == course_id and module.counts_for_course
        ]
        if course_id in courses and criteria and all(person in each.completed for each in criteria):
            last = max(each.completed[person] for each in criteria)
            yield (course_id * 1_000_000 + person, course_id, person, seconds(last))


_WHO = ("id", "course", "user", "time")
_COMPLETION = "report/completion:view"
_KINDS: dict[str, tuple[tuple[str, ...], Callable[[World, frozenset[int]], _Rows], str]] = {
    "posts": ((*_WHO, "module", "discussion", "parent", "words", "length"), _posts, ""),
    "joins": ((*_WHO, "module", "summary", "seconds"), _joins, ""),
    "attendance": ((*_WHO, "module", "seconds", "taken", "grade", "most"), _marks, ""),
    "completions": ((*_WHO, "module", "state"), _completions, _COMPLETION),
    "coursecompletions": (_WHO, _course_completions, _COMPLETION),
    "feedback": (("id", "course", "module", "answers", "anonymous"), _answers, ""),
}

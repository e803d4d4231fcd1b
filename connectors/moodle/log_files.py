"""The log as somebody downloads it from Moodle's own report (report/log), in any language.

Headings, event names and times follow the language of who downloads. Descriptions do not: Moodle has them
in English in its code ("The user with id '5' viewed the 'forum' activity with course module id '12'."), and
they name people, activities and courses by number. So a line is read by its description, the columns are
found by what stands in them, and no list of translations is needed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from connectors.local_times import TimesUnclear, in_line, read_times, told_apart
from connectors.tables import NoTable, Table, read_table

_PERSON = re.compile(r"^The user with id '(\d+)'\s+(.*)$", re.DOTALL)
_COURSE = re.compile(r"\bcourse with id '(\d+)'")
_SPACE = re.compile(r"\s+")

_ACTS = "created|updated|submitted|uploaded|sent|started|answered|added|joined"
# What a description says, and the event whose it is; the first that fits. "\\1" is what stood in brackets.
_RULES: Sequence[tuple[re.Pattern[str], str]] = [
    (re.compile(pattern), event)
    for pattern, event in (
        (r"(?:created|updated|deleted) the '\w+' activity", "\\core\\event\\course_module_changed"),
        (r"created the discussion with id", "\\mod_forum\\event\\discussion_created"),
        (r"created the post with id", "\\mod_forum\\event\\post_created"),
        (r"posted content in", "\\mod_forum\\event\\assessable_uploaded"),
        (r"viewed the discussion", "\\mod_forum\\event\\discussion_viewed"),
        (r"viewed the '(\w+)' activity", "\\mod_{}\\event\\course_module_viewed"),
        (
            r"viewed the user (?:course competency|competency .* in plan)",
            "\\core\\event\\competency_user_competency_viewed_in_course",
        ),
        (r"viewed the .*course with id", "\\core\\event\\course_viewed"),
        (
            r"viewed (?:(?:the|their) (?:remove )?submission form|their submission)",
            "\\mod_assign\\event\\submission_form_viewed",
        ),
        (r"updated the status of the submission", "\\mod_assign\\event\\submission_status_updated"),
        (r"set the (?:marker|workflow state)", "\\mod_assign\\event\\workflow_state_updated"),
        (r"submitted the submission", "\\mod_assign\\event\\assessable_submitted"),
        (r"had their attempt .* previewed", "\\mod_quiz\\event\\attempt_preview_started"),
        (r"submitted the attempt .* quiz", "\\mod_quiz\\event\\attempt_submitted"),
        (r"abandoned their previous .* lesson", "\\mod_lesson\\event\\lesson_restarted"),
        (r"ended the lesson", "\\mod_lesson\\event\\lesson_ended"),
        (r"uploaded the submission .* workshop", "\\mod_workshop\\event\\assessable_uploaded"),
        (r"(?:created|updated|uploaded).* submission", "\\mod_assign\\event\\submission_updated"),
        (r"submitted (?:a )?response for '?feedback", "\\mod_feedback\\event\\response_submitted"),
        (r"submitted a response for the survey", "\\mod_survey\\event\\response_submitted"),
        (r"added the option .* choice", "\\mod_choice\\event\\answer_created"),
        (r"made the choice|updated their choice", "\\mod_choice\\event\\answer_submitted"),
        (r"sent a message in the chat", "\\mod_chat\\event\\message_sent"),
        (r"(created|updated) the page .* wiki", "\\mod_wiki\\event\\page_{}"),
        (r"added (?:a|the) comment .* wiki", "\\mod_wiki\\event\\comment_created"),
        (r"(created|updated) the glossary entry", "\\mod_glossary\\event\\entry_{}"),
        (r"added the comment .* glossary", "\\mod_glossary\\event\\comment_created"),
        (r"(created|updated) the data record", "\\mod_data\\event\\record_{}"),
        (r"added the comment .* database", "\\mod_data\\event\\comment_created"),
        (r"added the comment", "\\block_comments\\event\\comment_created"),
        (r"joined .*(?:bigbluebutton|meeting)", "\\mod_bigbluebuttonbn\\event\\meeting_joined"),
        (r"(?:left|created|ended) .*(?:bigbluebutton|meeting)", "\\mod_bigbluebuttonbn\\event\\meeting_left"),
        (r"(?:un)?locked the discussion", "\\mod_forum\\event\\discussion_lock_updated"),
        (r"updated the forum subscription", "\\mod_forum\\event\\subscription_mode_updated"),
        (r"subscribed", "\\mod_forum\\event\\subscription_created"),
        (r"read a (?:message|notification)", "\\core\\event\\message_viewed"),
        (r"\b(viewed|reviewed|previewed|downloaded|searched)\b", "\\core\\event\\something_{}"),
        (r"graded|completion|enrolled|unenrolled|role", "\\core\\event\\user_graded"),
        (rf"\b({_ACTS}) .*course module id", "\\mod_something\\event\\thing_{}"),
    )
]


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of the file: what the web service would have told of it, as far as the columns do."""

    line: int  # as a person counts, the headings are line 1
    at: datetime  # naive, on the clock of who downloaded the file; ``fold`` says which of two equal hours
    user_id: int
    event_name: str  # as Moodle's log has it
    course_id: int  # 0 where the line names none


@dataclass(frozen=True, slots=True)
class LogFile:
    """The lines that could be read, and for every other one why not: no_person, no_time."""

    lines: tuple[LogLine, ...]
    unread: tuple[tuple[int, str], ...]


def read_log(data: bytes, first: date, last: date) -> LogFile:
    """Read a downloaded log; ``first`` to ``last`` are the days from which it is likely to be.

    Raises:
        NoTable: it is none of the files that Moodle's report writes (no_log), is a JSON from which Moodle
            left out columns (columns_lost), or cannot be read as a table.
        TimesUnclear: its times can be read in several ways.
    """
    table = read_table(data)
    width = max(len(row) for row in table)
    columns = [[row[place] if place < len(row) else "" for row in table] for place in range(width)]
    described = max(range(width), key=lambda place: sum(map(_is_described, columns[place])))
    start = 0 if _is_described(columns[described][0]) else 1
    # Moodle names the fields of its JSON by what is Latin in the headings, and of equal ones writes the last.
    lost = start == 1 and "" in table[0]
    if not any(map(_is_described, columns[described])):
        raise NoTable("columns_lost" if lost else "no_log")
    try:
        times = _times(columns, start, described, first, last)
    except TimesUnclear as error:
        if lost and str(error) == "no times":
            raise NoTable("columns_lost") from None
        raise
    return _lines(table, start, described, times)


def event_of(description: str) -> str:
    """The event that a description belongs to; one that counts nowhere when no rule knows it."""
    for pattern, event in _RULES:
        if found := pattern.search(description):
            return event.format(*found.groups()) if found.groups() else event
    return "\\core\\event\\unknown"


def _times(
    columns: Sequence[Sequence[str]], start: int, described: int, first: date, last: date
) -> list[datetime | None]:
    """The column of times: of those before the description the first that holds some."""
    unclear: TimesUnclear | None = None
    for column in columns[: described or None]:
        try:
            found = read_times(column[start:], first, last)
        except TimesUnclear as error:
            unclear = unclear if unclear and str(unclear) != "no times" else error
            continue
        if sum(each is not None for each in found) * 2 >= len(found):
            return told_apart(in_line(found))
    raise unclear or TimesUnclear("no times")


def _lines(table: Table, start: int, described: int, times: Sequence[datetime | None]) -> LogFile:
    lines: list[LogLine] = []
    unread: list[tuple[int, str]] = []
    for number, (row, at) in enumerate(zip(table[start:], times, strict=True), start + 1):
        text = _SPACE.sub(" ", row[described]) if described < len(row) else ""
        person = _PERSON.match(text)
        if at is None or person is None:
            unread.append((number, "no_time" if at is None else "no_person"))
            continue
        course = _COURSE.search(text)
        lines.append(
            LogLine(
                line=number,
                at=at,
                user_id=int(person[1]),
                event_name=event_of(person[2]),
                course_id=int(course[1]) if course else 0,
            )
        )
    return LogFile(tuple(lines), tuple(unread))


def _is_described(text: str) -> bool:
    return _PERSON.match(text.strip()) is not None

"""What the events of a Moodle's log are to the evaluation.

Moodle names an event by its class: ``\\mod_forum\\event\\post_created``. One thing that somebody does often
leaves several rows (a post: uploaded, created, subscribed); one of them counts, the others are its echoes.
Rows about somebody else's doing (a grade given, an enrolment) are nothing that their person did.
"""

from __future__ import annotations

from collections.abc import Mapping

from coil_bridge.evaluation.records import EventKind

_NAMED: Mapping[str, EventKind] = {
    "mod_forum/discussion_created": EventKind.FORUM_TOPIC,
    "mod_forum/post_created": EventKind.FORUM_REPLY,
    "mod_hsuforum/discussion_created": EventKind.FORUM_TOPIC,
    "mod_hsuforum/post_created": EventKind.FORUM_REPLY,
    "mod_bigbluebuttonbn/meeting_joined": EventKind.ROOM_JOIN,
    "mod_zoom/join_meeting_button_clicked": EventKind.ROOM_JOIN,
    "mod_assign/assessable_submitted": EventKind.SUBMISSION,
    "mod_workshop/assessable_uploaded": EventKind.SUBMISSION,
    "mod_quiz/attempt_submitted": EventKind.QUIZ,
    "mod_lesson/lesson_ended": EventKind.QUIZ,
    "mod_feedback/response_submitted": EventKind.SURVEY,
    "mod_survey/response_submitted": EventKind.SURVEY,
    "mod_choice/answer_created": EventKind.SURVEY,
    "mod_questionnaire/attempt_submitted": EventKind.SURVEY,
    "mod_chat/message_sent": EventKind.TOGETHER,
    "mod_wiki/page_created": EventKind.TOGETHER,
    "mod_wiki/page_updated": EventKind.TOGETHER,
    "mod_wiki/comment_created": EventKind.TOGETHER,
    "mod_glossary/entry_created": EventKind.TOGETHER,
    "mod_glossary/entry_updated": EventKind.TOGETHER,
    "mod_glossary/comment_created": EventKind.TOGETHER,
    "mod_data/record_created": EventKind.TOGETHER,
    "mod_data/record_updated": EventKind.TOGETHER,
    "mod_data/comment_created": EventKind.TOGETHER,
}
# They come with an event that counts already, or tell that somebody else (or nobody) acted.
_ECHOES = (
    "assessable_uploaded",
    "subscription_created",
    "subscription_deleted",
    "submission_created",
    "submission_updated",
    "submission_graded",
    "submission_form_viewed",
    "meeting_left",
    "meeting_created",
    "meeting_ended",
    "user_graded",
    "attempt_becameoverdue",
    "attempt_regraded",
)
_ACTS = ("created", "updated", "submitted", "uploaded", "sent", "started", "joined", "answered", "added")
_LOOKS = ("viewed", "reviewed", "previewed", "downloaded", "searched", "clicked", "opened")


def kind_of(event_name: str) -> EventKind | None:
    """The kind of an event by Moodle's name for it; ``None`` for what is nobody's activity."""
    component, _, event = event_name.strip("\\").partition("\\event\\")
    if found := _NAMED.get(f"{component}/{event}"):
        return found
    if event.endswith(_ECHOES):
        return None
    if event.rpartition("_")[2] in _LOOKS:
        return EventKind.VIEW
    of_an_activity = component.startswith("mod_")
    return EventKind.OTHER_ACT if of_an_activity and event.rpartition("_")[2] in _ACTS else None

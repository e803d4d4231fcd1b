"""core_message_send_instant_messages: a refusal is an item with msgid -1, never an error.

Except in a batch that holds both: there Moodle stumbles over the refused items when it looks up the sent
ones, and answers with an error although these were sent.
"""

from __future__ import annotations

from html import escape

from connectors.moodle.simulator import errors
from connectors.moodle.simulator.functions.call import Call, Json, seconds
from connectors.moodle.simulator.records import User

_FORMATS = {0, 1, 2, 4}
_LONGEST = 4096  # bytes


def send_instant_messages(call: Call) -> list[Json]:
    """Send messages one by one; the answer has an item per message, in order."""
    if not call.site.messaging:
        raise errors.plain("disabled", "Messaging is disabled on this site")
    results = [_send(call, message) for message in call.arguments["messages"]]
    if len({result["msgid"] > 0 for result in results}) > 1:
        raise _format_not_supported()
    return results


def _format_not_supported() -> errors.MoodleException:
    return errors.plain("formatnotsupported", "webservice/formatnotsupported")


def _send(call: Call, message: Json) -> Json:
    answer: Json = {"clientmsgid": message["clientmsgid"]} if "clientmsgid" in message else {}
    recipient = call.world.users.get(message["touserid"])
    refusal = _refusal(call, recipient, message)
    if recipient is None or refusal:
        return answer | {"msgid": -1, "errormessage": refusal}
    if message["textformat"] not in _FORMATS:
        raise _format_not_supported()
    sent = call.world.send(call.user, recipient, message["text"], message["textformat"])
    return answer | {
        "msgid": sent.id,
        "text": sent.text if sent.text_format == 1 else f"<p>{escape(sent.text)}</p>",
        "timecreated": seconds(sent.sent),
        "conversationid": sent.conversation_id,
        "useridfrom": call.user.id,
    }


def _refusal(call: Call, recipient: User | None, message: Json) -> str:
    if recipient is None:
        asked = message["touserid"]
        return f"You cannot send a message to a user ID ({asked}) that doesn't exist."
    if len(message["text"].encode()) > _LONGEST:
        return "The message is longer than the maximum allowed."
    if _may_message(call, recipient):
        return ""
    name = "this user" if call.site.release.at_least("4.5") else recipient.fullname
    return f"You can't message {name} due to their message preferences. Try adding them as a contact."


def _may_message(call: Call, recipient: User) -> bool:
    # With the default settings people accept messages from contacts and from their own courses only, so a
    # service account that is enrolled nowhere needs moodle/site:messageanyuser.
    if call.can("moodle/site:messageanyuser"):
        return True
    if recipient.contactable_by == "course":
        theirs = {course.id for course in call.world.courses_of(recipient.id)}
        return any(course.id in theirs for course in call.world.courses_of(call.user.id))
    return recipient.contactable_by == "site"

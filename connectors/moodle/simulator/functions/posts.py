"""mod_forum_get_discussion_posts."""

from __future__ import annotations

from html import escape

from connectors.moodle.simulator import errors
from connectors.moodle.simulator.functions.call import Call, Json, formatted, seconds
from connectors.moodle.simulator.functions.forums import visible_discussions
from connectors.moodle.simulator.records import Forum, Post

_ORDERS = {"id", "created", "modified"}
_CAPABILITIES = {
    "view": True,
    "edit": False,
    "delete": False,
    "split": False,
    "reply": True,
    "selfenrol": False,
    "export": False,
    "controlreadstatus": False,
    "canreplyprivately": False,
}
_DELETED = "This forum post has been removed"


def get_discussion_posts(call: Call) -> Json:
    """Give the posts of a discussion, the newest first unless asked otherwise."""
    discussion = call.world.discussions.get(call.arguments["discussionid"])
    if discussion is None:
        raise errors.php_error("Call to a member function get_forum_id() on null")
    forum = call.world.forums[discussion.forum_id]
    call.entered_activity(forum.course_id)
    order, direction = call.arguments["sortby"].lower(), call.arguments["sortdirection"].upper()
    if order not in _ORDERS or direction not in {"ASC", "DESC"}:
        raise errors.invalid_parameter()
    # No error for want of this right, only no posts.
    readable = call.can("mod/forum:viewdiscussion", forum.course_id)
    readable = readable and discussion in visible_discussions(call, forum)
    posts = call.world.posts_in(discussion.id) if readable else []
    posts.sort(key=lambda post: (getattr(post, order), post.id), reverse=direction == "DESC")
    return {
        "posts": [_post(call, forum, post) for post in posts],
        "forumid": forum.id,
        "courseid": forum.course_id,
        "ratinginfo": _no_ratings(forum),
        "warnings": [],
    }


def _no_ratings(forum: Forum) -> Json:
    return {
        "contextid": 1000 + forum.module_id,
        "component": "mod_forum",
        "ratingarea": "post",
        "canviewall": None,
        "canviewany": None,
        "scales": [],
        "ratings": [],
    }


def _post(call: Call, forum: Forum, post: Post) -> Json:
    subject = "Post removed" if post.deleted else formatted(post.subject)
    reply = subject if subject.startswith("Re:") else f"Re: {subject}"
    record: Json = {
        "id": post.id,
        "subject": subject,
        "replysubject": reply,
        "message": _DELETED if post.deleted else post.message,
        "messageformat": 1,
        "author": _author(call, forum, post),
        "discussionid": post.discussion_id,
        "hasparent": post.parent_id != 0,
        "parentid": post.parent_id or None,
        "timecreated": None if post.deleted else seconds(post.created),
        "timemodified": seconds(post.modified),
        "unread": None,
        "isdeleted": post.deleted,
        "isprivatereply": False,
        "haswordcount": False,
        "wordcount": None,
        "charcount": None,
        "capabilities": _CAPABILITIES,
        "urls": _urls(call, post),
        "attachments": [],
        "messageinlinefiles": [],
        "tags": [],
    }
    record["html"] = {"rating": None, "taglist": None, "authorsubheading": _byline(call, forum, post)}
    return record


def _author(call: Call, forum: Forum, post: Post) -> Json:
    person = call.world.users[post.user_id]
    groups = call.world.groups_of(person.id, forum.course_id)
    return {
        "id": person.id,
        "fullname": person.fullname,
        "isdeleted": False,
        "groups": [{"id": group.id, "name": group.name, "urls": {"image": None}} for group in groups],
        "urls": {"profile": _profile(call, forum, post), "profileimage": call.site.picture()},
    }


def _profile(call: Call, forum: Forum, post: Post) -> str:
    return f"{call.site.url}/user/view.php?id={post.user_id}&course={forum.course_id}"


def _byline(call: Call, forum: Forum, post: Post) -> str | None:
    if post.deleted:
        return None
    name = escape(call.world.users[post.user_id].fullname)
    link = escape(_profile(call, forum, post))
    return f'by <a href="{link}">{name}</a> - <time datetime="{post.created.isoformat()}"></time>'


def _urls(call: Call, post: Post) -> Json:
    discussion = f"{call.site.url}/mod/forum/discuss.php?d={post.discussion_id}"
    return {
        "view": f"{discussion}#p{post.id}",
        "viewisolated": f"{discussion}&parent={post.id}",
        "viewparent": f"{discussion}#p{post.parent_id}" if post.parent_id else None,
        "edit": None,
        "delete": None,
        "split": None,
        "reply": f"{call.site.url}/mod/forum/post.php?reply={post.id}#mformforum",
        "export": None,
        "markasread": None,
        "markasunread": None,
        "discuss": discussion,
    }

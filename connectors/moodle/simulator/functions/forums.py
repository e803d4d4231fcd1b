"""mod_forum_get_forums_by_courses and mod_forum_get_forum_discussions."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from connectors.moodle.simulator import access, errors
from connectors.moodle.simulator.functions.call import Call, Json, formatted, seconds
from connectors.moodle.simulator.records import Course, Discussion, Forum, Post

# The settings of an untouched forum; the real site sends them all.
_SETTINGS = {
    "introfiles": [],
    "lang": "",
    "duedate": 0,
    "cutoffdate": 0,
    "assessed": 0,
    "assesstimestart": 0,
    "assesstimefinish": 0,
    "scale": 0,
    "grade_forum": 0,
    "grade_forum_notify": 0,
    "maxbytes": 0,
    "maxattachments": 1,
    "forcesubscribe": 1,
    "trackingtype": 1,
    "rsstype": 0,
    "rssarticles": 0,
    "warnafter": 0,
    "blockafter": 0,
    "blockperiod": 0,
    "completiondiscussions": 0,
    "completionreplies": 0,
    "completionposts": 0,
    "lockdiscussionafter": 0,
    "istracked": False,
}


def get_forums_by_courses(call: Call) -> list[Json]:
    """List the forums of courses; those one may not enter are silently left out.

    Without course ids the caller's own courses are meant: none, for a service account enrolled nowhere.
    """
    own = [course.id for course in call.world.courses_of(call.user.id)]
    asked = set(call.arguments["courseids"] or own)
    return [_forum(call, forum) for forum in call.world.forums.values() if _readable(call, forum, asked)]


def _readable(call: Call, forum: Forum, asked: set[int]) -> bool:
    course = call.world.courses[forum.course_id]
    entered = forum.course_id in asked and access.can_enter(call.world, call.user, course)
    return entered and call.can("mod/forum:viewdiscussion", course.id)


def _forum(call: Call, forum: Forum) -> Json:
    return _SETTINGS | {
        "id": forum.id,
        "course": forum.course_id,
        "type": forum.kind,
        "name": formatted(forum.name),
        "intro": forum.intro,
        "introformat": 1,
        "timemodified": seconds(forum.modified),
        "cmid": forum.module_id,
        "numdiscussions": len(visible_discussions(call, forum)),
        "cancreatediscussions": True,
    }


def _readable_forum(call: Call, forum_id: int) -> Forum:
    forum = call.world.forums.get(forum_id)
    if forum is None:
        sentence = f"Unable to find forum with id {forum_id}"
        raise errors.plain(sentence, f"error/{sentence}")
    call.entered_activity(forum.course_id)
    if not call.can("mod/forum:viewdiscussion", forum.course_id):
        sentence = "You do not have permission to view discussions in this forum"
        raise errors.MoodleException("required_capability_exception", "noviewdiscussionspermission", sentence)
    return forum


def visible_discussions(call: Call, forum: Forum) -> list[Discussion]:
    """Return the discussions of a forum that separate groups leave visible."""
    course = call.world.courses[forum.course_id]
    groups = _discussion_groups(call, course)
    return [
        discussion
        for discussion in call.world.discussions.values()
        if discussion.forum_id == forum.id and (groups is None or discussion.group_id in groups)
    ]


def _discussion_groups(call: Call, course: Course) -> set[int] | None:
    narrowed = call.visible_groups(course)
    return None if narrowed is None else {-1} | {group.id for group in narrowed}


def _last(posts: Iterable[Post]) -> Post:
    return max(posts, key=lambda post: (post.modified, post.id))


# FORUM_POSTS sort orders of mod/forum/lib.php; -1 is the default, newest activity first.
_ORDERS: dict[int, tuple[Callable[[list[Post]], object], bool]] = {
    -1: (lambda posts: _last(posts).modified, True),
    1: (lambda posts: _last(posts).modified, True),
    2: (lambda posts: _last(posts).modified, False),
    3: (lambda posts: posts[0].created, True),
    4: (lambda posts: posts[0].created, False),
    5: (len, True),
    6: (len, False),
}


def get_forum_discussions(call: Call) -> Json:
    """List discussions with their opening posts; `id` is that post, `discussion` the discussion."""
    forum = _readable_forum(call, call.arguments["forumid"])
    key, descending = _ORDERS.get(call.arguments["sortorder"], _ORDERS[-1])
    group_id = call.arguments["groupid"]
    found = [
        discussion
        for discussion in visible_discussions(call, forum)
        if group_id <= 0 or discussion.group_id in {-1, group_id}
    ]
    threads = [(discussion, call.world.posts_in(discussion.id)) for discussion in found]
    threads.sort(key=lambda thread: (key(thread[1]), thread[0].id), reverse=descending)
    page, per_page = call.arguments["page"], call.arguments["perpage"]
    if page >= 0 and per_page > 0:
        threads = threads[page * per_page : (page + 1) * per_page]
    return {"discussions": [_thread(call, *thread) for thread in threads], "warnings": []}


def _thread(call: Call, discussion: Discussion, posts: list[Post]) -> Json:
    first, last = posts[0], _last(posts)
    picture = call.site.picture("f2")
    return {
        "id": first.id,
        "name": formatted(discussion.name),
        "groupid": discussion.group_id,
        "timemodified": seconds(last.modified),
        "usermodified": last.user_id,
        "timestart": 0,
        "timeend": 0,
        "discussion": discussion.id,
        "parent": 0,
        "userid": first.user_id,
        "created": seconds(first.created),
        "modified": seconds(first.modified),
        "mailed": 0,
        "subject": formatted(first.subject),
        "message": first.message,
        "messageformat": 1,
        "messagetrust": 0,
        "attachment": False,
        "totalscore": 0,
        "mailnow": 0,
        "userfullname": call.world.users[first.user_id].fullname,
        "usermodifiedfullname": call.world.users[last.user_id].fullname,
        "userpictureurl": picture,
        "usermodifiedpictureurl": picture,
        "numreplies": len(posts) - 1,
        "numunread": 0,
        "pinned": False,
        "locked": False,
        "starred": False,
        "canreply": True,
        "canlock": False,
        "canfavourite": True,
    }

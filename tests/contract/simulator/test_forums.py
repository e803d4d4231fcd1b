"""Forums and completion: what evidence of activity the web services give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.moodle.simulator import Course, Forum, Post, User, World
from tests.contract.simulator.conftest import Site

FORUMS = "mod_forum_get_forums_by_courses"
DISCUSSIONS = "mod_forum_get_forum_discussions"
POSTS = "mod_forum_get_discussion_posts"
# The hour that Belgrade has twice: one post on either side of the clock change of 25 October 2026.
SUMMER = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
WINTER = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Team:
    site: Site
    course: Course
    forum: Forum
    asked: Post
    answered: Post
    teacher: User
    student: User


@pytest.fixture
def team(belgrade: Site) -> Team:
    world = belgrade.world
    world.service_user.capabilities.add("report/progress:view")
    course = world.add_course("IM301", "Interna medicina")
    teacher, student = world.add_user("milica", "Милица", "Ј"), world.add_user("marko", "Марко", "Ј")
    world.enrol(teacher, course, "editingteacher")
    world.enrol(student, course)
    forum = world.add_forum(course, "Team forum", intro="<p>Ask.</p>")
    asked = world.post(teacher, forum, "Week 1", "<p>What did you find?</p>", at=SUMMER)
    answered = world.post(student, asked, "Re: Week 1", "<p>A café</p>", at=WINTER)
    return Team(belgrade, course, forum, asked, answered, teacher, student)


def test_a_forum_counts_its_discussions(team: Team) -> None:
    (forum,) = team.site.ask(FORUMS, {"courseids[0]": team.course.id})
    assert (forum["name"], forum["numdiscussions"], forum["course"]) == ("Team forum", 1, team.course.id)


def test_courses_one_cannot_enter_are_left_out(team: Team) -> None:
    assert team.site.ask(FORUMS) == []  # its own courses: none
    team.site.world.service_user.capabilities.discard("moodle/course:view")
    assert team.site.ask(FORUMS, {"courseids[0]": team.course.id}) == []


def test_a_discussion_has_two_ids_and_its_last_author(team: Team) -> None:
    (topic,) = team.site.ask(DISCUSSIONS, {"forumid": team.forum.id})["discussions"]
    assert (topic["id"], topic["discussion"]) == (team.asked.id, team.asked.discussion_id)
    assert (topic["created"], topic["timemodified"]) == (1792888200, 1792891800)
    assert (topic["userid"], topic["usermodified"]) == (team.teacher.id, team.student.id)
    assert topic["numreplies"] == 1


def test_discussions_are_sorted_and_paged(team: Team) -> None:
    for day in (1, 2):
        team.site.world.post(team.student, team.forum, f"Day {day}", at=WINTER + timedelta(days=day))

    def listed(**options: int) -> list[str]:
        answer = team.site.ask(DISCUSSIONS, {"forumid": team.forum.id} | options)
        return [topic["name"] for topic in answer["discussions"]]

    assert listed() == ["Day 2", "Day 1", "Week 1"]
    assert listed(sortorder=4) == ["Week 1", "Day 1", "Day 2"]
    assert listed(sortorder=5)[0] == "Week 1"
    assert listed(page=1, perpage=2) == ["Week 1"]
    assert listed(page=0) == ["Day 2", "Day 1", "Week 1"]


def test_posts_name_author_parent_and_instant(team: Team) -> None:
    answer = team.site.ask(POSTS, {"discussionid": team.asked.discussion_id})
    reply, first = answer["posts"]
    assert (reply["author"]["id"], reply["parentid"], reply["timecreated"]) == (
        team.student.id,
        team.asked.id,
        1792891800,
    )
    assert (first["hasparent"], first["parentid"]) == (False, None)
    assert (answer["forumid"], answer["courseid"]) == (team.forum.id, team.course.id)
    oldest_first = {"discussionid": team.asked.discussion_id, "sortby": "id", "sortdirection": "ASC"}
    assert [post["id"] for post in team.site.ask(POSTS, oldest_first)["posts"]] == [first["id"], reply["id"]]
    assert team.site.error(POSTS, oldest_first | {"sortby": "author"}) == "invalidparameter"


def test_a_deleted_post_keeps_its_place_and_loses_its_words(team: Team) -> None:
    team.answered.deleted = True
    reply = team.site.ask(POSTS, {"discussionid": team.asked.discussion_id})["posts"][0]
    assert (reply["isdeleted"], reply["author"]["id"]) == (True, team.student.id)
    assert (reply["timecreated"], reply["timemodified"]) == (None, 1792891800)
    assert "café" not in str(reply)


def test_an_unknown_discussion_is_a_php_error_and_an_unknown_forum_a_sentence(team: Team) -> None:
    answer = team.site.ask(POSTS, {"discussionid": 999})
    assert answer == {"exception": "Error", "message": "Call to a member function get_forum_id() on null"}
    assert team.site.error(DISCUSSIONS, {"forumid": 999}) == "Unable to find forum with id 999"


def test_reading_needs_viewdiscussion(team: Team) -> None:
    team.site.world.service_user.capabilities.discard("mod/forum:viewdiscussion")
    assert team.site.error(DISCUSSIONS, {"forumid": team.forum.id}) == "noviewdiscussionspermission"
    assert team.site.ask(FORUMS, {"courseids[0]": team.course.id}) == []
    assert team.site.ask(POSTS, {"discussionid": team.asked.discussion_id})["posts"] == []


def test_separate_groups_hide_other_groups_discussions(team: Team) -> None:
    world = team.site.world
    other = world.add_group(team.course, "Tim B", [team.student])
    world.post(team.student, team.forum, "Only for B", group=other)
    team.course.group_mode = 1
    assert len(team.site.ask(DISCUSSIONS, {"forumid": team.forum.id})["discussions"]) == 2
    world.service_user.capabilities.discard("moodle/site:accessallgroups")
    (topic,) = team.site.ask(DISCUSSIONS, {"forumid": team.forum.id})["discussions"]
    assert (topic["name"], topic["groupid"]) == ("Week 1", -1)


def test_posts_are_stamped_by_the_worlds_clock(start: Any) -> None:
    world = World(lambda: SUMMER)
    site = start(world)
    course = world.add_course("IM301", "Interna medicina")
    forum = world.add_forum(course, "Team forum")
    world.post(world.service_user, forum, "Now")
    (topic,) = site.ask(DISCUSSIONS, {"forumid": forum.id})["discussions"]
    assert topic["created"] == 1792888200


def completion(team: Team, user: User, function: str = "course") -> Any:
    name = f"core_completion_get_{function}_completion_status"
    return team.site.ask(name, {"courseid": team.course.id, "userid": user.id})


def test_a_course_is_complete_when_its_criteria_are(team: Team) -> None:
    assert completion(team, team.student)["errorcode"] == "nocriteriaset"
    module = team.site.world.add_activity(team.course, "Agreement", counts_for_course=True)
    assert completion(team, team.student)["completionstatus"]["completed"] is False
    team.site.world.complete(team.student, module, WINTER)
    status = completion(team, team.student)["completionstatus"]
    assert (status["completed"], status["completions"][0]["timecompleted"]) == (True, 1792891800)
    states = {
        each["cmid"]: each["state"] for each in completion(team, team.student, "activities")["statuses"]
    }
    assert states == {team.forum.module_id: 0, module.id: 1}


def test_completion_has_its_own_refusals(team: Team) -> None:
    stranger = team.site.world.add_user("ana", "Ана", "П")
    team.site.world.add_activity(team.course, "Agreement", counts_for_course=True)
    for untracked in (stranger, team.teacher):
        assert completion(team, untracked)["errorcode"] == "usernotenroled"
    team.site.world.enrol(stranger, team.course)
    stranger.suspended = True
    assert completion(team, stranger)["completionstatus"]["completed"] is False
    team.course.completion_enabled = False
    assert completion(team, team.student)["errorcode"] == "cannotviewreport"
    team.course.completion_enabled = True
    team.site.world.service_user.capabilities.discard("report/progress:view")
    assert completion(team, team.student, "activities")["errorcode"] == "nopermissions"

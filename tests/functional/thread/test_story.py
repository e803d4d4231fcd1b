"""The whole thread of the product, by the people of three universities, in real browser windows."""

from __future__ import annotations

from pathlib import Path

import pytest

from coil_bridge.demo.running import Consortium
from tests.functional.thread import administering, attending, evaluating, teaching
from tests.functional.visitors import Enter, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_two_universities_teach_together(enter: Enter, running: Consortium, tmp_path: Path) -> None:
    marija, li = enter("belgrade-teacher"), enter("shanghai-teacher")
    url = a_pairing_begins(marija, li, running)
    sessions_are_planned(marija, url)
    feed, known = students_subscribe(enter, url)
    teaching.the_second_to_save_is_told(marija, li, url)
    attending.the_change_arrives(feed, known)
    attending.others_find_nothing(enter("almaty-student"), url, li.page.url, feed)
    participation_is_downloaded(enter("evaluation-lead"), running, tmp_path)
    ivana = enter("administrator", anew=True)
    administering.looks_after_a_site(ivana)
    administering.adds_nothing_twice(ivana, running)
    administering.signs_out(ivana)


def a_pairing_begins(marija: Visitor, li: Visitor, running: Consortium) -> str:
    url = teaching.find_and_propose(marija)
    teaching.read_message_in_moodle(li, running, url)
    teaching.mail_came_too(li, running)
    teaching.accept(li, url)
    teaching.start(marija, url)
    return url


def sessions_are_planned(marija: Visitor, url: str) -> None:
    teaching.a_time_that_does_not_exist_is_refused(marija, url)
    teaching.the_form_shows_every_clock(marija)
    teaching.plan(marija, url)


def students_subscribe(enter: Enter, url: str) -> tuple[str, str]:
    """The feed of the student in Shanghai, and its entity tag."""
    nikola, chen = enter("belgrade-student"), enter("shanghai-student")
    attending.sees_own_clock_and_the_partners(nikola, url, "Belgrade", "Shanghai")
    attending.sees_own_clock_and_the_partners(chen, url, "Shanghai", "Belgrade")
    feeds = [attending.subscribe(student, url) for student in (nikola, chen)]
    assert feeds[0] != feeds[1]
    for student, feed in zip((nikola, chen), feeds, strict=True):
        attending.feed_says_what_the_page_says(student, feed)
    return feeds[1], attending.asking_again_costs_nothing(feeds[1])


def participation_is_downloaded(lead: Visitor, running: Consortium, folder: Path) -> None:
    evaluating.pull(lead, teaching.TITLE)
    files = evaluating.download_all(lead, folder)
    rows = evaluating.participation(files["csv"])
    # The new pairing begins tomorrow, so the weeks are those of the two under way: 14 students a course, and
    # those of Almaty are in both.
    places = {row["institution"] for row in rows}
    assert places == {"Danube University Belgrade", "Alatau University Almaty", "Huangpu University Shanghai"}
    assert len({row["pseudonym"] for row in rows if row["role"] == "student"}) == 42
    assert evaluating.rows_in_workbook(files["xlsx"]) == len(rows)
    assert evaluating.rows_in_database(files["db"]) == len(rows)
    content = evaluating.everything_in(files)
    assert [name for name in evaluating.people_of(running) if name in content] == []

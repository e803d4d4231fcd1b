from __future__ import annotations

import pytest

from coil_bridge.errors import Forbidden, Reason
from coil_bridge.services.activity.work import Work
from coil_bridge.storage.storage import Storage
from tests.builders import Build, SettableClock


def test_only_the_latest_pull_of_a_course_counts_as_trouble(
    storage: Storage, build: Build, clock: SettableClock
) -> None:
    mira = build.person("Mira Jovanović")
    course = build.course(build.site("Belgrade"), teachers=[mira])
    pilot = build.pilot()
    pairing = build.pairing([course], proposed_by=mira, phase=build.phase(pilot))
    failure = Reason("%(site)s did not answer.", {"site": "UB Moodle"})
    with storage.write() as tx:
        tx.pulls.insert("first", pilot.id, pairing.id, course.id, clock())
        tx.pulls.finish("first", clock(), failure)
    ana = build.administrator()
    work = Work(storage=storage)
    [trouble] = work.report(ana).pull_troubles
    assert (trouble.site_name, trouble.error) == ("UB Moodle", "UB Moodle did not answer.")
    clock.advance(hours=1)
    with storage.write() as tx:
        tx.pulls.insert("second", pilot.id, pairing.id, course.id, clock())
        tx.pulls.finish("second", clock())
    assert work.report(ana).pull_troubles == ()


def test_tasks_that_had_trouble_are_told_by_kind_and_site(
    storage: Storage, build: Build, clock: SettableClock
) -> None:
    site = build.site("Almaty")
    with storage.write() as tx:
        tx.tasks.queue("sync_site", {"site_id": site.id}, at=clock(), site_id=site.id)
        [task] = tx.tasks.claim("worker", clock(), clock(), limit=1, per_site=1)
        tx.tasks.fail(task.id, clock(), "AIL Moodle is in maintenance.")
    report = Work(storage=storage).report(build.administrator())
    [trouble] = report.task_troubles
    assert (trouble.kind, trouble.site_name, trouble.state) == ("sync_site", "AIL Moodle", "failed")
    assert report.tasks == {"failed": 1}


def test_nobody_else_sees_it(storage: Storage, build: Build) -> None:
    with pytest.raises(Forbidden):
        Work(storage=storage).report(build.lead())

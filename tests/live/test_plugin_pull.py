"""The pull from a real Moodle with the plugin: stays become attendance, posts are what core tells.

Needs the two Moodles of ``test_thread.py``, and the plugin in the first of them: see README.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from coil_bridge.domain import Model, Pairing
from coil_bridge.evaluation.attendance import PresenceSource
from coil_bridge.evaluation.records import PullRun, RunState
from coil_bridge.services.activity.course_facts import CourseFacts
from coil_bridge.services.agreed.proposals import ProposalInput
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM
from coil_bridge.services.piloting.pilot_inputs import PhaseInput, PilotInput
from coil_bridge.vault import new_id
from tests.builders import Build, SettableClock
from tests.live.consortium import Partner, Party, run_tasks
from tests.live.plugin_lab import Lab
from tests.live.test_plugin_facts import BEGAN, STAYED, made, moodle  # noqa: F401 - the room with a stay in it

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

# ruff: noqa: F811 - the fixtures of those names


@pytest.fixture(scope="module")
def paired(
    services: Services, parties: tuple[Party, Party], partners: tuple[Partner, Partner], moodle: Lab
) -> Iterator[Pairing]:
    """The parties' courses, paired since long ago."""
    if moodle.url != partners[0].url:
        pytest.skip("the plugin has to be in the first of the two Moodles")
    first, second = parties
    today = datetime.now(UTC).date()
    given = (Model.COIL, "en", today - timedelta(days=90), today + timedelta(days=90))
    form = ProposalInput(first.course.id, (second.course.id,), *given)
    pairing = services.pairings.propose(first.teacher, form, new_id())
    services.pairings.accept(second.teacher, pairing.id, second.course.id)
    yield services.pairings.start(first.teacher, pairing.id)
    services.pairings.cancel(first.teacher, pairing.id, "The live test is over.")
    run_tasks(services)


def pulled(services: Services, pairing: Pairing, course_id: str) -> tuple[str, PullRun]:
    """A new pilot that counts the pairing and has pulled it; its id, and the run of one course."""
    today = datetime.now(UTC).date()
    phase = PhaseInput("Autumn", today - timedelta(days=100), today + timedelta(days=100))
    form = PilotInput(f"Live pilot {new_id()}", phase.starts_on, phase.ends_on, phases=(phase,))
    pilot = services.pilots.create(SYSTEM, form)
    services.pairings.assign_phase(
        SYSTEM, pairing.id, services.pilots.get(SYSTEM, pilot.id).phases[0].phase.id
    )
    services.pulls.request(SYSTEM, pilot.id)
    run_tasks(services)
    with services.storage.read() as tx:
        run = tx.pulls.latest(pilot.id)[pairing.id, course_id]
    assert (run.state, run.failure) == (RunState.DONE, None)
    assert run.tally.read == run.tally.stored + sum(run.tally.dropped.values())
    return pilot.id, run


def posts(services: Services, pilot_id: str, course_id: str) -> int:
    with services.storage.read() as tx:
        return sum(each.posts for each in tx.events.day_counts(pilot_id) if each.course_id == course_id)


def answers(services: Services, pilot_id: str, course_id: str) -> Counter[int]:
    """How many answers by people of a course have, on each day, somebody whom they answer."""
    found: Counter[int] = Counter()
    with services.storage.read() as tx:
        authors = {each.no for each in tx.evidence.actors(pilot_id, course_id=course_id)}
        for each in tx.evidence.replies(pilot_id):
            if each.by in authors:
                found[each.day] += each.count
    return found


@pytest.mark.usefixtures("made")
def test_what_the_plugin_tells_is_attendance_and_the_posts_of_core(
    services: Services,
    parties: tuple[Party, Party],
    paired: Pairing,
    moodle: Lab,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    teacher, student, course = parties[0].teacher, parties[0].student, parties[0].course
    session = Build(services.storage, services.vault, SettableClock()).session(
        paired, teacher, starts_at=BEGAN, minutes=60
    )
    pilot_id, run = pulled(services, paired, course.id)
    (sheet,) = services.evidence.sheets.get(teacher, session.id).courses
    (line,) = (each for each in sheet.lines if each.person.id == student.id)
    assert line.attended.minutes == STAYED // 60
    assert PresenceSource.MOODLE_ROOM in line.sources
    with services.storage.read() as tx:
        counts = tx.feedback_counts.of_pilot(pilot_id)[paired.id, course.id]
    assert (1, True) in {(each.answers, each.anonymous) for each in counts}

    again = len(services.pulls.progress(SYSTEM, pilot_id).courses)
    services.pulls.request(SYSTEM, pilot_id)
    run_tasks(services)
    with services.storage.read() as tx:
        second = tx.pulls.latest(pilot_id)[paired.id, course.id]
    assert (again, second.tally.stored) == (2, 0)

    monkeypatch.setattr(CourseFacts, "known", lambda _self: False)
    other_id, slow = pulled(services, paired, course.id)
    # Core hides the answers in a question-and-answer forum from an account that has not posted there.
    ((hidden,),) = moodle.numbers(
        "SELECT COUNT(1) AS found FROM {forum_posts} p JOIN {forum_discussions} d ON d.id = p.discussion"
        " JOIN {forum} f ON f.id = d.forum AND f.type = 'qanda'"
        f" WHERE p.parent > 0 AND f.course = {course.moodle_id}"
    )
    assert posts(services, pilot_id, course.id) == posts(services, other_id, course.id) + hidden > hidden
    told, by_core = (answers(services, each, course.id) for each in (pilot_id, other_id))
    assert ((told - by_core).total(), by_core - told) == (hidden, Counter())
    assert run.tally.steps_done < slow.tally.steps_done

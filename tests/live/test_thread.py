"""The product's own thread on two real Moodles: from connecting them to the evidence of participation.

The tests build on each other through fixtures; each can be run alone.
"""

from __future__ import annotations

import io
import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook

from coil_bridge.domain import (
    CoilPhase,
    CourseRole,
    JointSession,
    Model,
    Pairing,
    PairingState,
    Site,
    SiteState,
)
from coil_bridge.errors import NotFound
from coil_bridge.evaluation.records import RunState
from coil_bridge.services.agreed.proposals import ProposalInput
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import SYSTEM, system_clock
from coil_bridge.services.piloting.pilot_inputs import PhaseInput, PilotInput
from scheduling.zones import to_local
from tests.live.consortium import (
    Party,
    afternoon,
    next_change,
    problems,
    run_tasks,
    states,
    waiting_texts,
)

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

Parties = tuple[Party, Party]


@pytest.fixture(scope="session")
def paired(services: Services, parties: Parties) -> Pairing:
    """Proposed by the first teacher, accepted by the second, started."""
    first, second = parties
    today = system_clock().date()
    form = ProposalInput(
        own_course_id=first.course.id,
        partner_course_ids=(second.course.id,),
        model=Model.COIL,
        language="en",
        starts_on=today - timedelta(days=100),
        ends_on=today + timedelta(days=300),
        message="Hajde da predajemo zajedno. Бірге оқытайық.",
    )
    pairing = services.pairings.propose(first.teacher, form, "live-pairing")
    run_tasks(services)
    assert any(f"/pairings/{pairing.id}" in text for text in waiting_texts(services, second.teacher.id))
    services.post.deliver_due()
    services.pairings.accept(second.teacher, pairing.id)
    return services.pairings.start(first.teacher, pairing.id)


@pytest.fixture(scope="session")
def series(services: Services, parties: Parties, paired: Pairing) -> list[JointSession]:
    """Two sessions a week apart, with a clock change in between where one of the two zones has one."""
    zones = [each.site.institution.zone for each in parties]
    changes = {zone: day for zone in zones if (day := next_change(zone, system_clock()))}
    zone, day = next(iter(changes.items()), (zones[0], (system_clock() + timedelta(days=10)).date()))
    plan = PlanInput(
        title="Joint session",
        phase=CoilPhase.TEAM_BUILDING,
        starts_local=afternoon(day - timedelta(days=3)),
        zone=zone,
        minutes=90,
        count=2,
        room_url="https://meet.example.org/coil?room=1&lang=sr",
    )
    preview = services.sessions.preview(parties[0].teacher, paired.id, plan)
    assert len(preview.occurrences) == 2
    return services.sessions.plan(parties[0].teacher, paired.id, plan, "live-series")


@pytest.fixture(scope="session")
def pilot_id(services: Services, parties: Parties, paired: Pairing) -> str:
    """A pilot that counts the pairing, with its activity pulled."""
    today = system_clock().date()
    phase = PhaseInput("Autumn", today - timedelta(days=100), today + timedelta(days=100))
    form = PilotInput("Live pilot", phase.starts_on, phase.ends_on, phases=(phase,))
    pilot = services.pilots.create(SYSTEM, form)
    phase_id = services.pilots.get(SYSTEM, pilot.id).phases[0].phase.id
    services.pairings.assign_phase(SYSTEM, paired.id, phase_id)
    assert services.pulls.request(SYSTEM, pilot.id) == 2
    run_tasks(services)
    return pilot.id


def test_both_sites_are_ready(services: Services, sites: tuple[Site, Site]) -> None:
    for site in sites:
        report = services.sites.readiness(site)
        assert report is not None
        assert report.functions_missing == ()
        wrong = [(check.key, dict(check.values)) for check in report.checks if check.level != "ok"]
        assert [each for each in wrong if each[0] != "no_https"] == []
        assert site.state is SiteState.ACTIVE


def test_catalogues_are_read_and_searched(services: Services, sites: tuple[Site, Site]) -> None:
    for site in sites:
        report = services.catalogue.sync_site(site.id)
        assert report.stored > 0
        assert report.gone == 0
        found = services.catalogue.search(SYSTEM, institution_id=site.institution.id)
        assert found.total == report.stored
        assert all(course.fullname and "&amp;" not in course.fullname for course in found.items)


def test_people_sign_in_by_a_link_that_their_moodle_carried(services: Services, parties: Parties) -> None:
    for party in parties:
        for person, role in ((party.teacher, CourseRole.TEACHER), (party.student, CourseRole.STUDENT)):
            roles = {each.course.id: each.role for each in services.catalogue.own_courses(person)}
            assert roles[party.course.id] is role
            assert (bool(person.email), person.roles) == (True, frozenset())
        assert party.course.institution == party.site.institution
    assert set(states(services)) == {"sent"}, problems(services)


def test_a_stranger_gets_no_link_and_nobody_learns_that(services: Services, sites: tuple[Site, Site]) -> None:
    before = sum(states(services).values())
    for login in ("nobody@nowhere.example", "no such person", "Нико", "o'hara+x@nowhere.example"):
        services.signin.request(sites[0].id, login, None, "127.0.0.1")
    assert run_tasks(services) == 4
    assert sum(states(services).values()) == before


def test_teachers_of_a_course_are_known(services: Services, parties: Parties) -> None:
    for party in parties:
        teachers = services.catalogue.sync_teachers(party.course.id)
        assert party.teacher.id in {each.id for each in teachers}
        assert party.student.id not in {each.id for each in teachers}


def test_the_pairing_is_agreed_and_everybody_was_told(
    services: Services, parties: Parties, paired: Pairing
) -> None:
    assert paired.state is PairingState.ACTIVE
    for party in parties:
        assert services.pairings.get(party.teacher, paired.id).pairing.id == paired.id
        assert services.pairings.get(party.student, paired.id).pairing.id == paired.id
    services.post.deliver_due()
    assert set(states(services)) == {"sent"}, problems(services)


def test_a_weekly_session_keeps_its_hour_across_the_clock_change(
    services: Services, parties: Parties, series: list[JointSession]
) -> None:
    first, second = series
    local = [to_local(each.starts_at, first.zone) for each in series]
    assert [each.hour for each in local] == [14, 14]
    moved = (local[1].utcoffset() or timedelta()) - (local[0].utcoffset() or timedelta())
    assert second.starts_at - first.starts_at == timedelta(days=7) - moved
    upcoming = services.sessions.upcoming(parties[1].student)
    assert {each.session.id for each in upcoming} == {first.id, second.id}


def test_the_student_subscribes_to_the_calendar(
    services: Services, parties: Parties, paired: Pairing, series: list[JointSession]
) -> None:
    link = services.feeds.link(parties[1].student, paired.id)
    feed = services.feeds.serve(link.token)
    text = feed.body.decode().replace("\r\n ", "")
    starts = re.findall(r"^DTSTART:(\d{8}T\d{6}Z)", text, re.MULTILINE)
    assert starts == [f"{each.starts_at:%Y%m%dT%H%M%SZ}" for each in series]
    with pytest.raises(NotFound):
        services.feeds.serve("x" * 43)


def test_the_news_of_the_sessions_is_delivered(services: Services, series: list[JointSession]) -> None:
    assert len(series) == 2
    services.post.deliver_due()
    assert set(states(services)) == {"sent"}, problems(services)


def test_activity_is_pulled_and_accounted_for(services: Services, pilot_id: str) -> None:
    progress = services.pulls.progress(SYSTEM, pilot_id)
    assert progress.ended
    for line in progress.courses:
        assert line.run is not None
        assert line.run.state is RunState.DONE, line.run
        tally = line.run.tally
        assert tally is not None
        assert tally.stored > 0
        assert tally.read == tally.stored + sum(tally.dropped.values())


def test_a_second_pull_stores_nothing_twice(services: Services, pilot_id: str) -> None:
    first = _rows(services, pilot_id)
    services.pulls.request(SYSTEM, pilot_id)
    run_tasks(services)
    assert services.pulls.progress(SYSTEM, pilot_id).ended
    assert _rows(services, pilot_id) == first


def _rows(services: Services, pilot_id: str) -> list[str]:
    content = services.exports.participation(SYSTEM, pilot_id, "csv").content.decode("utf-8-sig")
    return [line for line in content.splitlines() if line]


def test_participation_is_exported_in_three_formats_without_names(
    services: Services, parties: Parties, pilot_id: str, tmp_path: Path
) -> None:
    rows = _rows(services, pilot_id)
    assert len(rows) > 1
    workbook = services.exports.participation(SYSTEM, pilot_id, "xlsx").content
    assert load_workbook(io.BytesIO(workbook)).sheetnames
    database = tmp_path / "participation.db"
    database.write_bytes(services.exports.participation(SYSTEM, pilot_id, "db").content)
    with sqlite3.connect(database) as connection:
        names = [name for (name,) in connection.execute("select name from sqlite_master where type='table'")]
        contents = " ".join(
            str(row) for name in names for row in connection.execute(f'select * from "{name}"')
        )
    connection.close()
    for party in parties:
        for person in (party.teacher, party.student):
            assert person.name not in contents + "\n".join(rows)
            assert (person.email or "?") not in contents + "\n".join(rows)


def test_everything_is_on_the_pairings_trail(
    services: Services, parties: Parties, paired: Pairing, series: list[JointSession]
) -> None:
    assert len(series) == 2
    trail = services.pairings.get(parties[0].teacher, paired.id).audit
    assert [each.action for each in trail][:5] == ["proposed", "accept", "start", "planned", "planned"]

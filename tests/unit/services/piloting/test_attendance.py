from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from coil_bridge.domain import CourseRole
from coil_bridge.errors import Conflict
from coil_bridge.evaluation.attendance import Override, Presence, PresenceSource, Verdict, minute_of
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.services.piloting.attendance import Attendance
from coil_bridge.services.piloting.pilots import PilotService
from coil_bridge.settings import Settings
from coil_bridge.storage.engine import reading
from coil_bridge.storage.evidence_tables import attendance_override
from coil_bridge.storage.joins import Join
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault
from tests.builders import Build, SettableClock
from tests.unit.services.stored_pilot import StoredPilot

HELD = datetime(2026, 10, 13, 12, 0, tzinfo=UTC)
ONCE = timedelta(minutes=1)


@pytest.fixture
def pilot(storage: Storage, build: Build, clock: SettableClock) -> StoredPilot:
    return StoredPilot(storage, build, clock)


@pytest.fixture
def attendance(storage: Storage, clock: SettableClock, vault: Vault) -> Attendance:
    return Attendance(storage=storage, clock=clock, vault=vault)


def test_joins_are_copied_under_the_pilot_s_pseudonyms_once(
    pilot: StoredPilot, attendance: Attendance, vault: Vault
) -> None:
    site_id = pilot.belgrade.site_id
    with pilot.storage.read() as tx:
        site = tx.sites.get(site_id)
        sealed = tx.pilots.sealed_key(pilot.pilot.id)
    assert site is not None
    assert sealed is not None
    jelena = pilot.build.person("Jelena Marković", site=site, moodle_user_id=77)
    stranger = pilot.build.person("Lin Chen")
    session = pilot.build.session(pilot.pairing, pilot.lead, starts_at=HELD)
    with pilot.storage.write() as tx:
        for person, role in ((jelena, CourseRole.STUDENT), (stranger, CourseRole.STUDENT)):
            tx.joins.add(Join(session.id, person.id, pilot.belgrade.id, role, HELD), ONCE)
    assert attendance.gather(pilot.pilot.id) == 1
    assert attendance.gather(pilot.pilot.id) == 0
    name = Pseudonymiser(vault.decrypt(sealed)).person(site_id, 77)
    with pilot.storage.read() as tx:
        found = tx.attendance.of_pilot(pilot.pilot.id)
    source = PresenceSource.JOIN
    assert found == [Presence(session.id, pilot.belgrade.id, name, minute_of(HELD), None, source)]


def test_an_uploaded_list_can_come_again_with_what_it_knows_now(
    pilot: StoredPilot, attendance: Attendance
) -> None:
    session = pilot.build.session(pilot.pairing, pilot.lead, starts_at=HELD)
    start = minute_of(HELD)
    row = Presence(session.id, pilot.belgrade.id, "jelena", start, None, PresenceSource.FILE)
    ended = Presence(session.id, pilot.belgrade.id, "jelena", start, start + 50, PresenceSource.FILE)
    assert attendance.add(pilot.pilot.id, [row]) == 1
    assert attendance.add(pilot.pilot.id, [ended, ended]) == 0
    with pilot.storage.read() as tx:
        assert tx.attendance.of_session(pilot.pilot.id, session.id) == [ended]


def test_after_the_key_s_destruction_nothing_is_added_and_nothing_leads_back(
    pilot: StoredPilot, attendance: Attendance, vault: Vault, settings: Settings
) -> None:
    session = pilot.build.session(pilot.pairing, pilot.lead, starts_at=HELD)
    start, course = minute_of(HELD), pilot.belgrade.id
    pilot.put(pilot.belgrade, students=1)
    rows = [
        Presence(session.id, course, "jelena", start + 3, start + 53, PresenceSource.FILE),
        Presence(session.id, course, "nikola", start + 7, None, PresenceSource.JOIN),
    ]
    attendance.add(pilot.pilot.id, rows)
    word = Override(session.id, course, "jelena", Verdict.MINUTES, 40, "Jelena told me", None, HELD)
    with pilot.storage.write() as tx:
        tx.attendance.add_override(pilot.pilot.id, word)
    pilots = PilotService(storage=pilot.storage, clock=pilot.clock, vault=vault, settings=settings)
    pilots.destroy_key(pilot.lead, pilot.pilot.id)
    with pilot.storage.read() as tx:
        found = tx.attendance.of_pilot(pilot.pilot.id)
        words = tx.attendance.overrides(pilot.pilot.id)
    assert {(each.joined - start, each.left and each.left - start) for each in found} == {(0, 50), (5, None)}
    assert not {each.pseudonym for each in found} & {"jelena", "nikola"}
    stay = next(each for each in found if each.left is not None)
    assert [(each.pseudonym, each.reason, each.minutes) for each in words] == [(stay.pseudonym, "", 40)]
    with reading(pilot.storage._engine) as connection:
        assert len(connection.execute(select(attendance_override)).all()) == 1
    with pytest.raises(Conflict):
        attendance.add(pilot.pilot.id, rows)
    assert attendance.gather(pilot.pilot.id) == 0

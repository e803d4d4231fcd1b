from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from coil_bridge.domain import Person, Role
from coil_bridge.errors import Conflict, Forbidden, InvalidInput, NotFound
from coil_bridge.evaluation.attendance import minute_of
from coil_bridge.evaluation.packed_events import opened
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Event, EventKind, Member, Part
from coil_bridge.services.identity.rights import RightsService
from coil_bridge.services.piloting.retention import RetentionService
from coil_bridge.storage.engine import reading
from coil_bridge.storage.event_tables import actor
from coil_bridge.storage.people import MOODLE
from coil_bridge.storage.rights_tables import erased_pseudonym
from coil_bridge.storage.tables import audit_entry, enrolment, metadata, participant, person_identity
from coil_bridge.vault import new_id
from tests.unit.services.consortium import Consortium


class Held:
    """Jelena studies in Belgrade, Dana in Almaty; a pilot has rows on both."""

    def __init__(self, consortium: Consortium) -> None:
        self.consortium, self.build = consortium, consortium.build
        self.storage, self.clock = consortium.storage, consortium.clock
        self.pilot = self.build.pilot()
        self.pairing = consortium.agreed(phase=self.build.phase(self.pilot))
        self.names = Pseudonymiser("00" * 32)
        for someone, course in (
            (consortium.jelena, consortium.belgrade),
            (consortium.dana, consortium.almaty),
        ):
            self.put(self.pseudonym(someone), course.id)
        self.rights = RightsService(storage=self.storage, clock=self.clock, vault=consortium.vault)
        self.retention = RetentionService(storage=self.storage, clock=self.clock)

    def pseudonym(self, someone: Person) -> str:
        with self.storage.read() as tx:
            [account] = [
                each for each in tx.people.identities([someone.id])[someone.id] if each.kind == MOODLE
            ]
        return self.names.person(account.issuer, int(account.subject))

    def put(self, pseudonym: str, course_id: str) -> None:
        with self.storage.write() as tx:
            members = [Member(self.pairing.id, course_id, pseudonym, Part.STUDENT, None, None, self.clock())]
            tx.activity.put_members(self.pilot.id, members)
            tx.events.put_actors(self.pilot.id, members)
            day = date(2026, 10, 20)
            written = Event(new_id(), pseudonym, EventKind.FORUM_TOPIC, minute_of(self.clock()), day)
            tx.events.add_records(self.pilot.id, self.pairing.id, course_id, [written])

    def count(self, table: str, **conditions: object) -> int:
        found = metadata.tables[table]
        query = select(func.count()).select_from(found)
        for name, value in conditions.items():
            query = query.where(found.c[name] == value)
        with reading(self.storage._engine) as connection:
            return int(connection.execute(query).scalar_one())


@pytest.fixture
def held(consortium: Consortium) -> Held:
    return Held(consortium)


def test_somebody_sees_what_is_held_and_no_secret(held: Held) -> None:
    jelena = held.consortium.jelena
    found = held.rights.held(jelena, jelena.id)
    assert found["rows"]["person"][0]["name"] == "Jelena Marković"
    assert [row["course_id"] for row in found["rows"]["enrolment"]] == [held.consortium.belgrade.id]
    [pilot] = found["pilots"]
    assert pilot["rows"]["participant"][0]["pseudonym"] == held.pseudonym(jelena)
    assert "hash" not in json.dumps(found)
    assert "encrypted" not in json.dumps(found)
    assert held.count("audit_entry", action="access_given") == 1


def test_erased_nothing_leads_to_the_person_any_more(held: Held) -> None:
    jelena, name = held.consortium.jelena, held.pseudonym(held.consortium.jelena)
    held.rights.erase(jelena, jelena.id)
    with reading(held.storage._engine) as connection:
        for table in metadata.tables.values():
            for row in connection.execute(select(table)).mappings():
                assert "Jelena" not in str(dict(row)), table.name
                assert name not in str(dict(row)) or table is erased_pseudonym, table.name
    for table in (enrolment, person_identity):
        assert held.count(table.name, person_id=jelena.id) == 0
    assert held.count("event_day") == 1  # Dana's
    with held.storage.read() as tx:
        assert sum(len(opened(each)) for each in tx.evidence.packed(held.pilot.id)) == 1
    assert held.count("audit_entry", action="erased", subject_id=jelena.id, actor_id=None) == 1


def test_others_keep_theirs(held: Held) -> None:
    held.rights.erase(held.consortium.jelena, held.consortium.jelena.id)
    dana = held.consortium.dana
    assert held.count("participant", pseudonym=held.pseudonym(dana)) == 1
    assert held.count("actor", pseudonym=held.pseudonym(dana)) == 1
    assert held.count("enrolment", person_id=dana.id) == 1


def test_a_teachers_sessions_stay_without_the_name(held: Held) -> None:
    mira, build = held.consortium.mira, held.build
    session = build.session(held.pairing, mira)
    held.consortium.sessions.cancel(mira, session.id, session.version, "ill")
    held.rights.erase(build.administrator(), mira.id)
    with held.storage.read() as tx:
        assert tx.sessions.get(session.id) is not None
        erased = tx.people.get(mira.id)
    assert erased is not None
    assert (erased.name, erased.email) == ("–", None)
    assert held.count("audit_entry", actor_name=mira.name) == 0


def test_nobody_erases_or_reads_somebody_else(held: Held) -> None:
    for act in (held.rights.erase, held.rights.held):
        with pytest.raises(Forbidden):
            act(held.consortium.mira, held.consortium.jelena.id)
        with pytest.raises(NotFound):
            act(held.build.administrator(), "nobody")


def test_somebody_with_a_role_is_not_erased_by_a_slip(held: Held) -> None:
    lead = held.build.person("Tomasz Zieliński", roles=[Role.EVALUATION_LEAD])
    with pytest.raises(Conflict, match="roles"):
        held.rights.erase(lead, lead.id)


def test_a_pilot_is_kept_five_years_or_as_its_lead_decides(held: Held) -> None:
    lead = held.build.lead()
    assert held.retention.of_pilot(lead, held.pilot.id).keep_until == date(2032, 7, 31)
    held.retention.decide(lead, held.pilot.id, date(2028, 7, 31))
    assert held.retention.of_pilot(lead, held.pilot.id).keep_until == date(2028, 7, 31)
    assert held.count("audit_entry", action="retention_set") == 1
    for day in (date(2027, 7, 30), date(2050, 1, 1)):
        with pytest.raises(InvalidInput):
            held.retention.decide(lead, held.pilot.id, day)
    with pytest.raises(NotFound):
        held.retention.decide(held.consortium.mira, held.pilot.id, date(2028, 7, 31))


def test_when_the_time_is_over_the_rows_go_and_the_record_stays(held: Held) -> None:
    lead = held.build.lead()
    held.retention.decide(lead, held.pilot.id, date(2028, 7, 31))
    held.clock.set(datetime(2028, 7, 31, 23, 59, tzinfo=UTC))
    assert held.retention.act_by_date() == 0
    held.clock.set(held.clock() + timedelta(minutes=1))
    assert held.retention.act_by_date() == 1
    assert held.retention.act_by_date() == 0
    for name in ("event_block", "event_day", "seen_record"):
        assert held.count(name) == 0
    for table in (participant, actor):
        assert held.count(table.name, pilot_id=held.pilot.id) == 0
    with held.storage.read() as tx:
        pilot = tx.pilots.get(held.pilot.id)
    assert pilot is not None
    assert pilot.key_destroyed_at == held.clock()
    assert held.count(audit_entry.name, action="retention_ended") == 1
    with pytest.raises(Conflict):
        held.retention.decide(lead, held.pilot.id, date(2029, 7, 31))

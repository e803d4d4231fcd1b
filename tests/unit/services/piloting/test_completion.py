"""The certificate's rule is the one that the evaluation counts by, on rows as pulls leave them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from coil_bridge.domain import Person
from coil_bridge.evaluation.attendance import Presence, PresenceSource, minute_of
from coil_bridge.evaluation.certificate_rules import CertificateRule, MoodleCompletion
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import Event, EventKind, Member, Part
from coil_bridge.services.piloting.completion import PilotCompletion
from coil_bridge.storage.people import MOODLE
from coil_bridge.vault import new_id
from tests.unit.services.consortium import Consortium

NAMES = Pseudonymiser("00" * 32)  # the key that the builders give a pilot


class Pulled:
    """A pilot in which Jelena has written in Belgrade."""

    def __init__(self, consortium: Consortium) -> None:
        self.consortium, self.storage = consortium, consortium.storage
        self.pilot = consortium.build.pilot()
        self.pairing = consortium.agreed(phase=consortium.build.phase(self.pilot))
        self.completion = PilotCompletion(clock=consortium.clock, vault=consortium.vault)
        consortium.clock.set(datetime(2026, 11, 30, 12, 0, tzinfo=UTC))

    def read(self, someone: Person, *, completed: bool | None) -> None:
        with self.storage.write() as tx:
            [way] = [each for each in tx.people.identities([someone.id])[someone.id] if each.kind == MOODLE]
            name = NAMES.person(way.issuer, int(way.subject))
            course, pairing = self.consortium.belgrade.id, self.pairing.id
            now = self.consortium.clock()
            members = [Member(pairing, course, name, Part.STUDENT, date(2026, 11, 23), completed, now)]
            tx.activity.put_members(self.pilot.id, members)
            tx.events.put_actors(self.pilot.id, members)
            at = datetime(2026, 10, 27, 9, 0, tzinfo=UTC)
            post = Event(new_id(), name, EventKind.FORUM_TOPIC, minute_of(at), date(2026, 10, 27))
            tx.events.add_records(self.pilot.id, pairing, course, [post])

    def rule(self, value: CertificateRule) -> None:
        with self.storage.write() as tx:
            tx.credentials.add_rule(self.pilot.id, value)

    def attended(self, someone: Person) -> None:
        """From the first minute of the only joint session to its last."""
        at = datetime(2026, 10, 28, 13, 0, tzinfo=UTC)
        session = self.consortium.build.session(self.pairing, self.consortium.mira, starts_at=at)
        course, start = self.consortium.belgrade.id, minute_of(at)
        with self.storage.write() as tx:
            [way] = [each for each in tx.people.identities([someone.id])[someone.id] if each.kind == MOODLE]
            name = NAMES.person(way.issuer, int(way.subject))
            found = Presence(session.id, course, name, start, start + session.minutes, PresenceSource.ROOM)
            tx.attendance.put(self.pilot.id, [found])

    def asked(self, someone: Person) -> bool | None:
        with self.storage.read() as tx:
            return self.completion(tx, someone, self.pairing).completed


@pytest.fixture
def pulled(consortium: Consortium) -> Pulled:
    return Pulled(consortium)


@pytest.mark.parametrize("completed", [True, False])
def test_as_moodle_tracks_it_where_the_lead_lets_that_be_enough(pulled: Pulled, completed: bool) -> None:
    pulled.rule(CertificateRule(2, 0, 0, MoodleCompletion.ENOUGH, pulled.consortium.clock()))
    pulled.read(pulled.consortium.jelena, completed=completed)
    assert pulled.asked(pulled.consortium.jelena) is completed


def test_completion_alone_earns_nothing_by_the_rule_that_all_begin_with(pulled: Pulled) -> None:
    pulled.read(pulled.consortium.jelena, completed=True)
    assert pulled.asked(pulled.consortium.jelena) is False
    pulled.attended(pulled.consortium.jelena)
    assert pulled.asked(pulled.consortium.jelena) is False  # the pairing goes on
    pulled.consortium.clock.set(datetime.combine(pulled.pairing.ends_on + timedelta(days=1), time(9), UTC))
    assert pulled.asked(pulled.consortium.jelena) is True


def test_without_a_reading_it_cannot_be_told(pulled: Pulled) -> None:
    pulled.read(pulled.consortium.jelena, completed=True)
    assert pulled.asked(pulled.consortium.dana) is None


def test_with_the_key_gone_nobody_is_found(pulled: Pulled) -> None:
    pulled.read(pulled.consortium.jelena, completed=True)
    with pulled.storage.write() as tx:
        tx.pilots.destroy_key(pulled.pilot.id, pulled.consortium.clock())
    assert pulled.asked(pulled.consortium.jelena) is None


def test_the_rule_is_said_with_its_version(pulled: Pulled) -> None:
    with pulled.storage.read() as tx:
        standing = pulled.completion(tx, pulled.consortium.jelena, pulled.pairing)
    assert standing.rule == 1
    assert "80 per cent" in standing.words[0]

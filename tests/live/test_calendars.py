"""Joint sessions in the calendars of two real Moodles, looked at by the same functions; taken out again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from coil_bridge.domain import CoilPhase, Model, Pairing
from coil_bridge.services.agreed.proposals import ProposalInput
from coil_bridge.services.agreed.session_plans import PlanInput
from coil_bridge.services.bundle import Services
from coil_bridge.services.calendar.calendar_events import session_in
from coil_bridge.vault import new_id
from connectors.moodle.client import MoodleClient
from connectors.moodle.course_calendar import ListedEvent
from connectors.moodle.functions import Function
from tests.live.consortium import Party, run_tasks

pytestmark = pytest.mark.live
PUBLIC = "https://bridge.example.org"


@pytest.fixture(scope="module")
def paired(
    services: Services, parties: tuple[Party, Party], clients: tuple[MoodleClient, MoodleClient]
) -> Iterator[Pairing]:
    """A pairing of the parties' courses; afterwards it is over, and gone from their calendars."""
    first, second = parties
    today = datetime.now(UTC).date()
    form = ProposalInput(
        own_course_id=first.course.id,
        partner_course_ids=(second.course.id,),
        model=Model.COIL,
        language="en",
        starts_on=today,
        ends_on=today + timedelta(days=120),
        message="Live test of calendars.",
        title="Calendars & clocks",
    )
    pairing = services.pairings.propose(first.teacher, form, new_id())
    services.pairings.accept(second.teacher, pairing.id, second.course.id)
    yield services.pairings.start(first.teacher, pairing.id)
    services.pairings.cancel(first.teacher, pairing.id, "The live test is over.")
    run_tasks(services)
    services.post.deliver_due()
    for client, party in zip(clients, parties, strict=True):
        ours = [each.id for each in listed(client, party) if session_in(each.description, PUBLIC)]
        client.delete_calendar_events(ours)


def listed(client: MoodleClient, party: Party) -> tuple[ListedEvent, ...]:
    return client.calendar.since(party.course.moodle_id, datetime.now(UTC))


def standing(client: MoodleClient, party: Party) -> dict[str | None, ListedEvent]:
    found = [each for each in listed(client, party) if session_in(each.description, PUBLIC)]
    by_session = {session_in(each.description, PUBLIC): each for each in found}
    assert len(by_session) == len(found)
    return by_session


def test_sessions_stand_in_both_calendars_and_follow_changes(
    services: Services,
    parties: tuple[Party, Party],
    clients: tuple[MoodleClient, MoodleClient],
    paired: Pairing,
) -> None:
    teacher, zone = parties[0].teacher, parties[0].course.institution.zone
    moodles = services.calendars.moodles
    day = datetime.now(UTC).replace(hour=10, minute=17, second=0, microsecond=0, tzinfo=None)
    plan = PlanInput("Teams & tools", CoilPhase.COMPARING, day + timedelta(days=7), zone, 50, count=3)
    first, second, third = services.sessions.plan(teacher, paired.id, plan, new_id())
    assert moodles.keep_due() == 2
    for client, party in zip(clients, parties, strict=True):
        there = standing(client, party)
        for each in (first, second, third):
            event = there[each.id]
            assert (event.name, event.starts_at) == ("Teams & tools", each.starts_at)
            assert (event.kind, event.length) == ("course", timedelta(minutes=50))
            assert "Calendars &amp; clocks" in event.description

    moved = PlanInput("Moved", CoilPhase.COMPARING, day + timedelta(days=9, hours=1), zone, 75)
    first = services.sessions.edit(teacher, first.id, moved, 1)
    services.sessions.cancel(teacher, second.id, 1)
    before = {
        party.course.id: standing(client, party) for client, party in zip(clients, parties, strict=True)
    }
    assert moodles.keep_due() == 2
    for client, party in zip(clients, parties, strict=True):
        there, were = standing(client, party), before[party.course.id]
        event = there[first.id]
        assert (event.name, event.starts_at, event.length) == (
            "Moved",
            first.starts_at,
            timedelta(minutes=75),
        )
        assert there[second.id].name == "Called off: Teams & tools"
        if Function.CHANGE_EVENT in client.site_info().functions:
            assert {each.id for each in there.values()} == {each.id for each in were.values()}

    client, party = clients[1], parties[1]
    client.delete_calendar_events([standing(client, party)[third.id].id])
    moodles.sweep()
    assert moodles.keep_due() == 2
    assert set(standing(client, party)) == {first.id, second.id, third.id}
    assert all(each.kept and not each.kept.problem for each in moodles.standing(teacher, paired.id))

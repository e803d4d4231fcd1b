"""Calendars of teachers' own: kept secret, read by the worker, told about to their owner only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from coil_bridge.errors import Conflict, InvalidInput
from coil_bridge.services.times.busy_calendars import READ_BUSY, BusyCalendars
from coil_bridge.storage.engine import reading
from coil_bridge.storage.tables import audit_entry, task
from connectors.transport import Transport, TransportPolicy
from tests.unit.connectors.servers import answer, says, serve
from tests.unit.connectors.test_busy_calendars import calendar
from tests.unit.services.consortium import Consortium

EVENT = "SUMMARY:Dentist in Zemun\nLOCATION:Glavna 3\nDTSTART:20261027T130000Z\nDTEND:20261027T140000Z"


def service(consortium: Consortium, *, allow_private: bool = True) -> BusyCalendars:
    policy = TransportPolicy(allow_private=allow_private, allow_http=allow_private, attempts=1)
    return BusyCalendars(
        storage=consortium.storage,
        vault=consortium.vault,
        clock=consortium.clock,
        transport=Transport(policy),
        allow_http=allow_private,
    )


@pytest.fixture
def calendars(consortium: Consortium) -> Iterator[BusyCalendars]:
    made = service(consortium)
    yield made
    made.close()


def read(calendars: BusyCalendars, consortium: Consortium) -> None:
    calendars.perform({"person_id": consortium.mira.id})


def busy(consortium: Consortium) -> list[str]:
    now = consortium.clock()
    with consortium.storage.read() as tx:
        found = tx.availability.busy_times([consortium.mira.id], now, now + timedelta(days=60))
    return [f"{starts:%m-%d %H:%M}" for starts, _ in found.get(consortium.mira.id, [])]


def everything(consortium: Consortium) -> str:
    """All that is stored about it in plain text."""
    engine = consortium.storage._engine
    with reading(engine) as connection:
        rows = [connection.execute(table.select()).all() for table in (task, audit_entry)]
        hidden = connection.exec_driver_sql("SELECT * FROM busy_calendar").all()
        times = connection.exec_driver_sql("SELECT * FROM busy_time").all()
    return repr([rows, hidden, times])


def test_only_when_is_kept_never_what_nor_the_address(
    calendars: BusyCalendars, consortium: Consortium
) -> None:
    with serve(says(answer(calendar(EVENT)))) as server:
        calendars.name(consortium.mira, f"{server.url}/private-0a1b2c/basic.ics", "Europe/Belgrade")
        read(calendars, consortium)
    assert busy(consortium) == ["10-27 13:00"]
    standing = calendars.standing(consortium.mira)
    assert standing is not None
    assert (standing.host, standing.read_at, standing.problem) == ("127.0.0.1", consortium.clock(), None)
    stored = everything(consortium)
    assert not any(word in stored for word in ("Dentist", "Zemun", "Glavna", "0a1b2c"))


def test_naming_it_queues_the_reading_once(calendars: BusyCalendars, consortium: Consortium) -> None:
    calendars.name(consortium.mira, "https://calendar.example.org/x.ics", "Europe/Belgrade")
    calendars.refresh(consortium.mira)
    with consortium.storage.read() as tx:
        queued = [each for each in tx.tasks.recent(20) if each["kind"] == READ_BUSY]
    assert [each["site_id"] for each in queued] == [None]


def test_what_goes_wrong_is_told_and_what_was_read_stands(
    calendars: BusyCalendars, consortium: Consortium
) -> None:
    script = says(
        answer(calendar(EVENT)),
        answer(b"gone", "404 Not Found"),
        answer(b"<html>", "200 OK"),
        answer(b"", "302 Found", "Location: https://elsewhere.example.org/"),
    )
    with serve(script) as server:
        calendars.name(consortium.mira, f"{server.url}/x.ics", "Europe/Belgrade")
        problems = []
        for _ in range(4):
            consortium.clock.advance(hours=7)
            read(calendars, consortium)
            standing = calendars.standing(consortium.mira)
            assert standing is not None
            problems.append(str(standing.problem))
    assert problems[0] == "None"
    assert "404" in problems[1]
    assert "no calendar" in problems[2]
    assert "leads on" in problems[3]
    assert busy(consortium) == ["10-27 13:00"]
    read(calendars, consortium)
    standing = calendars.standing(consortium.mira)
    assert standing is not None
    assert "could not be reached" in str(standing.problem)


def test_the_address_policy_holds(consortium: Consortium) -> None:
    strict = service(consortium, allow_private=False)
    with serve(says(answer(calendar(EVENT)))) as server:
        with pytest.raises(InvalidInput, match="https"):
            strict.name(consortium.mira, server.url, "Europe/Belgrade")
        strict.name(consortium.mira, f"https://127.0.0.1:{server.port}/x.ics", "Europe/Belgrade")
        read(strict, consortium)
        assert server.connections == 0
    standing = strict.standing(consortium.mira)
    assert standing is not None
    assert "does not talk to" in str(standing.problem)
    strict.close()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "calendar",
        "file:///etc/passwd",
        "https://mira:secret@example.org/",
        "https://a b/",
        "https://x:99999/",
    ],
)
def test_what_is_no_address_is_refused(
    calendars: BusyCalendars, consortium: Consortium, address: str
) -> None:
    with pytest.raises(InvalidInput):
        calendars.name(consortium.mira, address, "Europe/Belgrade")


def test_webcal_is_https(consortium: Consortium, calendars: BusyCalendars) -> None:
    calendars.name(consortium.mira, "webcal://calendar.example.org/x.ics", "Europe/Belgrade")
    with consortium.storage.read() as tx:
        stored = tx.availability.calendar(consortium.mira.id)
    assert stored is not None
    assert consortium.vault.decrypt(stored.address) == "https://calendar.example.org/x.ics"


def test_forgetting_it_deletes_all_of_it(calendars: BusyCalendars, consortium: Consortium) -> None:
    with serve(says(answer(calendar(EVENT)))) as server:
        calendars.name(consortium.mira, server.url, "Europe/Belgrade")
        read(calendars, consortium)
    calendars.forget(consortium.mira)
    assert busy(consortium) == []
    assert calendars.standing(consortium.mira) is None
    with pytest.raises(Conflict):
        calendars.refresh(consortium.mira)
    read(calendars, consortium)  # a task that was still waiting


def test_a_reading_that_another_address_overtook_stores_nothing(
    calendars: BusyCalendars, consortium: Consortium
) -> None:
    calendars.name(consortium.mira, "https://first.example.org/x.ics", "Europe/Belgrade")
    with consortium.storage.read() as tx:
        before = tx.availability.calendar(consortium.mira.id)
    assert before is not None
    calendars.name(consortium.mira, "https://second.example.org/x.ics", "Europe/Belgrade")
    now = consortium.clock()
    with consortium.storage.write() as tx:
        tx.availability.calendar_read(
            consortium.mira.id, before.address, [(now, now + timedelta(hours=1))], now
        )
    assert busy(consortium) == []


def test_calendars_are_read_again_after_some_hours(calendars: BusyCalendars, consortium: Consortium) -> None:
    with serve(says(answer(calendar(EVENT)))) as server:
        calendars.name(consortium.mira, server.url, "Europe/Belgrade")
        read(calendars, consortium)
    with consortium.storage.write() as tx:
        for each in tx.tasks.claim("w", consortium.clock(), consortium.clock(), limit=99, per_site=9):
            tx.tasks.finish(each.id, consortium.clock())
    assert calendars.queue_all() == 0
    consortium.clock.advance(hours=7)
    assert calendars.queue_all() == 1

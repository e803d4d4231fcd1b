"""Who is told of what, when: near changes at once with a calendar file, the rest by one digest a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, reset_tzpath

import pytest
import pytz
from icalendar import Calendar
from sqlalchemy import select

from coil_bridge.domain import MessageKind, Pairing, PairingState, Person, Reminder, TellingChoice
from coil_bridge.errors import NotFound
from coil_bridge.services.sessions.series_edits import Scope
from coil_bridge.storage.engine import reading
from coil_bridge.storage.tables import delivery, person, task
from scheduling.zones import use_packaged_zone_data
from tests.unit.services.consortium import Consortium, Told, wall

EVERYBODY = {
    "Mira Jovanović",
    "Aigerim Sadykova",
    "Wei Zhang",
    "Jelena Marković",
    "Dana Akhmetova",
    "Lin Chen",
}
DAY_BEFORE = datetime(2026, 10, 26, 14, tzinfo=UTC)  # 23 hours before the usual session


def told(consortium: Consortium, words: str = "", channel: str = "email") -> dict[str, Told]:
    """The messages with these words in their subject, by receiver; each gets one at most."""
    found = [each for each in consortium.told() if words in each.subject and each.channel == channel]
    assert len({each.name for each in found}) == len(found)
    return {each.name: each for each in found}


def files(consortium: Consortium) -> list[tuple[str, Any]]:
    """Every calendar file that was queued, by receiver, in order of time."""
    query = (
        select(person.c.name, delivery.c.calendar_encrypted)
        .join(person, person.c.id == delivery.c.person_id)
        .where(delivery.c.calendar_encrypted.is_not(None))
        .order_by(delivery.c.created_at, person.c.name)
    )
    with reading(consortium.storage._engine) as connection:
        rows = connection.execute(query).all()
    return [(row.name, consortium.vault.decrypt(row.calendar_encrypted)) for row in rows]


def morning(consortium: Consortium, day: str, hour: int = 8) -> int:
    """Send the digests in the morning of Central Europe; Almaty and Shanghai have had theirs by then."""
    consortium.clock.set(datetime.fromisoformat(f"{day} {hour:02}:00").replace(tzinfo=UTC))
    return consortium.telling.digests.send_due()


def test_a_far_change_waits_for_the_digest(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    consortium.tell()
    assert consortium.told() == []
    assert morning(consortium, "2026-10-21") == 5
    assert set(told(consortium)) == EVERYBODY - {"Mira Jovanović"}
    assert told(consortium, channel="moodle") == {}
    text = told(consortium)["Lin Chen"]
    assert text.subject == "What changed: 1 session"
    assert "Times are on your clock (Shanghai)." in text.body
    assert "New: Tue 27 Oct 2026, 21:00, First meeting" in text.body
    assert f"/pairings/{pairing.id}" in text.body


def test_nothing_changed_is_no_digest_and_nothing_is_said_twice(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    assert morning(consortium, "2026-10-21") == 5
    assert morning(consortium, "2026-10-21", 9) == 0
    assert morning(consortium, "2026-10-22") == 0
    assert len(consortium.told()) == 5


def test_a_digest_sums_up_all_changes_since_the_last_one(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    plan = consortium.plan(starts_local=wall("2026-11-03 14:00"), count=4)
    one, two, three, four = consortium.sessions.plan(consortium.mira, pairing.id, plan, "key-1")
    morning(consortium, "2026-10-21")

    def move(session: Any, to: str, version: int, **changes: Any) -> None:
        changed = replace(plan, count=1, starts_local=wall(to), **changes)
        consortium.sessions.edit(consortium.mira, session.id, changed, version)

    move(one, "2026-11-04 14:00", 1)
    move(one, "2026-11-05 15:00", 2)  # only where it was and where it is now
    move(two, "2026-11-11 14:00", 1)
    move(two, "2026-11-10 14:00", 2)  # and back: nothing to say
    consortium.sessions.cancel(consortium.wei, three.id, 1, "Founder's day here.")
    move(four, "2026-11-24 14:00", 1, title="We say goodbye")
    assert morning(consortium, "2026-10-22") == 6
    body = told(consortium, "3 sessions")["Jelena Marković"].body
    assert body.splitlines()[2:] == [
        "Voices across borders",
        "- Moved: Thu 5 Nov 2026, 15:00, First meeting (before: Tue 3 Nov 2026, 14:00)",
        "- Called off: Tue 17 Nov 2026, 14:00, First meeting (Founder's day here.)",
        "- Changed: Tue 24 Nov 2026, 14:00, We say goodbye",
        f"https://bridge.example.org/pairings/{pairing.id}",
    ]
    # Who has done it alone is not told of it: Mira learns what Wei did.
    assert "Called off" in told(consortium, "1 session")["Mira Jovanović"].body


def test_planned_and_called_off_before_the_digest_is_not_worth_a_word(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    consortium.sessions.cancel(consortium.mira, session.id, 1)
    assert morning(consortium, "2026-10-21") == 0


def test_everybody_has_the_own_morning_in_the_own_language(consortium: Consortium) -> None:
    """00:30 UTC is half past eight in Shanghai, half past five in Almaty, half past two in Belgrade."""
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    with consortium.storage.write() as tx:
        tx.people.update(replace(consortium.lin, language="sr_Latn", zone="Asia/Kathmandu"))
    consortium.clock.set(datetime(2026, 10, 21, 0, 30, tzinfo=UTC))
    consortium.telling.digests.send_due()
    assert set(told(consortium)) == {"Wei Zhang"}
    consortium.clock.set(datetime(2026, 10, 21, 1, 30, tzinfo=UTC))
    consortium.telling.digests.send_due()
    assert set(told(consortium)) == {"Wei Zhang", "Lin Chen"}
    assert "18:45" in told(consortium)["Lin Chen"].body
    assert "Novo" in told(consortium)["Lin Chen"].body


def test_a_long_digest_fits_into_moodle(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    plan = consortium.plan(title="Разговор о значењу ћутања међу културама" * 3, count=5)
    for position in range(8):
        start = wall("2026-11-02 08:00") + timedelta(hours=position)
        consortium.sessions.plan(
            consortium.mira, pairing.id, replace(plan, starts_local=start), f"k{position}"
        )
    morning(consortium, "2026-10-21")
    text = told(consortium)["Dana Akhmetova"]
    assert len(f"{text.subject}\n\n{text.body}".encode()) < 3_300
    assert text.subject == "What changed: 40 sessions"
    assert " more\nhttps://" in text.body


def test_a_near_change_goes_out_at_once_to_everybody_with_a_calendar_file(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    consortium.clock.set(DAY_BEFORE)
    later = consortium.plan(starts_local=wall("2026-11-05 16:00"))  # near by its old time
    consortium.sessions.edit(consortium.wei, session.id, later, 1)
    consortium.tell()
    consortium.tell()
    subject = "A joint session was changed: First meeting"
    assert set(told(consortium, subject)) == EVERYBODY - {"Wei Zhang"}
    assert set(told(consortium, subject, "moodle")) == EVERYBODY - {"Wei Zhang"}
    body = told(consortium, subject)["Lin Chen"].body
    assert "On your clock (Shanghai): Thu 5 Nov 2026, 23:00–Fri 6 Nov 2026, 00:00 (UTC+8)" in body
    assert "Before: Tue 27 Oct 2026, 21:00" in body
    assert "UB (Belgrade): Thu 5 Nov 2026, 16:00–17:00 (UTC+1)" in body
    found = dict(files(consortium))
    assert set(found) == EVERYBODY - {"Wei Zhang"}
    content = Calendar.from_ical(found["Lin Chen"])
    [event] = content.walk("VEVENT")
    assert content["METHOD"] == "REQUEST"
    assert (event["UID"], event["SEQUENCE"]) == (session.uid, 1)
    assert event.start == datetime(2026, 11, 5, 15, tzinfo=UTC)
    assert event["ATTENDEE"] == f"mailto:{consortium.lin.email}"
    assert event["ORGANIZER"] == "mailto:bridge@bridge.example.org"
    assert found["Lin Chen"].replace("\r\n ", "").count("mailto:") == 2  # nobody else's address
    # The digest does not repeat it, save for the one who did without.
    assert morning(consortium, "2026-10-27") == 0


def test_a_cancellation_is_sent_as_one(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    consortium.clock.set(DAY_BEFORE)
    consortium.sessions.cancel(consortium.wei, session.id, 1, "I am ill.")
    consortium.tell()
    assert "I am ill." in told(consortium, "cancelled")["Lin Chen"].body
    content = Calendar.from_ical(dict(files(consortium))["Dana Akhmetova"])
    [event] = content.walk("VEVENT")
    assert (content["METHOD"], event["STATUS"], event["UID"], event["SEQUENCE"]) == (
        "CANCEL",
        "CANCELLED",
        session.uid,
        1,
    )


def test_who_was_sent_a_file_is_sent_every_later_change(consortium: Consortium) -> None:
    """The copy in the own calendar follows nothing else, however far off the session is by then."""
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    consortium.clock.set(DAY_BEFORE)
    far = consortium.plan(starts_local=wall("2026-12-01 14:00"))
    consortium.sessions.edit(consortium.wei, session.id, far, 1)
    consortium.tell()
    consortium.clock.advance(hours=3)
    consortium.sessions.edit(consortium.mira, session.id, replace(far, minutes=90), 2)
    consortium.tell()
    received = [name for name, _ in files(consortium)]
    assert sorted(received) == sorted([*(EVERYBODY - {"Wei Zhang"})] * 2)  # Wei never had one
    assert morning(consortium, "2026-10-27") == 1
    assert set(told(consortium, "What changed")) == {"Wei Zhang"}


def test_many_changes_before_the_worker_comes_are_told_as_it_stands_then(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    consortium.clock.set(DAY_BEFORE)
    for version, title in enumerate(("One", "Two", "Three"), start=1):
        consortium.sessions.edit(consortium.mira, session.id, consortium.plan(title=title), version)
    consortium.tell()
    assert {each.subject for each in consortium.told()} == {"A joint session was changed: Three"}
    assert len(files(consortium)) == 5


def test_of_a_series_only_what_is_near_is_told_at_once(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    first, *_ = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=4), "key-1")
    consortium.clock.set(DAY_BEFORE)
    later = consortium.plan(starts_local=wall("2026-10-27 16:00"))
    consortium.sessions.edit_series(consortium.mira, first.id, later, 1, Scope.ALL)
    consortium.tell()
    assert set(told(consortium, "A joint session was changed")) == EVERYBODY - {"Mira Jovanović"}
    morning(consortium, "2026-10-27")
    assert "What changed: 3 sessions" in {each.subject for each in consortium.told()}


def test_notes_and_phase_are_no_news(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    morning(consortium, "2026-10-21")
    consortium.sessions.edit(consortium.mira, session.id, consortium.plan(notes="Bring a map."), 1)
    assert morning(consortium, "2026-10-22") == 0


@pytest.mark.parametrize("kind", [MessageKind.CHANGES, MessageKind.DIGEST])
def test_who_has_ended_a_kind_of_message_gets_none(consortium: Consortium, kind: MessageKind) -> None:
    pairing = consortium.agreed()
    choices = consortium.telling.choices
    link = consortium.telling.links.link(consortium.dana.id, kind)
    token = link.rpartition("/")[2]
    assert choices.asked(token) is kind
    assert choices.of(consortium.dana).wants(kind)
    assert choices.stop(token) is kind
    assert choices.stop(token) is kind
    assert not choices.of(consortium.dana).wants(kind)
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    if kind is MessageKind.CHANGES:
        consortium.clock.set(DAY_BEFORE)
        consortium.sessions.cancel(consortium.mira, session.id, 1)
        consortium.tell()
    else:
        morning(consortium, "2026-10-21")
    assert consortium.told()
    assert "Dana Akhmetova" not in {each.name for each in consortium.told()}


def test_what_is_not_wanted_at_once_is_in_the_digest(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.telling.choices.choose(consortium.dana, TellingChoice(changes=False))
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    morning(consortium, "2026-10-21")
    consortium.clock.set(DAY_BEFORE)
    consortium.sessions.edit(consortium.mira, session.id, consortium.plan(minutes=90), 1)
    consortium.tell()
    morning(consortium, "2026-10-27")
    last = [each for each in consortium.told() if each.name == "Dana Akhmetova"]
    assert any("Changed: Tue 27 Oct 2026, 18:00, First meeting" in each.body for each in last)


@pytest.mark.parametrize("token", ["", "x", "a.digest.b", "a.b.c.d", "é.digest.x", "{id}.none.{signature}"])
def test_a_link_of_somebody_elses_making_ends_nothing(consortium: Consortium, token: str) -> None:
    genuine = consortium.telling.links.link(consortium.dana.id, MessageKind.DIGEST).rpartition("/")[2]
    forged = token.format(id=consortium.dana.id, signature=genuine.rpartition(".")[2])
    with pytest.raises(NotFound):
        consortium.telling.choices.stop(forged)
    other = genuine.replace(consortium.dana.id, consortium.lin.id)
    with pytest.raises(NotFound):
        consortium.telling.choices.stop(other)


def remind_me(consortium: Consortium, someone: Person, when: Reminder) -> None:
    consortium.telling.choices.choose(someone, TellingChoice(reminder=when))


def test_reminders_come_to_those_who_want_them_once(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    remind_me(consortium, consortium.dana, Reminder.DAY)
    remind_me(consortium, consortium.wei, Reminder.HOUR)
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    reminders = consortium.telling.reminders
    consortium.clock.set(datetime(2026, 10, 26, 12, 59, tzinfo=UTC))
    assert reminders.send_due() == 0
    consortium.clock.advance(minutes=2)
    assert reminders.send_due() == 1
    assert reminders.send_due() == 0
    consortium.clock.set(datetime(2026, 10, 27, 12, 5, tzinfo=UTC))
    assert reminders.send_due() == 1
    consortium.clock.advance(hours=3)
    assert reminders.send_due() == 0
    dana, wei = told(consortium)["Dana Akhmetova"], told(consortium)["Wei Zhang"]
    assert dana.subject == "Tue 27 Oct at 18:00: First meeting"
    assert wei.subject == "Today at 21:00: First meeting"
    assert "/join/" in wei.body


def test_a_moved_session_is_reminded_of_anew_and_news_are_reminder_enough(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    remind_me(consortium, consortium.dana, Reminder.DAY)
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    consortium.clock.set(DAY_BEFORE)
    assert consortium.telling.reminders.send_due() == 1
    consortium.sessions.edit(
        consortium.mira, session.id, consortium.plan(starts_local=wall("2026-10-27 12:00")), 1
    )
    assert consortium.telling.reminders.send_due() == 0  # told of it after the reminder would have come
    consortium.sessions.edit(
        consortium.mira, session.id, consortium.plan(starts_local=wall("2026-11-03 18:00")), 2
    )
    consortium.clock.set(datetime(2026, 11, 2, 18, tzinfo=UTC))
    assert consortium.telling.reminders.send_due() == 1


def test_students_who_were_never_here_are_told_nothing(consortium: Consortium) -> None:
    """They are not stored at all; nobody but those of the pairing's courses is told."""
    courses = [consortium.belgrade, consortium.almaty]
    pairing = consortium.build.pairing(courses, proposed_by=consortium.mira)
    [session] = consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(), "key-1")
    consortium.clock.set(DAY_BEFORE)
    consortium.sessions.cancel(consortium.mira, session.id, 1)
    consortium.tell()
    assert {each.name for each in consortium.told()} == {
        "Aigerim Sadykova",
        "Jelena Marković",
        "Dana Akhmetova",
    }


def test_a_pairing_that_was_called_off_tells_of_near_sessions_with_a_file(consortium: Consortium) -> None:
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=3), "key-1")
    morning(consortium, "2026-10-21")
    consortium.clock.set(DAY_BEFORE)
    consortium.pairings.cancel(consortium.mira, pairing.id, "The course is not held.")
    consortium.tell()
    assert len(files(consortium)) == 5
    before = len(consortium.told())
    assert morning(consortium, "2026-10-27") == 0
    assert len(consortium.told()) == before


@contextmanager
def altered_zone(tmp_path: Path, name: str, like: str) -> Iterator[None]:
    """Zone data in which one zone has the rules of another, as after an update."""
    source = Path(__import__("tzdata").__file__).parent / "zoneinfo"
    for zone in ("Europe/Belgrade", "Asia/Almaty", "Asia/Shanghai"):
        target = tmp_path / zone
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((source / (like if zone == name else zone)).read_bytes())
    reset_tzpath([tmp_path])
    ZoneInfo.clear_cache()
    known = {**pytz._tzinfo_cache}
    pytz._tzinfo_cache[name] = pytz.timezone(like)
    try:
        yield
    finally:
        pytz._tzinfo_cache[name] = known[name]
        use_packaged_zone_data()
        ZoneInfo.clear_cache()


def test_new_zone_data_move_instants_and_tell_the_people(consortium: Consortium, tmp_path: Path) -> None:
    """As if Serbia had moved to Kyiv's clock: 14:00 in Belgrade is 12:00 UTC in November, not 13:00."""
    pairing = consortium.agreed()
    plan = consortium.plan(count=3)
    sessions = consortium.sessions.plan(consortium.mira, pairing.id, plan, "key-1")
    almaty = consortium.plan(starts_local=wall("2026-11-05 18:00"), zone="Asia/Almaty", title="In Almaty")
    [other] = consortium.sessions.plan(consortium.aigerim, pairing.id, almaty, "key-2")
    morning(consortium, "2026-10-21")
    consortium.clock.set(DAY_BEFORE)
    link = consortium.feeds.link(consortium.lin, pairing.id)
    with altered_zone(tmp_path, "Europe/Belgrade", "Europe/Kyiv"):
        assert consortium.sessions.follow_zone_rules() == 3
        assert consortium.sessions.follow_zone_rules() == 0
        consortium.tell()
        for before in sessions:
            after = consortium.sessions.get(consortium.mira, before.id)
            assert after.starts_at == before.starts_at - timedelta(hours=1)
            assert (after.starts_local, after.zone, after.uid) == (
                before.starts_local,
                before.zone,
                before.uid,
            )
            assert (after.sequence, after.version) == (1, 2)
        assert consortium.sessions.get(consortium.mira, other.id) == other
        assert b"DTSTART:20261027T120000Z" in consortium.feeds.serve(link.token).body
        subject = "The clocks have changed: First meeting"
        assert set(told(consortium, subject)) == EVERYBODY
        assert len(files(consortium)) == 6
        assert consortium.pairings.get(consortium.mira, pairing.id).audit[-1].action == "zone_rules_changed"
        assert morning(consortium, "2026-10-27") == 6
    text = told(consortium, "What changed: 2 sessions")["Lin Chen"].body
    assert "Moved by new rules of a time zone: Tue 3 Nov 2026, 20:00, First meeting" in text


def test_news_and_the_task_to_tell_them_belong_to_the_change(consortium: Consortium) -> None:
    pairing: Pairing = consortium.agreed(PairingState.ACCEPTED)
    consortium.sessions.plan(
        consortium.mira, pairing.id, consortium.plan(starts_local=wall("2026-10-20 18:00"), count=3), "key-1"
    )
    with reading(consortium.storage._engine) as connection:
        [queued] = connection.execute(select(task.c.payload)).scalars()
    assert len(queued["news"]) == 3


def test_old_news_go_and_the_numbers_of_marks_stay_behind(consortium: Consortium) -> None:
    """After a summer without any change, the next one is still newer than what was summed up."""
    pairing = consortium.agreed()
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=3), "key-1")
    assert morning(consortium, "2026-10-21") == 5
    consortium.clock.set(datetime(2026, 10, 21, 9, tzinfo=UTC))
    with consortium.storage.write() as tx:
        assert tx.telling.prune(consortium.clock()) == 2
    later = consortium.plan(starts_local=wall("2026-12-01 14:00"))
    consortium.sessions.plan(consortium.mira, pairing.id, later, "key-2")
    assert morning(consortium, "2026-10-22") == 5

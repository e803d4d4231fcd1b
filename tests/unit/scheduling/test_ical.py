"""Feeds and invitations, property by property, and as vobject reads them."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from scheduling.ical import (
    MAX_FEED_BYTES,
    MAX_FEED_EVENTS,
    FeedTooLarge,
    Mailbox,
    UnsafeText,
    build_feed,
    build_invitation,
    has_control_characters,
)
from tests.unit.scheduling.clocks import utc, wall
from tests.unit.scheduling.feeds import INFO, SESSION, events, logical_lines, physical_lines, read, session

ANA = Mailbox("Ana Kovač", "ana.kovac@bg.example")
LI_WEI = Mailbox('Li "Wei", Fudan', "li+coil@fudan.example")


def test_a_feed_says_about_itself_what_readers_ask_for() -> None:
    lines = logical_lines(build_feed(INFO, [SESSION], "Otkazano:"))
    assert lines[: lines.index("BEGIN:VEVENT")] == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//COIL Bridge//Joint sessions//SR-LATN",
        "CALSCALE:GREGORIAN",
        "NAME;LANGUAGE=sr-Latn:COIL: Beograd\\, Алматы & 上海",
        "X-WR-CALNAME:COIL: Beograd\\, Алматы & 上海",
        "DESCRIPTION;LANGUAGE=sr-Latn:Joint sessions of Urban Sociology\\; all times in the description",
        "X-WR-CALDESC:Joint sessions of Urban Sociology\\; all times in the description",
        "COLOR:teal",
        "SOURCE;VALUE=URI:https://coil.example/calendar/k3y.ics",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]


def test_an_event_has_every_property_in_utc_and_no_other() -> None:
    lines = logical_lines(build_feed(INFO, [SESSION], "Otkazano:"))
    assert lines[lines.index("BEGIN:VEVENT") :] == [
        "BEGIN:VEVENT",
        "UID:session-1@coil.example",
        "DTSTAMP:20261020T093000Z",
        "LAST-MODIFIED:20261020T093000Z",
        "CREATED:20260915T080000Z",
        "SEQUENCE:2",
        "DTSTART:20261103T140000Z",
        "DTEND:20261103T153000Z",
        "SUMMARY:Team building\\; first meeting\\, all groups",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "DESCRIPTION:Belgrade: Tuesday 15:00\\nАлматы: 19:00\\n上海: 22:00",
        "LOCATION:Room 12\\, Studentski trg",
        "URL:https://coil.example/sessions/1?from=feed&lang=sr",
        "CONFERENCE;VALUE=URI;FEATURE=VIDEO:https://meet.example/coil,one;two",
        "END:VEVENT",
        "END:VCALENDAR",
    ]


def test_another_parser_reads_what_was_written() -> None:
    (event,) = events(build_feed(INFO, [SESSION], "Otkazano:"))
    assert (event.uid.value, event.sequence.value) == (SESSION.uid, "2")
    assert event.dtstart.value == SESSION.start
    assert event.dtend.value == utc("2026-11-03 15:30")
    assert event.summary.value == SESSION.summary
    assert event.description.value == SESSION.description
    assert event.location.value == SESSION.location
    assert event.url.value == SESSION.url
    assert event.last_modified.value == event.dtstamp.value == SESSION.changed_at


def test_a_cancelled_session_stays_marked_and_blocks_nobodys_time() -> None:
    feed = build_feed(INFO, [session(cancelled=True, sequence=3)], "Otkazano: ")
    (event,) = events(feed)
    assert event.status.value == "CANCELLED"
    assert event.summary.value == "Otkazano: Team building; first meeting, all groups"
    assert event.transp.value == "TRANSPARENT"
    assert event.dtstart.value == SESSION.start


def test_what_is_absent_is_left_out() -> None:
    lines = logical_lines(
        build_feed(
            replace(INFO, source_url=None),
            [session(url=None, conference=None, location=" ", description="")],
            "Cancelled:",
        )
    )
    names = {line.split(":")[0].split(";")[0] for line in lines[lines.index("BEGIN:VEVENT") :]}
    assert not {"URL", "CONFERENCE", "LOCATION", "DESCRIPTION"} & names
    assert not any(line.startswith("SOURCE") for line in lines)


def test_sessions_come_in_the_order_of_time_and_without_time_zones() -> None:
    later = session(uid="b", start=utc("2026-12-01 10:00"))
    same_time = session(uid="a", start=utc("2026-12-01 10:00"))
    feed = build_feed(INFO, [later, SESSION, same_time], "Cancelled:")
    assert [event.uid.value for event in events(feed)] == [SESSION.uid, "a", "b"]
    assert b"VTIMEZONE" not in feed
    assert b"TZID" not in feed


def test_an_instant_given_on_another_clock_is_written_in_utc() -> None:
    belgrade = timezone(timedelta(hours=1))
    same = session(
        start=SESSION.start.astimezone(belgrade), changed_at=SESSION.changed_at.astimezone(belgrade)
    )
    assert build_feed(INFO, [same], "") == build_feed(INFO, [SESSION], "")


def test_a_feed_without_sessions_is_a_calendar() -> None:
    feed = build_feed(INFO, [], "Cancelled:")
    assert events(feed) == []
    assert read(feed).name == "VCALENDAR"
    assert feed.endswith(b"X-PUBLISHED-TTL:PT6H\r\nEND:VCALENDAR\r\n")


_BUILD = """
import sys
from tests.unit.scheduling.feeds import INFO, session
from scheduling.ical import build_feed
sessions = [session(uid=f"s{n}", cancelled=n % 2 == 0) for n in range(4)]
sys.stdout.buffer.write(build_feed(INFO, sessions, "X:"))
"""


def test_the_bytes_do_not_depend_on_process_clock_or_environment() -> None:
    expected = build_feed(INFO, [session(uid=f"s{n}", cancelled=n % 2 == 0) for n in range(4)], "X:")
    for seed, zone in (("1", "Asia/Shanghai"), ("2", "America/New_York")):
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LANG": "C"}
        root = Path(__file__).parents[3]
        run = subprocess.run(
            [sys.executable, "-c", _BUILD], capture_output=True, check=True, env=env, cwd=root
        )
        assert run.stdout == expected


def test_a_change_of_one_session_changes_its_lines_only() -> None:
    others = [session(uid=f"s{n}", start=SESSION.start + timedelta(weeks=n + 1)) for n in range(3)]
    before = build_feed(INFO, [SESSION, *others], "Cancelled:")
    moved = session(start=utc("2026-11-03 15:00"), sequence=3, changed_at=utc("2026-10-21 10:00"))
    after = build_feed(INFO, [moved, *others], "Cancelled:")
    changed = {line.split(":")[0] for line in set(logical_lines(after)) - set(logical_lines(before))}
    assert changed == {"DTSTART", "DTEND", "SEQUENCE", "DTSTAMP", "LAST-MODIFIED"}
    assert b"UID:session-1@coil.example" in after


def test_a_feed_stays_below_a_megabyte() -> None:
    long = "Almaty " * 1400
    sessions = [session(uid=f"s{n}", description=long) for n in range(90)]
    assert MAX_FEED_BYTES * 0.9 < len(build_feed(INFO, sessions, "")) < MAX_FEED_BYTES
    with pytest.raises(FeedTooLarge, match=r"\d{7} bytes"):
        build_feed(INFO, [*sessions, *(replace(each, uid=f"x{each.uid}") for each in sessions)], "")


def test_a_feed_has_no_more_events_than_readers_take() -> None:
    sessions = [session(uid=f"s{n}") for n in range(MAX_FEED_EVENTS + 1)]
    with pytest.raises(FeedTooLarge, match="1101 events"):
        build_feed(INFO, sessions, "")


def test_two_sessions_with_one_uid_are_refused() -> None:
    with pytest.raises(ValueError, match="same UID"):
        build_feed(INFO, [SESSION, session(start=utc("2026-12-01"))], "")


BAD_TEXT = ["a\x00b", "a\x0bb", "a\x0cb", "a\x1bb", "a\x7fb", "a\x85b", "a\u2028BEGIN:VEVENT", "a\ud800b"]


@pytest.mark.parametrize("text", BAD_TEXT)
@pytest.mark.parametrize("field", ["uid", "summary", "description", "location", "url", "conference"])
def test_control_characters_never_reach_a_file(field: str, text: str) -> None:
    assert has_control_characters(text)
    with pytest.raises(UnsafeText, match=field) as refusal:
        build_feed(INFO, [session(**{field: text})], "")
    assert text not in str(refusal.value)


@pytest.mark.parametrize("field", ["name", "description", "source_url", "product"])
def test_the_feeds_own_texts_are_checked_too(field: str) -> None:
    changes: dict[str, Any] = {field: "a\x00b"}
    with pytest.raises(UnsafeText):
        build_feed(replace(INFO, **changes), [SESSION], "")
    with pytest.raises(UnsafeText):
        build_feed(INFO, [session(cancelled=True)], "a\x00b")


@pytest.mark.parametrize(
    "text", ["plain", "two\nlines", "as typed\r\nin a form", "tab\there", "Ђорђе 张伟 Әлия 👩‍🏫", ""]
)
def test_ordinary_text_has_no_control_characters(text: str) -> None:
    assert not has_control_characters(text)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "meet.example/1",
        "javascript:alert(1)",
        "https://",
        "https://user:word@meet.example/",
        "https://meet.example/\r\nATTENDEE:mailto:x@y.example",
        'https://meet.example/"',
        "https://meet.example/a b",
    ],
)
@pytest.mark.parametrize("field", ["url", "conference"])
def test_links_are_web_addresses(field: str, address: str) -> None:
    with pytest.raises(UnsafeText, match=f"{field} is no web address"):
        build_feed(INFO, [session(**{field: address})], "")


def test_a_link_with_other_letters_is_written_in_ascii() -> None:
    lines = logical_lines(build_feed(INFO, [session(url="https://састанак.срб:8443/соба/1?q=ш%20x#а")], ""))
    assert (
        "URL:https://xn--80aaa4bnvbi.xn--90a3ac:8443/%D1%81%D0%BE%D0%B1%D0%B0/1?q=%D1%88%20x#%D0%B0" in lines
    )


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", " \n\t "])
def test_a_line_break_in_a_title_becomes_a_space_and_in_a_description_stays_one(break_: str) -> None:
    nasty = f"Kick-off{break_}BEGIN:VALARM"
    (event,) = events(build_feed(INFO, [session(summary=nasty, description=nasty)], ""))
    assert event.summary.value == "Kick-off BEGIN:VALARM"
    assert event.description.value.splitlines()[-1].strip() == "BEGIN:VALARM"
    assert "valarm" not in event.contents


def test_a_backslash_and_a_capital_n_are_no_line_break() -> None:
    (event,) = events(build_feed(INFO, [session(description=r"C:\New\notes, \; \\")], ""))
    assert event.description.value == r"C:\New\notes, \; \\"


@pytest.mark.parametrize("field", ["uid", "summary"])
def test_what_moodle_drops_an_event_for_is_refused(field: str) -> None:
    with pytest.raises(UnsafeText, match=f"{field} is empty"):
        build_feed(INFO, [session(**{field: " \n"})], "")


@pytest.mark.parametrize("changes", [{"minutes": 0}, {"minutes": -5}, {"sequence": -1}])
def test_a_session_without_length_or_with_a_negative_sequence_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least a minute"):
        session(**changes)


@pytest.mark.parametrize("field", ["start", "changed_at", "created_at"])
def test_naive_times_are_refused(field: str) -> None:
    with pytest.raises(TypeError, match="naive"):
        build_feed(INFO, [session(**{field: wall("2026-11-03 14:00")})], "")


@pytest.mark.parametrize(
    "changes",
    [{"color": "#123456"}, {"color": "Teal;X=1"}, {"language": "sr_Latn"}, {"language": ""}],
)
def test_colours_and_languages_have_one_form(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="CSS3 colour name"):
        replace(INFO, **changes)  # type: ignore[arg-type]  # every value here is a string


def test_a_refresh_interval_is_positive() -> None:
    with pytest.raises(ValueError, match="longer than nothing"):
        build_feed(replace(INFO, refresh=timedelta(0)), [], "")


def test_an_invitation_has_the_uid_of_the_feed_and_both_people() -> None:
    invitation = build_invitation(SESSION, "REQUEST", ANA, LI_WEI)
    calendar = read(invitation)
    assert calendar.method.value == "REQUEST"
    (event,) = events(invitation)
    (in_feed,) = events(build_feed(INFO, [SESSION], ""))
    assert event.uid.value == in_feed.uid.value
    assert (event.dtstart.value, event.dtend.value) == (in_feed.dtstart.value, in_feed.dtend.value)
    assert event.sequence.value == in_feed.sequence.value
    assert event.organizer.value == "mailto:ana.kovac@bg.example"
    assert event.organizer.params["CN"] == ["Ana Kovač"]
    assert event.attendee.value == "mailto:li+coil@fudan.example"
    assert event.attendee.params == {
        "CN": ["Li 'Wei', Fudan"],
        "PARTSTAT": ["NEEDS-ACTION"],
        "ROLE": ["REQ-PARTICIPANT"],
        "RSVP": ["FALSE"],
    }


def test_a_cancellation_says_so_twice() -> None:
    invitation = build_invitation(session(cancelled=True), "CANCEL", ANA, LI_WEI)
    assert read(invitation).method.value == "CANCEL"
    assert events(invitation)[0].status.value == "CANCELLED"


def test_method_and_status_agree() -> None:
    with pytest.raises(ValueError, match="sent as CANCEL"):
        build_invitation(session(cancelled=True), "REQUEST", ANA, LI_WEI)
    with pytest.raises(ValueError, match="sent as CANCEL"):
        build_invitation(SESSION, "CANCEL", ANA, LI_WEI)


@pytest.mark.parametrize(
    "email",
    ["", "ana", "a@b@c.example", "ana kovac@bg.example", "ana@bg.example\r\nX:1", "<ana@bg.example>", "a@-"],
)
def test_an_unusable_address_is_refused(email: str) -> None:
    with pytest.raises(UnsafeText, match="attendee has no usable e-mail address"):
        build_invitation(SESSION, "REQUEST", ANA, Mailbox("Ana", email))


def test_characters_with_a_meaning_in_mailto_are_encoded() -> None:
    lines = logical_lines(build_invitation(SESSION, "REQUEST", ANA, Mailbox("Bo", "bo?cc=x&y%z@bg.example")))
    assert any(line.endswith(":mailto:bo%3Fcc%3Dx%26y%25z@bg.example") for line in lines)


def test_lines_are_folded_at_75_octets_between_characters() -> None:
    long = "Қазақстан 上海 Ђорђе 👩‍🏫 " * 20
    feed = build_feed(INFO, [session(description=long, conference="https://meet.example/" + "соба" * 30)], "")
    assert max(len(line) for line in physical_lines(feed)) <= 75
    assert all(line.decode() for line in physical_lines(feed))
    assert events(feed)[0].description.value == long

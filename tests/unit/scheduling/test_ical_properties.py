"""What holds for every feed: drawn sessions, re-read by vobject."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.ical import FeedEvent, build_feed, has_control_characters
from tests.unit.scheduling.clocks import wall
from tests.unit.scheduling.feeds import INFO, events, logical_lines, physical_lines

# Weighted towards what the format gives a meaning: separators, escapes, breaks, wide characters.
letters = st.one_of(st.sampled_from('\\\\nN;,:"\n\r\t ^=жШқ上👩'), st.characters(exclude_categories=["Cs"]))
texts = st.text(letters, max_size=120).filter(lambda text: not has_control_characters(text))
titles = texts.filter(lambda text: bool(text.strip()))
instants = st.datetimes(wall("2026-01-01"), wall("2037-12-30"), timezones=st.just(UTC))

sessions = st.builds(
    FeedEvent,
    uid=st.uuids().map(lambda uid: f"{uid}@coil.example"),
    sequence=st.integers(0, 99),
    start=instants,
    minutes=st.integers(1, 24 * 60),
    summary=titles,
    description=texts,
    location=texts,
    url=st.none() | st.just("https://coil.example/sessions/7?a=1&b=2"),
    conference=st.none() | st.just("https://meet.example/7"),
    cancelled=st.booleans(),
    changed_at=instants,
    created_at=instants,
)
feeds = st.lists(sessions, max_size=4, unique_by=lambda event: event.uid)


@given(feeds, st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_input_does_not_show(drawn: list[FeedEvent], random: object) -> None:
    shuffled = sorted(drawn, key=lambda _: random.random())  # type: ignore[attr-defined]  # hypothesis's own Random
    assert build_feed(INFO, shuffled, "Cancelled:") == build_feed(INFO, drawn, "Cancelled:")


@given(feeds)
@settings(max_examples=80, deadline=None)
def test_the_form_is_right_whatever_people_write(drawn: list[FeedEvent]) -> None:
    feed = build_feed(INFO, drawn, "Cancelled:")
    assert max(len(line) for line in physical_lines(feed)) <= 75
    assert b"\n" not in feed.replace(b"\r\n", b"")
    assert b"\r" not in feed.replace(b"\r\n", b"")
    assert structure(logical_lines(feed)) == [
        "BEGIN:VCALENDAR",
        *["BEGIN:VEVENT", "END:VEVENT"] * len(drawn),
        "END:VCALENDAR",
    ]


def structure(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line.startswith(("BEGIN:", "END:"))]


@given(feeds)
@settings(max_examples=80, deadline=None)
def test_another_parser_finds_every_session_unchanged(drawn: list[FeedEvent]) -> None:
    read = {event.uid.value: event for event in events(build_feed(INFO, drawn, "Cancelled:"))}
    assert set(read) == {session.uid for session in drawn}
    for session in drawn:
        event = read[session.uid]
        assert event.dtstart.value == session.start.replace(microsecond=0)
        assert event.dtend.value == (session.start + timedelta(minutes=session.minutes)).replace(
            microsecond=0
        )
        assert event.dtstamp.value == event.last_modified.value == session.changed_at.replace(microsecond=0)
        assert int(event.sequence.value) == session.sequence
        assert event.summary.value.startswith("Cancelled: ") or not session.cancelled
        assert words(event.summary.value).endswith(words(session.summary))
        written = session.description.replace("\r\n", "\n").replace("\r", "\n")
        assert getattr(event, "description", None) is None or event.description.value == written
        assert hasattr(event, "description") is bool(session.description.strip())


def words(text: str) -> str:
    return " ".join(text.split())

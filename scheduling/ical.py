"""Calendar feeds and invitations (RFC 5545, 5546, 7986), the same bytes for the same sessions.

A stored feed is served with an ETag, so nothing may depend on when or where it was built: events
are sorted, DTSTAMP is the last change and not now, no UID is drawn. Events are in UTC: no reader
agrees with another about VTIMEZONE. A cancelled session stays, with STATUS for the readers that
honour it and a prefix for those that do not (Moodle), and no longer blocks anybody's time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from icalendar import Alarm, Calendar, Component, Event, vUri

from scheduling.ical_values import (
    UnsafeText,
    before_start,
    duration,
    has_control_characters,
    person,
    text_line,
    text_lines,
    utc,
    web_address,
)
from scheduling.subscriptions import SubscriptionLinks, subscription_links

__all__ = [
    "MAX_FEED_BYTES",
    "MAX_FEED_EVENTS",
    "FeedEvent",
    "FeedInfo",
    "FeedTooLarge",
    "Mailbox",
    "SubscriptionLinks",
    "UnsafeText",
    "build_feed",
    "build_invitation",
    "has_control_characters",
    "subscription_links",
]

MAX_FEED_BYTES = 1_000_000
"""A feed stays below this: Google stops reading at about one megabyte."""
MAX_FEED_EVENTS = 1_100
"""As many events as Google takes."""

_COLOR = re.compile(r"[a-z]+")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_END = b"END:VCALENDAR\r\n"


class FeedTooLarge(ValueError):
    """A feed that subscribers' calendars would cut off; split it or leave old sessions out."""


@dataclass(frozen=True)
class FeedEvent:
    """One session of a feed. ``start``, ``changed_at`` and ``created_at`` are aware instants.

    ``uid`` never changes; ``sequence`` and ``changed_at`` grow with every change of time, place or
    status. ``url`` is the session's page, ``conference`` the room. Raises ValueError for a length
    below a minute or a negative sequence.
    """

    uid: str
    sequence: int
    start: datetime
    minutes: int
    summary: str
    description: str
    location: str
    url: str | None
    conference: str | None
    cancelled: bool
    changed_at: datetime
    created_at: datetime

    def __post_init__(self) -> None:
        if self.minutes < 1 or self.sequence < 0:
            raise ValueError("A session lasts at least a minute and its sequence counts from 0")


@dataclass(frozen=True)
class FeedInfo:
    """What a feed says of itself.

    ``color`` is a CSS3 name, ``language`` a BCP 47 tag, ``refresh`` how often readers should ask,
    ``product`` the maker's name without a version: a release must not change every feed's bytes.
    Raises ValueError for a colour or language of another form.
    """

    name: str
    description: str
    source_url: str | None
    color: str
    language: str
    refresh: timedelta
    product: str

    def __post_init__(self) -> None:
        if not _COLOR.fullmatch(self.color) or not _LANGUAGE.fullmatch(self.language):
            raise ValueError("A feed has a CSS3 colour name and a BCP 47 language tag")


@dataclass(frozen=True)
class Mailbox:
    """A person's name and e-mail address."""

    name: str
    email: str


def build_feed(
    info: FeedInfo, events: Iterable[FeedEvent], cancelled_prefix: str, alarm: timedelta | None = None
) -> bytes:
    """The feed's bytes, the same for the same input in any order, on any machine.

    ``cancelled_prefix`` ("Cancelled:") goes before the summary of a cancelled session. ``alarm`` is
    how long before the start a calendar program shall remind (VALARM), of sessions that take place. A
    feed without events is served all the same: a subscriber who came early keeps the subscription.

    Raises FeedTooLarge; UnsafeText; ValueError for two events with one UID; TypeError for a naive
    datetime.
    """
    ordered = sorted(events, key=lambda event: (event.start, event.uid))
    if len(ordered) > MAX_FEED_EVENTS:
        raise FeedTooLarge(f"{len(ordered)} events; readers take up to {MAX_FEED_EVENTS}")
    if len({event.uid for event in ordered}) < len(ordered):
        raise ValueError("Two sessions of a feed have the same UID")
    frame = _bytes(_feed_calendar(info)).removesuffix(_END)
    feed = b"".join((frame, *(_event_bytes(event, cancelled_prefix, alarm) for event in ordered), _END))
    if len(feed) >= MAX_FEED_BYTES:
        raise FeedTooLarge(f"{len(feed)} bytes; readers take less than {MAX_FEED_BYTES}")
    return feed


def build_invitation(
    event: FeedEvent, method: Literal["REQUEST", "CANCEL"], organizer: Mailbox, attendee: Mailbox
) -> bytes:
    """The ``.ics`` of an e-mail (RFC 5546): same UID as in the feed, so that calendars match the two.

    Raises ValueError unless a CANCEL is for a cancelled session and a REQUEST for one that stands;
    UnsafeText for an unusable name or address.
    """
    if event.cancelled != (method == "CANCEL"):
        raise ValueError("A cancelled session is sent as CANCEL, any other as REQUEST")
    component = _event(event, event.summary)
    component["ORGANIZER"] = person(organizer.name, organizer.email, "organizer")
    guest = person(attendee.name, attendee.email, "attendee")
    guest.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"})
    component["ATTENDEE"] = guest
    calendar = _calendar("COIL Bridge", "EN")
    calendar["METHOD"] = text_line(method, "method")
    calendar.add_component(component)
    return _bytes(calendar)


def _bytes(component: Component) -> bytes:
    """In the order of assignment: icalendar's own sorting would put DTSTART before UID."""
    content: bytes = component.to_ical(sorted=False)
    return content


def _calendar(product: str, language: str) -> Calendar:
    calendar = Calendar()
    calendar["VERSION"] = text_line("2.0", "version")
    calendar["PRODID"] = text_line(f"-//{product}//Joint sessions//{language.upper()}", "product")
    calendar["CALSCALE"] = text_line("GREGORIAN", "calendar scale")
    return calendar


def _feed_calendar(info: FeedInfo) -> Calendar:
    """RFC 7986 beside the older X- properties, which most readers still ask for."""
    calendar = _calendar(info.product, info.language)
    for name in ("NAME", "X-WR-CALNAME"):
        calendar[name] = text_line(info.name, "name")
    for name in ("DESCRIPTION", "X-WR-CALDESC"):
        calendar[name] = text_lines(info.description, "description")
    for name in ("NAME", "DESCRIPTION"):
        calendar[name].params["LANGUAGE"] = info.language
    calendar["COLOR"] = text_line(info.color, "color")
    if info.source_url is not None:
        calendar["SOURCE"] = _typed_uri(info.source_url, "source")
    calendar["REFRESH-INTERVAL"] = duration(info.refresh)
    calendar["REFRESH-INTERVAL"].params["VALUE"] = "DURATION"
    calendar["X-PUBLISHED-TTL"] = duration(info.refresh)
    return calendar


# Most of the cost of a feed. When one session changes, the others of its pairing, and the same
# sessions in the feeds of persons and institutions, come from here; 4,096 are some 8 MB.
@lru_cache(maxsize=4096)
def _event_bytes(event: FeedEvent, cancelled_prefix: str, alarm: timedelta | None) -> bytes:
    summary = f"{cancelled_prefix.strip()} {event.summary}" if event.cancelled else event.summary
    component = _event(event, summary)
    if alarm is not None and not event.cancelled:
        component.add_component(_alarm(event, alarm))
    return _bytes(component)


def _alarm(event: FeedEvent, before: timedelta) -> Alarm:
    """RFC 5545, 3.6.6: what a display alarm must have; some readers show its DESCRIPTION."""
    component = Alarm()
    component["ACTION"] = text_line("DISPLAY", "action")
    component["DESCRIPTION"] = text_line(event.summary, "summary")
    component["TRIGGER"] = before_start(before)
    return component


def _event(event: FeedEvent, summary: str) -> Event:
    """Always with DTEND (Moodle takes a missing one for zero length) and a SUMMARY (or Moodle drops it)."""
    component = Event()
    component["UID"] = text_line(event.uid, "uid")
    component["DTSTAMP"] = component["LAST-MODIFIED"] = utc(event.changed_at)
    component["CREATED"] = utc(event.created_at)
    component["SEQUENCE"] = text_line(str(event.sequence), "sequence")
    component["DTSTART"] = utc(event.start)
    component["DTEND"] = utc(event.start + timedelta(minutes=event.minutes))
    component["SUMMARY"] = text_line(summary, "summary")
    component["STATUS"] = text_line("CANCELLED" if event.cancelled else "CONFIRMED", "status")
    component["TRANSP"] = text_line("TRANSPARENT" if event.cancelled else "OPAQUE", "transparency")
    _add_texts_and_links(component, event)
    return component


def _add_texts_and_links(component: Event, event: FeedEvent) -> None:
    if event.description.strip():
        component["DESCRIPTION"] = text_lines(event.description, "description")
    if event.location.strip():
        component["LOCATION"] = text_line(event.location, "location")
    if event.url is not None:
        component["URL"] = web_address(event.url, "url")
    if event.conference is not None:
        component["CONFERENCE"] = _typed_uri(event.conference, "conference")
        component["CONFERENCE"].params["FEATURE"] = "VIDEO"


def _typed_uri(url: str, field: str) -> vUri:
    """A URI of RFC 7986, where VALUE=URI must be said; icalendar leaves it out."""
    address = web_address(url, field)
    address.params["VALUE"] = "URI"
    return address

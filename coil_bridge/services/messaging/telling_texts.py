"""What people are told of sessions, in their own language and on their own clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from coil_bridge.domain import JointSession, NewsKind, Pairing, Reminder, SessionState
from coil_bridge.i18n import Translator, mark
from coil_bridge.services.agreed.session_clocks import city, clock_lines
from coil_bridge.services.messaging.messages import MessageText
from coil_bridge.storage.telling import News
from scheduling.zones import to_local, utc_offset_label

Text = Callable[[Translator], MessageText]

_SUBJECTS = {
    NewsKind.PLANNED: mark("A joint session was planned: %(title)s"),
    NewsKind.CHANGED: mark("A joint session was changed: %(title)s"),
    NewsKind.CANCELLED: mark("A joint session was cancelled: %(title)s"),
    NewsKind.ZONES: mark("The clocks have changed: %(title)s"),
}
_OPENINGS = {
    NewsKind.PLANNED: mark("For the pairing “%(pairing)s”:"),
    NewsKind.CHANGED: mark("In the pairing “%(pairing)s”, this is how it stands now:"),
    NewsKind.CANCELLED: mark("In the pairing “%(pairing)s”, this session does not take place:"),
    NewsKind.ZONES: mark(
        "The rules of a time zone have changed. In the pairing “%(pairing)s”, this session keeps its "
        "time at the university that planned it and has moved for others:"
    ),
}


def at_once(pairing: Pairing, session: JointSession, news: News, *, zone: str, page: str) -> Text:
    """A session that is near was planned, changed or called off; ``zone`` is the reader's clock."""
    off = session.state is SessionState.CANCELLED
    kind = NewsKind.CANCELLED if off else news.kind

    def write(translator: Translator) -> MessageText:
        subject = translator.gettext(_SUBJECTS[kind], title=session.title)
        opening = translator.gettext(_OPENINGS[kind], pairing=pairing.title)
        when = [on_your_clock(translator, session.starts_at, session.minutes, zone)]
        if not off and (was := _moved_from(news, session)):
            before = translator.moment(to_local(was, zone))
            when.append(translator.gettext("Before: %(moment)s", moment=before))
        reason = translator.gettext("Reason: %(reason)s", reason=news.reason) if news.reason else ""
        way = "" if off else _room(translator, session)
        clocks = clock_lines(translator, pairing, session.starts_at, session.minutes)
        return _message(
            subject, opening, session.title, "\n".join(when), "\n".join(clocks), reason, way, page
        )

    return write


def reminder(
    pairing: Pairing, session: JointSession, choice: Reminder, *, zone: str, page: str, door: str
) -> Text:
    """A session begins in an hour or a day; ``door`` leads into its room."""

    def write(translator: Translator) -> MessageText:
        start = to_local(session.starts_at, zone)
        values = {"time": translator.clock(start), "title": session.title}
        if choice is Reminder.HOUR:
            subject = translator.gettext("Today at %(time)s: %(title)s", **values)
        else:
            day = translator.short_day(start.date())
            subject = translator.gettext("%(day)s at %(time)s: %(title)s", day=day, **values)
        clocks = clock_lines(translator, pairing, session.starts_at, session.minutes)
        way = (
            translator.gettext("The way into the room: %(address)s", address=door) if session.room_url else ""
        )
        yours = on_your_clock(translator, session.starts_at, session.minutes, zone)
        return _message(subject, pairing.title, session.title, yours, "\n".join(clocks), way, page)

    return write


def on_your_clock(translator: Translator, starts_at: datetime, minutes: int, zone: str) -> str:
    """A session's time for its reader: "On your clock (Belgrade): Tue 27 Oct 2026, 14:00–15:00 (UTC+1)"."""
    start, end = to_local(starts_at, zone), to_local(starts_at + timedelta(minutes=minutes), zone)
    until = translator.clock(end) if end.date() == start.date() else translator.moment(end)
    time = f"{translator.moment(start)}–{until} ({utc_offset_label(starts_at, zone)})"
    return translator.gettext("On your clock (%(city)s): %(time)s", city=city(translator, zone), time=time)


def _moved_from(news: News, session: JointSession) -> datetime | None:
    if not news.before:
        return None
    was = datetime.fromisoformat(str(news.before["starts_at"]))
    return was if was != session.starts_at else None


def _room(translator: Translator, session: JointSession) -> str:
    if not session.room_url:
        return ""
    return translator.gettext("Room: %(address)s", address=session.room_url)


def _message(subject: str, *paragraphs: str) -> MessageText:
    return MessageText(subject, "\n\n".join(each for each in paragraphs if each))

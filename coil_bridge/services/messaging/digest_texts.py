"""What a digest says: the difference between what a person knew of each session and how it stands now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from coil_bridge.domain import JointSession, NewsKind, SessionState
from coil_bridge.i18n import Translator
from coil_bridge.services.agreed.session_changes import ends_at
from coil_bridge.services.agreed.session_clocks import city
from coil_bridge.services.messaging.messages import MessageText
from coil_bridge.storage.telling import News, Told
from scheduling.zones import to_local

# Moodle takes 4,096 bytes of HTML, and links and escapes take their share.
_BYTES = 2_900

Happened = Literal["new", "moved", "zones", "changed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Item:
    """One session of which there is something to say; ``was`` is the instant at which it stood before."""

    happened: Happened
    session: JointSession
    was: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class PairingNews:
    """The news of one pairing; ``page`` is its address."""

    title: str
    page: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything that one person is told; times are on the clock of ``zone``."""

    zone: str
    pairings: tuple[PairingNews, ...]


def summed_up(
    news: Sequence[News],
    sessions: Mapping[str, JointSession],
    told: Mapping[str, Told],
    person_id: str,
    now: datetime,
) -> tuple[Item, ...]:
    """What is left to say of sessions of one pairing, in order of their times.

    ``news`` are those since the last digest, ``told`` what the person was told at once, by session.
    """
    by_session: dict[str, list[News]] = {}
    for each in news:
        by_session.setdefault(each.session_id, []).append(each)
    items = [
        item
        for session_id, some in by_session.items()
        if session_id in sessions
        and any(each.actor_id != person_id for each in some)
        and not (session_id in told and told[session_id].sequence >= sessions[session_id].sequence)
        and (item := _item(some, sessions[session_id], now))
    ]
    return tuple(sorted(items, key=lambda each: (each.session.starts_at, each.session.id)))


def _item(news: Sequence[News], session: JointSession, now: datetime) -> Item | None:
    before, last = news[0].before, news[-1]
    off = session.state is SessionState.CANCELLED
    if ends_at(session) <= now:
        return None
    if before is None:
        return None if off else Item("new", session, None, "")
    was = datetime.fromisoformat(str(before["starts_at"]))
    if off:
        return None if before["cancelled"] else Item("cancelled", session, was, last.reason)
    if was != session.starts_at:
        zones = all(each.kind is NewsKind.ZONES for each in news)
        return Item("zones" if zones else "moved", session, was, "")
    same = (before["title"], before["minutes"], before["room_url"])
    if same != (session.title, session.minutes, session.room_url):
        return Item("changed", session, None, "")
    return None


def digest(content: Digest) -> Callable[[Translator], MessageText]:
    """The message; what does not fit is counted, and the pairing's page has it."""

    def write(translator: Translator) -> MessageText:
        count = sum(len(each.items) for each in content.pairings)
        first = content.pairings[0].items[0].session.title
        subject = translator.ngettext(
            "What changed: %(count)s session", "What changed: %(count)s sessions", count, title=first
        )
        clock = translator.gettext("Times are on your clock (%(city)s).", city=city(translator, content.zone))
        left = _BYTES - len(f"{subject}{clock}".encode())
        share = left // len(content.pairings)
        parts = [_part(translator, each, content.zone, share) for each in content.pairings]
        return MessageText(subject, "\n\n".join([clock, *parts]))

    return write


def _part(translator: Translator, news: PairingNews, zone: str, most: int) -> str:
    lines = [news.title]
    size = len(f"{news.title}{news.page}".encode()) + 80  # a word about what was left out has to fit
    for position, item in enumerate(news.items):
        line = f"- {_line(translator, item, zone)}"
        size += len(line.encode()) + 1
        if size > most:
            rest = len(news.items) - position
            lines.append(translator.ngettext("and %(count)s more", "and %(count)s more", rest))
            break
        lines.append(line)
    return "\n".join([*lines, news.page])


def _line(translator: Translator, item: Item, zone: str) -> str:
    values = {
        "title": item.session.title,
        "moment": translator.moment(to_local(item.session.starts_at, zone)),
    }
    if item.happened == "new":
        return translator.gettext("New: %(moment)s, %(title)s", **values)
    if item.happened == "changed":
        return translator.gettext("Changed: %(moment)s, %(title)s", **values)
    was = translator.moment(to_local(item.was or item.session.starts_at, zone))
    if item.happened == "cancelled":
        off = translator.gettext("Called off: %(moment)s, %(title)s", **values | {"moment": was})
        return f"{off} ({item.reason})" if item.reason else off
    if item.happened == "zones":
        return translator.gettext(
            "Moved by new rules of a time zone: %(moment)s, %(title)s (before: %(was)s)", was=was, **values
        )
    return translator.gettext("Moved: %(moment)s, %(title)s (before: %(was)s)", was=was, **values)

"""What people are told when sessions are planned, changed or called off, in their own language."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from coil_bridge.domain import JointSession, Pairing
from coil_bridge.i18n import Translator
from coil_bridge.services.messages import MessageText
from coil_bridge.services.session_clocks import clock_lines

Text = Callable[[Translator], MessageText]


def planned(pairing: Pairing, sessions: Sequence[JointSession], page: str) -> Text:
    """New sessions, the first of them on every clock."""

    def write(translator: Translator) -> MessageText:
        subject = _planned_subject(translator, len(sessions), sessions[0].title)
        opening = translator.gettext("For the pairing “%(pairing)s”:", pairing=pairing.title)
        return MessageText(subject, _body(translator, pairing, sessions[0], opening, page))

    return write


def changed(pairing: Pairing, session: JointSession, page: str) -> Text:
    """Another time, place or title."""

    def write(translator: Translator) -> MessageText:
        subject = translator.gettext("A joint session was changed: %(title)s", title=session.title)
        opening = translator.gettext(
            "In the pairing “%(pairing)s”, this is how it stands now:", pairing=pairing.title
        )
        return MessageText(subject, _body(translator, pairing, session, opening, page))

    return write


def cancelled(pairing: Pairing, session: JointSession, reason: str, page: str) -> Text:
    """It does not take place."""

    def write(translator: Translator) -> MessageText:
        subject = translator.gettext("A joint session was cancelled: %(title)s", title=session.title)
        opening = translator.gettext(
            "In the pairing “%(pairing)s”, this session does not take place:", pairing=pairing.title
        )
        note = translator.gettext("Reason: %(reason)s", reason=reason) if reason else ""
        return MessageText(subject, _body(translator, pairing, session, opening, note, page))

    return write


def zone_rules_changed(pairing: Pairing, session: JointSession, page: str) -> Text:
    """A country changed its clocks, so the session has moved for the others."""

    def write(translator: Translator) -> MessageText:
        subject = translator.gettext("The clocks have changed: %(title)s", title=session.title)
        opening = translator.gettext(
            "The rules of a time zone have changed. In the pairing “%(pairing)s”, this session keeps its "
            "time at the university that planned it and has moved for others:",
            pairing=pairing.title,
        )
        return MessageText(subject, _body(translator, pairing, session, opening, page))

    return write


def _planned_subject(translator: Translator, count: int, title: str) -> str:
    if count == 1:
        return translator.gettext("A joint session was planned: %(title)s", title=title)
    # The form for one is also that of 21 in many languages, so it needs the number.
    return translator.ngettext(
        "%(count)s joint session was planned: %(title)s",
        "%(count)s joint sessions were planned: %(title)s",
        count,
        title=title,
    )


def _body(translator: Translator, pairing: Pairing, session: JointSession, opening: str, *more: str) -> str:
    clocks = clock_lines(translator, pairing, session.starts_at, session.minutes)
    paragraphs = [opening, session.title, "\n".join(clocks), *more]
    return "\n\n".join(each for each in paragraphs if each)

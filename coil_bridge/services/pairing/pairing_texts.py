"""What people are told about a pairing, in their own language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from coil_bridge.domain import Course, Pairing, PairingState, Person
from coil_bridge.i18n import Translator
from coil_bridge.services.messaging.messages import MessageText

Text = Callable[[Translator], MessageText]


def proposed(pairing: Pairing, own: Course, invited: Course, proposer: str, page: str) -> Text:
    """To the teachers of an invited course."""

    def write(translator: Translator) -> MessageText:
        gettext = translator.gettext
        university = own.institution.name
        subject = gettext("%(university)s proposes to pair a course with yours", university=university)
        opening = gettext(
            "%(person)s (%(university)s) proposes to teach “%(own)s” together with your course "
            "“%(invited)s”.",
            person=proposer,
            university=university,
            own=own.fullname,
            invited=invited.fullname,
        )
        terms = gettext(
            "%(model)s, in %(language)s, from %(first)s to %(last)s.",
            model=pairing.model.value,
            language=translator.language_name(pairing.language),
            first=translator.day(pairing.starts_on),
            last=translator.day(pairing.ends_on),
        )
        answer = gettext("Read and answer the proposal here: %(page)s", page=page)
        return _message(subject, opening, terms, pairing.message, answer)

    return write


def answered(pairing: Pairing, course: Course, *, accepted: bool, note: str, page: str) -> Text:
    """To the teachers of the other courses."""

    def write(translator: Translator) -> MessageText:
        gettext = translator.gettext
        university = course.institution.name
        if accepted:
            subject = gettext(
                "%(university)s has accepted: %(title)s", university=university, title=pairing.title
            )
        else:
            subject = gettext(
                "%(university)s has declined: %(title)s", university=university, title=pairing.title
            )
        return _message(subject, note, _standing(translator, pairing.state), page)

    return write


def agreed(pairing: Pairing, page: str) -> Text:
    """Nobody is left who has not accepted."""

    def write(translator: Translator) -> MessageText:
        subject = translator.gettext("The pairing is agreed: %(title)s", title=pairing.title)
        return _message(subject, _standing(translator, pairing.state), page)

    return write


def ended(pairing: Pairing, reason: str, sessions: int, page: str) -> Text:
    """It was withdrawn or called off."""

    def write(translator: Translator) -> MessageText:
        gettext = translator.gettext
        if pairing.state is PairingState.CANCELLED:
            subject = gettext("The pairing was called off: %(title)s", title=pairing.title)
        else:
            subject = gettext("The proposal was withdrawn: %(title)s", title=pairing.title)
        why = gettext("Reason: %(reason)s", reason=reason) if reason else ""
        meetings = translator.ngettext(
            "One joint session that was still to come is cancelled.",
            "%(count)s joint sessions that were still to come are cancelled.",
            sessions,
        )
        return _message(subject, why, meetings if sessions else "", page)

    return write


def end_moved(pairing: Pairing, before: date, actor: Person, page: str) -> Text:
    """To the teachers of all its courses."""

    def write(translator: Translator) -> MessageText:
        gettext = translator.gettext
        subject = gettext("Another last day: %(title)s", title=pairing.title)
        days = gettext(
            "The pairing now ends on %(new)s instead of %(old)s.",
            new=translator.day(pairing.ends_on),
            old=translator.day(before),
        )
        return _message(subject, days, gettext("Changed by %(person)s.", person=actor.name), page)

    return write


def moved(pairing: Pairing, actor: Person, page: str) -> Text:
    """A teacher has started or completed it."""

    def write(translator: Translator) -> MessageText:
        gettext = translator.gettext
        if pairing.state is PairingState.ACTIVE:
            subject = gettext("The pairing has started: %(title)s", title=pairing.title)
        else:
            subject = gettext("The pairing is completed: %(title)s", title=pairing.title)
        return _message(subject, gettext("Changed by %(person)s.", person=actor.name), page)

    return write


def _standing(translator: Translator, state: PairingState) -> str:
    if state is PairingState.ACCEPTED:
        return translator.gettext("The partners agree: joint sessions can be planned now.")
    if state is PairingState.PROPOSED:
        return translator.gettext("Other invited teachers have not answered yet.")
    return translator.gettext("No invited course is left, so this pairing does not come about.")


def _message(subject: str, *paragraphs: str) -> MessageText:
    return MessageText(subject, "\n\n".join(each for each in paragraphs if each))

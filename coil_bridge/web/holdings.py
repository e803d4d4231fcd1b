"""The record of what is held about people: what, whence, what for, how long (GDPR, 13, 14, 30)."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.web.texts import lazy_gettext


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of data."""

    what: str
    source: str
    purpose: str
    kept: str


_MOODLE = lazy_gettext("The Moodle of your university")
_YOU = lazy_gettext("You")

HOLDINGS: tuple[Holding, ...] = (
    Holding(
        lazy_gettext("Name, e-mail address, number in Moodle"),
        _MOODLE,
        lazy_gettext("To let you in without another account, and to tell you of changes"),
        lazy_gettext("Until you have it erased"),
    ),
    Holding(
        lazy_gettext("The courses that you teach or attend, and your part in them"),
        _MOODLE,
        lazy_gettext("To show you your pairings and nobody else’s"),
        lazy_gettext("Until Moodle no longer shows it, or you have it erased"),
    ),
    Holding(
        lazy_gettext("Language, time zone, private calendar links"),
        _YOU,
        lazy_gettext("To show pages and calendars as you read them"),
        lazy_gettext("Until you change them or have them erased"),
    ),
    Holding(
        lazy_gettext("Names of students who have never been here"),
        lazy_gettext("The Moodle of your university, when a teacher of your course asks"),
        lazy_gettext("To see who in the own class might be lost, and afterwards who completed"),
        lazy_gettext(
            "Not at all: shown once. Who asked for which course, when, and how many were shown is kept"
        ),
    ),
    Holding(
        lazy_gettext("Sign-in links and sessions"),
        lazy_gettext("This service"),
        lazy_gettext("To know that it is you"),
        lazy_gettext("A day after they have expired"),
    ),
    Holding(
        lazy_gettext("Messages sent to you"),
        lazy_gettext("This service"),
        lazy_gettext("To deliver them; the text is wiped once sent"),
        lazy_gettext("90 days"),
    ),
    Holding(
        lazy_gettext("When you went into a joint session"),
        _YOU,
        lazy_gettext("Attendance, and a grade where your teacher wants one"),
        lazy_gettext("A study year and its report, under your name; in the pilot under a pseudonym"),
    ),
    Holding(
        lazy_gettext("Activity in the paired course: what kind, in which minute, never the text"),
        lazy_gettext("The Moodle of your university, under a pseudonym"),
        lazy_gettext("The evaluation of the pilot"),
        lazy_gettext("As long as the pilot is kept"),
    ),
    Holding(
        lazy_gettext("When and how long you were in a room of your Moodle, and in its attendance register"),
        lazy_gettext("The Moodle of your university, under a pseudonym"),
        lazy_gettext("Attendance in joint sessions, and the evaluation of the pilot"),
        lazy_gettext("As long as the pilot is kept; the minutes until its key is destroyed"),
    ),
    Holding(
        lazy_gettext("Answers to surveys, without a name; that you have answered, apart from them"),
        _YOU,
        lazy_gettext("The evaluation of the pilot"),
        lazy_gettext("The answers as long as the pilot; that you have answered until the round is over"),
    ),
    Holding(
        lazy_gettext("Certificates that you asked for, with your name"),
        lazy_gettext("This service"),
        lazy_gettext("To give them to you again and to say whether they count"),
        lazy_gettext("Until you have it erased; its number stays in the list of revoked ones"),
    ),
    Holding(
        lazy_gettext("Who changed what in pairings, sessions, sites and pilots"),
        lazy_gettext("This service"),
        lazy_gettext("So that everybody can see what happened"),
        lazy_gettext("As long as the thing; your name goes when you have it erased"),
    ),
)

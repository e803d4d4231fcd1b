"""The audit trail in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from coil_bridge.domain import AuditEntry
from coil_bridge.i18n import Translator
from coil_bridge.web.places import city_name
from coil_bridge.web.texts import gettext, ngettext


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did, and what was said or written with it."""

    at: datetime
    who: str
    what: str
    notes: tuple[str, ...] = ()


def deeds(entries: tuple[AuditEntry, ...], words: Translator) -> list[Deed]:
    """Entries in sentences, the newest first; what was done to several sessions at once is one deed."""
    together = groupby(reversed(entries), key=_at_once)
    return [_deed(list(some)[::-1], words) for _, some in together]


def _at_once(entry: AuditEntry) -> tuple[object, ...]:
    """What entries of one deed have in common; every other entry is a deed of its own."""
    if entry.subject_kind != "session" or entry.action not in _SEVERAL:
        return (entry.at, entry.subject_kind, entry.subject_id, entry.action, id(entry))
    return (entry.at, entry.actor_id, entry.action)


def _deed(entries: list[AuditEntry], words: Translator) -> Deed:
    """One entry, or those of several sessions of a series, the first one first."""
    first = entries[0]
    notes = tuple(_notes(first.detail, words))
    if len(entries) == 1:
        return Deed(first.at, first.actor_name, _what(first), notes)
    what = _SEVERAL[first.action](len(entries), _title(first.detail))
    return Deed(first.at, first.actor_name, what, _ends(notes, tuple(_notes(entries[-1].detail, words))))


def _ends(first: tuple[str, ...], last: tuple[str, ...]) -> tuple[str, ...]:
    """The notes of the first and the last session; what both have once."""
    return (*first, *(["…", *last] if first != last else []))


_SEVERAL: Mapping[str, Callable[[int, str], str]] = {
    "planned": lambda count, title: ngettext(
        "Planned %(num)d session “%(title)s”", "Planned %(num)d sessions “%(title)s”", count, title=title
    ),
    "changed": lambda count, title: ngettext(
        "Changed %(num)d session “%(title)s”", "Changed %(num)d sessions “%(title)s”", count, title=title
    ),
    "cancelled": lambda count, title: ngettext(
        "Called off %(num)d session “%(title)s”",
        "Called off %(num)d sessions “%(title)s”",
        count,
        title=title,
    ),
    "zone_rules_changed": lambda count, title: ngettext(
        "Moved %(num)d session “%(title)s”, because a country changed its clocks",
        "Moved %(num)d sessions “%(title)s”, because a country changed its clocks",
        count,
        title=title,
    ),
}


def _what(entry: AuditEntry) -> str:
    say = _SENTENCES.get((entry.subject_kind, entry.action))
    return say(entry.detail) if say else entry.action


def _courses(detail: Mapping[str, Any]) -> str:
    return ", ".join(str(course) for course in detail.get("courses", ()))


def _title(detail: Mapping[str, Any]) -> str:
    return str(detail.get("title", ""))


_Sentence = Callable[[Mapping[str, Any]], str]

_SENTENCES: Mapping[tuple[str, str], _Sentence] = {
    ("pairing", "proposed"): lambda d: gettext("Proposed the pairing: %(courses)s", courses=_courses(d)),
    ("pairing", "accept"): lambda d: gettext("Accepted for %(courses)s", courses=_courses(d)),
    ("pairing", "decline"): lambda d: gettext("Declined for %(courses)s", courses=_courses(d)),
    ("pairing", "withdraw"): lambda _: gettext("Withdrew the proposal"),
    ("pairing", "invitation_withdrawn"): lambda d: gettext(
        "Withdrew the invitation of %(course)s", course=d.get("course", "")
    ),
    ("pairing", "start"): lambda _: gettext("Started the pairing"),
    ("pairing", "complete"): lambda _: gettext("Completed the pairing"),
    ("pairing", "end_moved"): lambda _: gettext("Moved the last day"),
    ("pairing", "cancel"): lambda _: gettext("Called off the pairing"),
    ("pairing", "grades_on"): lambda d: gettext(
        "Has participation sent as a grade for %(course)s", course=d.get("course", "")
    ),
    ("pairing", "grades_off"): lambda d: gettext(
        "Has no more grades sent for %(course)s", course=d.get("course", "")
    ),
    ("pairing", "phase_assigned"): lambda d: (
        gettext("Assigned it to %(phase)s", phase=d["phase"])
        if d.get("phase")
        else gettext("Took it out of its phase")
    ),
    ("pairing", "names_asked"): lambda d: ngettext(
        "Asked the Moodle of %(course)s for students’ names; %(num)d name was shown",
        "Asked the Moodle of %(course)s for students’ names; %(num)d names were shown",
        int(d.get("count", 0)),
        course=d.get("course", ""),
    ),
    ("pairing", "file_uploaded"): lambda _: gettext("Uploaded a file of activity"),
    ("session", "planned"): lambda d: gettext("Planned the session “%(title)s”", title=_title(d)),
    ("session", "changed"): lambda d: gettext("Changed the session “%(title)s”", title=_title(d)),
    ("session", "cancelled"): lambda d: gettext("Called off the session “%(title)s”", title=_title(d)),
    ("session", "attendance_corrected"): lambda d: gettext(
        "Corrected somebody’s attendance of “%(title)s”", title=_title(d)
    ),
    ("session", "room_record_stored"): lambda _: gettext("Took in the room’s own record of who was inside"),
    ("session", "zone_rules_changed"): lambda d: gettext(
        "Moved the session “%(title)s”, because a country changed its clocks", title=_title(d)
    ),
    ("site", "added"): lambda _: gettext("Connected the site"),
    ("site", "checked"): lambda d: gettext(
        "Checked it: errors %(errors)s, warnings %(warnings)s",
        errors=d.get("errors", 0),
        warnings=d.get("warnings", 0),
    ),
    ("site", "token_replaced"): lambda _: gettext("Replaced the token"),
    ("site", "paused"): lambda _: gettext("Paused the site"),
    ("site", "resumed"): lambda _: gettext("Resumed the site"),
    ("site", "removed"): lambda _: gettext("Removed the site"),
    ("site", "lti_invited"): lambda _: gettext("Created a registration address for Moodle"),
    ("site", "lti_registered_by_hand"): lambda _: gettext("Registered the tool by hand"),
    ("site", "lti_deployment_added"): lambda _: gettext("Added a deployment of the tool"),
    ("site", "lti_disabled"): lambda _: gettext("Switched a registration of the tool off"),
    ("site", "lti_enabled"): lambda _: gettext("Switched a registration of the tool on"),
    ("institution", "span_added"): lambda d: gettext("Entered “%(name)s”", name=d.get("name", "")),
    ("institution", "span_changed"): lambda d: gettext("Changed “%(name)s”", name=d.get("name", "")),
    ("institution", "span_removed"): lambda d: gettext("Removed “%(name)s”", name=d.get("name", "")),
    ("institution", "day_holiday"): lambda d: gettext(
        "Entered a holiday: %(name)s, %(day)s", name=d.get("name", ""), day=d.get("day", "")
    ),
    ("institution", "day_ordinary"): lambda d: gettext("Made %(day)s no holiday", day=d.get("day", "")),
    ("institution", "day_workday"): lambda d: gettext("Made %(day)s a workday", day=d.get("day", "")),
    ("institution", "day_restored"): lambda d: gettext(
        "Left %(day)s to the country’s holidays again", day=d.get("day", "")
    ),
    ("institution", "calendar_imported"): lambda d: gettext(
        "Brought in a file: new %(new)s, changed %(changed)s, taken away %(removed)s",
        new=d.get("new", 0),
        changed=d.get("changed", 0),
        removed=d.get("removed", 0),
    ),
    ("institution", "hours_set"): lambda _: gettext("Said the hours in which its people can meet"),
    ("institution", "hours_forgotten"): lambda _: gettext("Went back to the usual day"),
    ("institution", "described"): lambda _: gettext("Changed the description of the university"),
    ("pairing", "phases_planned"): lambda _: gettext("Saved the plan of phases"),
    ("pilot", "created"): lambda _: gettext("Set up the pilot"),
    ("pilot", "phase_added"): lambda d: gettext("Added the phase “%(phase)s”", phase=d.get("phase", "")),
    ("pilot", "rules_changed"): lambda d: gettext(
        "Set the figures: present from %(percent)s %%, gap %(gap)s minutes, silent after %(days)s days",
        percent=d.get("presence_percent", ""),
        gap=d.get("gap_minutes", ""),
        days=d.get("silent_days", ""),
    ),
    ("pilot", "certificate_rule_changed"): lambda d: gettext(
        "Changed the rule of certificates: version %(version)s", version=d.get("version", "")
    ),
    ("pilot", "traits_uploaded"): lambda _: gettext("Uploaded a list of gender and country"),
    ("pilot", "traits_stored"): lambda _: gettext("Read a list of gender and country, under pseudonyms"),
    ("pilot", "survey_drafted"): lambda d: gettext("Began the survey “%(title)s”", title=_title(d)),
    ("pilot", "survey_translated"): lambda d: gettext("Translated the survey “%(title)s”", title=_title(d)),
    ("pilot", "survey_published"): lambda d: gettext("Published the survey “%(title)s”", title=_title(d)),
    ("pilot", "survey_withdrawn"): lambda d: gettext("Withdrew the survey “%(title)s”", title=_title(d)),
    ("pilot", "survey_imported"): lambda _: gettext("Brought answers of a survey in"),
    ("pilot", "calendar_published"): lambda _: gettext("Made the calendar public"),
    ("pilot", "calendar_taken_back"): lambda _: gettext("Took the public calendar back"),
    ("pilot", "exported"): lambda d: gettext("Downloaded %(file)s", file=d.get("file", "")),
    ("pilot", "retention_set"): lambda _: gettext("Set until when rows about people are kept"),
    ("pilot", "retention_ended"): lambda _: gettext("Deleted the rows about people: their time was over"),
    ("pilot", "key_destroyed"): lambda _: gettext("Destroyed the pseudonym key"),
    ("lti", "lti_key_replaced"): lambda _: gettext("Replaced the key of the tool"),
}

_FIELDS: Mapping[str, Callable[[], str]] = {
    "title": lambda: gettext("Title"),
    "phase": lambda: gettext("Phase"),
    "starts_local": lambda: gettext("Day and time"),
    "zone": lambda: gettext("Whose clock this is"),
    "minutes": lambda: gettext("Length in minutes"),
    "room_url": lambda: gettext("Link to the room"),
    "notes": lambda: gettext("Notes for the students"),
    "name": lambda: gettext("Name of the university"),
    "short_name": lambda: gettext("Short name"),
    "city": lambda: gettext("City"),
    "country": lambda: gettext("Country"),
    "subdivision": lambda: gettext("Region"),
    "day_starts": lambda: gettext("The day starts"),
    "day_ends": lambda: gettext("The day ends"),
}


def _notes(detail: Mapping[str, Any], words: Translator) -> list[str]:
    notes = [str(detail[name]) for name in ("note", "reason") if detail.get(name)]
    if detail.get("starts_local") and detail.get("zone"):
        notes.append(_when(str(detail["starts_local"]), str(detail["zone"]), words))
    if detail.get("old") and detail.get("new"):
        days = [words.short_day(date.fromisoformat(str(detail[name]))) for name in ("old", "new")]
        notes.append(f"{days[0]} → {days[1]}")
    for name, (old, new) in detail.get("changes", {}).items():
        if name in _FIELDS:
            notes.append(_change(name, str(old), str(new), words))
    return notes


def _change(name: str, old: str, new: str, words: Translator) -> str:
    shown = [_shown(name, value, words) or "–" for value in (old, new)]
    return gettext("%(field)s: %(old)s → %(new)s", field=_FIELDS[name](), old=shown[0], new=shown[1])


def _shown(name: str, value: str, words: Translator) -> str:
    if name == "starts_local" and value:
        return words.moment(datetime.fromisoformat(value))
    return city_name(value, words) if name == "zone" and value else value


def _when(local: str, zone: str, words: Translator) -> str:
    return gettext(
        "%(moment)s, %(city)s time",
        moment=words.moment(datetime.fromisoformat(local)),
        city=city_name(zone, words),
    )

"""Weeks and days of academic calendars in sentences: what a partner does in a week, and why one is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from coil_bridge.i18n import Translator
from coil_bridge.services.times.teaching_weeks import TeachingWeeks
from coil_bridge.web.holiday_names import holiday_name
from coil_bridge.web.texts import gettext, lazy_gettext, ngettext
from scheduling.common_weeks import Lost, PartnerWeek, Week
from scheduling.terms import Day

KINDS: Mapping[str, str] = {
    "term": lazy_gettext("Term"),
    "break": lazy_gettext("Break"),
    "exams": lazy_gettext("Examinations"),
    "holiday": lazy_gettext("Public holiday"),
    "workday": lazy_gettext("Workday"),
}

STATES: Mapping[str, str] = {
    "teaching": lazy_gettext("Teaches"),
    "partly": lazy_gettext("Teaches on some days"),
    "break": lazy_gettext("Break"),
    "exams": lazy_gettext("Examinations"),
    "holiday": lazy_gettext("Public holidays"),
    "no_term": lazy_gettext("Between the terms"),
    "not_entered": lazy_gettext("No term entered"),
    "weekend": lazy_gettext("Weekend"),
}


def day_words(day: Day, words: Translator) -> str:
    """What a day without teaching is: the name of the break or holiday, or that there is no term."""
    if day.kind in ("no_term", "not_entered", "weekend"):
        return str(STATES[day.kind])
    name = holiday_name(day.name, words) if day.kind == "holiday" else day.name
    return gettext("%(name)s (estimated date)", name=name) if day.estimated else name


def lost_words(lost: Lost, words: Translator) -> str:
    """ "Winter break, Mon 4 Jan to Fri 8 Jan"."""
    return f"{day_words(lost.why, words)}, {days_words(lost.days, words)}"


def days_words(days: Iterable[date], words: Translator) -> str:
    """One day, or the first and the last of several that follow each other."""
    first, *_, last = (*days,) * 2
    if first == last:
        return words.short_day(first)
    return gettext("%(first)s to %(last)s", first=words.short_day(first), last=words.short_day(last))


def partner_words(each: PartnerWeek, words: Translator) -> str:
    """A cell of the table: "Teaches", "Teaches on 2 of 5 days: National Day, ...", "Winter break"."""
    state = each.state
    if state in ("teaching", "weekend"):
        return str(STATES[state])
    why = "; ".join(dict.fromkeys(day_words(lost.why, words) for lost in each.lost))
    if state != "partly":
        return why
    taught, all_days = len(each.teaching), len(each.teaching) + sum(len(lost.days) for lost in each.lost)
    return gettext("Teaches on %(some)s of %(all)s days: %(why)s", some=taught, all=all_days, why=why)


def common_words(week: Week) -> str:
    """What a week has in common: "5 days", or that it is lost."""
    if week.common:
        return ngettext("%(num)d common day", "%(num)d common days", week.days)
    return gettext("Lost") if week.away else gettext("Lost: never on the same day")


def reasons(week: Week, weeks: TeachingWeeks, words: Translator) -> list[str]:
    """Why a week is lost, or has fewer days than it could: a sentence for each partner that is off."""
    return [
        gettext(
            "%(partner)s: %(why)s",
            partner=weeks.institutions[key].short_name,
            why="; ".join(lost_words(lost, words) for lost in each.lost),
        )
        for key, each in week.partners.items()
        if each.lost
    ]

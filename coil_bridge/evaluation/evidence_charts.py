"""The charts of a pilot's published figures, for its page and for its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from coil_bridge.evaluation import weeks
from coil_bridge.evaluation.charts import Chart, bars, network
from coil_bridge.evaluation.charts import weeks as week_bars
from coil_bridge.evaluation.evidence_dataset import hours
from coil_bridge.evaluation.publication import Published, Values
from coil_bridge.i18n import mark

_LATIN_AND_NEAR = 0x2E80  # from here on the drawing font has no letters (Chinese, Japanese, Korean)
_MOST = 12  # bars in one chart
Words = Callable[[str], str]


def charts_of(published: Published, say: Words = str, *, printed: bool = False) -> tuple[Chart, ...]:
    """The funnel, the weeks, contact hours by pairing, and who answers whom.

    ``printed``: names in scripts that the drawing font does not have are replaced; tables have them.
    """
    return (
        _funnel(published.whole, say),
        _weekly(published.whole, say),
        _contact(published, say, printed=printed),
        _network(published, say, printed=printed),
    )


def _funnel(whole: Values, say: Words) -> Chart:
    labels = [say(mark("Invited")), say(mark("Enrolled")), say(mark("Active")), say(mark("Completing"))]
    values = (whole.invited, whole.enrolled, whole.active, whole.completing)
    return bars(
        "funnel",
        say(mark("From invited to completing")),
        labels,
        values,
        say(mark("students")),
        missing=say(mark("withheld")),
    )


def _weekly(whole: Values, say: Words) -> Chart:
    labels = [weeks.label(week) for week in whole.weeks]
    title = say(mark("Active students by week"))
    return week_bars(
        "weekly",
        title,
        labels,
        list(whole.weeks.values()),
        say(mark("students")),
        missing=say(mark("withheld")),
    )


def _contact(published: Published, say: Words, *, printed: bool) -> Chart:
    pairings = published.of("pairing")[:_MOST]
    names = _names([each.place.name for each in pairings], say(mark("Pairing")), printed=printed)
    values = [hours(each.contact_minutes) for each in pairings]
    return bars(
        "contact",
        say(mark("Contact hours by pairing")),
        names,
        values,
        say(mark("hours")),
        missing=say(mark("withheld")),
    )


def _network(published: Published, say: Words, *, printed: bool) -> Chart:
    courses = published.figures.stored.courses
    short = {each.institution.id: each.institution.short_name for each in courses}
    used = sorted(
        {end for each in published.edges for end in (each.by, each.to)}, key=lambda key: short.get(key, "")
    )
    sums: Counter[tuple[str, str]] = Counter()
    for each in published.edges:
        sums[each.by, each.to] += each.replies
    names = _names([short.get(key, "") for key in used], say(mark("University")), printed=printed)
    edges = [(used.index(by), used.index(to), count) for (by, to), count in sorted(sums.items())]
    return network("network", say(mark("Replies between universities")), names, edges, say(mark("replies")))


def _names(names: Sequence[str], kind: str, *, printed: bool) -> list[str]:
    shown = [
        f"{kind} {position}" if printed and any(ord(each) >= _LATIN_AND_NEAR for each in name) else name
        for position, name in enumerate(names, start=1)
    ]
    return [f"{name[:33]}…" if len(name) > 34 else name for name in shown]

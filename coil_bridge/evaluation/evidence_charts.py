"""The charts of a pilot's published figures, for its page and for its report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from coil_bridge.evaluation import weeks
from coil_bridge.evaluation.charts import Chart, bars, network
from coil_bridge.evaluation.charts import weeks as week_bars
from coil_bridge.evaluation.evidence_dataset import hours
from coil_bridge.evaluation.published import Published, Values
from coil_bridge.i18n import mark

_MOST = 12  # bars in one chart
Words = Callable[[str], str]


def charts_of(published: Published, say: Words = str) -> tuple[Chart, ...]:
    """The funnel, the weeks, contact hours by pairing, and who answers whom."""
    return (
        _funnel(published.whole, say),
        _weekly(published.whole, say),
        _contact(published, say),
        _network(published, say),
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


def _contact(published: Published, say: Words) -> Chart:
    pairings = published.of("pairing")[:_MOST]
    names = _names([each.place.name for each in pairings])
    values = [hours(each.contact_minutes) for each in pairings]
    return bars(
        "contact",
        say(mark("Contact hours by pairing")),
        names,
        values,
        say(mark("hours")),
        missing=[
            say(mark("nothing recorded")) if each.unrecorded else say(mark("withheld")) for each in pairings
        ],
    )


def _network(published: Published, say: Words) -> Chart:
    courses = published.figures.stored.courses
    short = {each.institution.id: each.institution.short_name for each in courses}
    used = sorted(
        {end for each in published.edges for end in (each.by, each.to)}, key=lambda key: short.get(key, "")
    )
    sums: Counter[tuple[str, str]] = Counter()
    for each in published.edges:
        sums[each.by, each.to] += each.replies
    names = _names([short.get(key, "") for key in used])
    edges = [(used.index(by), used.index(to), count) for (by, to), count in sorted(sums.items())]
    return network("network", say(mark("Replies between universities")), names, edges, say(mark("replies")))


def _names(names: Sequence[str]) -> list[str]:
    return [f"{name[:33]}…" if len(name) > 34 else name for name in names]

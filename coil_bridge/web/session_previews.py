"""The preview beside the form of a session: every date on every clock, and what was left out and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coil_bridge.domain import Pairing
from coil_bridge.i18n import Translator
from coil_bridge.services.agreed.session_clocks import institutions
from coil_bridge.services.sessions.joint_sessions import PlanPreview
from coil_bridge.web.clocks import Strip, strip
from coil_bridge.web.holiday_names import holiday_name
from coil_bridge.web.texts import gettext
from scheduling.days_off import DayOff, LeftOut
from scheduling.zones import UnresolvableTime, to_local


@dataclass(frozen=True, slots=True)
class Preview:
    """What the form means so far: every date on every clock, or wall times that need a choice."""

    strips: tuple[Strip, ...] = ()
    unresolved: tuple[UnresolvableTime, ...] = ()
    errors: tuple[str, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()  # a day and why
    missing: int = 0
    meanwhile: tuple[str, ...] = ()  # other sessions of the pairing that are on then

    @property
    def shifting(self) -> int:
        """How many dates of a series shift an hour for somebody."""
        later = self.strips[1:] if len(self.strips) > 1 else ()
        return sum(any(heed.brief for row in each.rows for heed in row.heeds) for each in later)


def drawn(found: PlanPreview, pairing: Pairing, words: Translator, own_zone: str) -> Preview:
    """A preview as the page shows it; ``own_zone`` is the reader's clock."""
    own = next((each.id for each in institutions(pairing) if each.zone == own_zone), None)
    strips = tuple(
        strip(each.instant, each.slots, words, own, drawn=each.index == 0) for each in found.occurrences
    )
    return Preview(
        strips,
        found.unresolved,
        left_out=tuple(_left_out(found.left_out, pairing, words)),
        missing=found.missing,
        meanwhile=tuple(
            gettext(
                "“%(title)s” meets then: %(moment)s",
                title=each.title,
                moment=words.moment(to_local(each.starts_at, own_zone)),
            )
            for each in found.meanwhile
        ),
    )


def _left_out(dates: Iterable[LeftOut], pairing: Pairing, words: Translator) -> Iterable[tuple[str, str]]:
    names = {each.id: each.short_name for each in institutions(pairing)}
    for each in dates:
        reasons = dict.fromkeys(f"{names[off.key]}: {_reason(off, words)}" for off in each.reasons)
        yield words.short_day(each.local.date()), "; ".join(reasons)


def _reason(off: DayOff, words: Translator) -> str:
    if off.what.kind == "weekend":
        return gettext("weekend")
    if off.what.kind == "holiday":
        return holiday_name(off.what.name, words)
    return off.what.name or gettext("between the terms")

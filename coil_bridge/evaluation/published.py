"""What is published of a pilot: the records that pages and files are made of.

``None`` means withheld; what is zero is said to be zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from coil_bridge.evaluation.figures import Figures
from coil_bridge.evaluation.participation import GroupStatus
from coil_bridge.evaluation.records import GroupKey

OTHER = "other or undisclosed"
AXES = ("pilot", "phase", "model", "pairing", "institution", "group")


@dataclass(frozen=True, slots=True)
class Place:
    """A row of every table: where, by its ids, and which shown units it is made of."""

    axis: str
    name: str
    units: frozenset[GroupKey]
    phase: str = ""
    model: str = ""
    pairing_id: str = ""
    institution_id: str = ""


@dataclass(frozen=True, slots=True)
class Values:
    """Everything that is published of one place; ``None`` is withheld.

    ``unrecorded``: sessions were held and nothing is recorded of who came, so contact and attendances are
    ``None`` for another reason. That follows from what is published: nothing counts in any of its pairings.
    ``untimed``: students were active, and no two events of anybody lie close enough to make a time on task.
    """

    place: Place
    enrolled: int | None
    invited: int | None
    active: int | None
    completing: int | None
    staff: int | None
    sessions_held: int
    session_minutes: int
    active_days: int | None
    on_task_minutes: int | None
    contact_minutes: int | None
    estimated_minutes: int | None
    attendances: int | None
    replies: int | None
    cross: int | None
    isolated: int | None
    pairs: int | None
    mutual: int | None
    weeks: Mapping[date, int | None]
    genders: Mapping[str, int] | None
    countries: Mapping[str, int] | None
    unrecorded: bool = False
    untimed: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """Replies from one institution to another (or to its own people) within one pairing."""

    pairing_id: str
    by: str
    to: str
    replies: int


@dataclass(frozen=True, slots=True)
class Published:
    """All that pages and files may show of a pilot."""

    figures: Figures
    values: tuple[Values, ...]
    edges: tuple[Edge, ...]
    statuses: Mapping[GroupKey, GroupStatus]
    people: int | None  # different people in shown units; None where the difference would be small
    genders: tuple[str, ...]
    countries: tuple[str, ...]

    def of(self, axis: str) -> tuple[Values, ...]:
        """The places of one axis."""
        return tuple(each for each in self.values if each.place.axis == axis)

    @property
    def whole(self) -> Values:
        """The pilot."""
        return self.values[0]

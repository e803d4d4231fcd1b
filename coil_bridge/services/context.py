"""What every service takes: a clock, the actor behind work that no person started, a page of a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar

from coil_bridge.domain import Person, Role
from coil_bridge.errors import Forbidden
from coil_bridge.i18n import mark

Clock = Callable[[], datetime]
Item = TypeVar("Item")

SYSTEM = Person(
    id="", name="COIL Bridge", email=None, language=None, zone=None, roles=frozenset({Role.ADMINISTRATOR})
)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of a long list: ``number`` counts from 1."""

    items: tuple[Item, ...]
    number: int
    size: int
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; one when the list is empty."""
        return max(1, -(-self.total // self.size))


def system_clock() -> datetime:
    """The present instant, aware, in UTC."""
    return datetime.now(UTC)


def administrators_only(actor: Person) -> None:
    """Refuse everybody else.

    Raises:
        Forbidden: the person is no administrator.
    """
    if Role.ADMINISTRATOR not in actor.roles:
        raise Forbidden(mark("Only an administrator may do this."))

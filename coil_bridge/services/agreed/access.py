"""Who may see a pairing, and in which part.

- A teacher of one of its courses sees it from the proposal on. A teacher whose course has left (declined,
  or the invitation was withdrawn) still sees what was proposed and answered, but no sessions.
- A student of one of its courses sees it once the teachers have agreed.
- Administrators and evaluation leads read every pairing; they act only where they also teach.

For everybody else the pairing does not exist (NotFound), so nothing can be learned by trying.
"""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.domain import Answer, CourseRole, PairedCourse, Pairing, Person, Role
from coil_bridge.errors import Forbidden, NotFound
from coil_bridge.i18n import mark
from coil_bridge.services.agreed.pairing_states import AGREED, Who
from coil_bridge.storage.storage import Transaction

_OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.EVALUATION_LEAD})


@dataclass(frozen=True, slots=True)
class Access:
    """One person's parts in one pairing; ``left`` are taught courses that are not part of it any more."""

    pairing: Pairing
    teaching: tuple[PairedCourse, ...]
    attending: tuple[PairedCourse, ...]
    left: tuple[PairedCourse, ...]
    oversees: bool

    @property
    def takes_part(self) -> bool:
        """Whether the person teaches or attends one of its courses."""
        return bool(self.teaching or self.attending)

    @property
    def visible(self) -> bool:
        """Whether the person may know of the pairing at all."""
        attends = bool(self.attending) and self.pairing.state in AGREED
        return bool(self.teaching or self.left) or attends or self.oversees

    @property
    def sees_sessions(self) -> bool:
        """Whether the sessions, with the links to their rooms, are for this person."""
        return bool(self.teaching) or self.oversees or (bool(self.attending) and self.visible)

    @property
    def sees_negotiation(self) -> bool:
        """Whether the message, the answers' notes and the audit trail are: they are not for students."""
        return bool(self.teaching or self.left) or self.oversees

    @property
    def parts(self) -> frozenset[Who]:
        """The parts by which the table of moves decides."""
        initiating = {Who.INITIATING for each in self.teaching if each.initiating}
        invited = {Who.INVITED for each in self.teaching if not each.initiating}
        return frozenset(initiating | invited | ({Who.TEACHER} if self.teaching else set()))


def partners(pairing: Pairing) -> tuple[PairedCourse, ...]:
    """The courses that are part of the pairing: all but those that have left."""
    return tuple(each for each in pairing.courses if each.answer is not Answer.DECLINED)


def access_to(tx: Transaction, person: Person, pairing: Pairing) -> Access:
    """The person's parts in a pairing, by the enrolments as Moodle last showed them."""
    recorded = tx.pairings.roles(person.id, pairing.id)
    roles = {course_id: person.part(course_id, role) for course_id, role in recorded.items()}
    taught = [each for each in pairing.courses if roles.get(each.course.id) is CourseRole.TEACHER]
    attended = [each for each in pairing.courses if roles.get(each.course.id) is CourseRole.STUDENT]
    inside = partners(pairing)
    return Access(
        pairing=pairing,
        teaching=tuple(each for each in taught if each in inside),
        attending=tuple(each for each in attended if each in inside),
        left=tuple(each for each in taught if each not in inside),
        oversees=oversees(person),
    )


def pairing_access(tx: Transaction, person: Person, pairing_id: str, *, lock: bool = False) -> Access:
    """The person's access to a pairing; with ``lock`` the pairing and its sessions stand still.

    Raises:
        NotFound: there is no such pairing, or the person may not know of it.
    """
    pairing = tx.pairings.locked(pairing_id) if lock else tx.pairings.get(pairing_id)
    access = access_to(tx, person, pairing) if pairing else None
    if access is None or not access.visible:
        raise NotFound(mark("There is no such pairing."))
    return access


def require_teacher(access: Access) -> None:
    """Let a teacher of the pairing pass.

    Raises:
        Forbidden: the person sees the pairing but teaches none of its courses.
    """
    if not access.teaching:
        raise Forbidden(mark("Only the teachers of this pairing's courses can do this."))


def oversees(person: Person) -> bool:
    """Whether the person may read every pairing."""
    return bool(person.roles & _OVERSEERS)

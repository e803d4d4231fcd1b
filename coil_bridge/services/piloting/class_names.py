"""The names of a teacher's students who have never been here, as the teacher's own Moodle gives them.

COIL Bridge keeps no list of names: what those students do is stored under pseudonyms. When a teacher asks,
the Moodle's list of participants is read and shown once; nothing of it is stored.

The service account sees everybody in a course, which its teachers may not: where the groups of a course are
separate, Moodle shows the participants of all groups only to who may "access all groups". By default these
are teachers with editing rights and managers; everybody else sees the own groups. Moodle tells our account
the roles in the course but not what a role may do there (that needs ``moodle/role:review``, which the account
does not have), so this default is what is followed here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from coil_bridge.domain import CourseRole, Person
from coil_bridge.errors import CoilBridgeError, Reason
from coil_bridge.evaluation.pseudonyms import Pseudonymiser
from coil_bridge.evaluation.records import PilotCourse
from coil_bridge.i18n import mark
from coil_bridge.services.moodles.partners import PartnerFailed, Partners
from coil_bridge.services.moodles.roster_fallback import MAY_NOT_LIST, RosterFallback, no_students
from coil_bridge.storage.people import MOODLE
from coil_bridge.storage.storage import Storage
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import RecordUnknown
from connectors.moodle.records import EnrolledUser

_FIELDS = ("id", "fullname", "roles", "groups")
_SEES_ALL_GROUPS = frozenset({"editingteacher", "manager"})
_NO_GROUPS_TOLD = mark(
    "Your Moodle let us read only a short list of participants, which does not say who is in which group. "
    "So names are shown to teachers with editing rights only."
)


class Scope(StrEnum):
    """Whose names a teacher may see."""

    EVERYBODY = "everybody"  # the course has no separate groups
    ALL_GROUPS = "all_groups"  # it has, and the teacher sees them all
    OWN_GROUPS = "own_groups"


@dataclass(frozen=True, slots=True)
class Told:
    """What a Moodle said: names by pseudonym, and whose; ``refused``: why there are none."""

    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    scope: Scope = Scope.EVERYBODY
    refused: Reason | None = None


class ClassNames:
    """Asks the Moodle of a course for names."""

    def __init__(self, *, storage: Storage, partners: Partners, launched: RosterFallback) -> None:
        self._storage = storage
        self._partners = partners
        self._launched = launched

    def ask(self, actor: Person, course: PilotCourse, names: Pseudonymiser) -> Told:
        """The names in a course that the actor may see there; why not, where its Moodle gives none."""
        own = self._own_numbers(actor, course.site_id)
        try:
            separate, people = self._partners.call(course.site_id, lambda client: _listed(client, course))
        except CoilBridgeError as error:
            may_not = isinstance(error, PartnerFailed) and isinstance(error.__cause__, MAY_NOT_LIST)
            return self._of_launches(own, course, names, error) if may_not else Told(refused=error.reason)
        if not any(each.is_student for each in people):
            return self._of_launches(own, course, names, no_students(course))
        scope = _scope(own, people) if separate else Scope.EVERYBODY
        seen = _sharing(own, people) if scope is Scope.OWN_GROUPS else people
        return Told({names.person(course.site_id, each.id): each.full_name for each in seen}, scope)

    def _of_launches(
        self, own: frozenset[int], course: PilotCourse, names: Pseudonymiser, refusal: CoilBridgeError
    ) -> Told:
        """The same by the roster of launches, where our token may not list people.

        It tells nothing of groups, and calls only teachers with editing rights instructors.
        """
        try:
            members = self._launched.named(course.course_id)
        except CoilBridgeError as error:
            return Told(refused=error.reason)
        if members is None:
            return Told(refused=refusal.reason)
        if not any(each.part is CourseRole.TEACHER for number, each in members.items() if number in own):
            return Told(refused=Reason(_NO_GROUPS_TOLD))
        found = {names.person(course.site_id, number): each.name for number, each in members.items()}
        return Told({key: name for key, name in found.items() if name})

    def _own_numbers(self, actor: Person, site_id: str) -> frozenset[int]:
        with self._storage.read() as tx:
            ways = tx.people.identities([actor.id]).get(actor.id, ())
        return frozenset(int(way.subject) for way in ways if (way.kind, way.issuer) == (MOODLE, site_id))


def _listed(client: MoodleClient, course: PilotCourse) -> tuple[bool, Sequence[EnrolledUser]]:
    """Whether a course's groups are separate, or may be for all that we are told; and its participants."""
    people = client.enrolled_users(course.moodle_id, _FIELDS)
    try:
        known = client.course(course.moodle_id)
    except RecordUnknown:
        return True, people
    return known.separate_groups or not known.can_be_entered, people


def _scope(own: frozenset[int], people: Sequence[EnrolledUser]) -> Scope:
    roles = {role for each in people if each.id in own for role in each.roles}
    return Scope.OWN_GROUPS if roles.isdisjoint(_SEES_ALL_GROUPS) else Scope.ALL_GROUPS


def _sharing(own: frozenset[int], people: Sequence[EnrolledUser]) -> list[EnrolledUser]:
    """Those who share a group with one of these accounts."""
    groups = {group.id for each in people if each.id in own for group in each.groups}
    return [each for each in people if any(group.id in groups for group in each.groups)]

"""Who is told of what happens to a pairing, in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Collection

from coil_bridge.domain import CourseRole, MessageKind, PairedCourse, Pairing, Person
from coil_bridge.services.messaging.messages import Messages
from coil_bridge.services.pairing import pairing_texts
from coil_bridge.settings import Settings
from coil_bridge.storage.storage import Transaction


class PairingNews:
    """Queues the messages about pairings."""

    def __init__(self, *, settings: Settings, messages: Messages) -> None:
        self._settings = settings
        self._messages = messages

    def page(self, pairing: Pairing) -> str:
        """The address of the pairing's page, which asks for a sign-in."""
        return f"{self._settings.public_url}/pairings/{pairing.id}"

    def tell(
        self,
        tx: Transaction,
        actor: Person,
        pairing: Pairing,
        text: pairing_texts.Text,
        courses: Collection[PairedCourse],
        *,
        students: bool = False,
    ) -> None:
        """Tell the known teachers (and students) of these courses, but not the one who did it."""
        roles = [CourseRole.TEACHER, *([CourseRole.STUDENT] if students else [])]
        people = set(tx.pairings.people([each.course.id for each in courses], roles)) - {actor.id}
        # The text's own name in the key: one move can tell two groups of people different things.
        key = f"pairing:{pairing.id}:{pairing.version}:{text.__qualname__}"
        self._messages.queue(tx, sorted(people), text, key, kind=MessageKind.PAIRINGS)

    def tell_of_proposal(
        self, tx: Transaction, proposer: Person, pairing: Pairing, course: PairedCourse
    ) -> None:
        """Tell the known teachers of an invited course; whoever was told before is not told again."""
        own = next(each.course for each in pairing.courses if each.initiating)
        people = set(tx.pairings.people([course.course.id], [CourseRole.TEACHER])) - {proposer.id}
        text = pairing_texts.proposed(pairing, own, course.course, proposer.name, self.page(pairing))
        key = f"pairing:{pairing.id}:proposed:{course.course.id}"
        self._messages.queue(tx, sorted(people), text, key, kind=MessageKind.PAIRINGS)

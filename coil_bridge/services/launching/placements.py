"""Links that a teacher places into a course from Moodle's picker (deep linking).

Each link gets an id of ours that travels in its custom parameters: when the course is copied, the link in
the copy still says what it shows, and the launch says for which course.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coil_bridge.domain import Person
from coil_bridge.errors import InvalidInput
from coil_bridge.i18n import Translator, mark, translator
from coil_bridge.lti.deep_linking import Item, Selection, answer, seal, selection_of, unseal
from coil_bridge.lti.keys import Keys
from coil_bridge.lti.messages import Message
from coil_bridge.lti.platforms import for_launch
from coil_bridge.lti.refusals import Reason, Refusal
from coil_bridge.lti.tool_description import LAUNCH_PATH
from coil_bridge.services.context import Clock
from coil_bridge.services.moodles.accounts import our_language
from coil_bridge.storage.lti_records import LaunchScope, Platform, Resource, ResourceKind
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault, new_id

TITLES = {
    ResourceKind.SESSIONS: mark("Joint sessions"),
    ResourceKind.NEXT: mark("Next session: join"),
    ResourceKind.TEAM: mark("Our COIL team"),
}
TEXTS = {
    ResourceKind.SESSIONS: mark("When we meet our partner course, on your own clock."),
    ResourceKind.NEXT: mark("The way into the room of our next joint session."),
    ResourceKind.TEAM: mark("Who we work with, and where they are."),
}


@dataclass(frozen=True, slots=True)
class Picker:
    """An open picker: ``sealed`` goes into a hidden field of the page; several may be chosen, or one."""

    sealed: str = field(repr=False)
    multiple: bool


@dataclass(frozen=True, slots=True)
class PickerAnswer:
    """What the browser posts to Moodle: the field ``JWT`` to ``return_url``, which holds a sesskey."""

    return_url: str = field(repr=False)
    jwt: str = field(repr=False)


class Placements:
    """Opens pickers and answers them."""

    def __init__(self, *, storage: Storage, vault: Vault, keys: Keys, clock: Clock, public_url: str) -> None:
        self._storage = storage
        self._vault = vault
        self._keys = keys
        self._clock = clock
        self._public_url = public_url

    def open(self, message: Message, scope: LaunchScope) -> Picker:
        """The picker of a deep linking launch.

        Raises:
            Refusal: the launch is another message, or is from no course.
        """
        if scope.course_id is None:
            raise Refusal(Reason.CLAIM_WRONG, platform=scope.platform_id, claims="context")
        language = our_language(message.locale)
        selection = selection_of(message, scope.person_id, scope.course_id, language, self._clock())
        return Picker(seal(self._vault, selection), selection.multiple)

    def place(self, actor: Person, sealed: str, kinds: Sequence[ResourceKind]) -> PickerAnswer:
        """Place links of these kinds, in this order; none at all closes the picker.

        Raises:
            Refusal: the picker is another person's or too old, or its platform was switched off.
            InvalidInput: several were chosen where Moodle takes one.
        """
        selection = unseal(self._vault, sealed, actor.id, self._clock())
        chosen = list(dict.fromkeys(kinds))
        if len(chosen) > 1 and not selection.multiple:
            raise InvalidInput({"kinds": [mark("Choose one; this place in Moodle takes no more.")]})
        with self._storage.write() as tx:
            platform = for_launch(tx, selection.platform_id)
            resources = [self._resource(kind, selection, platform) for kind in chosen]
            for resource in resources:
                tx.lti_courses.insert_resource(resource)
        # The links stand in the course for everybody: the language of its pages comes before the teacher's.
        words = translator(selection.language or actor.language)
        return PickerAnswer(
            selection.return_url,
            answer(
                selection,
                [_item(resource, words) for resource in resources],
                issuer=platform.issuer,
                client_id=platform.client_id,
                launch_url=f"{self._public_url}{LAUNCH_PATH}",
                signer=self._keys.signer(),
                now=self._clock(),
            ),
        )

    def _resource(self, kind: ResourceKind, selection: Selection, platform: Platform) -> Resource:
        return Resource(
            id=new_id(),
            site_id=platform.site_id,
            kind=kind,
            course_id=selection.course_id,
            created_by=selection.person_id,
            created_at=self._clock(),
        )


def _item(resource: Resource, words: Translator) -> Item:
    kind = resource.kind
    return Item(resource.id, words.gettext(TITLES[kind]), words.gettext(TEXTS[kind]))

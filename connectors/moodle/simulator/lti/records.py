"""What a Moodle remembers about external tools. Ids are small integers, unique within one site only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

GradeAccess = Literal[0, 1, 2]  # ltiservice_gradesynchronization: none, scores only, line items as well


@dataclass(frozen=True)
class ToolSettings:
    """A tool's configuration. `deep_linking_url` None: no deep linking; "": at the tool's own `url`."""

    name: str
    url: str
    login_url: str
    redirect_uris: tuple[str, ...]
    jwks_url: str
    domain: str = ""
    description: str = ""
    icon: str = ""
    deep_linking_url: str | None = None
    custom: Mapping[str, str] = field(default_factory=dict)
    send_name: bool = True
    send_email: bool = True
    grades: GradeAccess = 2
    memberships: bool = True
    tool_settings: bool = False
    new_window: bool = False


@dataclass
class Tool:
    """An external tool; `id` is its deployment id. Not `active` is Moodle's "Pending".

    `courses` holds the courses where a teacher switched it on, which 4.5 and 5.1 ask for before it can be
    added there; `in_chooser` is the administrator's choice to offer it everywhere.
    """

    id: int
    client_id: str
    settings: ToolSettings
    active: bool = False
    in_chooser: bool = False
    courses: set[int] = field(default_factory=set)


@dataclass
class Link:
    """An external tool activity; `id` is the resource link, `module_id` Moodle's cmid.

    An empty `url` is the tool's own; `new_window` None leaves the container to the tool's settings.
    """

    id: int
    module_id: int
    course_id: int
    tool_id: int
    name: str
    url: str = ""
    text: str = ""
    custom: Mapping[str, str] = field(default_factory=dict)
    new_window: bool | None = None


@dataclass(frozen=True)
class Launch:
    """A login that was initiated and awaits its one authentication request; no `link`: deep linking."""

    id: str
    user_id: int
    course_id: int
    tool_id: int
    link: Link | None
    as_learner: bool = False
    review_of: int | None = None


@dataclass(frozen=True)
class AccessToken:
    """A Bearer token for a tool's requests to the services."""

    value: str = field(repr=False)
    tool_id: int
    scopes: frozenset[str]
    expires: datetime


@dataclass(frozen=True)
class Grade:
    """What a score left in the gradebook; `value` is on the item's scale, None when not fully graded."""

    value: float | None
    comment: str
    at: datetime


@dataclass
class GradeItem:
    """A column of the gradebook that belongs to a tool. An item made with its activity is `coupled`."""

    id: int
    course_id: int
    tool_id: int
    label: str
    maximum: float
    link_id: int | None = None
    resource_id: str = ""
    tag: str = ""
    coupled: bool = False
    grades: dict[int, Grade] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """A page that submits itself by POST: where it goes, and its hidden fields (tokens among them)."""

    action: str
    fields: Mapping[str, str] = field(repr=False)

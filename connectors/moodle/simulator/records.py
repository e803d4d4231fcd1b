"""What a simulated Moodle remembers. Instants are aware UTC datetimes; ids are Moodle's small integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from connectors.moodle.simulator.releases import Release

SITE_COURSE = 1
RoleName = Literal["manager", "editingteacher", "teacher", "student"]
ROLE_IDS: dict[RoleName, int] = {"manager": 1, "editingteacher": 3, "teacher": 4, "student": 5}
NO_GROUPS, SEPARATE_GROUPS, VISIBLE_GROUPS = 0, 1, 2


@dataclass
class Plugin:
    """Our plugin local_coilbridge on the site; `version` 0 means that it is not installed.

    `logging` False stands for a site without a readable log store; `hold` is how long the newest rows of
    the log wait, `page_rows` how many rows a page of it has at most. An empty `hook_url` means that
    notifications are off.
    """

    version: int = 0
    release: str = "1.4.0"
    logging: bool = True
    hold: timedelta = timedelta()
    page_rows: int = 35_000
    hook_url: str = ""
    paired: dict[int, str] = field(default_factory=dict)  # address of the pairing's page by course
    put: dict[str, PutEvent] = field(default_factory=dict)  # by key


@dataclass
class Site:
    """Site-wide settings. `hidden_user_fields` is Moodle's hiddenuserfields, `zone` its server time zone."""

    name: str
    zone: str
    release: Release
    url: str = ""
    country: str = ""
    lang: str = "en"
    hidden_user_fields: frozenset[str] = frozenset()
    web_services: bool = True
    messaging: bool = True
    max_input_vars: int = 1000
    clock_skew: timedelta = timedelta()
    plugin: Plugin = field(default_factory=Plugin)

    def picture(self, size: str = "f1") -> str:
        """Return the address of the anonymous portrait that every account here has."""
        return f"{self.url}/theme/image.php/boost/core/1795311795/u/{size}"


@dataclass
class User:
    """An account. `timezone` "99" means the server's; `contactable_by` is the messaging preference."""

    id: int
    username: str
    firstname: str
    lastname: str
    email: str
    idnumber: str = ""
    institution: str = ""
    department: str = ""
    city: str = ""
    country: str = ""
    timezone: str = "99"
    lang: str = "en"
    suspended: bool = False
    must_change_password: bool = False
    maildisplay: Literal["hidden", "everyone", "course"] = "course"
    contactable_by: Literal["contacts", "course", "site"] = "course"
    first_access: datetime | None = None
    last_access: datetime | None = None
    capabilities: set[str] = field(default_factory=set)

    @property
    def fullname(self) -> str:
        """The name as this language shows it."""
        return f"{self.firstname} {self.lastname}"


@dataclass
class Token:
    """A web service token. `functions` None means every simulated function; `allowed` False stands for a
    disabled service, an unlisted user, an IP restriction or a missing webservice/rest:use alike.
    """

    value: str = field(repr=False)
    user_id: int = 0
    functions: frozenset[str] | None = None
    allowed: bool = True
    valid_until: datetime | None = None


@dataclass
class Course:
    """A course; course 1 is the site itself."""

    id: int
    shortname: str
    fullname: str
    idnumber: str = ""
    summary: str = ""
    category_id: int = 1
    category: str = "Courses"
    starts: datetime | None = None
    ends: datetime | None = None
    visible: bool = True
    group_mode: int = NO_GROUPS
    lang: str = ""
    completion_enabled: bool = True
    created: datetime | None = None


@dataclass
class Enrolment:
    """One person in one course, possibly in several roles."""

    user_id: int
    course_id: int
    roles: list[RoleName]
    suspended: bool = False
    last_access: datetime | None = None


@dataclass
class Group:
    """A group within a course."""

    id: int
    course_id: int
    name: str
    idnumber: str = ""
    description: str = ""
    members: set[int] = field(default_factory=set)


@dataclass
class Module:
    """An activity with completion tracking, and who completed it when; `counts_for_course`: a criterion."""

    id: int
    course_id: int
    modname: str
    instance: int
    name: str
    counts_for_course: bool = False
    completed: dict[int, datetime] = field(default_factory=dict)


@dataclass
class Forum:
    """A forum activity; `module_id` is Moodle's cmid."""

    id: int
    module_id: int
    course_id: int
    name: str
    intro: str
    kind: Literal["general", "news", "qanda"]
    modified: datetime


@dataclass
class Discussion:
    """A topic; `group_id` -1 is for all groups."""

    id: int
    forum_id: int
    name: str
    group_id: int = -1


@dataclass
class Post:
    """A forum post; `parent_id` 0 opens the discussion. `message` is HTML."""

    id: int
    discussion_id: int
    parent_id: int
    user_id: int
    subject: str
    message: str
    created: datetime
    modified: datetime
    deleted: bool = False


@dataclass
class Message:
    """A personal message; `text_format` is Moodle's (0 auto, 1 HTML, 2 plain, 4 Markdown)."""

    id: int
    conversation_id: int
    sender_id: int
    recipient_id: int
    text: str
    text_format: int
    sent: datetime


@dataclass
class Event:
    """A calendar event. `start` and `duration` are Unix seconds as sent: Moodle takes any integer."""

    id: int
    name: str
    description: str
    text_format: int
    course_id: int
    group_id: int
    user_id: int
    kind: str
    start: int
    duration: int
    visible: int
    sequence: int
    modified: datetime
    repeat_id: int = 0
    location: str = ""


@dataclass
class PutEvent:
    """What the plugin remembers of an event that was put under a key."""

    event_id: int
    course_id: int
    status: str


@dataclass(frozen=True)
class LoggedCall:
    """A web service request that reached a function or was refused; `errorcode` "" means it succeeded."""

    function: str
    variables: Mapping[str | int, object]
    errorcode: str
    at: datetime

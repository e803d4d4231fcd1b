"""What was found out about a Moodle, before it is judged: counts and answers, no names of people."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.moodle.clock import ClockSkew
from connectors.moodle.errors import MoodleError
from connectors.moodle.plugin_records import PluginInfo
from connectors.moodle.records import MoodleCourse, PublicConfig, SiteConfig, SiteInfo


@dataclass(frozen=True)
class People:
    """What a course's roster shows to the service account.

    ``expected`` counts everybody in the course whether seen or not, ``None`` when the Moodle does not
    tell. ``groups_closed`` says that a course with separate groups shows nobody.
    """

    enrolled: int
    students: int
    with_role: int
    with_email: int
    expected: int | None
    zone_shown: bool | None
    username_shown: bool | None
    groups_closed: bool


@dataclass(frozen=True)
class Activity:
    """How much of what people do in courses is shown; ``forums`` is ``None`` when it was not asked."""

    forums: int | None
    refusals: tuple[MoodleError, ...]


@dataclass(frozen=True)
class Findings:
    """Everything that was learnt about a site; an error stands where the answer would be."""

    base_url: str
    site: str
    info: SiteInfo | MoodleError
    config: SiteConfig | MoodleError | None = None
    public: PublicConfig | None = None
    skew: ClockSkew | None = None
    courses: tuple[MoodleCourse, ...] | MoodleError | None = None
    people: People | MoodleError | None = None
    activity: Activity | None = None
    plugin: PluginInfo | MoodleError | None = None

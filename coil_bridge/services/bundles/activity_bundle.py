"""Everything that brings activity in besides the pulls of core web services, wired once."""

from __future__ import annotations

from dataclasses import dataclass

from coil_bridge.services.activity.activity_pull import ActivityPull
from coil_bridge.services.activity.hook_keys import HookKeys
from coil_bridge.services.activity.hooks import Hooks
from coil_bridge.services.activity.log_pull import LogPull
from coil_bridge.services.activity.told_courses import ToldCourses
from coil_bridge.services.activity.uploads import UploadService
from coil_bridge.services.meeting.room_records import RoomRecords


@dataclass(frozen=True, slots=True)
class ActivityServices:
    """What reads, receives and takes in activity; ``Services.activity``."""

    logs: LogPull
    pulls: ActivityPull
    hooks: Hooks
    hook_keys: HookKeys
    uploads: UploadService
    told: ToldCourses
    room_records: RoomRecords

"""Wires what brings activity in: pulls, logs, hooks."""

from __future__ import annotations

from coil_bridge.services.activity.activity_pull import ActivityPull
from coil_bridge.services.activity.hook_keys import HookKeys
from coil_bridge.services.activity.hooks import Hooks
from coil_bridge.services.activity.log_pull import LogPull
from coil_bridge.services.activity.told_courses import ToldCourses
from coil_bridge.services.activity.upload_reading import UploadReading
from coil_bridge.services.activity.uploads import UploadService
from coil_bridge.services.bundles.activity_bundle import ActivityServices
from coil_bridge.services.context import Clock
from coil_bridge.services.meeting.room_records import RoomRecords
from coil_bridge.services.moodles.catalogue import Catalogue
from coil_bridge.services.moodles.partners import Partners
from coil_bridge.services.moodles.roster_fallback import RosterFallback
from coil_bridge.storage.storage import Storage
from coil_bridge.vault import Vault


def activity_services(
    *,
    storage: Storage,
    vault: Vault,
    partners: Partners,
    clock: Clock,
    launched: RosterFallback,
    catalogue: Catalogue,
    public_url: str,
) -> ActivityServices:
    """The services of this capability."""
    logs = LogPull(storage=storage, clock=clock, vault=vault, partners=partners)
    pulls = ActivityPull(
        storage=storage, clock=clock, vault=vault, partners=partners, launched=launched, logs=logs
    )
    return ActivityServices(
        logs=logs,
        pulls=pulls,
        hooks=Hooks(storage=storage, vault=vault, clock=clock, catalogue=catalogue, pulls=pulls),
        uploads=UploadService(
            storage=storage,
            clock=clock,
            vault=vault,
            reading=UploadReading(storage=storage, clock=clock, vault=vault, partners=partners),
        ),
        hook_keys=HookKeys(storage=storage, vault=vault, clock=clock, public_url=public_url),
        told=ToldCourses(storage=storage, partners=partners, clock=clock, public_url=public_url),
        room_records=RoomRecords(storage=storage, clock=clock, vault=vault),
    )

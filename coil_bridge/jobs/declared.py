"""Every job of the service, declared: when it runs (UTC) and what it does.

- ``JOBS`` run once for the whole installation, however many workers there are: each has a row in the
  database that a worker claims. They are short, most only queue tasks.
- ``handlers`` are the kinds of one-off tasks that services queue.

Minutes are odd on purpose: full hours are when everybody else's jobs run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any

from apscheduler.triggers.cron import CronTrigger

from coil_bridge.services.activity.activity_pull import PULL
from coil_bridge.services.activity.hooks import FOLLOW
from coil_bridge.services.activity.log_pull import PULL_LOG
from coil_bridge.services.activity.told_courses import TELL_PLUGIN
from coil_bridge.services.activity.uploads import READ_UPLOAD
from coil_bridge.services.bundle import Services
from coil_bridge.services.context import Clock
from coil_bridge.services.identity.signin import SIGNIN
from coil_bridge.services.launching.participation_grades import SEND_GRADES
from coil_bridge.services.messaging.telling import TELL_AT_ONCE
from coil_bridge.services.moodles.catalogue import SYNC_SITE, SYNC_TEACHERS
from coil_bridge.services.pairing.proposing import TELL_OF_PROPOSAL
from coil_bridge.services.piloting.evidence import PACK
from coil_bridge.services.piloting.figures_queue import WORK_OUT
from coil_bridge.services.piloting.traits import TRAITS
from coil_bridge.services.times.busy_calendars import READ_BUSY

Handler = Callable[[Mapping[str, Any]], None]

_KEPT = timedelta(days=1)
_KEPT_HISTORY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Job:
    """A job with its trigger; ``work`` gets the services and the clock."""

    name: str
    trigger: CronTrigger
    work: Callable[[Services, Clock], None]


def sync_catalogues(services: Services, _clock: Clock) -> None:
    """Queue the reading of every active site's courses."""
    services.catalogue.queue_all()


def refresh_teachers(services: Services, _clock: Clock) -> None:
    """Queue the reading of who belongs to the paired courses."""
    services.catalogue.queue_teachers()


def move_pairings(services: Services, clock: Clock) -> None:
    """Start and complete pairings whose day has come."""
    services.pairings.act_by_date(clock())


def follow_zone_rules(services: Services, _clock: Clock) -> None:
    """After an update of the zone data or of the service: move instants, renew every stored feed."""
    services.sessions.follow_zone_rules()
    services.feeds.rebuild_all()


def send_digests(services: Services, _clock: Clock) -> None:
    """Queue the digests of those whose morning it is."""
    services.telling.digests.send_due()


def send_reminders(services: Services, _clock: Clock) -> None:
    """Queue the reminders that are due."""
    services.telling.reminders.send_due()


def renew_feeds(services: Services, _clock: Clock) -> None:
    """Let the calendars of persons, institutions and pilots follow who belongs to what by now."""
    services.feeds.builder.mark_changed_circles()


def collect_recordings(services: Services, _clock: Clock) -> None:
    """Ask the meeting servers for recordings of the last weeks' sessions."""
    services.calendars.rooms.collect_recordings()


def sweep_calendars(services: Services, _clock: Clock) -> None:
    """Look at the Moodles' own calendars: what somebody has deleted or moved there by hand comes back."""
    services.calendars.moodles.sweep()


def prune(services: Services, clock: Clock) -> None:
    """Delete what has ended: links and sessions after a day, finished work and messages after 90 days.

    Who joined which session goes after a study year and its report. Pilots whose time is over lose every
    row about people.
    """
    now = clock()
    with services.storage.write() as tx:
        tx.people.prune(now - _KEPT)
        tx.tasks.prune(now - _KEPT_HISTORY)
        tx.deliveries.prune(now - _KEPT_HISTORY)
        tx.jobs.prune_beats(now - _KEPT)
        tx.account_links.prune(now)
        tx.telling.prune(now - _KEPT_HISTORY)
    services.lti.joining.prune()
    services.surveys.prune()
    services.retention.act_by_date()
    services.evidence.figures.prune()
    services.activity.uploads.prune()


def pull_activity(services: Services, _clock: Clock) -> None:
    """Queue the pulls of the pilots that run, with the logs that follow them."""
    services.pulls.request_running()


def follow_hooks(services: Services, _clock: Clock) -> None:
    """Queue what notifications of partners' plugins have asked for and nobody has done yet."""
    services.activity.hooks.queue_due()
    services.activity.hook_keys.end_replaced()


def tell_plugins(services: Services, _clock: Clock) -> None:
    """Queue the telling of partners' plugins which of their courses are paired."""
    services.activity.told.queue_all()


def send_grades(services: Services, _clock: Clock) -> None:
    """Queue the sending of participation to the gradebooks that want it."""
    services.lti.participation.queue_all()


def work_out_evidence(services: Services, _clock: Clock) -> None:
    """Queue the figures of pilots that are under way, twice a day and where there are none."""
    services.evidence.figures.queue_stale()


def look_at_boards(services: Services, _clock: Clock) -> None:
    """Store how the partners of pilots under way stand, for the start page."""
    services.evidence.monitoring.look()


def tidy_lti(services: Services, _clock: Clock) -> None:
    """Rotate the keys of the LTI tool; delete logins, invitations and hand-overs that have expired."""
    services.lti.registry.tidy()


def read_calendars(services: Services, _clock: Clock) -> None:
    """Queue the reading of calendars of teachers' own."""
    services.slots.calendars.queue_all()


JOBS: tuple[Job, ...] = (
    Job("sync catalogues", CronTrigger(minute=7, timezone=UTC), sync_catalogues),
    Job("refresh teachers", CronTrigger(hour="*/6", minute=23, timezone=UTC), refresh_teachers),
    Job("move pairings by date", CronTrigger(minute=3, timezone=UTC), move_pairings),
    Job("follow zone rules", CronTrigger(hour=3, minute=17, timezone=UTC), follow_zone_rules),
    Job("send digests", CronTrigger(minute="4-59/10", timezone=UTC), send_digests),
    Job("send reminders", CronTrigger(minute="1-59/2", timezone=UTC), send_reminders),
    Job("renew feeds", CronTrigger(minute="1-59/10", timezone=UTC), renew_feeds),
    Job("collect recordings", CronTrigger(minute=51, timezone=UTC), collect_recordings),
    Job("sweep calendars", CronTrigger(hour="*/6", minute=43, timezone=UTC), sweep_calendars),
    Job("pull activity", CronTrigger(hour="*/6", minute=11, timezone=UTC), pull_activity),
    Job("follow hooks", CronTrigger(minute="2-59/5", timezone=UTC), follow_hooks),
    Job("tell plugins", CronTrigger(minute="9-59/15", timezone=UTC), tell_plugins),
    Job("send grades", CronTrigger(minute=37, timezone=UTC), send_grades),
    Job("read own calendars", CronTrigger(minute=49, timezone=UTC), read_calendars),
    Job("work out evidence", CronTrigger(minute=51, timezone=UTC), work_out_evidence),
    Job("look at boards", CronTrigger(minute="3-59/5", timezone=UTC), look_at_boards),
    Job("prune", CronTrigger(hour=2, minute=41, timezone=UTC), prune),
    Job("tidy LTI", CronTrigger(hour=1, minute=53, timezone=UTC), tidy_lti),
)


def handlers(services: Services) -> Mapping[str, Handler]:
    """What is done for each kind of task."""

    def work_out(payload: Mapping[str, Any]) -> None:
        services.evidence.figures.perform(payload)
        services.evidence.monitoring.look()  # who is silent follows from the figures

    return {
        SIGNIN: services.signin.perform,
        SYNC_SITE: services.catalogue.perform_sync,
        SYNC_TEACHERS: services.catalogue.perform_teachers,
        PULL: services.pulls.perform,
        READ_BUSY: services.slots.calendars.perform,
        PULL_LOG: services.activity.logs.perform,
        READ_UPLOAD: services.activity.uploads.perform,
        FOLLOW: services.activity.hooks.perform,
        TELL_PLUGIN: services.activity.told.perform,
        TELL_OF_PROPOSAL: services.pairings.tell_of_proposal,
        TELL_AT_ONCE: services.telling.now.perform,
        SEND_GRADES: services.lti.participation.perform,
        WORK_OUT: work_out,
        PACK: services.evidence.figures.make,
        TRAITS: services.evidence.traits.perform,
    }

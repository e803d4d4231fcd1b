"""The doorway to the database: ``with storage.write() as tx: tx.pairings.insert(...)``.

A transaction gives one object of queries per noun. Services see only these: no SQL text, no engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from sqlalchemy import Connection, Engine, text

from coil_bridge.storage.academic import Academic
from coil_bridge.storage.account_links import AccountLinks
from coil_bridge.storage.activity import Activity
from coil_bridge.storage.attendance import AttendanceRows
from coil_bridge.storage.audit import Audit
from coil_bridge.storage.availability import Availability
from coil_bridge.storage.boards import Boards
from coil_bridge.storage.courses import Courses
from coil_bridge.storage.credentials import Credentials
from coil_bridge.storage.deliveries import Deliveries
from coil_bridge.storage.editions import Editions
from coil_bridge.storage.engine import reading, writing
from coil_bridge.storage.erasure import Erasure
from coil_bridge.storage.event_changes import EventChanges
from coil_bridge.storage.events import Events
from coil_bridge.storage.evidence import EvidenceRows
from coil_bridge.storage.fact_cursors import FactCursors
from coil_bridge.storage.feed_subjects import FeedSubjects
from coil_bridge.storage.feedback_counts import FeedbackCounts
from coil_bridge.storage.feeds import Feeds
from coil_bridge.storage.gradings import Gradings
from coil_bridge.storage.hooks import HookStore
from coil_bridge.storage.jobs import Jobs
from coil_bridge.storage.joins import Joins
from coil_bridge.storage.launch_parts import LaunchParts
from coil_bridge.storage.log_cursors import LogCursors
from coil_bridge.storage.log_runs import LogRuns
from coil_bridge.storage.lti import LtiPlatforms
from coil_bridge.storage.lti_courses import LtiCourses
from coil_bridge.storage.moodle_calendars import MoodleCalendars
from coil_bridge.storage.packs import Packs
from coil_bridge.storage.pairings import Pairings
from coil_bridge.storage.people import People
from coil_bridge.storage.phase_plans import PhasePlanRows
from coil_bridge.storage.pilots import Pilots
from coil_bridge.storage.pulls import Pulls
from coil_bridge.storage.retention import Retention
from coil_bridge.storage.rooms import Rooms
from coil_bridge.storage.sealed import Sealed
from coil_bridge.storage.served_feeds import ServedFeeds
from coil_bridge.storage.sessions import Sessions
from coil_bridge.storage.sites import Sites
from coil_bridge.storage.stays import Stays
from coil_bridge.storage.surveys import Surveys
from coil_bridge.storage.tasks import Tasks
from coil_bridge.storage.telling import TellingQueries
from coil_bridge.storage.unlinking import Unlinking
from coil_bridge.storage.uploads import Uploads

Queries = TypeVar("Queries")


class _Of(Generic[Queries]):
    """The queries of one noun, made when a transaction first asks for them: few ask for more than three."""

    def __init__(self, queries: Callable[[Connection], Queries]) -> None:
        self._queries = queries

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, transaction: Transaction, _owner: type) -> Queries:
        made = self._queries(transaction._connection)
        transaction.__dict__[self._name] = made  # found there before this is asked again
        return made


class Transaction:
    """The queries of every noun, on one connection."""

    sites = _Of(Sites)
    courses = _Of(Courses)
    people = _Of(People)
    pairings = _Of(Pairings)
    sessions = _Of(Sessions)
    audit = _Of(Audit)
    feeds = _Of(Feeds)
    rooms = _Of(Rooms)
    feed_subjects = _Of(FeedSubjects)
    moodle_calendars = _Of(MoodleCalendars)
    deliveries = _Of(Deliveries)
    tasks = _Of(Tasks)
    jobs = _Of(Jobs)
    pilots = _Of(Pilots)
    activity = _Of(Activity)
    events = _Of(Events)
    event_changes = _Of(EventChanges)
    hooks = _Of(HookStore)
    log_cursors = _Of(LogCursors)
    fact_cursors = _Of(FactCursors)
    feedback_counts = _Of(FeedbackCounts)
    stays = _Of(Stays)
    log_runs = _Of(LogRuns)
    uploads = _Of(Uploads)
    pulls = _Of(Pulls)
    unlinking = _Of(Unlinking)
    lti = _Of(LtiPlatforms)
    lti_courses = _Of(LtiCourses)
    launch_parts = _Of(LaunchParts)
    joins = _Of(Joins)
    gradings = _Of(Gradings)
    account_links = _Of(AccountLinks)
    surveys = _Of(Surveys)
    erasure = _Of(Erasure)
    retention = _Of(Retention)
    credentials = _Of(Credentials)
    sealed = _Of(Sealed)
    attendance = _Of(AttendanceRows)
    evidence = _Of(EvidenceRows)
    packs = _Of(Packs)
    editions = _Of(Editions)
    boards = _Of(Boards)
    academic = _Of(Academic)
    availability = _Of(Availability)
    telling = _Of(TellingQueries)
    phase_plans = _Of(PhasePlanRows)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection


class Storage:
    """Opens transactions on one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.served_feeds = ServedFeeds(engine)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One write transaction: everything in the block, or nothing of it."""
        with writing(self._engine) as connection:
            yield Transaction(connection)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """One consistent view; a write in here is a mistake."""
        with reading(self._engine) as connection:
            yield Transaction(connection)

    def ping(self) -> None:
        """Touch the database; raises what the driver raises when it is not there."""
        with reading(self._engine) as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give back every connection (before a fork, at the end of a test)."""
        self._engine.dispose()

"""Does things again and again, killed (SIGKILL) before each of their writes in turn, until they get through.

Run by ``test_teachers_acts`` as a process of its own: it forks, which a process with threads must not.
Prints, as JSON, what the database held before, after every death, and after the run that got through.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine, select

from coil_bridge.domain import CoilPhase, Pairing, Person, Reminder, TellingChoice
from coil_bridge.services.calendar.calendar_import import CalendarImport
from coil_bridge.services.times.phase_plans import PhasePlans
from coil_bridge.settings import make_settings
from coil_bridge.storage.engine import open_engine, reading
from coil_bridge.storage.storage import Storage
from coil_bridge.storage.tables import metadata
from coil_bridge.vault import Vault
from tests.builders import START, Build, SettableClock
from tests.conftest import ENCRYPTION_KEY, SECRET_KEY
from tests.functional.killed.dying import die_at, dies
from tests.unit.services.consortium import Consortium, wall

Act = Callable[[Consortium], object]


def propose(consortium: Consortium) -> Act:
    form = consortium.form(consortium.almaty.id, consortium.shanghai.id)
    return lambda it: it.pairings.propose(it.mira, form, "key-1")


def plan(consortium: Consortium) -> Act:
    pairing = consortium.agreed()
    consortium.feeds.link(consortium.dana, pairing.id)
    return lambda it: it.sessions.plan(it.mira, pairing.id, it.plan(count=3), "key-2")


def edit(consortium: Consortium) -> Act:
    pairing = consortium.agreed()
    consortium.feeds.link(consortium.dana, pairing.id)
    session = consortium.build.session(pairing, consortium.mira)
    return lambda it: it.sessions.edit(it.wei, session.id, it.plan(title="Kick-off"), 1)


def call_off(consortium: Consortium) -> Act:
    pairing = consortium.agreed()
    consortium.feeds.link(consortium.dana, pairing.id)
    consortium.sessions.plan(consortium.mira, pairing.id, consortium.plan(count=3), "key-3")
    return lambda it: it.pairings.cancel(it.wei, pairing.id, "Our term was shortened.")


def _apart(consortium: Consortium) -> tuple[Pairing, Person]:
    """A pairing of a course of its own, taught by Mira, and its one student."""
    student = consortium.build.person("Petar Lazić", site=consortium.ub)
    course = consortium.build.course(consortium.ub, "Apart", teachers=[consortium.mira], students=[student])
    return consortium.build.pairing([course], proposed_by=consortium.mira), student


def tell(consortium: Consortium) -> Act:
    """The worker's part of a change that is near, for one person; each is a transaction of its own."""
    pairing, _ = _apart(consortium)
    session = consortium.build.session(pairing, consortium.mira)
    consortium.clock.set(datetime(2026, 10, 26, 14, tzinfo=UTC))
    consortium.sessions.cancel(consortium.mira, session.id, 1)
    with consortium.storage.read() as tx:
        last = tx.telling.last_news(consortium.clock())
    return lambda it: it.telling.now.perform({"news": [last]})


def digest(consortium: Consortium) -> Act:
    """One person's, after all others have had theirs: each is a transaction of its own."""
    pairing, _ = _apart(consortium)
    consortium.clock.set(datetime(2026, 10, 28, 9, tzinfo=UTC))
    consortium.telling.digests.send_due()
    later = consortium.plan(starts_local=wall("2026-11-10 14:00"))
    consortium.sessions.plan(consortium.mira, pairing.id, later, "key-4")
    consortium.clock.advance(minutes=10)  # Mira has had hers today
    return lambda it: it.telling.digests.send_due()


def remind(consortium: Consortium) -> Act:
    pairing, student = _apart(consortium)
    start = consortium.clock() + timedelta(hours=5)
    consortium.build.session(pairing, consortium.mira, starts_at=start, created_at=START)
    consortium.telling.choices.choose(student, TellingChoice(reminder=Reminder.DAY))
    return lambda it: it.telling.reminders.send_due()


def import_calendar(consortium: Consortium) -> Act:
    content = b"kind,name,first,last\nterm,Winter,2026-10-01,2027-01-15\nbreak,Pause,2026-12-31,2027-01-08\n"
    content += b"holiday,Saint Sava,2027-01-27,\n"
    imports = CalendarImport(storage=consortium.storage, clock=consortium.clock)
    return lambda it: imports.apply(it.mira, it.ub.institution.id, content, 0)


def lay_out(consortium: Consortium) -> Act:
    pairing = consortium.agreed()
    plans = PhasePlans(storage=consortium.storage, clock=consortium.clock)
    plans.save(consortium.mira, pairing.id, plans.get(consortium.mira, pairing.id).phases, 0)
    laid = plans.laid_out(consortium.wei, pairing.id, {CoilPhase.JOINT_PROJECT: 3}).phases
    return lambda it: plans.save(it.wei, pairing.id, laid, 1)


ACTS = {
    each.__name__: each
    for each in (propose, plan, edit, call_off, tell, digest, remind, import_calendar, lay_out)
}


def contents(engine: Engine) -> dict[str, Any]:
    """How many rows each table has, and one hash over everything in them."""
    with reading(engine) as connection:
        rows = {
            table.name: sorted(repr(tuple(row)) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
        }
    engine.dispose()  # no connection is open while a child is made
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()
    return {"digest": digest, "rows": {name: len(each) for name, each in rows.items() if each}}


def kill_each(engine: Engine, consortium: Consortium, prepare: Callable[[Consortium], Act]) -> dict[str, Any]:
    """One act, killed before each of its writes until it gets through."""
    act = prepare(consortium)
    before, deaths = contents(engine), []
    for point in itertools.count(1):
        if not dies(partial(_until, engine, point, act, consortium)):
            break
        deaths.append(contents(engine))
    return {"before": before, "deaths": deaths, "after": contents(engine)}


def _until(engine: Engine, point: int, act: Act, consortium: Consortium) -> None:
    die_at(engine, point)
    act(consortium)


def main(url: str) -> None:
    values = {
        "public_url": "https://bridge.example.org",
        "database_url": url,
        "consortium": "COIL Bridge",
        "secret_key": SECRET_KEY,
        "encryption_keys": [ENCRYPTION_KEY],
        "smtp_url": "",
        "mail_sender": "bridge@bridge.example.org",
        "listen": "127.0.0.1:8400",
        "web_workers": 1,
        "web_threads": 1,
        "allow_private_partners": True,
        "languages": ["en"],
        "signin_link_minutes": 30,
        "signin_links_an_hour": 5,
        "web_session_hours": 12,
        "suppression_threshold": 10,
        "trusted_proxies": 0,
    }
    engine, vault, clock = open_engine(url), Vault([ENCRYPTION_KEY]), SettableClock()
    storage = Storage(engine)
    consortium = Consortium(storage, Build(storage, vault, clock), clock, vault, make_settings(values))
    json.dump({name: kill_each(engine, consortium, prepare) for name, prepare in ACTS.items()}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""As ``teachers_acts``, for what administrators and the worker do: sites, people, sign-in, messages, tasks.

The partner's Moodle answers from here, without a network: a process that is forked again and again must
have no threads, and a simulator is one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from coil_bridge.domain import Person, Role, Site
from coil_bridge.errors import Conflict
from coil_bridge.i18n import Translator
from coil_bridge.jobs.tasks import TaskRunner
from coil_bridge.services.bundle import Services
from coil_bridge.services.messaging.messages import MessageText
from coil_bridge.services.moodles.site_inputs import InstitutionInput, SiteInput
from coil_bridge.settings import make_settings
from coil_bridge.storage.tasks import Task
from coil_bridge.wiring.services.installation import build_services
from connectors.transport import Reply, Transport, TransportPolicy
from tests.builders import Build, SettableClock
from tests.functional.killed.teachers_acts import kill_each

MIRA = {"id": 7, "username": "mira", "fullname": "Mira Jovanović", "email": "mira@ub.example"}
COURSES = [
    {"id": number, "fullname": f"Course {number}", "shortname": f"C{number}", "visible": 1}
    for number in (11, 12, 13)
]
ANSWERS: dict[str, Any] = {
    "core_course_get_courses_by_field": {"courses": COURSES, "warnings": []},
    "core_enrol_get_users_courses": COURSES[:2],
    "core_enrol_get_enrolled_users": [MIRA | {"roles": [{"shortname": "editingteacher"}]}],
    "core_user_get_users_by_field": [MIRA],
}


class AnsweringTransport(Transport):
    """Answers for a Moodle, always the same; functions that it does not know are not allowed."""

    def request(self, _method: str, url: str, *, data: Any = None, **_options: Any) -> Reply:
        form = dict(data or ())
        answer = ANSWERS.get(str(form.get("wsfunction")), {"exception": "x", "errorcode": "accessexception"})
        now = datetime.now(UTC)
        return Reply(200, {}, json.dumps(answer).encode(), 0.0, url, now, now)


@dataclass
class Installation:
    services: Services
    build: Build
    clock: SettableClock
    ana: Person
    site: Site

    def claim(self, kind: str) -> Task:
        """The waiting task of a kind; what else is waiting is claimed as well and left alone."""
        now = self.clock()
        with self.services.storage.write() as tx:
            claimed = tx.tasks.claim("w1", now, now + timedelta(hours=1), limit=9, per_site=9)
        return next(task for task in claimed if task.kind == kind)


Act = Callable[[Installation], object]


def add_site(_it: Installation) -> Act:
    institution = InstitutionInput("University of Niš", "UNI", "Niš", "RS", "Europe/Belgrade")
    given = SiteInput(institution, "https://moodle.uni.example", "0123456789abcdef")

    def add_or_check(it: Installation) -> None:
        """Somebody whose first attempt was cut off between storing and checking has it checked again."""
        try:
            it.services.sites.add(it.ana, given)
        except Conflict:
            [stored] = [each for each in it.services.sites.all() if each.base_url == given.base_url]
            it.services.sites.recheck(it.ana, stored.id)

    return add_or_check


def remove_site(it: Installation) -> Act:
    site = it.build.site("Almaty")
    aigerim = it.build.person("Aigerim Sadykova", site=site)
    it.build.course(site, teachers=[aigerim])
    it.services.web_sessions.start(aigerim.id)
    return lambda it: it.services.sites.remove(it.ana, site.id)


def add_person(_it: Installation) -> Act:
    return lambda it: it.services.people.add(it.ana, "Lena", "lena@ub.example", [Role.EVALUATION_LEAD])


def send_link(it: Installation) -> Act:
    it.services.signin.request(it.site.id, "mira@ub.example", None, "192.0.2.8")
    task = it.claim("signin")
    return lambda it: it.services.signin.perform(task.payload)


def read_courses(_it: Installation) -> Act:
    return lambda it: it.services.catalogue.sync_site(it.site.id)


def tell_several(it: Installation) -> Act:
    people = [it.build.person(name, site=it.site).id for name in ("Vera Kostić", "Jelena Marković")]

    def hello(_words: Translator) -> MessageText:
        return MessageText("Hello", "Hello")

    def act(it: Installation) -> None:
        with it.services.storage.write() as tx:
            it.services.messages.queue(tx, people, hello, "hello")

    return act


def end_task(it: Installation) -> Act:
    with it.services.storage.write() as tx:
        tx.tasks.queue("nothing", {}, at=it.clock(), dedup_key="nothing")
    task = it.claim("nothing")
    runner = TaskRunner(it.services.storage, it.clock, {"nothing": lambda _payload: None})
    return lambda _it: runner.run(task)


ACTS = {
    each.__name__: each
    for each in (
        add_site,
        remove_site,
        add_person,
        send_link,
        read_courses,
        tell_several,
        end_task,
    )
}


def main(values: str) -> None:
    clock = SettableClock()
    transport = AnsweringTransport(TransportPolicy())
    services = build_services(make_settings(json.loads(values)), clock=clock, transport=transport)
    build = Build(services.storage, services.vault, clock)
    installation = Installation(services, build, clock, build.administrator(), build.site("Belgrade"))
    engine = services.storage._engine
    json.dump({name: kill_each(engine, installation, prepare) for name, prepare in ACTS.items()}, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""LTI launches: how many a second, what one costs, and how often the platform's keys are fetched for them.

Every launch is a real one: a login of its own that was begun before (state, nonce, cookie), a token that the
platform's key signed for it, and a person who goes on to the own course. None can be sent twice, so each run
prepares its own. The platform is a server that answers with its key set and counts who asks.
"""

from __future__ import annotations

import http.client
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from textwrap import fill
from typing import TypeVar
from urllib.parse import parse_qs, urlencode, urlsplit

from coil_bridge.lti import claims as names
from coil_bridge.lti.refusals import Refusal
from coil_bridge.lti.tool_description import LAUNCH_PATH
from coil_bridge.services.context import SYSTEM
from coil_bridge.services.launching.lti_registry import ManualInput
from coil_bridge.storage.lti_records import Platform
from tests.benchmarks.figures import figure, table
from tests.benchmarks.measuring import CONNECTIONS, ROUNDS, WrongAnswers
from tests.benchmarks.processes import HOST, cpu_seconds
from tests.benchmarks.service import Service
from tests.benchmarks.world import World
from tests.unit.lti.moodle import Moodle, SigningKey, listening, make_key

Result = TypeVar("Result")
LAUNCHES = 160
PEOPLE = 40
_KEY_SET = "/mod/lti/certs.php"
_LASTS = 3000  # seconds; Moodle's tokens last a minute, but all of a run are signed before it begins


@dataclass(frozen=True, slots=True)
class Prepared:
    """A launch that was not sent yet: the form and the cookie of its login."""

    form: dict[str, str]
    cookies: dict[str, str]


class Campus:
    """A registered Moodle with one course and its people; makes launches."""

    def __init__(self, world: World, moodle: Moodle) -> None:
        self._world = world
        self._key = make_key("benchmark")
        self._count = itertools.count()
        moodle.publish(self._key)
        scripts = f"{moodle.url}/mod/lti"
        self.platform: Platform = world.services.lti.registry.register_by_hand(
            SYSTEM,
            world.moodle_at(moodle.url).id,
            ManualInput(
                issuer=moodle.url,
                client_id="benchmark",
                login_url=f"{scripts}/auth.php",
                token_url=f"{scripts}/token.php",
                jwks_url=f"{moodle.url}{_KEY_SET}",
                deployment_id="1",
            ),
        )

    def prepare(self, count: int, key: SigningKey | None = None) -> list[Prepared]:
        """So many launches by as many people as there are, in turns."""
        return [self._prepared(key or self._key) for _ in range(count)]

    def _prepared(self, key: SigningKey) -> Prepared:
        target = f"{self._world.settings.public_url}{LAUNCH_PATH}"
        begun = self._world.services.lti.launching.begin(
            {
                "iss": self.platform.issuer,
                "client_id": self.platform.client_id,
                "lti_deployment_id": "1",
                "login_hint": "7",
                "target_link_uri": target,
            }
        )
        query = {name: values[0] for name, values in parse_qs(urlsplit(begun.url).query).items()}
        token = key.sign(self._claims(query["nonce"], target, next(self._count) % PEOPLE))
        return Prepared({"state": query["state"], "id_token": token}, {begun.cookie_name: begun.cookie_value})

    def _claims(self, nonce: str, target: str, person: int) -> dict[str, object]:
        now = int(time.time())
        return {
            "iss": self.platform.issuer,
            "aud": self.platform.client_id,
            "sub": str(100 + person),
            "iat": now,
            "exp": now + _LASTS,
            "nonce": nonce,
            "name": f"Student {person}",
            "email": f"student{person}@danube.example",
            names.VERSION_CLAIM: names.VERSION,
            names.MESSAGE_TYPE: "LtiResourceLinkRequest",
            names.DEPLOYMENT_ID: "1",
            names.TARGET_LINK_URI: target,
            names.RESOURCE_LINK: {"id": "3", "title": "Joint sessions"},
            names.CONTEXT: {"id": "2", "label": "SC-310", "title": "Sustainable Cities"},
            names.ROLES: [f"{names.ROLE_VOCABULARY}membership#Learner"],
            names.LAUNCH_PRESENTATION: {"locale": "en", "document_target": "iframe"},
        }


def report(of: Service) -> str:
    """Launches a second over HTTP, the parts of one, and the fetches of the key set."""
    with listening() as moodle:
        campus = Campus(of.world, moodle)
        _send(of, campus.prepare(2 * PEOPLE))  # warm-up: everybody has come once, every worker has the keys
        runs = [_timed(of, campus.prepare(LAUNCHES)) for _ in range(ROUNDS)]
        parts = _parts(of.world, campus)
        fetched = len(moodle.to(_KEY_SET))
        launches = ROUNDS * LAUNCHES + 2 * PEOPLE + len(parts["verified"])
        unknown = _unknown_keys(of.world, campus)
        fetched_again = len(moodle.to(_KEY_SET)) - fetched
    rates, latencies, costs = zip(*runs, strict=True)
    known_costs = [cost for cost in costs if cost is not None]
    head = ["over HTTP", "launches/s", "median ms", "server CPU ms"]
    cost = figure(known_costs).text(1) if known_costs else "unknown"
    row = ["launch, to the redirect", figure(rates).text(), figure(latencies).text(1), cost]
    steps = [[name, figure(times).text(1)] for name, times in parts.items()]
    method = (
        f"{ROUNDS} rounds of {LAUNCHES} launches of {PEOPLE} people, over {CONNECTIONS} persistent "
        "connections from threads of this process. Median (least-most) of the rounds."
    )
    keys = (
        f"The platform's key set was fetched {_times(fetched)} for {launches:,} launches, and then "
        f"{_times(fetched_again)} for {unknown} launches within a minute that named keys which do not exist."
    )
    http, alone = table(head, [row]), table(["one after another, in one process", "milliseconds"], steps)
    return "\n\n".join([fill(method, 100), http, alone, fill(keys, 100)])


def _timed(of: Service, prepared: Sequence[Prepared]) -> tuple[float, float, float | None]:
    """Launches a second, the median latency in milliseconds, the server's processor time for one in ms."""
    before, began = cpu_seconds(of.server.pid), time.perf_counter()
    latencies = _send(of, prepared)
    seconds, after = time.perf_counter() - began, cpu_seconds(of.server.pid)
    cost = None if before is None or after is None else 1000 * (after - before) / len(prepared)
    return len(prepared) / seconds, statistics.median(latencies), cost


def _send(of: Service, prepared: Sequence[Prepared]) -> list[float]:
    """Send every launch once; milliseconds of each."""
    shares = [prepared[number::CONNECTIONS] for number in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        return [each for share in threads.map(lambda share: list(_sent(of, share)), shares) for each in share]


def _sent(of: Service, prepared: Sequence[Prepared]) -> Iterator[float]:
    connection = http.client.HTTPConnection(HOST, of.server.port, timeout=30)
    for each in prepared:
        began = time.perf_counter()
        connection.request(
            "POST",
            LAUNCH_PATH,
            body=urlencode(each.form),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Cookie": "; ".join(f"{name}={value}" for name, value in each.cookies.items()),
            },
        )
        answer = connection.getresponse()
        answer.read()
        if answer.status != 303 or not (answer.getheader("Location") or "").endswith("/sessions"):
            raise WrongAnswers(f"a launch: status {answer.status} to {answer.getheader('Location')}")
        yield 1000 * (time.perf_counter() - began)
    connection.close()


def _parts(world: World, campus: Campus) -> dict[str, list[float]]:
    """Milliseconds of each step of a launch, as the page takes them one after another."""
    lti = world.services.lti
    times: dict[str, list[float]] = {name: [] for name in ("verified", "person and part", "session", "all")}
    for each in campus.prepare(LAUNCHES):
        message, verified = _clocked(lambda each=each: lti.launching.receive(each.form, each.cookies))
        arrival, entered = _clocked(lambda message=message: lti.launches.enter(message))
        _, started = _clocked(lambda arrival=arrival: lti.sessions.start(arrival.scope))
        for name, value in zip(
            times, (verified, entered, started, verified + entered + started), strict=True
        ):
            times[name].append(value)
    return times


def _clocked(work: Callable[[], Result]) -> tuple[Result, float]:
    began = time.perf_counter()
    result = work()
    return result, 1000 * (time.perf_counter() - began)


def _unknown_keys(world: World, campus: Campus) -> int:
    """Send launches whose tokens name keys that do not exist; how many, all of which must be refused."""
    stranger = make_key("invented")
    prepared = campus.prepare(LAUNCHES, stranger)
    for each in prepared:
        try:
            world.services.lti.launching.receive(each.form, each.cookies)
        except Refusal:
            continue
        raise WrongAnswers("a launch with an invented key was let in")
    return len(prepared)


def _times(count: int) -> str:
    return {0: "not once", 1: "once"}.get(count, f"{count} times")

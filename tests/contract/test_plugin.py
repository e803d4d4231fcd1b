"""Calendar, facts and paired courses through the plugin: the client against the simulator over real HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.moodle.capabilities import PLUGIN_ROLE, ROLE
from connectors.moodle.client import MoodleClient
from connectors.moodle.errors import ParameterRefused, PermissionMissing
from connectors.moodle.functions import NEEDS, PLUGIN_FUNCTIONS
from connectors.moodle.plugin import OLDEST_PLUGIN, CalendarEntry, PairedCourse
from connectors.moodle.simulator import Course, Simulator, World
from connectors.moodle.simulator.contracts import plugin_contracts
from connectors.transport import Transport, TransportPolicy

NOW = datetime(2027, 3, 27, 9, 0, tzinfo=UTC)  # the day before Belgrade's clocks go forward
PLUGIN = Path(__file__).parents[2] / "connectors/moodle_plugin/local_coilbridge"


@pytest.fixture
def moodle() -> Iterator[Simulator]:
    world = World(clock=lambda: NOW)
    course = world.add_course("IM301", "Interkulturni menadžment")
    for name in ("ana", "marko"):
        world.enrol(world.add_user(name, name.title(), "Petrović"), course)
    with Simulator(world, plugin=True) as simulator:
        yield simulator


@pytest.fixture
def client(moodle: Simulator) -> MoodleClient:
    transport = Transport(TransportPolicy(allow_private=True, allow_http=True, attempts=1))
    return MoodleClient("Belgrade", moodle.url, moodle.token, transport)


@pytest.fixture
def course(moodle: Simulator) -> Course:
    return next(each for each in moodle.world.courses.values() if each.id > 1)


def entry(course: Course) -> CalendarEntry:
    starts = NOW + timedelta(days=2)
    room = "Sala 3 & veb"
    return CalendarEntry(
        "s-1@coil", course.id, "Uvodni sastanak", "Dođite!", room, starts, timedelta(hours=1)
    )


def test_putting_the_same_event_twice_makes_one(
    moodle: Simulator, client: MoodleClient, course: Course
) -> None:
    outcomes = [client.put_events([entry(course)])[0] for _ in range(2)]
    assert [each.outcome for each in outcomes] == ["created", "unchanged"]
    assert len({each.event_id for each in outcomes}) == len(moodle.world.events) == 1
    event = moodle.world.events[outcomes[0].event_id or 0]
    assert (event.location, event.duration) == ("Sala 3 & veb", 3600)


def test_a_changed_event_stays_the_same_event(
    moodle: Simulator, client: MoodleClient, course: Course
) -> None:
    first = client.put_events([entry(course)])[0]
    later = client.put_events([replace(entry(course), status="cancelled")])[0]
    assert (later.event_id, later.outcome) == (first.event_id, "updated")
    assert client.put_events([replace(entry(course), status="cancelled")])[0].outcome == "unchanged"


def test_an_event_that_somebody_moved_in_moodle_is_put_right(
    moodle: Simulator, client: MoodleClient, course: Course
) -> None:
    made = client.put_events([entry(course)])[0]
    there = moodle.world.events[made.event_id or 0]
    moodle.world.events[there.id] = replace(there, location="Sala 7")
    assert client.put_events([entry(course)])[0].outcome == "updated"
    assert moodle.world.events[there.id].location == "Sala 3 & veb"


def test_an_event_that_somebody_deleted_in_moodle_is_made_again(
    moodle: Simulator, client: MoodleClient, course: Course
) -> None:
    first = client.put_events([entry(course)])[0]
    client.delete_calendar_events([first.event_id or 0])
    assert client.put_events([entry(course)])[0].outcome == "created"


def test_deleting_by_key_is_repeatable(moodle: Simulator, client: MoodleClient, course: Course) -> None:
    client.put_events([entry(course)])
    outcomes = [client.delete_events(["s-1@coil"])[0].outcome for _ in range(2)]
    assert outcomes == ["deleted", "absent"]
    assert not moodle.world.events


def test_more_events_than_fit_into_a_request_all_arrive(
    moodle: Simulator, client: MoodleClient, course: Course
) -> None:
    results = client.put_events([replace(entry(course), key=f"s-{number}") for number in range(130)])
    assert [each.key for each in results] == [f"s-{number}" for number in range(130)]
    assert len(moodle.world.events) == 130


def test_a_course_without_the_right_refuses_its_event_only(
    moodle: Simulator, client: MoodleClient, course: Course
) -> None:
    moved = replace(entry(course), key="s-2", course_id=999)
    results = client.put_events([moved, entry(course)])
    assert [(each.outcome, each.refused) for each in results] == [("unknown", True), ("created", False)]
    moodle.world.service_user.capabilities.discard("local/coilbridge:manageevents")
    assert client.delete_events(["s-1@coil"])[0].outcome == "capability"


@pytest.mark.parametrize("changes", [{"length": timedelta(minutes=-1)}, {"key": ""}, {"key": "k" * 192}])
def test_what_would_break_a_calendar_is_not_even_built(course: Course, changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(entry(course), **changes)  # type: ignore[arg-type]  # values of several types on purpose


def test_a_post_tells_whom_it_answers_and_how_long_it_is_but_not_what(
    moodle: Simulator, client: MoodleClient, course: Course
) -> None:
    world = moodle.world
    forum = world.add_forum(course, "Upoznajmo se")
    first = world.post(world.user("ana"), forum, "Zdravo", "Ja sam Ana iz Beograda")
    world.post(world.user("marko"), first, "Re: Zdravo", "Drago mi je")
    page = client.facts("posts", [course.id])
    assert page.columns["parent"] == [0, first.id]
    assert page.columns["user"] == [world.user("ana").id, world.user("marko").id]
    assert page.columns["words"] == [5, 3]
    assert page.columns["module"] == [forum.module_id] * 2
    assert len(client.facts("posts", [course.id], page.cursor)) == 0


def test_facts_come_in_pages(moodle: Simulator, client: MoodleClient, course: Course) -> None:
    world = moodle.world
    forum = world.add_forum(course, "Upoznajmo se")
    posts = [world.post(world.user("ana"), forum, f"Tema {number}") for number in range(7)]
    first = client.facts("posts", [course.id], limit=4)
    second = client.facts("posts", [course.id], first.cursor, limit=4)
    assert (first.complete, second.complete) == (False, True)
    assert [*first.columns["id"], *second.columns["id"]] == [post.id for post in posts]


def test_joins_and_completion_are_told(moodle: Simulator, client: MoodleClient, course: Course) -> None:
    world, ana = moodle.world, moodle.world.user("ana")
    module = world.add_activity(course, "Esej", counts_for_course=True)
    world.complete(ana, module, NOW)
    world.enter_room(ana, world.add_activity(course, "Soba", "bigbluebuttonbn"), NOW, minutes=50)
    joins = client.facts("joins", [course.id]).columns
    assert joins["time"] == [int(NOW.timestamp())] * 2
    assert (joins["summary"], joins["seconds"]) == ([0, 1], [0, 3000])
    assert client.facts("completions", [course.id]).columns["state"] == [1]
    assert client.facts("coursecompletions", [course.id]).columns["user"] == [ana.id]


@pytest.mark.parametrize("kind", ["attendance", "feedback"])
def test_a_site_without_the_activity_gives_no_facts_of_it(
    client: MoodleClient, course: Course, kind: str
) -> None:
    page = client.facts(kind, [course.id, 999])  # type: ignore[arg-type]  # parametrized
    assert (len(page), page.complete, page.refused) == (0, True, {999: "unknown"})


def test_an_unheard_of_kind_of_fact_is_refused(client: MoodleClient, course: Course) -> None:
    with pytest.raises(ParameterRefused):
        client.facts("diaries", [course.id])  # type: ignore[arg-type]  # that is the point


def test_courses_are_told_as_a_whole(moodle: Simulator, client: MoodleClient, course: Course) -> None:
    page = "https://coil.example.org/pairings/1"
    told = client.set_courses(
        [PairedCourse(course.id, "p-1", page), PairedCourse(999, "p-2", "https://coil.example.org/2")]
    )
    assert (told.courses, [each.course_id for each in told.refused]) == (1, [999])
    assert moodle.site.plugin.paired == {course.id: page}
    assert client.set_courses([]).courses == 0


def test_telling_courses_needs_the_right(moodle: Simulator, client: MoodleClient) -> None:
    moodle.world.service_user.capabilities.discard("local/coilbridge:managecourses")
    with pytest.raises(PermissionMissing):
        client.set_courses([])


# What the PHP side declares and what this side assumes must not drift apart.


def test_the_plugin_declares_what_the_simulator_simulates() -> None:
    declared = set(re.findall(r"'(local_coilbridge_\w+)' => \[", (PLUGIN / "db/services.php").read_text()))
    assert declared == set(plugin_contracts("4.5")) == {str(each) for each in PLUGIN_FUNCTIONS}


def test_the_plugins_service_holds_every_function_that_is_called() -> None:
    listed = (PLUGIN / "db/services.php").read_text().partition("$services = [")[2]
    called = {*NEEDS, *PLUGIN_FUNCTIONS}
    assert {str(each) for each in called} == set(re.findall(r"'(\w+_\w+_\w+)',", listed))


def test_the_plugins_role_allows_what_is_asked_for() -> None:
    setup = (PLUGIN / "classes/local/setup.php").read_text()
    allowed = set(re.findall(r"^        '([\w/]+:\w+)',$", setup, re.MULTILINE))
    assert allowed == {each.name for each in (*ROLE, *PLUGIN_ROLE)}


def test_the_parameters_of_each_function_are_those_that_the_simulator_takes() -> None:
    for name, contract in plugin_contracts("4.5").items():
        source = (PLUGIN / f"classes/external/{name.removeprefix('local_coilbridge_')}.php").read_text()
        declared = source.partition("execute_parameters(): external")[2].partition("/**")[0]
        answered = source.partition("execute_returns(): external")[2]
        taken = re.findall(r"^            '(\w+)' =>", declared, re.MULTILINE)
        assert taken == [field.name for field in contract.parameters.fields], name
        assert answered.count("new external_value(") == _scalars(contract.returns), name


def _scalars(spec: object) -> int:
    """How many values an answer declares; those of refused courses stand in a function of their own."""
    fields = getattr(spec, "fields", None)
    if fields is not None:
        return sum(_scalars(field.spec) for field in fields if field.name != "refused")
    item = getattr(spec, "item", None)
    return 1 if item is None else _scalars(item)


def test_the_version_that_is_asked_for_is_the_one_that_is_shipped() -> None:
    version = re.search(r"\$plugin->version = (\d+);", (PLUGIN / "version.php").read_text())
    assert version is not None
    assert int(version[1]) >= OLDEST_PLUGIN

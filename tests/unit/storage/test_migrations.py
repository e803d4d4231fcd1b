from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url, select, text

from coil_bridge.storage import migrate, schema_state
from coil_bridge.storage.engine import open_engine, writing
from coil_bridge.storage.event_tables import event_block
from coil_bridge.storage.tables import metadata
from tests.stored_events import events_in

EmptyDatabase = Callable[[], Engine]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables: a new file, or a new schema's search path in the test database."""
    with _made(request, f"{tmp_path}/empty.db") as engine:
        yield engine


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A database that was upgraded once, from nothing to the newest step; nobody changes its tables."""
    with _made(request, f"{tmp_path_factory.mktemp('upgraded')}/upgraded.db") as engine:
        assert schema_state.state(engine).current is None
        migrate.upgrade(engine)
        yield engine


@contextmanager
def _made(request: pytest.FixtureRequest, file: str) -> Iterator[Engine]:
    if request.param == "sqlite":
        with _opened(f"sqlite:///{file}") as engine:
            yield engine
        return
    url = make_url(request.getfixturevalue("postgresql_url"))
    name = f"{url.database}_{Path(file).stem}"
    server = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    with _opened(url.set(database=name).render_as_string(hide_password=False)) as engine:
        yield engine
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}"'))
    server.dispose()


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = open_engine(url)
    yield engine
    engine.dispose()


def test_the_newest_migration_gives_the_tables_in_the_code(upgraded: Engine) -> None:
    assert schema_state.state(upgraded).up_to_date
    assert migrate.differences(upgraded) == []


def test_constraints_and_indexes_are_those_of_the_code(
    upgraded: Engine, request: pytest.FixtureRequest
) -> None:
    """What Alembic's comparison does not look at: checks, foreign keys and unique constraints by name."""
    made_from_code: Engine = request.getfixturevalue(f"_{upgraded.dialect.name}_engine")
    migrated, created = inspect(upgraded), inspect(made_from_code)
    for name in metadata.tables:
        assert _names(migrated, name) == _names(created, name)


def _names(inspector: object, table: str) -> list[object]:
    kinds = ("check_constraints", "foreign_keys", "unique_constraints", "indexes")
    found = [
        (kind, each["name"], each.get("column_names"), each.get("sqltext"))
        for kind in kinds
        for each in getattr(inspector, f"get_{kind}")(table)
    ]
    return sorted(found, key=repr)


def test_upgrading_twice_changes_nothing(upgraded: Engine) -> None:
    first = schema_state.state(upgraded)
    with writing(upgraded) as connection:
        connection.execute(
            text("INSERT INTO worker_beat VALUES ('w1', '2026-10-20 08:00', '2026-10-20 08:00')")
        )
    assert migrate.upgrade(upgraded) == first
    with writing(upgraded) as connection:
        assert connection.execute(text("SELECT count(*) FROM worker_beat")).scalar_one() == 1


def test_an_upgrade_that_fails_leaves_nothing_behind(empty: Engine) -> None:
    with writing(empty) as connection:
        connection.execute(text("CREATE TABLE worker_beat (wrong integer)"))
    with pytest.raises(Exception, match="worker_beat"):
        migrate.upgrade(empty)
    assert schema_state.state(empty).current is None
    assert inspect(empty).get_table_names() == ["worker_beat"]


def test_a_difference_is_found(empty: Engine) -> None:
    migrate.upgrade(empty)
    with writing(empty) as connection:
        connection.execute(text("ALTER TABLE site DROP COLUMN last_error"))
        connection.execute(text("DROP TABLE worker_beat"))
    found = "\n".join(migrate.differences(empty))
    assert "last_error" in found
    assert "worker_beat" in found


_AT = "'2026-10-20 08:00'"
_FIRST_SCHEMA = (
    (
        "INSERT INTO institution (id, name, short_name, city, country, zone, day_starts, day_ends) "
        "VALUES ('inst', 'U. of Belgrade', 'UB', 'Belgrade', 'RS', 'Europe/Belgrade', '08:00', '20:00')"
    ),
    (
        "INSERT INTO site (id, institution_id, name, base_url, state, added_at) "
        f"VALUES ('site', 'inst', 'UB Moodle', 'https://moodle.example.org', 'active', {_AT})"
    ),
    (
        "INSERT INTO course (id, site_id, moodle_id, fullname, shortname, summary, visible, "
        "synced_at, search_text) "
        f"VALUES ('course', 'site', 1, 'Cities', 'C', '', true, {_AT}, '')"
    ),
    f"INSERT INTO person (id, name, created_at) VALUES ('mira', 'Mira Jovanović', {_AT})",
    (
        "INSERT INTO pilot (id, name, description, starts_on, ends_on, suppression_threshold, created_at) "
        f"VALUES ('pilot', 'Pilot', '', '2026-09-01', '2027-07-31', 10, {_AT})"
    ),
    (
        "INSERT INTO pairing (id, title, model, language, starts_on, ends_on, message, state, proposed_by, "
        "idempotency_key, version, created_at, changed_at) VALUES ('pairing', 'Cities', 'COIL', 'en', "
        f"'2026-10-01', '2026-12-18', '', 'active', 'mira', 'k', 1, {_AT}, {_AT})"
    ),
    *(
        "INSERT INTO participant (pilot_id, pairing_id, course_id, pseudonym, role, observed_at) "
        f"VALUES ('pilot', 'pairing', 'course', '{name}', '{role}', {_AT})"
        for name, role in (("p1", "student"), ("p2", "staff"))
    ),
    *(
        "INSERT INTO activity (pilot_id, source_key, pairing_id, course_id, pseudonym, kind, day) "
        f"VALUES ('pilot', '{key}', 'pairing', 'course', '{name}', '{kind}', '2026-10-06')"
        for key, name, kind in (
            ("a", "p1", "forum_topic"),
            ("b", "p1", "forum_topic"),
            ("c", "p2", "forum_reply"),
        )
    ),
)


def test_posts_of_the_first_schema_become_events(empty: Engine) -> None:
    with writing(empty) as connection:
        command.upgrade(migrate._config(connection), "0003")
        for statement in _FIRST_SCHEMA:
            connection.execute(text(statement))
    migrate.upgrade(empty)
    with writing(empty) as connection:
        actors = dict(connection.execute(text("SELECT no, pseudonym FROM actor")).all())
        events = events_in(connection.execute(select(event_block)).mappings())
        counts = connection.execute(text("SELECT actor, day, kind, n FROM event_day")).all()
        keys = connection.execute(text("SELECT key FROM seen_record ORDER BY key")).scalars().all()
    day = date(2026, 10, 6).toordinal()
    noon = int(datetime(2026, 10, 6, 12, tzinfo=UTC).timestamp()) // 60
    told = sorted((actors[each["actor"]], each["kind"], each["minute"], each["day"]) for each in events)
    assert told == [
        ("p1", 1, noon, day),
        ("p1", 1, noon, day),
        ("p2", 2, noon, day),
    ]
    assert sorted((actors[a], on, kind, n) for a, on, kind, n in counts) == [
        ("p1", day, 1, 2),
        ("p2", day, 2, 1),
    ]
    assert keys == ["a", "b", "c"]


def test_events_with_rows_of_their_own_move_into_blocks(empty: Engine) -> None:
    day, minute = (
        date(2026, 10, 25).toordinal(),
        int(datetime(2026, 10, 24, 22, tzinfo=UTC).timestamp()) // 60,
    )
    rows = [  # of two pilots, from all sources; a local day before, on and after the day in UTC
        {"p": 1, "a": 7, "k": 9, "m": minute, "d": day, "s": 0},
        {"p": 1, "a": 7, "k": 0, "m": minute, "d": day - 1, "s": 0},
        {"p": 1, "a": 8, "k": 1, "m": minute + 120, "d": day - 1, "s": 1},
        {"p": 2, "a": 9, "k": 4, "m": minute, "d": day, "s": 2},
    ]
    with writing(empty) as connection:
        command.upgrade(migrate._config(connection), "0024")
        for number in (1, 2):
            _pilot_with_number(connection, number)
        insert = (
            "INSERT INTO event (pilot_no, actor, kind, minute, day, source) VALUES (:p, :a, :k, :m, :d, :s)"
        )
        connection.execute(text(insert), rows)
    migrate.upgrade(empty)
    with writing(empty) as connection:
        events = events_in(connection.execute(select(event_block)).mappings())
    names = {"p": "pilot_no", "a": "actor", "k": "kind", "m": "minute", "d": "day", "s": "source"}
    wanted = [{names[short]: value for short, value in row.items()} for row in rows]
    assert sorted(events, key=str) == sorted(wanted, key=str)
    assert "event" not in inspect(empty).get_table_names()


def _pilot_with_number(connection: Connection, number: int) -> None:
    connection.execute(
        text(
            "INSERT INTO pilot (id, name, description, starts_on, ends_on, suppression_threshold, "
            f"created_at) VALUES ('p{number}', 'P{number}', '', '2026-09-01', '2027-07-31', 10, {_AT})"
        )
    )
    connection.execute(text(f"INSERT INTO event_pilot (no, pilot_id) VALUES ({number}, 'p{number}')"))
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"CREATE TABLE event_p{number} PARTITION OF event FOR VALUES IN ({number})"))


def test_every_file_of_tables_belongs_to_the_schema() -> None:
    files = {path.stem for path in Path(migrate.__file__).parent.glob("*_tables.py")}
    assert files <= set(vars(migrate))


def test_the_newest_file_is_the_head_of_the_steps() -> None:
    scripts = ScriptDirectory.from_config(migrate._config())
    assert scripts.get_heads() == [schema_state.newest_step()]

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, inspect, make_url, text

from coil_bridge.storage import migrate
from coil_bridge.storage.engine import open_engine, writing
from coil_bridge.storage.tables import metadata

EmptyDatabase = Callable[[], Engine]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database without tables: a new file, or a new schema's search path in the test database."""
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path}/empty.db")
        yield engine
        engine.dispose()
        return
    url = make_url(request.getfixturevalue("postgresql_url"))
    name = f"{url.database}_migrations"
    server = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    engine = open_engine(url.set(database=name).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE "{name}"'))
    server.dispose()


def test_the_newest_migration_gives_the_tables_in_the_code(empty: Engine) -> None:
    assert migrate.state(empty).current is None
    state = migrate.upgrade(empty)
    assert state.up_to_date
    assert migrate.differences(empty) == []


def test_constraints_and_indexes_are_those_of_the_code(empty: Engine) -> None:
    """What Alembic's comparison does not look at: checks, foreign keys and unique constraints by name."""
    migrate.upgrade(empty)
    migrated = inspect(empty)
    seen = {name: _names(migrated, name) for name in metadata.tables}
    with writing(empty) as connection:
        connection.execute(text("DROP TABLE alembic_version"))
        metadata.drop_all(connection)
        metadata.create_all(connection)
    created = inspect(empty)
    assert seen == {name: _names(created, name) for name in metadata.tables}


def _names(inspector: object, table: str) -> list[object]:
    kinds = ("check_constraints", "foreign_keys", "unique_constraints", "indexes")
    found = [
        (kind, each["name"], each.get("column_names"), each.get("sqltext"))
        for kind in kinds
        for each in getattr(inspector, f"get_{kind}")(table)
    ]
    return sorted(found, key=repr)


def test_upgrading_twice_changes_nothing(empty: Engine) -> None:
    first = migrate.upgrade(empty)
    with writing(empty) as connection:
        connection.execute(
            text("INSERT INTO worker_beat VALUES ('w1', '2026-10-20 08:00', '2026-10-20 08:00')")
        )
    assert migrate.upgrade(empty) == first
    with writing(empty) as connection:
        assert connection.execute(text("SELECT count(*) FROM worker_beat")).scalar_one() == 1


def test_an_upgrade_that_fails_leaves_nothing_behind(empty: Engine) -> None:
    with writing(empty) as connection:
        connection.execute(text("CREATE TABLE worker_beat (wrong integer)"))
    with pytest.raises(Exception, match="worker_beat"):
        migrate.upgrade(empty)
    assert migrate.state(empty).current is None
    assert inspect(empty).get_table_names() == ["worker_beat"]


def test_a_difference_is_found(empty: Engine) -> None:
    migrate.upgrade(empty)
    with writing(empty) as connection:
        connection.execute(text("ALTER TABLE site DROP COLUMN last_error"))
        connection.execute(text("DROP TABLE worker_beat"))
    found = "\n".join(migrate.differences(empty))
    assert "last_error" in found
    assert "worker_beat" in found

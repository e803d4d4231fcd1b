from __future__ import annotations

from coil_bridge.storage import migrate
from coil_bridge.storage.erasure import PERSON_COLUMNS, PSEUDONYM_TABLES
from coil_bridge.storage.tables import metadata

assert migrate  # every table belongs to the schema once it is imported


def test_every_column_that_refers_to_a_person_has_a_fate() -> None:
    """Whoever adds a table about people decides here what an erasure does to it."""
    columns = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.c
        for key in column.foreign_keys
        if key.column.table.name == "person"
    }
    assert columns == set(PERSON_COLUMNS)
    assert list(PERSON_COLUMNS) == sorted(PERSON_COLUMNS)


def test_every_table_with_a_pseudonym_is_known() -> None:
    tables = {
        table.name
        for table in metadata.tables.values()
        if any("pseudonym" in column.name for column in table.c)
    }
    assert tables == {table.name for table in PSEUDONYM_TABLES} | {"erased_pseudonym"}
    assert all("pilot_id" in table.c and "pseudonym" in table.c for table in PSEUDONYM_TABLES)


def test_no_row_hides_a_person_under_another_name() -> None:
    """A reference without a foreign key would escape both lists."""
    for table in metadata.tables.values():
        for column in table.c:
            if column.name in {"person_id", "actor_id"}:
                assert column.foreign_keys, f"{table.name}.{column.name}"

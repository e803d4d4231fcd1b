"""A log that Moodle keeps in a table outside, by ``logstore_database``, pulled to the row: see README.md.

The table stands in Moodle's own database, which is as far outside as that store can tell.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from connectors.moodle.client import MoodleClient
from connectors.transport import Transport, TransportPolicy
from tests.live.plugin_lab import BEGIN, Lab, from_environment
from tests.live.test_plugin import everything

pytestmark = [pytest.mark.live, pytest.mark.timeout(300)]

TABLE = "coilbridge_live_log"
ROWS = 25_000  # of the courses, copied at most
_MAKE = """
$manager = $DB->get_manager();
$file = new xmldb_file($CFG->dirroot . '/admin/tool/log/store/standard/db/install.xml');
$file->loadXMLStructure();
$table = $file->getStructure()->getTable('logstore_standard_log');
$table->setName('TABLE');
if ($manager->table_exists($table)) {
    $manager->drop_table($table);
}
$manager->create_table($table);
$last = $DB->get_records_select('logstore_standard_log', 'courseid IN (COURSES)', null, 'id', 'id', ROWS, 1);
$columns = implode(', ', array_keys($DB->get_columns('TABLE')));
$DB->execute("INSERT INTO {TABLE} ($columns) SELECT $columns FROM {logstore_standard_log} WHERE id < ?",
    [$last ? key($last) : PHP_INT_MAX]);
$settings = ['dbdriver' => "$CFG->dblibrary/$CFG->dbtype", 'dbhost' => $CFG->dbhost, 'dbuser' => $CFG->dbuser,
    'dbpass' => $CFG->dbpass, 'dbname' => $CFG->dbname, 'dbtable' => $CFG->prefix . 'TABLE',
    'dbport' => $CFG->dboptions['dbport'] ?? '', 'dbsocket' => $CFG->dboptions['dbsocket'] ?? ''];
foreach ($settings as $name => $value) {
    set_config($name, $value, 'logstore_database');
}
"""
_REMOVE = """
$DB->get_manager()->drop_table(new xmldb_table('TABLE'));
foreach (['driver', 'host', 'user', 'pass', 'name', 'table', 'port', 'socket'] as $name) {
    unset_config('db' . $name, 'logstore_database');
}
$DB->delete_records('local_coilbridge_marks', ['reader' => 'logstore_database']);
"""


@pytest.fixture
def outside() -> Iterator[Lab]:
    """The Moodle, its log kept in the table outside alone."""
    lab = from_environment()
    if lab is None:
        pytest.skip("a Moodle with the plugin is needed; tests/live/README.md says how to name it")
    make, remove = (BEGIN + code.replace("TABLE", TABLE) for code in (_MAKE, _REMOVE))
    lab.run("-r", make.replace("COURSES", lab.courses).replace("ROWS", str(ROWS)))
    try:
        with lab.stores("logstore_database"):
            yield lab
    finally:
        lab.run("-r", remove)


def test_the_rows_of_a_log_outside_are_pulled_to_the_row(outside: Lab) -> None:
    transport = Transport(TransportPolicy(allow_private=True, allow_http=True, read_timeout=60))
    client = MoodleClient("Lab", outside.url, outside.token, transport)
    assert client.plugin_info().reader == "logstore_database"  # also notes how far the log reaches
    time.sleep(6)  # the newest seconds are held back
    pages = everything(client, outside.course_ids, 10_000)
    pulled = {
        row: rest
        for page in pages
        for row, *rest in zip(
            *(each.tolist() for each in (page.ids, page.courses, page.users, page.times)), strict=True
        )
    }
    there = outside.rows(table=TABLE)
    assert {row: tuple(rest) for row, rest in pulled.items()} == there
    assert len(pages) > 1
    anonymous = len(outside.rows("anonymous <> 0", TABLE))
    acted = len(outside.rows("anonymous = 0 AND realuserid IS NOT NULL", TABLE))
    assert sum(page.anonymous_left_out for page in pages) == anonymous
    assert sum(page.impersonated_left_out for page in pages) == acted

<?php
// This file is part of Moodle - http://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <http://www.gnu.org/licenses/>.

/**
 * Steps from one version of the plugin to the next.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

/**
 * Bring the plugin's tables and settings up to this version.
 *
 * @param int $oldversion the version that is installed
 * @return bool
 */
function xmldb_local_coilbridge_upgrade($oldversion) {
    global $DB;
    $dbman = $DB->get_manager();
    if ($oldversion < 2026112201) {
        // Events are compared with what stands in the calendar, no longer with what was put the last time.
        $table = new xmldb_table('local_coilbridge_events');
        $field = new xmldb_field('content');
        if ($dbman->field_exists($table, $field)) {
            $dbman->drop_field($table, $field);
        }
        upgrade_plugin_savepoint(true, 2026112201, 'local', 'coilbridge');
    }
    // Moodle itself brings the functions of the service "COIL Bridge" up to db/services.php after this.
    return true;
}

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
 * After installing.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

/**
 * Take over a service that was made by hand after our guide, and note how far the log reaches.
 *
 * Names of services are unique, so the plugin could not be installed beside it; and its token goes on working.
 * The note lets the first pull get everything up to now.
 *
 * @return bool
 */
function xmldb_local_coilbridge_install() {
    global $DB;
    $ours = "component IS NULL AND (name = :name OR shortname = :shortname)";
    $params = ['name' => 'COIL Bridge', 'shortname' => 'coilbridge'];
    $services = $DB->get_records_select('external_services', $ours, $params, 'enabled DESC, id');
    $kept = array_shift($services);
    if ($kept) {
        foreach ($services as $other) {
            $DB->update_record('external_services', (object)[
                'id' => $other->id,
                'name' => $other->name . ' (' . $other->id . ')',
                'shortname' => null,
            ]);
        }
        $kept->name = 'COIL Bridge';
        $kept->shortname = 'coilbridge';
        $kept->component = 'local_coilbridge';
        $DB->update_record('external_services', $kept);
    }
    $source = \local_coilbridge\local\log_source::current();
    if ($source !== null) {
        $source->settled($source->newest());
    }
    return true;
}

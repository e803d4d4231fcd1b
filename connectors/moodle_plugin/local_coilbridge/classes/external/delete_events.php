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

namespace local_coilbridge\external;

use core_external\external_api;
use core_external\external_function_parameters;
use core_external\external_multiple_structure;
use core_external\external_single_structure;
use core_external\external_value;
use local_coilbridge\local\calendar;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * Delete calendar events by the keys under which they were put.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class delete_events extends external_api {
    /**
     * Parameters.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters([
            'keys' => new external_multiple_structure(new external_value(PARAM_RAW, 'The caller\'s key')),
        ]);
    }

    /**
     * Delete.
     *
     * @param string[] $keys the keys
     * @return array[]
     */
    public static function execute(array $keys): array {
        $params = self::validate_parameters(self::execute_parameters(), ['keys' => $keys]);
        self::validate_context(\context_system::instance());
        return calendar::alone(fn() => array_map([calendar::class, 'delete'], $params['keys']));
    }

    /**
     * Answer.
     *
     * @return external_multiple_structure
     */
    public static function execute_returns(): external_multiple_structure {
        return new external_multiple_structure(new external_single_structure([
            'key' => new external_value(PARAM_RAW, 'The caller\'s key'),
            'eventid' => new external_value(PARAM_INT, 'Moodle\'s event, 0 for none'),
            'outcome' => new external_value(PARAM_ALPHA, 'deleted or absent; else why not, as in refused courses'),
        ]));
    }
}

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
use local_coilbridge\local\log_source;
use local_coilbridge\local\queue;
use local_coilbridge\local\setup;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * Which version of the plugin is installed and what it can read.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class get_info extends external_api {
    /**
     * Parameters.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters([]);
    }

    /**
     * Tell.
     *
     * @return array
     */
    public static function execute(): array {
        self::validate_context(\context_system::instance());
        $source = log_source::current();
        $newest = $source === null ? 0 : $source->newest();
        if ($source !== null) {
            // Also notes how far the log reaches, so that a pull that follows gets as far.
            $source->settled($newest);
        }
        return [
            'version' => (int)get_config('local_coilbridge', 'version'),
            'release' => \core_plugin_manager::instance()->get_plugin_info('local_coilbridge')->release,
            'reader' => $source === null ? '' : $source->name,
            'newest' => $newest,
            'hooks' => queue::is_on(),
            'waiting' => queue::waiting(),
            'dropped' => (int)get_config('local_coilbridge', 'hooksdropped'),
            'lacks' => setup::lacking(),
        ];
    }

    /**
     * Answer.
     *
     * @return external_single_structure
     */
    public static function execute_returns(): external_single_structure {
        return new external_single_structure([
            'version' => new external_value(PARAM_INT, 'Version of the plugin'),
            'release' => new external_value(PARAM_TEXT, 'Release of the plugin'),
            'reader' => new external_value(PARAM_TEXT, 'The log store that is read, empty where none can be'),
            'newest' => new external_value(PARAM_INT, 'The highest row id there'),
            'hooks' => new external_value(PARAM_BOOL, 'Whether notifications are sent'),
            'waiting' => new external_value(PARAM_INT, 'Notifications that wait to be sent'),
            'dropped' => new external_value(PARAM_INT, 'Notifications that were given up so far'),
            'lacks' => new external_multiple_structure(new external_value(PARAM_CAPABILITY, 'A right that the caller lacks')),
        ]);
    }
}

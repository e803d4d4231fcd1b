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
use local_coilbridge\local\course_access;
use local_coilbridge\local\facts;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * Forum posts without their text, joins, completion and counts of answers in some courses.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class get_facts extends external_api {
    /**
     * Parameters.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters([
            'kind' => new external_value(PARAM_ALPHA, implode(', ', array_keys(facts::COLUMNS))),
            'courseids' => new external_multiple_structure(new external_value(PARAM_INT, 'Course')),
            'afterid' => new external_value(PARAM_INT, 'The id after which to begin', VALUE_DEFAULT, 0),
            'limit' => new external_value(PARAM_INT, 'How many at most', VALUE_DEFAULT, facts::MOST_ROWS),
        ]);
    }

    /**
     * Read.
     *
     * @param string $kind what kind of fact
     * @param int[] $courseids the courses
     * @param int $afterid the id after which to begin
     * @param int $limit how many at most
     * @return array
     */
    public static function execute(string $kind, array $courseids, int $afterid = 0, int $limit = facts::MOST_ROWS): array {
        $given = ['kind' => $kind, 'courseids' => $courseids, 'afterid' => $afterid, 'limit' => $limit];
        $params = self::validate_parameters(self::execute_parameters(), $given);
        self::validate_context(\context_system::instance());
        if (!isset(facts::COLUMNS[$params['kind']])) {
            throw new \invalid_parameter_exception('kind');
        }
        $inmodules = isset(facts::MODULES[$params['kind']]);
        $more = $inmodules ? [] : [facts::CAPABILITIES[$params['kind']]];
        $access = new course_access($params['courseids'], ['local/coilbridge:readactivity', ...$more]);
        \core\session\manager::write_close();
        $limit = min(max(1, $params['limit']), facts::MOST_ROWS);
        $rows = $access->allowed ? facts::read($params['kind'], $access->allowed, $params['afterid'], $limit) : [];
        return [
            'data' => facts::packed($params['kind'], $rows),
            'cursor' => $rows ? end($rows)[0] : $params['afterid'],
            'complete' => count($rows) < $limit,
            'refused' => $access->refused,
        ];
    }

    /**
     * Answer.
     *
     * @return external_single_structure
     */
    public static function execute_returns(): external_single_structure {
        return new external_single_structure([
            'data' => new external_value(PARAM_RAW, 'The facts: base64 of zlib of JSON'),
            'cursor' => new external_value(PARAM_INT, 'The id after which to go on'),
            'complete' => new external_value(PARAM_BOOL, 'Whether there is nothing more now'),
            'refused' => course_access::refused_structure(),
        ]);
    }
}

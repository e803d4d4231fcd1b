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
use local_coilbridge\local\log_page;
use local_coilbridge\local\log_reader;
use local_coilbridge\local\log_source;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * The next rows of the activity log of some courses.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class get_log extends external_api {
    /** @var string[] what the caller needs in each course */
    const CAPABILITIES = ['local/coilbridge:readlog', 'report/log:view'];

    /**
     * Parameters.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters([
            'courseids' => new external_multiple_structure(new external_value(PARAM_INT, 'Course')),
            'afterid' => new external_value(PARAM_INT, 'The row id after which to begin'),
            'limit' => new external_value(PARAM_INT, 'How many rows at most', VALUE_DEFAULT, log_reader::MOST_ROWS),
        ]);
    }

    /**
     * Read.
     *
     * @param int[] $courseids the courses
     * @param int $afterid the row id after which to begin
     * @param int $limit how many rows at most
     * @return array
     */
    public static function execute(array $courseids, int $afterid, int $limit = log_reader::MOST_ROWS): array {
        $given = ['courseids' => $courseids, 'afterid' => $afterid, 'limit' => $limit];
        $params = self::validate_parameters(self::execute_parameters(), $given);
        self::validate_context(\context_system::instance());
        $access = new course_access($params['courseids'], self::CAPABILITIES);
        // The work that follows needs no session, and must not make the user's other requests wait.
        \core\session\manager::write_close();
        $source = log_source::current();
        $newest = $source === null ? 0 : $source->newest();
        $settled = $source === null ? 0 : $source->settled($newest);
        $after = max(0, $params['afterid']);
        $pages = [];
        if ($source !== null && $access->allowed) {
            foreach ((new log_reader($source, $access->allowed))->pages($after, $settled, $params['limit']) as $page) {
                $pages[] = $page->answer();
            }
        } else {
            $pages[] = (new log_page($after))->answer();
        }
        return [
            'pages' => $pages,
            'reader' => $source === null ? '' : $source->name,
            'newest' => $newest,
            'complete' => !$access->allowed || end($pages)['cursor'] >= $settled,
            'held' => $newest > $settled,
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
            'pages' => new external_multiple_structure(
                new external_single_structure([
                    'data' => new external_value(PARAM_RAW, 'The rows: base64 of zlib of JSON'),
                    'cursor' => new external_value(PARAM_INT, 'The row id after which to go on'),
                    'anonymous' => new external_value(PARAM_INT, 'Rows left out because the activity is anonymous'),
                    'impersonated' => new external_value(PARAM_INT, 'Rows left out because somebody acted as another person'),
                ]),
                'One behind the other, at least one'
            ),
            'reader' => new external_value(PARAM_TEXT, 'The log store that the ids belong to'),
            'newest' => new external_value(PARAM_INT, 'The highest row id in it'),
            'complete' => new external_value(PARAM_BOOL, 'Whether there is nothing more now'),
            'held' => new external_value(PARAM_BOOL, 'Whether the newest rows wait for some seconds'),
            'refused' => course_access::refused_structure(),
        ]);
    }
}

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
use local_coilbridge\local\pairings;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * Tell which courses are paired with a course elsewhere; those not named are no longer.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class set_courses extends external_api {
    /**
     * Parameters.
     *
     * @return external_function_parameters
     */
    public static function execute_parameters(): external_function_parameters {
        return new external_function_parameters([
            'courses' => new external_multiple_structure(new external_single_structure([
                'courseid' => new external_value(PARAM_INT, 'Course'),
                'pairing' => new external_value(PARAM_ALPHANUMEXT, 'The service\'s name for the pairing'),
                'url' => new external_value(PARAM_URL, 'The pairing\'s page at the service'),
            ]), 'All paired courses', VALUE_DEFAULT, []),
        ]);
    }

    /**
     * Take over.
     *
     * @param array[] $courses all paired courses
     * @return array
     */
    public static function execute(array $courses = []): array {
        $params = self::validate_parameters(self::execute_parameters(), ['courses' => $courses]);
        $context = \context_system::instance();
        self::validate_context($context);
        require_capability('local/coilbridge:managecourses', $context);
        $access = new course_access(array_column($params['courses'], 'courseid'), []);
        $known = array_filter($params['courses'], fn($course) => self::exists($access, $course['courseid']));
        foreach ($known as $course) {
            self::require_own_address($course['url']);
        }
        pairings::replace(array_column($known, null, 'courseid'));
        return ['courses' => count(pairings::all()), 'refused' => $access->refused];
    }

    /**
     * Let no link lead elsewhere than to the service that the administrator named, where one is named.
     *
     * @param string $url a pairing's page
     */
    private static function require_own_address(string $url): void {
        $service = rtrim((string)get_config('local_coilbridge', 'serviceurl'), '/');
        if ($service !== '' && strpos($url, $service . '/') !== 0) {
            throw new \invalid_parameter_exception('url');
        }
    }

    /**
     * Whether there is such a course, even one that the service account cannot enter just now.
     *
     * @param course_access $access what was found out
     * @param int $courseid the course
     * @return bool
     */
    private static function exists(course_access $access, int $courseid): bool {
        return !in_array(['courseid' => $courseid, 'reason' => 'unknown'], $access->refused);
    }

    /**
     * Answer.
     *
     * @return external_single_structure
     */
    public static function execute_returns(): external_single_structure {
        return new external_single_structure([
            'courses' => new external_value(PARAM_INT, 'How many courses are paired now'),
            'refused' => course_access::refused_structure(),
        ]);
    }
}

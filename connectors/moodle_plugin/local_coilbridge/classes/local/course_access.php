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

namespace local_coilbridge\local;

use core_external\external_api;
use core_external\external_multiple_structure;
use core_external\external_single_structure;
use core_external\external_value;

defined('MOODLE_INTERNAL') || die();

require_once(__DIR__ . '/../../compat.php');

/**
 * Which of the courses asked for the caller may read.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class course_access {
    /** @var int[] the courses that may be read */
    public $allowed = [];

    /** @var array[] the others, each with the reason */
    public $refused = [];

    /**
     * Look at each course.
     *
     * @param int[] $courseids the courses asked for
     * @param string[] $capabilities what is needed in each
     */
    public function __construct(array $courseids, array $capabilities) {
        foreach (array_unique($courseids) as $courseid) {
            $reason = self::refusal($courseid, $capabilities);
            if ($reason === '') {
                $this->allowed[] = $courseid;
            } else {
                $this->refused[] = ['courseid' => $courseid, 'reason' => $reason];
            }
        }
    }

    /**
     * Why a course may not be read; empty when it may.
     *
     * @param int $courseid the course
     * @param string[] $capabilities what is needed in it
     * @return string "unknown", "closed", "capability" or "groups"
     */
    public static function refusal(int $courseid, array $capabilities): string {
        global $DB;
        $course = $courseid == SITEID ? false : $DB->get_record('course', ['id' => $courseid]);
        if (!$course) {
            return 'unknown';
        }
        $context = \context_course::instance($courseid);
        try {
            external_api::validate_context($context);
        } catch (\moodle_exception $exception) {
            return 'closed';
        }
        if (!has_all_capabilities($capabilities, $context)) {
            return 'capability';
        }
        $separate = groups_get_course_groupmode($course) == SEPARATEGROUPS;
        return $separate && !has_capability('moodle/site:accessallgroups', $context) ? 'groups' : '';
    }

    /**
     * How the refused courses are described in an answer.
     *
     * @return external_multiple_structure
     */
    public static function refused_structure(): external_multiple_structure {
        return new external_multiple_structure(new external_single_structure([
            'courseid' => new external_value(PARAM_INT, 'Course'),
            'reason' => new external_value(PARAM_ALPHA, 'unknown, closed, capability or groups'),
        ]), 'Courses that the caller may not read');
    }
}

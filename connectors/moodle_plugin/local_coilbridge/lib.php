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
 * What Moodle asks of the plugin by name.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

/**
 * What Moodle's report on the state of the system has to say of the plugin.
 *
 * @return \core\check\check[]
 */
function local_coilbridge_status_checks(): array {
    return [new \local_coilbridge\check\notifications()];
}

/**
 * Show "Joint sessions" in the navigation of a paired course.
 *
 * @param navigation_node $navigation the course's node
 * @param stdClass $course the course
 * @param context_course $context its context
 */
function local_coilbridge_extend_navigation_course(navigation_node $navigation, stdClass $course, context_course $context) {
    if (!get_config('local_coilbridge', 'navigation') || !\local_coilbridge\local\pairings::has((int)$course->id)) {
        return;
    }
    if (!has_capability('local/coilbridge:viewsessions', $context)) {
        return;
    }
    $navigation->add(
        get_string('jointsessions', 'local_coilbridge'),
        new moodle_url('/local/coilbridge/sessions.php', ['courseid' => $course->id]),
        navigation_node::TYPE_CUSTOM,
        null,
        'local_coilbridge_sessions',
        new pix_icon('i/calendar', '')
    );
}

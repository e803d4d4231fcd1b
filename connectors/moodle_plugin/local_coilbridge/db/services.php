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
 * The functions of the plugin, and the service that holds every function COIL Bridge calls.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$functions = [
    'local_coilbridge_get_info' => [
        'classname' => 'local_coilbridge\external\get_info',
        'description' => 'Which version of the plugin is installed and which log it reads',
        'type' => 'read',
    ],
    'local_coilbridge_get_log' => [
        'classname' => 'local_coilbridge\external\get_log',
        'description' => 'The next rows of the activity log of some courses, without names and without content',
        'type' => 'read',
        'capabilities' => 'local/coilbridge:readlog, report/log:view',
    ],
    'local_coilbridge_get_facts' => [
        'classname' => 'local_coilbridge\external\get_facts',
        'description' => 'Forum posts without their text, joins, completion and counts of answers in some courses',
        'type' => 'read',
        'capabilities' => 'local/coilbridge:readactivity',
    ],
    'local_coilbridge_put_events' => [
        'classname' => 'local_coilbridge\external\put_events',
        'description' => 'Create or update calendar events of courses under keys of the caller',
        'type' => 'write',
        'capabilities' => 'local/coilbridge:manageevents',
    ],
    'local_coilbridge_delete_events' => [
        'classname' => 'local_coilbridge\external\delete_events',
        'description' => 'Delete calendar events by the keys under which they were put',
        'type' => 'write',
        'capabilities' => 'local/coilbridge:manageevents',
    ],
    'local_coilbridge_set_courses' => [
        'classname' => 'local_coilbridge\external\set_courses',
        'description' => 'Tell which courses are paired with a course elsewhere',
        'type' => 'write',
        'capabilities' => 'local/coilbridge:managecourses',
    ],
];

$services = [
    'COIL Bridge' => [
        'shortname' => 'coilbridge',
        'enabled' => 0,
        'restrictedusers' => 1,
        'downloadfiles' => 0,
        'uploadfiles' => 0,
        'functions' => [
            'core_webservice_get_site_info',
            'tool_mobile_get_config',
            'core_course_get_courses_by_field',
            'core_enrol_get_users_courses',
            'core_enrol_get_enrolled_users',
            'core_user_get_users_by_field',
            'core_message_send_instant_messages',
            'core_completion_get_course_completion_status',
            'mod_forum_get_forums_by_courses',
            'mod_forum_get_forum_discussions',
            'mod_forum_get_discussion_posts',
            'core_calendar_create_calendar_events',
            'core_calendar_delete_calendar_events',
            'core_calendar_get_calendar_events',
            'core_calendar_submit_create_update_form',
            'local_coilbridge_get_info',
            'local_coilbridge_get_log',
            'local_coilbridge_get_facts',
            'local_coilbridge_put_events',
            'local_coilbridge_delete_events',
            'local_coilbridge_set_courses',
        ],
    ],
];

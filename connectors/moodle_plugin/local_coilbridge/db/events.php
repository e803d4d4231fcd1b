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
 * The events that the service wants to hear of; all after the transaction they happen in.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$observers = [];
$heard = [
    '\core\event\course_deleted' => 'course_deleted',
    '\core\event\course_updated' => 'course_updated',
    '\core\event\course_category_updated' => 'category_updated',
    '\core\event\user_enrolment_created' => 'enrolment',
    '\core\event\user_enrolment_updated' => 'enrolment',
    '\core\event\user_enrolment_deleted' => 'enrolment',
    '\core\event\group_member_added' => 'group_member',
    '\core\event\group_member_removed' => 'group_member',
    '\core\event\group_deleted' => 'group_deleted',
    '\core\event\calendar_event_deleted' => 'calendar_event_deleted',
    '\mod_bigbluebuttonbn\event\meeting_joined' => 'session_joined',
    '\mod_forum\event\discussion_created' => 'post_created',
    '\mod_forum\event\post_created' => 'post_created',
];
foreach ($heard as $eventname => $method) {
    $observers[] = [
        'eventname' => $eventname,
        'callback' => '\local_coilbridge\observer::' . $method,
        'internal' => false,
    ];
}

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

namespace local_coilbridge;

use local_coilbridge\local\pairings;
use local_coilbridge\local\queue;

/**
 * Hears of what happens in paired courses and puts it into the queue. Does nothing else: people wait for it.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class observer {
    /**
     * A course was deleted.
     *
     * @param \core\event\course_deleted $event the event
     */
    public static function course_deleted(\core\event\course_deleted $event): void {
        global $DB;
        $DB->delete_records('local_coilbridge_events', ['courseid' => $event->objectid]);
        if (pairings::has((int)$event->objectid)) {
            pairings::remove((int)$event->objectid);
            queue::add('course_deleted', $event, ['courseid' => (int)$event->objectid]);
        }
    }

    /**
     * A course was changed, perhaps hidden or shown.
     *
     * @param \core\event\course_updated $event the event
     */
    public static function course_updated(\core\event\course_updated $event): void {
        if (pairings::has((int)$event->objectid)) {
            self::look_at_visibility($event, [(int)$event->objectid]);
        }
    }

    /**
     * A category was changed; hiding one hides its courses without an event of their own.
     *
     * @param \core\event\course_category_updated $event the event
     */
    public static function category_updated(\core\event\course_category_updated $event): void {
        self::look_at_visibility($event, array_keys(pairings::all()));
    }

    /**
     * Tell which courses changed between hidden and shown.
     *
     * @param \core\event\base $event the event
     * @param int[] $courseids paired courses
     */
    private static function look_at_visibility(\core\event\base $event, array $courseids): void {
        global $DB;
        foreach ($DB->get_records_list('course', 'id', $courseids, '', 'id, visible') as $course) {
            if (pairings::note_visibility((int)$course->id, (bool)$course->visible)) {
                $type = $course->visible ? 'course_shown' : 'course_hidden';
                queue::add($type, $event, ['courseid' => (int)$course->id]);
            }
        }
    }

    /**
     * An enrolment began, changed or ended.
     *
     * @param \core\event\base $event the event
     */
    public static function enrolment(\core\event\base $event): void {
        global $DB;
        if (!pairings::has((int)$event->courseid)) {
            return;
        }
        $ended = $event instanceof \core\event\user_enrolment_deleted;
        if ($event instanceof \core\event\user_enrolment_updated) {
            $status = $DB->get_field('user_enrolments', 'status', ['id' => $event->objectid]);
            $ended = $status === false || $status != ENROL_USER_ACTIVE;
        }
        $type = $ended ? 'enrolment_ended' : 'enrolment_created';
        queue::add($type, $event, ['userid' => (int)$event->relateduserid]);
    }

    /**
     * Somebody came into a group or left it.
     *
     * @param \core\event\base $event the event
     */
    public static function group_member(\core\event\base $event): void {
        if (pairings::has((int)$event->courseid)) {
            $added = $event instanceof \core\event\group_member_added;
            $member = ['userid' => (int)$event->relateduserid, 'groupid' => (int)$event->objectid];
            queue::add($added ? 'group_member_added' : 'group_member_removed', $event, $member);
        }
    }

    /**
     * A group was deleted; Moodle has no event of its own for each of those who were in it.
     *
     * @param \core\event\group_deleted $event the event
     */
    public static function group_deleted(\core\event\group_deleted $event): void {
        if (pairings::has((int)$event->courseid)) {
            queue::add('group_member_removed', $event, ['groupid' => (int)$event->objectid]);
        }
    }

    /**
     * Somebody pressed the button of a meeting.
     *
     * @param \core\event\base $event the event
     */
    public static function session_joined(\core\event\base $event): void {
        if (pairings::has((int)$event->courseid)) {
            $what = ['userid' => (int)$event->userid, 'objectid' => (int)$event->contextinstanceid];
            queue::add('session_joined', $event, $what);
        }
    }

    /**
     * A post was written, as a reply or as the beginning of a discussion.
     *
     * @param \core\event\base $event the event
     */
    public static function post_created(\core\event\base $event): void {
        global $DB;
        if (!pairings::has((int)$event->courseid)) {
            return;
        }
        $postid = (int)$event->objectid;
        if ($event instanceof \mod_forum\event\discussion_created) {
            $postid = (int)$DB->get_field('forum_discussions', 'firstpost', ['id' => $event->objectid]);
        }
        queue::add('post_created', $event, ['userid' => (int)$event->userid, 'objectid' => $postid]);
    }

    /**
     * An event of a calendar was deleted; if it was one of ours, its key no longer stands for it.
     *
     * @param \core\event\calendar_event_deleted $event the event
     */
    public static function calendar_event_deleted(\core\event\calendar_event_deleted $event): void {
        global $DB;
        $DB->delete_records('local_coilbridge_events', ['eventid' => $event->objectid]);
    }
}

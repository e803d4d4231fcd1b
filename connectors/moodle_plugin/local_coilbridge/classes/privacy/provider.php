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

namespace local_coilbridge\privacy;

use core_privacy\local\metadata\collection;
use core_privacy\local\request\approved_contextlist;
use core_privacy\local\request\approved_userlist;
use core_privacy\local\request\contextlist;
use core_privacy\local\request\transform;
use core_privacy\local\request\userlist;
use core_privacy\local\request\writer;

/**
 * What is kept of a person, and what leaves for the service.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class provider implements
    \core_privacy\local\metadata\provider,
    \core_privacy\local\request\core_userlist_provider,
    \core_privacy\local\request\plugin\provider {
    /**
     * Say what is kept and what leaves.
     *
     * @param collection $collection to be added to
     * @return collection
     */
    public static function get_metadata(collection $collection): collection {
        $collection->add_external_location_link('service', [
            'userid' => 'privacy:metadata:service:userid',
            'courseid' => 'privacy:metadata:service:courseid',
            'groupid' => 'privacy:metadata:service:groupid',
            'timecreated' => 'privacy:metadata:service:timecreated',
            'activity' => 'privacy:metadata:service:activity',
            'posts' => 'privacy:metadata:service:posts',
            'attendance' => 'privacy:metadata:service:attendance',
            'completion' => 'privacy:metadata:service:completion',
        ], 'privacy:metadata:service');
        $collection->add_database_table('local_coilbridge_queue', [
            'type' => 'privacy:metadata:queue:type',
            'courseid' => 'privacy:metadata:queue:courseid',
            'userid' => 'privacy:metadata:queue:userid',
            'groupid' => 'privacy:metadata:queue:groupid',
            'objectid' => 'privacy:metadata:queue:objectid',
            'timecreated' => 'privacy:metadata:queue:timecreated',
        ], 'privacy:metadata:queue');
        $collection->add_plugintype_link('mod', [], 'privacy:metadata:lti');
        return $collection;
    }

    /**
     * The courses in which notifications concern a person.
     *
     * @param int $userid the person
     * @return contextlist
     */
    public static function get_contexts_for_userid(int $userid): contextlist {
        $list = new contextlist();
        $sql = "SELECT ctx.id
                  FROM {local_coilbridge_queue} q
                  JOIN {context} ctx ON ctx.instanceid = q.courseid AND ctx.contextlevel = :level
                 WHERE q.userid = :userid";
        $list->add_from_sql($sql, ['level' => CONTEXT_COURSE, 'userid' => $userid]);
        return $list;
    }

    /**
     * The people whom notifications of a course concern.
     *
     * @param userlist $userlist to be added to
     */
    public static function get_users_in_context(userlist $userlist): void {
        $context = $userlist->get_context();
        if ($context instanceof \context_course) {
            $sql = 'SELECT userid FROM {local_coilbridge_queue} WHERE courseid = :courseid AND userid IS NOT NULL';
            $userlist->add_from_sql('userid', $sql, ['courseid' => $context->instanceid]);
        }
    }

    /**
     * Give a person what waits of them.
     *
     * @param approved_contextlist $contextlist the person and the courses
     */
    public static function export_user_data(approved_contextlist $contextlist): void {
        global $DB;
        foreach (self::courses($contextlist) as $contextid => $courseid) {
            $where = ['userid' => $contextlist->get_user()->id, 'courseid' => $courseid];
            $events = [];
            foreach ($DB->get_records('local_coilbridge_queue', $where, 'id') as $row) {
                $events[] = (object)['type' => $row->type, 'timecreated' => transform::datetime($row->timecreated)];
            }
            $path = [get_string('privacy:path:queue', 'local_coilbridge')];
            writer::with_context(\context::instance_by_id($contextid))->export_data($path, (object)['events' => $events]);
        }
    }

    /**
     * Forget everybody in a course.
     *
     * @param \context $context the course
     */
    public static function delete_data_for_all_users_in_context(\context $context): void {
        global $DB;
        if ($context instanceof \context_course) {
            $DB->delete_records('local_coilbridge_queue', ['courseid' => $context->instanceid]);
        }
    }

    /**
     * Forget a person in courses.
     *
     * @param approved_contextlist $contextlist the person and the courses
     */
    public static function delete_data_for_user(approved_contextlist $contextlist): void {
        global $DB;
        foreach (self::courses($contextlist) as $courseid) {
            $where = ['userid' => $contextlist->get_user()->id, 'courseid' => $courseid];
            $DB->delete_records('local_coilbridge_queue', $where);
        }
    }

    /**
     * Forget people in a course.
     *
     * @param approved_userlist $userlist the course and the people
     */
    public static function delete_data_for_users(approved_userlist $userlist): void {
        global $DB;
        $context = $userlist->get_context();
        $userids = $userlist->get_userids();
        if ($context instanceof \context_course && $userids) {
            [$in, $params] = $DB->get_in_or_equal($userids, SQL_PARAMS_NAMED);
            $params['courseid'] = $context->instanceid;
            $DB->delete_records_select('local_coilbridge_queue', "courseid = :courseid AND userid $in", $params);
        }
    }

    /**
     * The courses among contexts.
     *
     * @param approved_contextlist $contextlist the contexts
     * @return int[] by context id
     */
    private static function courses(approved_contextlist $contextlist): array {
        $found = [];
        foreach ($contextlist->get_contexts() as $context) {
            if ($context instanceof \context_course) {
                $found[$context->id] = (int)$context->instanceid;
            }
        }
        return $found;
    }
}

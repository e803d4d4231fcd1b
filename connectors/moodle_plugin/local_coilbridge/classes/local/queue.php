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

/**
 * Notifications for the service: kept in a table until the service has taken them.
 *
 * An event of Moodle writes one row here and nothing else; a task of its own sends the rows later, so a
 * service that is slow or away never slows a page. The queue is bounded in number and age: what does not fit
 * is counted, and the service, which is told the count, looks for itself instead.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class queue {
    /** @var string */
    const TABLE = 'local_coilbridge_queue';

    /** @var int rows at most; the oldest go first */
    const MOST_ROWS = 10000;

    /** @var int rows beyond those at which not even cron is waited for to give the oldest up */
    const SLACK = 500;

    /** @var int seconds after which a row is given up */
    const LONGEST = 3 * DAYSECS;

    /** @var int events in one notification at most */
    const BATCH = 100;

    /** @var string[] what can be sent */
    const TYPES = [
        'course_deleted',
        'course_hidden',
        'course_shown',
        'enrolment_created',
        'enrolment_ended',
        'group_member_added',
        'group_member_removed',
        'session_joined',
        'post_created',
    ];

    /**
     * Whether notifications are switched on and can be signed.
     *
     * @return bool
     */
    public static function is_on(): bool {
        return get_config('local_coilbridge', 'hooksenabled') && hook_key::current() !== null;
    }

    /**
     * Whether this kind of notification is sent.
     *
     * @param string $type one of TYPES
     * @return bool
     */
    public static function wants(string $type): bool {
        $chosen = get_config('local_coilbridge', 'hookevents');
        return self::is_on() && ($chosen === false || in_array($type, explode(',', $chosen)));
    }

    /**
     * Write down what happened and see to it that it is sent.
     *
     * @param string $type one of TYPES
     * @param \core\event\base $event Moodle's event
     * @param array $more values of this kind: userid, groupid, objectid, courseid
     */
    public static function add(string $type, \core\event\base $event, array $more = []): void {
        global $DB;
        if (!self::wants($type)) {
            return;
        }
        $row = $more + [
            'uuid' => \core\uuid::generate(),
            'type' => $type,
            'courseid' => (int)$event->courseid,
            'userid' => null,
            'groupid' => null,
            'objectid' => null,
            'timecreated' => (int)$event->timecreated,
        ];
        $DB->insert_record(self::TABLE, (object)$row);
        if (self::waiting() > self::MOST_ROWS + self::SLACK) {
            self::trim();
        }
        self::queue_task(false);
    }

    /**
     * See to it that what waits is sent, unless that is under way or waits for its time.
     *
     * Called each minute as well: a row that is written just when the task ends would wait for the next one.
     *
     * @param bool $atonce whether to send without waiting for the time of the next try
     */
    public static function rouse(bool $atonce = false): void {
        if (self::is_on() && self::waiting()) {
            self::queue_task($atonce);
        }
    }

    /**
     * Queue the task that sends, unless it is queued.
     *
     * @param bool $atonce whether to send without waiting for the time of the next try
     */
    private static function queue_task(bool $atonce): void {
        $task = new \local_coilbridge\task\send_hooks();
        if ($atonce) {
            $task->set_next_run_time(time());
            \core\task\manager::reschedule_or_queue_adhoc_task($task);
        } else {
            \core\task\manager::queue_adhoc_task($task, true);
        }
    }

    /**
     * How many notifications wait.
     *
     * @return int
     */
    public static function waiting(): int {
        global $DB;
        return $DB->count_records(self::TABLE);
    }

    /**
     * When the oldest that waits came about, or null.
     *
     * @return int|null Unix time
     */
    public static function oldest(): ?int {
        global $DB;
        $oldest = $DB->get_field_sql('SELECT MIN(timecreated) FROM {' . self::TABLE . '}');
        return $oldest === null ? null : (int)$oldest;
    }

    /**
     * The oldest rows, as many as fit into one notification.
     *
     * @return \stdClass[]
     */
    public static function batch(): array {
        global $DB;
        return $DB->get_records(self::TABLE, null, 'id ASC', '*', 0, self::BATCH);
    }

    /**
     * Forget rows that were received.
     *
     * @param \stdClass[] $rows the rows
     */
    public static function done(array $rows): void {
        global $DB;
        $DB->delete_records_list(self::TABLE, 'id', array_keys($rows));
    }

    /**
     * Give up rows that are too old or too many, and count them.
     *
     * @return int how many
     */
    public static function trim(): int {
        global $DB;
        $before = $DB->count_records(self::TABLE);
        $DB->delete_records_select(self::TABLE, 'timecreated < ?', [time() - self::LONGEST]);
        $cut = $DB->get_records(self::TABLE, null, 'id DESC', 'id', self::MOST_ROWS, 1);
        if ($cut) {
            $DB->delete_records_select(self::TABLE, 'id <= ?', [reset($cut)->id]);
        }
        $given = max(0, $before - $DB->count_records(self::TABLE));
        if ($given) {
            set_config('hooksdropped', (int)get_config('local_coilbridge', 'hooksdropped') + $given, 'local_coilbridge');
        }
        return $given;
    }
}

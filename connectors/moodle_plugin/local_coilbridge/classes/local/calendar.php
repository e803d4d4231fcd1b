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
 * Events in the calendars of courses under keys of the service: putting one twice makes one event.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class calendar {
    /** @var string */
    const TABLE = 'local_coilbridge_events';

    /** @var string[] what an event can be */
    const STATUSES = ['confirmed', 'tentative', 'cancelled'];

    /**
     * Create or update the event of a key.
     *
     * @param array $event key, courseid, name, description (HTML), location, timestart, timeduration, status
     * @return array key, eventid and outcome: created, updated, unchanged, unknown, closed, capability or groups
     */
    public static function put(array $event): array {
        global $DB;
        // Moodle's iCal export breaks for everybody concerned at an event that ends before it starts.
        $event['timeduration'] = max(0, $event['timeduration']);
        $refusal = course_access::refusal($event['courseid'], ['local/coilbridge:manageevents']);
        if ($refusal !== '') {
            return self::answer($event['key'], 0, $refusal);
        }
        $known = $DB->get_record(self::TABLE, ['extkey' => $event['key']]);
        $there = $known ? $DB->get_record('event', ['id' => $known->eventid]) : false;
        $properties = self::properties($event);
        if ($there && $known->status === $event['status'] && self::stands($there, $properties)) {
            return self::answer($event['key'], (int)$there->id, 'unchanged');
        }
        if ($there && $known->courseid != $event['courseid']) {
            \calendar_event::load($there->id)->delete();
            $known = $there = false;
        }
        $eventid = self::write($properties, $there ? (int)$there->id : 0);
        $row = (object)[
            'extkey' => $event['key'],
            'eventid' => $eventid,
            'courseid' => $event['courseid'],
            'status' => $event['status'],
            'timemodified' => time(),
        ];
        if ($known) {
            $row->id = $known->id;
            $DB->update_record(self::TABLE, $row);
        } else {
            $DB->insert_record(self::TABLE, $row);
        }
        return self::answer($event['key'], $eventid, $there ? 'updated' : 'created');
    }

    /**
     * The event as Moodle's calendar has to show it. The service puts the status into the title, in the course's
     * language: Moodle's calendar has no place for it.
     *
     * @param array $event as in put()
     * @return array
     */
    private static function properties(array $event): array {
        global $USER;
        return [
            'eventtype' => 'course',
            'courseid' => $event['courseid'],
            'groupid' => 0,
            'userid' => (int)$USER->id,
            'modulename' => '',
            'instance' => 0,
            'name' => $event['name'],
            'description' => $event['description'],
            'format' => FORMAT_HTML,
            'location' => $event['location'],
            'timestart' => $event['timestart'],
            'timeduration' => $event['timeduration'],
            'timesort' => $event['timestart'],
            'visible' => 1,
        ];
    }

    /**
     * Whether an event stands in the calendar as it should, and nobody has changed it by hand.
     *
     * @param \stdClass $there row of Moodle's table of events
     * @param array $properties what it should be
     * @return bool
     */
    private static function stands(\stdClass $there, array $properties): bool {
        foreach ($properties as $name => $value) {
            if ((string)$there->$name !== (string)$value) {
                return false;
            }
        }
        return true;
    }

    /**
     * Write the event into Moodle's calendar.
     *
     * @param array $properties what it should be
     * @param int $eventid the event to change, 0 for a new one
     * @return int the event's id
     */
    private static function write(array $properties, int $eventid): int {
        if ($eventid) {
            $written = \calendar_event::load($eventid);
            $written->update((object)($properties + ['id' => $eventid]), false);
        } else {
            $written = \calendar_event::create((object)$properties, false);
        }
        return (int)$written->id;
    }

    /**
     * Delete the event of a key, if there is one.
     *
     * @param string $key the key
     * @return array key, eventid and outcome: deleted, absent, or why not
     */
    public static function delete(string $key): array {
        global $DB;
        $known = $DB->get_record(self::TABLE, ['extkey' => $key]);
        $there = $known ? $DB->get_record('event', ['id' => $known->eventid]) : false;
        if (!$there) {
            $DB->delete_records(self::TABLE, ['extkey' => $key]);
            return self::answer($key, 0, 'absent');
        }
        $refusal = course_access::refusal((int)$known->courseid, ['local/coilbridge:manageevents']);
        if ($refusal !== '') {
            return self::answer($key, (int)$there->id, $refusal);
        }
        \calendar_event::load($there->id)->delete();
        $DB->delete_records(self::TABLE, ['extkey' => $key]);
        return self::answer($key, (int)$there->id, 'deleted');
    }

    /**
     * Do something to events while nobody else does: two calls at once would make two events of a key.
     *
     * @param callable $work what to do
     * @return mixed what it gives
     */
    public static function alone(callable $work) {
        global $CFG;
        require_once($CFG->dirroot . '/calendar/lib.php');
        $lock = \core\lock\lock_config::get_lock_factory('local_coilbridge')->get_lock('events', 20);
        if (!$lock) {
            throw new \moodle_exception('locktimeout');
        }
        try {
            return $work();
        } finally {
            $lock->release();
        }
    }

    /**
     * The next events of a course that the service put there and that are not cancelled.
     *
     * @param int $courseid the course
     * @param int $now Unix time; an event that is under way is among them
     * @param int $limit how many at most
     * @return \stdClass[] rows of Moodle's table of events
     */
    public static function upcoming(int $courseid, int $now, int $limit): array {
        global $DB;
        $sql = "SELECT e.id, e.name, e.location, e.timestart, e.timeduration
                  FROM {event} e
                  JOIN {local_coilbridge_events} k ON k.eventid = e.id
                 WHERE k.courseid = :courseid AND k.status <> :cancelled AND e.visible = 1
                       AND e.timestart + e.timeduration >= :now
              ORDER BY e.timestart, e.id";
        $params = ['courseid' => $courseid, 'cancelled' => 'cancelled', 'now' => $now];
        return $DB->get_records_sql($sql, $params, 0, $limit);
    }

    /**
     * One result.
     *
     * @param string $key the key
     * @param int $eventid Moodle's event, 0 for none
     * @param string $outcome what became of it
     * @return array
     */
    private static function answer(string $key, int $eventid, string $outcome): array {
        return ['key' => $key, 'eventid' => $eventid, 'outcome' => $outcome];
    }
}

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
 * The log that is read: one of the enabled log stores, and how far its rows are all there.
 *
 * Ids are given before the rows that carry them can be seen, so the newest row is not proof that all before
 * it are there. Therefore the log's height is noted now and then, and only rows up to a height noted some
 * seconds ago are given out. The time in a row would not do: a long process writes its rows at its end.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class log_source {
    /** @var int for how many seconds a row waits before it is given out */
    const HOLD = 5;

    /** @var string name of the log store, as in "logstore_standard" */
    public $name;

    /** @var \core\log\sql_reader the log store */
    private $reader;

    /**
     * Take a log store.
     *
     * @param string $name its name
     * @param \core\log\sql_reader $reader the store
     */
    private function __construct(string $name, \core\log\sql_reader $reader) {
        $this->name = $name;
        $this->reader = $reader;
    }

    /**
     * The log store to read, or null where none is enabled that can be read.
     *
     * One in Moodle's own database goes before others. The legacy log of Moodle 4.1 has no event names.
     *
     * @return self|null
     */
    public static function current(): ?self {
        $readers = get_log_manager()->get_readers('\core\log\sql_reader');
        unset($readers['logstore_legacy']);
        foreach ($readers as $name => $reader) {
            if ($reader instanceof \core\log\sql_internal_table_reader) {
                return new self($name, $reader);
            }
        }
        $name = array_key_first($readers);
        return $name === null ? null : new self($name, $readers[$name]);
    }

    /**
     * The table in Moodle's own database, or null where the store keeps its rows elsewhere.
     *
     * @return string|null
     */
    public function table(): ?string {
        $internal = $this->reader instanceof \core\log\sql_internal_table_reader;
        return $internal ? $this->reader->get_internal_log_table_name() : null;
    }

    /**
     * The store's own interface.
     *
     * @return \core\log\sql_reader
     */
    public function reader(): \core\log\sql_reader {
        return $this->reader;
    }

    /**
     * The highest row id that can be seen; 0 for an empty log.
     *
     * @return int
     */
    public function newest(): int {
        global $DB;
        $table = $this->table();
        if ($table !== null) {
            return (int)$DB->get_field_sql("SELECT MAX(id) FROM {{$table}}");
        }
        $newest = 0;
        $events = $this->reader->get_events_select_iterator('id > :none', ['none' => 0], 'id DESC', 0, 1);
        foreach ($events as $id => $event) {
            $newest = (int)$id;
        }
        self::close($events);
        return $newest;
    }

    /**
     * The highest row id up to which all rows can be seen; notes the present height for later calls.
     *
     * @param int $newest the highest row id that can be seen
     * @return int
     */
    public function settled(int $newest): int {
        global $DB;
        $now = time();
        $marks = $DB->get_records('local_coilbridge_marks', ['reader' => $this->name], 'timetaken DESC, id DESC', '*', 0, 20);
        $last = reset($marks);
        if ($last && $newest < $last->highest) {
            // The log was emptied or restored; what was noted of the former one is void.
            $DB->delete_records('local_coilbridge_marks', ['reader' => $this->name]);
            $marks = [];
            $last = false;
        }
        if (!$last || $last->timetaken <= $now - self::HOLD) {
            $this->note($newest, $now);
        }
        foreach ($marks as $mark) {
            if ($mark->timetaken <= $now - self::HOLD) {
                return (int)$mark->highest;
            }
        }
        return 0;
    }

    /**
     * Note the log's height and forget what was noted long ago.
     *
     * @param int $newest the highest row id that can be seen
     * @param int $now when
     */
    private function note(int $newest, int $now): void {
        global $DB;
        $mark = (object)['reader' => $this->name, 'highest' => $newest, 'timetaken' => $now];
        $DB->insert_record('local_coilbridge_marks', $mark);
        $old = ['reader' => $this->name, 'before' => $now - HOURSECS, 'noted' => $now - self::HOLD];
        // The newest one that has settled stays however old it is.
        $kept = $DB->get_field_sql(
            'SELECT MAX(timetaken) FROM {local_coilbridge_marks} WHERE reader = :reader AND timetaken <= :noted',
            ['reader' => $old['reader'], 'noted' => $old['noted']]
        );
        $old['before'] = min($old['before'], (int)$kept);
        $DB->delete_records_select('local_coilbridge_marks', 'reader = :reader AND timetaken < :before', [
            'reader' => $old['reader'],
            'before' => $old['before'],
        ]);
    }

    /**
     * Close what a store gave to walk through; some give arrays.
     *
     * @param iterable $events what the store gave
     */
    public static function close(iterable $events): void {
        if ($events instanceof \core\dml\recordset_walk) {
            $events->close();
        }
    }
}

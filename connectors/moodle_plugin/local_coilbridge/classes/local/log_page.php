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
 * Some rows of the log in one string: grouped by event, as numbers only, compressed.
 *
 * The database packs the rows itself where it can: taking a million rows into PHP one by one costs more than
 * all the rest. A group is an event name and a flat list of six numbers for each row: id, course, user, time,
 * related user, course module. Never what the log holds in 'other', which may be the text of a post.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class log_page {
    /** @var int rows in a page at most */
    const MOST_ROWS = 100000;

    /** @var int bytes of numbers in a page at most, before they are compressed */
    const MOST_BYTES = 8000000;

    /** @var int ids to look through in one call at most, so that a quiet course does not cost a walk through all */
    const MOST_IDS = 3000000;

    /** @var array[] groups of [event name, flat numbers as text] */
    private $groups = [];

    /** @var int bytes of numbers so far */
    private $bytes = 0;

    /** @var int how many rows were asked of the database */
    public $limit = 0;

    /** @var int rows found, whether given out or not */
    public $rows = 0;

    /** @var int the highest row id found */
    public $last = 0;

    /** @var int rows left out because the activity is anonymous */
    public $anonymous = 0;

    /** @var int rows left out because somebody acted as another person */
    public $impersonated = 0;

    /**
     * Read the next rows of some courses.
     *
     * @param log_source $source where from
     * @param int[] $courseids the courses, each of which the caller may read
     * @param int $after the row id after which to begin
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     * @return self
     */
    public static function read(log_source $source, array $courseids, int $after, int $upto, int $limit): self {
        global $DB;
        do {
            $page = new self();
            $page->limit = $limit;
            if ($source->table() === null) {
                $page->read_events($source, $courseids, $after, $upto, $limit);
            } else if (in_array($DB->get_dbfamily(), ['postgres', 'mysql'])) {
                try {
                    $page->read_packed($source->table(), $courseids, $after, $upto, $limit);
                } catch (\UnexpectedValueException $exception) {
                    $page = new self();
                    $page->limit = $limit;
                    $page->read_rows($source->table(), $courseids, $after, $upto, $limit);
                }
            } else {
                $page->read_rows($source->table(), $courseids, $after, $upto, $limit);
            }
            $limit = intdiv($limit, 2);
        } while ($page->bytes > self::MOST_BYTES && $limit > 0);
        return $page;
    }

    /**
     * The rows as one string: base64 of zlib of JSON.
     *
     * @return string
     */
    public function packed(): string {
        $groups = [];
        foreach ($this->groups as [$eventname, $numbers]) {
            $groups[] = '[' . json_encode($eventname, JSON_UNESCAPED_SLASHES) . ',[' . $numbers . ']]';
        }
        return base64_encode(gzcompress('[' . implode(',', $groups) . ']', 1));
    }

    /**
     * Have the database put the numbers of each event into one text.
     *
     * @param string $table the log's table
     * @param int[] $courseids the courses
     * @param int $after the row id after which to begin
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     * @throws \UnexpectedValueException where the database cut a text off, as MySQL may
     */
    private function read_packed(string $table, array $courseids, int $after, int $upto, int $limit): void {
        global $DB;
        if ($DB->get_dbfamily() === 'mysql') {
            // What is longer would be cut off without a word.
            $DB->execute('SET SESSION group_concat_max_len = ' . 16 * self::MOST_BYTES);
        }
        [$rows, $params] = $this->rows_sql($table, $courseids, $after, $upto);
        $numbers = $DB->sql_concat_join("','", ['id', 'courseid', 'userid', 'timecreated', 'related', 'module']);
        $texts = $DB->sql_group_concat("CASE WHEN unfit = 0 THEN $numbers ELSE NULL END", ',');
        $sql = "SELECT MIN(id) AS firstid, eventname, COUNT(1) AS found, MAX(id) AS lastid,
                       SUM(CASE WHEN unfit = 1 THEN 1 ELSE 0 END) AS anonymousrows,
                       SUM(CASE WHEN unfit = 2 THEN 1 ELSE 0 END) AS impersonatedrows,
                       $texts AS numbers
                  FROM ($rows LIMIT $limit) page
              GROUP BY eventname";
        $groups = $DB->get_recordset_sql($sql, $params);
        foreach ($groups as $group) {
            $this->rows += (int)$group->found;
            $this->last = max($this->last, (int)$group->lastid);
            $this->anonymous += (int)$group->anonymousrows;
            $this->impersonated += (int)$group->impersonatedrows;
            $expected = 6 * ((int)$group->found - (int)$group->anonymousrows - (int)$group->impersonatedrows);
            $numbers = (string)$group->numbers;
            if ($expected !== ($numbers === '' ? 0 : substr_count($numbers, ',') + 1)) {
                $groups->close();
                throw new \UnexpectedValueException('the database cut off the numbers of ' . $group->eventname);
            }
            $this->add_group($group->eventname, $numbers);
        }
        $groups->close();
    }

    /**
     * The same row by row, for databases that cannot put them together.
     *
     * @param string $table the log's table
     * @param int[] $courseids the courses
     * @param int $after the row id after which to begin
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     */
    private function read_rows(string $table, array $courseids, int $after, int $upto, int $limit): void {
        global $DB;
        [$sql, $params] = $this->rows_sql($table, $courseids, $after, $upto);
        $texts = [];
        $rows = $DB->get_recordset_sql($sql, $params, 0, $limit);
        foreach ($rows as $row) {
            $this->count_row((int)$row->id, (int)$row->unfit);
            if (!$row->unfit) {
                $numbers = "{$row->id},{$row->courseid},{$row->userid},{$row->timecreated},{$row->related},{$row->module}";
                $texts[$row->eventname][] = $numbers;
            }
        }
        $rows->close();
        $this->add_groups($texts);
    }

    /**
     * The same from a store that keeps its rows elsewhere, through the interface that all stores have.
     *
     * @param log_source $source the store
     * @param int[] $courseids the courses
     * @param int $after the row id after which to begin
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     */
    private function read_events(log_source $source, array $courseids, int $after, int $upto, int $limit): void {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($courseids, SQL_PARAMS_NAMED, 'course');
        $where = "courseid $in AND id > :after AND id <= :upto";
        $params += ['after' => $after, 'upto' => $upto];
        $texts = [];
        $events = $source->reader()->get_events_select_iterator($where, $params, 'id ASC', 0, $limit);
        foreach ($events as $id => $event) {
            // A damaged row makes no event; it counts towards the page all the same.
            $unfit = $event === null ? 0 : $this->unfit_event($event);
            $this->count_row((int)$id, $unfit);
            if ($event !== null && !$unfit) {
                $module = $event->contextlevel == CONTEXT_MODULE ? (int)$event->contextinstanceid : 0;
                $numbers = [(int)$id, (int)$event->courseid, (int)$event->userid, (int)$event->timecreated];
                $texts[$event->eventname][] = implode(',', [...$numbers, (int)$event->relateduserid, $module]);
            }
        }
        log_source::close($events);
        $this->add_groups($texts);
    }

    /**
     * The rows with what is needed of each, in the order of their ids.
     *
     * @param string $table the log's table
     * @param int[] $courseids the courses
     * @param int $after the row id after which to begin
     * @param int $upto the row id at which to stop
     * @return array SQL and parameters
     */
    private function rows_sql(string $table, array $courseids, int $after, int $upto): array {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($courseids, SQL_PARAMS_NAMED, 'course');
        $sql = "SELECT id, eventname, courseid, userid, timecreated, COALESCE(relateduserid, 0) AS related,
                       CASE WHEN contextlevel = :modulelevel THEN contextinstanceid ELSE 0 END AS module,
                       CASE WHEN anonymous <> 0 THEN 1 WHEN realuserid IS NOT NULL THEN 2 ELSE 0 END AS unfit
                  FROM {{$table}}
                 WHERE courseid $in AND id > :after AND id <= :upto
              ORDER BY id";
        return [$sql, $params + ['modulelevel' => CONTEXT_MODULE, 'after' => $after, 'upto' => $upto]];
    }

    /**
     * Why a row is left out: 1 for an anonymous one, 2 where somebody acted as another, 0 when it is not.
     *
     * @param \core\event\base $event the event
     * @return int
     */
    private function unfit_event(\core\event\base $event): int {
        $extra = $event->get_logextra();
        return $event->anonymous ? 1 : (empty($extra['realuserid']) ? 0 : 2);
    }

    /**
     * Count a row that was found.
     *
     * @param int $id its id
     * @param int $unfit why it is left out, or 0
     */
    private function count_row(int $id, int $unfit): void {
        $this->rows++;
        $this->last = max($this->last, $id);
        $this->anonymous += $unfit === 1 ? 1 : 0;
        $this->impersonated += $unfit === 2 ? 1 : 0;
    }

    /**
     * Keep the rows of several events.
     *
     * @param array $texts for each event name the numbers of its rows
     */
    private function add_groups(array $texts): void {
        foreach ($texts as $eventname => $numbers) {
            $this->add_group($eventname, implode(',', $numbers));
        }
    }

    /**
     * Keep the rows of an event.
     *
     * @param string $eventname its name
     * @param string $numbers six numbers for each row
     */
    private function add_group(string $eventname, string $numbers): void {
        if ($numbers !== '') {
            $this->groups[] = [$eventname, $numbers];
            $this->bytes += strlen($numbers);
        }
    }
}

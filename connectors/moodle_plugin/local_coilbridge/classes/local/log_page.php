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
 * Some rows of the log in one string: grouped by event and course, as numbers only, compressed.
 *
 * The database packs the rows itself where it can: taking a million rows into PHP one by one costs more than
 * all the rest. A group is an event name, a course and a flat list of three numbers for each row: id, user,
 * time. Never what the log holds in 'other', which may be the text of a post.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class log_page {
    /** @var int rows in a page at most; their numbers have 6 MB at most before they are compressed */
    const MOST_ROWS = 100000;

    /** @var int ids to look through in one call at most, so that a quiet course does not cost a walk through all */
    const MOST_IDS = 3000000;

    /** @var int ids to ask the database for at once: so many rows can come where it was quiet before */
    const LONGEST = 400000;

    /** @var int numbers for each row */
    const NUMBERS = 3;

    /** @var array[] groups of [event name, course, flat numbers as text] */
    private $groups = [];

    /** @var int rows found, whether given out or not */
    private $rows = 0;

    /** @var int the row id up to which everything was found */
    public $cursor;

    /** @var int rows left out because the activity is anonymous */
    public $anonymous = 0;

    /** @var int rows left out because somebody acted as another person */
    public $impersonated = 0;

    /**
     * A page without rows.
     *
     * @param int $after the row id after which it begins
     */
    public function __construct(int $after) {
        $this->cursor = $after;
    }

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
        $page = new self($after);
        $table = $source->table();
        if ($table === null) {
            $page->read_events($source, $courseids, $upto, $limit);
            return $page;
        }
        if (in_array($DB->get_dbfamily(), ['postgres', 'mysql'])) {
            try {
                $page->read_stretches($table, $courseids, $upto, $limit);
                return $page;
            } catch (\UnexpectedValueException $exception) {
                $page = new self($after);
            }
        }
        $page->read_rows($table, $courseids, $upto, $limit);
        return $page;
    }

    /**
     * The rows as one string: base64 of zlib of JSON.
     *
     * @return string
     */
    public function packed(): string {
        $groups = [];
        foreach ($this->groups as [$eventname, $courseid, $numbers]) {
            $groups[] = '[' . json_encode($eventname, JSON_UNESCAPED_SLASHES) . ",$courseid,[$numbers]]";
        }
        return base64_encode(gzcompress('[' . implode(',', $groups) . ']', 1));
    }

    /**
     * Read stretches of ids, each whole, until the page is nearly full.
     *
     * Asked for the first so many rows by id, a database may read and sort the whole table for each page.
     * A stretch that is no longer than rows are allowed cannot hold too many. The next may be longer, by how
     * many rows the ones before it had; one that has too many after all is left to the next page, or cut shorter
     * where the page has nothing yet.
     *
     * @param string $table the log's table
     * @param int[] $courseids the courses
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     */
    private function read_stretches(string $table, array $courseids, int $upto, int $limit): void {
        $first = $this->cursor;
        $length = $limit;
        while ($this->cursor < $upto && $this->rows <= 0.75 * $limit) {
            $until = min($upto, $this->cursor + $length);
            $groups = $this->packed_groups($table, $courseids, $this->cursor, $until);
            $found = array_sum(array_column($groups, 'found'));
            if ($this->rows + $found > $limit) {
                if ($this->rows > 0) {
                    return;
                }
                $length = $limit;
                continue;
            }
            $this->add_packed($groups, $until);
            $share = max(1, $this->rows) / ($until - $first);
            $length = 1 + (int)min(4 * $length, 0.95 * ($limit - $this->rows) / $share, self::LONGEST);
        }
    }

    /**
     * Have the database put the numbers of each event and course into one text.
     *
     * @param string $table the log's table
     * @param int[] $courseids the courses
     * @param int $after the row id after which to begin
     * @param int $until the row id at which to stop
     * @return \stdClass[]
     */
    private function packed_groups(string $table, array $courseids, int $after, int $until): array {
        global $DB;
        if ($DB->get_dbfamily() === 'mysql') {
            // What is longer would be cut off without a word.
            $DB->execute('SET SESSION group_concat_max_len = 128000000');
        }
        [$rows, $params] = $this->rows_sql($table, $courseids, $after, $until);
        $numbers = $DB->sql_concat_join("','", ['id', 'userid', 'timecreated']);
        $texts = $DB->sql_group_concat("CASE WHEN unfit = 0 THEN $numbers ELSE NULL END", ',');
        $sql = "SELECT MIN(id) AS firstid, eventname, courseid, COUNT(1) AS found,
                       SUM(CASE WHEN unfit = 1 THEN 1 ELSE 0 END) AS anonymousrows,
                       SUM(CASE WHEN unfit = 2 THEN 1 ELSE 0 END) AS impersonatedrows,
                       $texts AS numbers
                  FROM ($rows) page
              GROUP BY eventname, courseid";
        return $DB->get_records_sql($sql, $params);
    }

    /**
     * Keep what the database has put together.
     *
     * @param \stdClass[] $groups the groups
     * @param int $until the row id up to which they reach
     * @throws \UnexpectedValueException where the database cut a text off, as MySQL may
     */
    private function add_packed(array $groups, int $until): void {
        foreach ($groups as $group) {
            $this->rows += (int)$group->found;
            $this->anonymous += (int)$group->anonymousrows;
            $this->impersonated += (int)$group->impersonatedrows;
            $given = (int)$group->found - (int)$group->anonymousrows - (int)$group->impersonatedrows;
            $numbers = (string)$group->numbers;
            if (self::NUMBERS * $given !== ($numbers === '' ? 0 : substr_count($numbers, ',') + 1)) {
                throw new \UnexpectedValueException('the database cut off the numbers of ' . $group->eventname);
            }
            $this->add_group($group->eventname, (int)$group->courseid, $numbers);
        }
        $this->cursor = $until;
    }

    /**
     * The same row by row, for databases that cannot put them together.
     *
     * @param string $table the log's table
     * @param int[] $courseids the courses
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     */
    private function read_rows(string $table, array $courseids, int $upto, int $limit): void {
        global $DB;
        [$sql, $params] = $this->rows_sql($table, $courseids, $this->cursor, $upto);
        $texts = [];
        $rows = $DB->get_recordset_sql("$sql ORDER BY id", $params, 0, $limit);
        foreach ($rows as $row) {
            $this->count_row((int)$row->id, (int)$row->unfit);
            if (!$row->unfit) {
                $texts[$row->courseid][$row->eventname][] = "{$row->id},{$row->userid},{$row->timecreated}";
            }
        }
        $rows->close();
        $this->end_rows($texts, $upto, $limit);
    }

    /**
     * The same from a store that keeps its rows elsewhere, through the interface that all stores have.
     *
     * @param log_source $source the store
     * @param int[] $courseids the courses
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     */
    private function read_events(log_source $source, array $courseids, int $upto, int $limit): void {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($courseids, SQL_PARAMS_NAMED, 'course');
        $where = "courseid $in AND id > :after AND id <= :upto";
        $params += ['after' => $this->cursor, 'upto' => $upto];
        $texts = [];
        $events = $source->reader()->get_events_select_iterator($where, $params, 'id ASC', 0, $limit);
        foreach ($events as $id => $event) {
            // A damaged row makes no event; it counts towards the page all the same.
            $unfit = $event === null ? 0 : $this->unfit_event($event);
            $this->count_row((int)$id, $unfit);
            if ($event !== null && !$unfit) {
                $numbers = [(int)$id, (int)$event->userid, (int)$event->timecreated];
                $texts[(int)$event->courseid][$event->eventname][] = implode(',', $numbers);
            }
        }
        log_source::close($events);
        $this->end_rows($texts, $upto, $limit);
    }

    /**
     * The rows with what is needed of each.
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
        $sql = "SELECT id, eventname, courseid, userid, timecreated,
                       CASE WHEN anonymous <> 0 THEN 1 WHEN realuserid IS NOT NULL THEN 2 ELSE 0 END AS unfit
                  FROM {{$table}}
                 WHERE courseid $in AND id > :after AND id <= :upto";
        return [$sql, $params + ['after' => $after, 'upto' => $upto]];
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
        $this->cursor = $id;
        $this->anonymous += $unfit === 1 ? 1 : 0;
        $this->impersonated += $unfit === 2 ? 1 : 0;
    }

    /**
     * Keep rows that came one by one; when they were not as many as allowed, there are no more up to the end.
     *
     * @param array[] $texts for each course and event name the numbers of its rows
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     */
    private function end_rows(array $texts, int $upto, int $limit): void {
        foreach ($texts as $courseid => $events) {
            foreach ($events as $eventname => $numbers) {
                $this->add_group($eventname, $courseid, implode(',', $numbers));
            }
        }
        if ($this->rows < $limit) {
            $this->cursor = $upto;
        }
    }

    /**
     * Keep the rows of an event in a course.
     *
     * @param string $eventname its name
     * @param int $courseid the course
     * @param string $numbers three numbers for each row
     */
    private function add_group(string $eventname, int $courseid, string $numbers): void {
        if ($numbers !== '') {
            $this->groups[] = [$eventname, $courseid, $numbers];
        }
    }
}

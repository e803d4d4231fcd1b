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
 * Reads the log of some courses, page after page.
 *
 * What a request costs before its first row is as much as ten thousand rows, so an answer has several pages;
 * each is small, because who reads them works them off one by one.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class log_reader {
    /** @var int rows in an answer at most; they have about 11 bytes each, as sent */
    const MOST_ROWS = 350000;

    /** @var int rows in a page at most */
    const PAGE_ROWS = 35000;

    /** @var int ids to look through in one answer at most, so that a quiet course does not cost a walk through all */
    const MOST_IDS = 3000000;

    /** @var int seconds after which an answer gets no further page */
    const LONGEST_SECONDS = 5;

    /** @var int ids to ask the database for at once: so many rows can come where it was quiet before */
    const LONGEST = 400000;

    /** @var log_source where from */
    private $source;

    /** @var string|null the log's table, where it has one in this database */
    private $table;

    /** @var int[] the courses, each of which the caller may read */
    private $courseids;

    /** @var float|null rows found for each id looked through by the last page */
    private $share = null;

    /**
     * A reader.
     *
     * @param log_source $source where from
     * @param int[] $courseids the courses, each of which the caller may read
     */
    public function __construct(log_source $source, array $courseids) {
        $this->source = $source;
        $this->table = $source->table();
        $this->courseids = $courseids;
    }

    /**
     * Read the next rows: pages one behind the other, at least one.
     *
     * @param int $after the row id after which to begin
     * @param int $settled the last row id that may be told
     * @param int $limit how many rows at most
     * @return \Generator of log_page
     */
    public function pages(int $after, int $settled, int $limit): \Generator {
        $limit = min(max(1, $limit), self::MOST_ROWS);
        $upto = min($settled, $after + self::MOST_IDS);
        $ends = microtime(true) + self::LONGEST_SECONDS;
        do {
            $rows = min($limit, self::PAGE_ROWS);
            $page = $this->page($after, $upto, $rows);
            yield $page;
            $after = $page->cursor;
            $limit -= $rows;
        } while ($limit > 0 && $after < $upto && microtime(true) < $ends);
    }

    /**
     * Read a page.
     *
     * @param int $after the row id after which it begins
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     * @return log_page
     */
    private function page(int $after, int $upto, int $limit): log_page {
        if ($upto <= $after) {
            return new log_page($after);
        }
        if ($this->table === null) {
            return $this->events_page($after, $upto, $limit);
        }
        return $this->stretches_page($after, $upto, $limit);
    }

    /**
     * Read stretches of ids, each whole, until the page is nearly full.
     *
     * Asked for the first so many rows by id, a database may read and sort the whole table for each page.
     * A stretch that is no longer than rows are allowed cannot hold too many. The next may be longer, by how
     * many rows the ones before it had; one that has too many after all is left to the next page, or cut shorter
     * where the page has nothing yet.
     *
     * @param int $after the row id after which it begins
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     * @return log_page
     */
    private function stretches_page(int $after, int $upto, int $limit): log_page {
        $page = new log_page($after);
        $length = $this->share === null ? $limit : $this->length($limit, $this->share);
        while ($page->cursor < $upto && $page->rows <= 0.75 * $limit) {
            $until = min($upto, $page->cursor + $length);
            $stretch = $this->stretch($page->cursor, $until, $limit);
            if ($page->rows + $stretch->rows > $limit) {
                if ($page->rows > 0) {
                    break;
                }
                $length = $limit;
                continue;
            }
            $page->append($stretch);
            $this->share = max(1, $page->rows) / ($until - $after);
            $length = min(4 * $length, $this->length($limit - $page->rows, $this->share));
        }
        return $page;
    }

    /**
     * How many ids to look through for so many rows.
     *
     * @param int $rows the rows
     * @param float $share rows for each id
     * @return int
     */
    private function length(int $rows, float $share): int {
        return 1 + (int)min(0.95 * $rows / $share, self::LONGEST);
    }

    /**
     * Read a stretch of ids.
     *
     * PostgreSQL joins the numbers of each event and course more cheaply than PHP takes the rows one by one. The
     * MySQL family sorts the rows by the event's name first, which costs more than handing them out, and cuts off
     * what is longer than a setting of the server.
     *
     * @param int $after the row id after which it begins
     * @param int $until the row id at which it ends
     * @param int $limit how many rows may be wanted; of more than these some may be missing
     * @return log_page
     */
    private function stretch(int $after, int $until, int $limit): log_page {
        global $DB;
        [$sql, $params] = $this->rows_sql($after, $until);
        $stretch = new log_page($until);
        if ($DB->get_dbfamily() === 'postgres') {
            $stretch->add_packed($this->packed_groups($sql, $params));
            return $stretch;
        }
        $rows = $DB->get_recordset_sql($sql, $params, 0, $limit + 1);
        foreach ($rows as $row) {
            $stretch->add_row($row);
        }
        $rows->close();
        return $stretch;
    }

    /**
     * Have the database put the numbers of each event and course into one text.
     *
     * @param string $rows SQL of the rows
     * @param array $params its parameters
     * @return \stdClass[]
     */
    private function packed_groups(string $rows, array $params): array {
        global $DB;
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
     * The same from a store that keeps its rows elsewhere, through the interface that all stores have.
     *
     * @param int $after the row id after which it begins
     * @param int $upto the row id at which to stop
     * @param int $limit how many rows at most
     * @return log_page
     */
    private function events_page(int $after, int $upto, int $limit): log_page {
        global $DB;
        [$in, $params] = $DB->get_in_or_equal($this->courseids, SQL_PARAMS_NAMED, 'course');
        $where = "courseid $in AND id > :after AND id <= :upto";
        $params += ['after' => $after, 'upto' => $upto];
        $page = new log_page($after);
        $events = $this->source->reader()->get_events_select_iterator($where, $params, 'id ASC', 0, $limit);
        foreach ($events as $id => $event) {
            $page->cursor = (int)$id;
            if ($event === null) {
                // A damaged row makes no event; it counts towards the page all the same.
                $page->rows++;
            } else {
                $page->add_row($this->row($page->cursor, $event));
            }
        }
        log_source::close($events);
        if ($page->rows < $limit) {
            $page->cursor = $upto;
        }
        return $page;
    }

    /**
     * The rows with what is needed of each; unfit are those that are left out, with the reason.
     *
     * @param int $after the row id after which to begin
     * @param int $until the row id at which to stop
     * @return array SQL and parameters
     */
    private function rows_sql(int $after, int $until): array {
        global $DB;
        $courseids = $this->courseids;
        if ($DB->get_dbfamily() === 'mysql') {
            // For one course alone MariaDB looks through the index of all its rows each time, whatever the ids.
            $courseids[] = -1;
        }
        [$in, $params] = $DB->get_in_or_equal($courseids, SQL_PARAMS_NAMED, 'course');
        $sql = "SELECT id, eventname, courseid, userid, timecreated,
                       CASE WHEN anonymous <> 0 THEN 1 WHEN realuserid IS NOT NULL THEN 2 ELSE 0 END AS unfit
                  FROM {{$this->table}}
                 WHERE courseid $in AND id > :after AND id <= :upto";
        return [$sql, $params + ['after' => $after, 'upto' => $until]];
    }

    /**
     * The same of an event.
     *
     * @param int $id id of its row
     * @param \core\event\base $event the event
     * @return \stdClass
     */
    private function row(int $id, \core\event\base $event): \stdClass {
        $extra = $event->get_logextra();
        return (object)[
            'id' => $id,
            'eventname' => $event->eventname,
            'courseid' => $event->courseid,
            'userid' => (int)$event->userid,
            'timecreated' => (int)$event->timecreated,
            'unfit' => $event->anonymous ? 1 : (empty($extra['realuserid']) ? 0 : 2),
        ];
    }
}

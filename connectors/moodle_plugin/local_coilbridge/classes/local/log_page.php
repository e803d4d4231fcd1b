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
 * A group is an event name, a course and a flat list of three numbers for each row: id, user, time. Never what
 * the log holds in 'other', which may be the text of a post.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class log_page {
    /** @var string[][] for each course and event name the numbers of its rows, with a comma before each */
    private $numbers = [];

    /** @var int rows found, whether given out or not */
    public $rows = 0;

    /** @var int the row id up to which everything was found */
    public $cursor;

    /** @var int rows left out because the activity is anonymous */
    private $anonymous = 0;

    /** @var int rows left out because somebody acted as another person */
    private $impersonated = 0;

    /**
     * A page without rows.
     *
     * @param int $cursor the row id up to which everything was found
     */
    public function __construct(int $cursor) {
        $this->cursor = $cursor;
    }

    /**
     * The page as the web service gives it; its rows are base64 of zlib of JSON.
     *
     * @return array
     */
    public function answer(): array {
        $groups = [];
        foreach ($this->numbers as $courseid => $events) {
            foreach ($events as $eventname => $numbers) {
                $name = json_encode($eventname, JSON_UNESCAPED_SLASHES);
                $groups[] = "[$name,$courseid,[" . substr($numbers, 1) . ']]';
            }
        }
        return [
            'data' => base64_encode(gzcompress('[' . implode(',', $groups) . ']', 1)),
            'cursor' => $this->cursor,
            'anonymous' => $this->anonymous,
            'impersonated' => $this->impersonated,
        ];
    }

    /**
     * Keep what the database has put together.
     *
     * @param \stdClass[] $groups the groups
     */
    public function add_packed(array $groups): void {
        foreach ($groups as $group) {
            $this->rows += (int)$group->found;
            $this->anonymous += (int)$group->anonymousrows;
            $this->impersonated += (int)$group->impersonatedrows;
            $this->add_numbers((int)$group->courseid, $group->eventname, (string)$group->numbers);
        }
    }

    /**
     * Keep a row; "unfit" is 1 for an anonymous one, 2 where somebody acted as another, 0 when it is given out.
     *
     * @param \stdClass $row the row: id, eventname, courseid, userid, timecreated, unfit
     */
    public function add_row(\stdClass $row): void {
        $this->rows++;
        if ($row->unfit) {
            $this->anonymous += $row->unfit == 1 ? 1 : 0;
            $this->impersonated += $row->unfit == 2 ? 1 : 0;
        } else {
            $this->add_numbers((int)$row->courseid, $row->eventname, "{$row->id},{$row->userid},{$row->timecreated}");
        }
    }

    /**
     * Keep what follows.
     *
     * @param self $next rows behind those of this page
     */
    public function append(self $next): void {
        $this->rows += $next->rows;
        $this->anonymous += $next->anonymous;
        $this->impersonated += $next->impersonated;
        $this->cursor = $next->cursor;
        foreach ($next->numbers as $courseid => $events) {
            foreach ($events as $eventname => $numbers) {
                $this->add_numbers($courseid, $eventname, substr($numbers, 1));
            }
        }
    }

    /**
     * Keep the numbers of an event in a course.
     *
     * @param int $courseid the course
     * @param string $eventname its name
     * @param string $numbers three for each row
     */
    private function add_numbers(int $courseid, string $eventname, string $numbers): void {
        if ($numbers === '') {
            return;
        }
        if (!isset($this->numbers[$courseid][$eventname])) {
            $this->numbers[$courseid][$eventname] = '';
        }
        $this->numbers[$courseid][$eventname] .= ',' . $numbers;
    }
}

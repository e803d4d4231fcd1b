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
    /** @var int numbers for each row */
    const NUMBERS = 3;

    /** @var array[] groups of [event name, course, flat numbers as text] */
    private $groups = [];

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
     * @param int $after the row id after which it begins
     */
    public function __construct(int $after) {
        $this->cursor = $after;
    }

    /**
     * The page as the web service gives it; its rows are base64 of zlib of JSON.
     *
     * @return array
     */
    public function answer(): array {
        $groups = [];
        foreach ($this->groups as [$eventname, $courseid, $numbers]) {
            $groups[] = '[' . json_encode($eventname, JSON_UNESCAPED_SLASHES) . ",$courseid,[$numbers]]";
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
     * @param int $until the row id up to which they reach
     * @throws \UnexpectedValueException where the database cut a text off, as MySQL may
     */
    public function add_packed(array $groups, int $until): void {
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
     * Count a row that was found.
     *
     * @param int $id its id
     * @param int $unfit 1 for an anonymous one, 2 where somebody acted as another, 0 when it is given out
     */
    public function count_row(int $id, int $unfit): void {
        $this->rows++;
        $this->cursor = $id;
        $this->anonymous += $unfit === 1 ? 1 : 0;
        $this->impersonated += $unfit === 2 ? 1 : 0;
    }

    /**
     * Keep the numbers of rows that were counted one by one.
     *
     * @param array[] $texts for each course and event name the numbers of its rows
     */
    public function add_texts(array $texts): void {
        foreach ($texts as $courseid => $events) {
            foreach ($events as $eventname => $numbers) {
                $this->add_group($eventname, $courseid, implode(',', $numbers));
            }
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

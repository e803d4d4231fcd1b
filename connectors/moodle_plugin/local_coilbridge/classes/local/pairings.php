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
 * The courses that are paired, as the service told, and how they are opened.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class pairings {
    /** @var string */
    const TABLE = 'local_coilbridge_courses';

    /**
     * The paired courses by id; of each whether it was visible when last looked at.
     *
     * @return bool[]
     */
    public static function all(): array {
        global $DB;
        $cache = \cache::make('local_coilbridge', 'courses');
        $courses = $cache->get('all');
        if ($courses === false) {
            $visible = $DB->get_records_menu(self::TABLE, null, 'courseid', 'courseid, visible');
            $courses = array_map('boolval', $visible);
            $cache->set('all', $courses);
        }
        return $courses;
    }

    /**
     * Whether a course is paired.
     *
     * @param int $courseid the course
     * @return bool
     */
    public static function has(int $courseid): bool {
        return isset(self::all()[$courseid]);
    }

    /**
     * What the service told of a course, or null.
     *
     * @param int $courseid the course
     * @return \stdClass|null
     */
    public static function of(int $courseid): ?\stdClass {
        global $DB;
        return $DB->get_record(self::TABLE, ['courseid' => $courseid]) ?: null;
    }

    /**
     * Take over which courses are paired; those not among them are no longer.
     *
     * @param array[] $courses each with courseid, pairing and url
     */
    public static function replace(array $courses): void {
        global $DB;
        $transaction = $DB->start_delegated_transaction();
        $known = $DB->get_records(self::TABLE, null, '', 'courseid, id, pairing, url');
        foreach ($courses as $course) {
            $row = (object)[
                'courseid' => $course['courseid'],
                'pairing' => $course['pairing'],
                'url' => $course['url'],
                'timemodified' => time(),
            ];
            $old = $known[$course['courseid']] ?? null;
            unset($known[$course['courseid']]);
            if ($old === null) {
                $row->visible = (int)$DB->get_field('course', 'visible', ['id' => $row->courseid], MUST_EXIST);
                $DB->insert_record(self::TABLE, $row);
            } else if ($old->pairing !== $row->pairing || $old->url !== $row->url) {
                $row->id = $old->id;
                $DB->update_record(self::TABLE, $row);
            }
        }
        foreach ($known as $gone) {
            $DB->delete_records(self::TABLE, ['id' => $gone->id]);
        }
        $transaction->allow_commit();
        self::forget();
    }

    /**
     * Note a course's visibility; true when it is another than before.
     *
     * @param int $courseid a paired course
     * @param bool $visible what it is now
     * @return bool
     */
    public static function note_visibility(int $courseid, bool $visible): bool {
        global $DB;
        if (self::all()[$courseid] === $visible) {
            return false;
        }
        $DB->set_field(self::TABLE, 'visible', (int)$visible, ['courseid' => $courseid]);
        self::forget();
        return true;
    }

    /**
     * Forget a course that is gone.
     *
     * @param int $courseid the course
     */
    public static function remove(int $courseid): void {
        global $DB;
        $DB->delete_records(self::TABLE, ['courseid' => $courseid]);
        self::forget();
    }

    /**
     * Have the list read anew.
     */
    private static function forget(): void {
        \cache::make('local_coilbridge', 'courses')->delete('all');
    }
}

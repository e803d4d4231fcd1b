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
 * What people did that the log does not hold, as numbers: who answered whom, joins, completion, counts.
 *
 * Never a text: of a post its length, of a feedback how many answered.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class facts {
    /** @var string[][] the columns of each kind of fact; the first is what pages go by */
    const COLUMNS = [
        'posts' => ['id', 'course', 'user', 'time', 'module', 'discussion', 'parent', 'words', 'length'],
        'joins' => ['id', 'course', 'user', 'time', 'module', 'summary', 'seconds'],
        'attendance' => ['id', 'course', 'user', 'time', 'module', 'seconds', 'taken', 'grade', 'most'],
        'completions' => ['id', 'course', 'user', 'time', 'module', 'state'],
        'coursecompletions' => ['id', 'course', 'user', 'time'],
        'feedback' => ['id', 'course', 'module', 'answers', 'anonymous'],
    ];

    /** @var string[] the activity that each kind belongs to, where it belongs to one */
    const MODULES = [
        'posts' => 'forum',
        'joins' => 'bigbluebuttonbn',
        'attendance' => 'attendance',
        'feedback' => 'feedback',
    ];

    /** @var string[] what is needed besides, in each activity or else in the course */
    const CAPABILITIES = [
        'posts' => 'mod/forum:viewdiscussion',
        'attendance' => 'mod/attendance:viewreports',
        'completions' => 'report/completion:view',
        'coursecompletions' => 'report/completion:view',
    ];

    /** @var int rows in a page at most */
    const MOST_ROWS = 20000;

    /**
     * Read the next facts of a kind.
     *
     * @param string $kind one of COLUMNS
     * @param int[] $courseids courses that the caller may read
     * @param int $after the id after which to begin
     * @param int $limit how many at most
     * @return int[][] rows in the order of the columns
     */
    public static function read(string $kind, array $courseids, int $after, int $limit): array {
        global $DB;
        [$places, $params] = self::places($kind, $courseids);
        if ($places === '') {
            return [];
        }
        $sql = self::sql($kind, $places) . ' ORDER BY 1';
        $found = [];
        $rows = $DB->get_recordset_sql($sql, $params + ['after' => $after], 0, $limit);
        foreach ($rows as $row) {
            $values = $kind === 'joins' ? self::told((array)$row) : (array)$row;
            $found[] = array_map('intval', array_values($values));
        }
        $rows->close();
        return $found;
    }

    /**
     * Where to look: the course modules that the caller may look into, or the courses.
     *
     * @param string $kind one of COLUMNS
     * @param int[] $courseids the courses
     * @return array a piece of SQL, empty when there is nowhere to look, and its parameters
     */
    private static function places(string $kind, array $courseids): array {
        global $DB;
        $module = self::MODULES[$kind] ?? null;
        $ids = $module === null ? $courseids : self::modules($module, $courseids, self::CAPABILITIES[$kind] ?? null);
        return $ids ? $DB->get_in_or_equal($ids, SQL_PARAMS_NAMED, 'place') : ['', []];
    }

    /**
     * The course modules of a kind that the caller may look into.
     *
     * @param string $name name of the activity
     * @param int[] $courseids the courses
     * @param string|null $capability what is needed in each
     * @return int[]
     */
    private static function modules(string $name, array $courseids, ?string $capability): array {
        if (!\core_component::get_component_directory('mod_' . $name)) {
            return [];
        }
        $found = [];
        foreach ($courseids as $courseid) {
            foreach (get_fast_modinfo($courseid)->get_instances_of($name) as $cm) {
                $separate = groups_get_activity_groupmode($cm) == SEPARATEGROUPS;
                $closed = $separate && !has_capability('moodle/site:accessallgroups', $cm->context);
                if ($cm->uservisible && !$closed && ($capability === null || has_capability($capability, $cm->context))) {
                    $found[] = (int)$cm->id;
                }
            }
        }
        return $found;
    }

    /**
     * The query for a kind, in the order of its columns.
     *
     * @param string $kind one of COLUMNS
     * @param string $places where to look
     * @return string SQL
     */
    private static function sql(string $kind, string $places): string {
        $cm = "JOIN {course_modules} cm ON cm.id $places AND cm.instance =";
        switch ($kind) {
            case 'posts':
                return "SELECT p.id, d.course, p.userid, p.created, cm.id AS module, p.discussion, p.parent,
                               COALESCE(p.wordcount, -1) AS words, COALESCE(p.charcount, -1) AS length
                          FROM {forum_posts} p
                          JOIN {forum_discussions} d ON d.id = p.discussion
                          $cm d.forum
                         WHERE p.id > :after AND p.deleted = 0 AND p.privatereplyto = 0";
            case 'joins':
                return "SELECT l.id, l.courseid, l.userid, l.timecreated, cm.id AS module,
                               CASE WHEN l.log = 'Summary' THEN 1 ELSE 0 END AS summary, l.meta
                          FROM {bigbluebuttonbn_logs} l
                          $cm l.bigbluebuttonbnid
                         WHERE l.id > :after AND l.log IN ('Join', 'Summary') AND l.userid > 0";
            case 'attendance':
                return "SELECT l.id, cm.course, l.studentid, s.sessdate, cm.id AS module, s.duration, l.timetaken,
                               FLOOR(100 * t.grade) AS grade,
                               (SELECT FLOOR(100 * MAX(o.grade)) FROM {attendance_statuses} o
                                 WHERE o.attendanceid = t.attendanceid AND o.setnumber = t.setnumber
                                       AND o.deleted = 0) AS most
                          FROM {attendance_log} l
                          JOIN {attendance_sessions} s ON s.id = l.sessionid
                          JOIN {attendance_statuses} t ON t.id = l.statusid
                          $cm s.attendanceid
                         WHERE l.id > :after";
            case 'completions':
                return "SELECT c.id, cm.course, c.userid, c.timemodified, cm.id AS module, c.completionstate
                          FROM {course_modules_completion} c
                          JOIN {course_modules} cm ON cm.id = c.coursemoduleid
                         WHERE c.id > :after AND cm.course $places";
            case 'coursecompletions':
                return "SELECT c.id, c.course, c.userid, c.timecompleted
                          FROM {course_completions} c
                         WHERE c.id > :after AND c.timecompleted IS NOT NULL AND c.course $places";
            default:
                return "SELECT f.id, f.course, cm.id AS module,
                               (SELECT COUNT(1) FROM {feedback_completed} c WHERE c.feedback = f.id) AS answers,
                               CASE WHEN f.anonymous = 1 THEN 1 ELSE 0 END AS anonymous
                          FROM {feedback} f
                          $cm f.id
                         WHERE f.id > :after";
        }
    }

    /**
     * A join with what the meeting server's summary tells of time, instead of all that it tells. The row itself is
     * of the time at which the summary came, long after the meeting.
     *
     * @param array $row a row of the query for joins
     * @return array
     */
    private static function told(array $row): array {
        $meta = json_decode((string)$row['meta'], true);
        unset($row['meta']);
        if (!$row['summary']) {
            return $row + ['seconds' => 0];
        }
        $came = strtotime((string)($meta['data']['joins'][0] ?? ''));
        $row['timecreated'] = $came ?: $row['timecreated'];
        return $row + ['seconds' => (int)($meta['data']['duration'] ?? 0)];
    }

    /**
     * The rows as one string: base64 of zlib of JSON.
     *
     * @param string $kind one of COLUMNS
     * @param int[][] $rows the rows
     * @return string
     */
    public static function packed(string $kind, array $rows): string {
        $flat = array_merge([], ...$rows);
        return base64_encode(gzcompress(json_encode(['columns' => self::COLUMNS[$kind], 'numbers' => $flat]), 1));
    }
}

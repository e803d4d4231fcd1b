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
 * The activity by which the joint sessions of a course open: one of the External tool that the administrator chose.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class launch {
    /** @var string idnumber of the activity that we make */
    const IDNUMBER = 'coilbridge';

    /**
     * Where "Joint sessions" leads in a course: into the launch, or null where no tool was chosen.
     *
     * @param \stdClass $course a paired course
     * @param \stdClass $pairing what the service told of it
     * @return \moodle_url|null
     */
    public static function address(\stdClass $course, \stdClass $pairing): ?\moodle_url {
        $typeid = (int)get_config('local_coilbridge', 'ltitype');
        if (!$typeid || !self::is_usable($typeid)) {
            return null;
        }
        $lock = \core\lock\lock_config::get_lock_factory('local_coilbridge')->get_lock('launch' . $course->id, 20);
        if (!$lock) {
            throw new \moodle_exception('locktimeout');
        }
        try {
            $cmid = self::existing($course, $pairing, $typeid) ?? self::made($course, $typeid);
        } finally {
            $lock->release();
        }
        return new \moodle_url('/mod/lti/view.php', ['id' => $cmid]);
    }

    /**
     * Whether External tool is switched on and the chosen tool is still there.
     *
     * @param int $typeid the tool
     * @return bool
     */
    private static function is_usable(int $typeid): bool {
        global $DB;
        $enabled = $DB->record_exists('modules', ['name' => 'lti', 'visible' => 1]);
        return $enabled && $DB->record_exists('lti_types', ['id' => $typeid]);
    }

    /**
     * An activity of the tool that is in the course already and that people may open; ours first.
     *
     * @param \stdClass $course the course
     * @param \stdClass $pairing what the service told of it
     * @param int $typeid the tool
     * @return int|null its course module
     */
    private static function existing(\stdClass $course, \stdClass $pairing, int $typeid): ?int {
        global $DB;
        $sql = "SELECT cm.id
                  FROM {course_modules} cm
                  JOIN {modules} m ON m.id = cm.module AND m.name = 'lti'
                  JOIN {lti} l ON l.id = cm.instance AND l.typeid = :typeid
                 WHERE cm.course = :courseid AND cm.visible = 1 AND cm.deletioninprogress = 0 AND cm.idnumber = :ours";
        $params = ['typeid' => $typeid, 'courseid' => $course->id, 'ours' => self::IDNUMBER];
        $cmid = (int)$DB->get_field_sql($sql, $params, IGNORE_MULTIPLE);
        if ($cmid && $cmid != $pairing->cmid) {
            $DB->set_field(pairings::TABLE, 'cmid', $cmid, ['id' => $pairing->id]);
        }
        return $cmid ?: null;
    }

    /**
     * Make the activity: without a grade, and not shown on the course's page where the site allows stealth activities.
     *
     * @param \stdClass $course the course
     * @param int $typeid the tool
     * @return int its course module
     */
    private static function made(\stdClass $course, int $typeid): int {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/course/modlib.php');
        require_once($CFG->dirroot . '/mod/lti/locallib.php');
        $made = add_moduleinfo((object)[
            'modulename' => 'lti',
            'module' => $DB->get_field('modules', 'id', ['name' => 'lti'], MUST_EXIST),
            'section' => 0,
            'visible' => 1,
            'visibleoncoursepage' => 0,
            'cmidnumber' => self::IDNUMBER,
            'name' => get_string('launchname', 'local_coilbridge'),
            'introeditor' => ['text' => '', 'format' => FORMAT_HTML, 'itemid' => 0],
            'typeid' => $typeid,
            'toolurl' => '',
            'securetoolurl' => '',
            'launchcontainer' => LTI_LAUNCH_CONTAINER_DEFAULT,
            'instructorchoicesendname' => LTI_SETTING_ALWAYS,
            'instructorchoicesendemailaddr' => LTI_SETTING_ALWAYS,
            'instructorchoiceacceptgrades' => LTI_SETTING_NEVER,
            'grade' => 0,
        ], $course);
        $DB->set_field(pairings::TABLE, 'cmid', $made->coursemodule, ['courseid' => $course->id]);
        return (int)$made->coursemodule;
    }
}

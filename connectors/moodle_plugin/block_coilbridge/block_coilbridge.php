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

/**
 * The next three joint sessions of a paired course.
 *
 * @package    block_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use local_coilbridge\local\calendar;
use local_coilbridge\local\pairings;

/**
 * The next three joint sessions of a paired course, in the reader's time zone.
 *
 * @package    block_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class block_coilbridge extends block_base {
    /** @var int how many sessions are shown */
    const SHOWN = 3;

    /**
     * Give the block its title.
     */
    public function init() {
        $this->title = get_string('pluginname', 'block_coilbridge');
    }

    /**
     * Where the block can stand.
     *
     * @return bool[]
     */
    public function applicable_formats() {
        return ['course-view' => true, 'mod' => true, 'site' => false, 'my' => false];
    }

    /**
     * What the block shows; nothing in a course that is not paired.
     *
     * @return stdClass
     */
    public function get_content() {
        global $OUTPUT;
        if ($this->content !== null) {
            return $this->content;
        }
        $this->content = (object)['text' => '', 'footer' => ''];
        $course = $this->page->course;
        $allowed = has_capability('local/coilbridge:viewsessions', context_course::instance($course->id));
        if (!$allowed || !pairings::has((int)$course->id)) {
            return $this->content;
        }
        $sessions = [];
        foreach (calendar::upcoming((int)$course->id, time(), self::SHOWN) as $event) {
            $sessions[] = $this->shown($event, (int)$course->id);
        }
        $this->content->text = $OUTPUT->render_from_template('block_coilbridge/sessions', ['sessions' => $sessions]);
        $all = new moodle_url('/local/coilbridge/sessions.php', ['courseid' => $course->id]);
        $this->content->footer = html_writer::link($all, get_string('open', 'block_coilbridge'));
        return $this->content;
    }

    /**
     * One session as the template wants it.
     *
     * @param stdClass $event row of Moodle's table of events
     * @param int $courseid the course
     * @return string[]
     */
    private function shown(stdClass $event, int $courseid): array {
        $day = new moodle_url('/calendar/view.php', [
            'view' => 'day',
            'course' => $courseid,
            'time' => $event->timestart,
        ]);
        $end = $event->timestart + $event->timeduration;
        return [
            'name' => format_string($event->name, true, ['context' => context_course::instance($courseid)]),
            'url' => $day->out(false) . '#event_' . $event->id,
            'when' => userdate($event->timestart, get_string('strftimedaydatetime', 'langconfig')),
            'until' => $event->timeduration ? userdate($end, get_string('strftimetime', 'langconfig')) : '',
            'machine' => gmdate('Y-m-d\TH:i:s\Z', $event->timestart),
        ];
    }
}

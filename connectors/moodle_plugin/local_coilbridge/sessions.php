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
 * Opens the joint sessions of a paired course.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');

$courseid = required_param('courseid', PARAM_INT);
$course = get_course($courseid);
require_login($course);
$context = context_course::instance($courseid);
require_capability('local/coilbridge:viewsessions', $context);

$PAGE->set_url(new moodle_url('/local/coilbridge/sessions.php', ['courseid' => $courseid]));
$PAGE->set_context($context);
$PAGE->set_title(get_string('jointsessions', 'local_coilbridge'));
$PAGE->set_heading(format_string($course->fullname, true, ['context' => $context]));

$pairing = \local_coilbridge\local\pairings::of($courseid);
if ($pairing === null) {
    redirect(new moodle_url('/course/view.php', ['id' => $courseid]));
}
$address = \local_coilbridge\local\launch::address($course, $pairing);
if ($address !== null) {
    redirect($address);
}
echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('jointsessions', 'local_coilbridge'));
$link = html_writer::link($pairing->url, get_string('sessionsopenat', 'local_coilbridge'), ['class' => 'btn btn-primary']);
echo html_writer::tag('p', get_string('nolaunch', 'local_coilbridge', s($pairing->url)));
echo html_writer::tag('p', $link);
echo $OUTPUT->footer();

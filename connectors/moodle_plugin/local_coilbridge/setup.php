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
 * The two steps by which an administrator makes this Moodle ready for the service.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

require(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

admin_externalpage_setup('local_coilbridge_setup');
$username = core_text::strtolower(optional_param('username', 'coilbridge', PARAM_USERNAME));
$step = optional_param('step', 0, PARAM_INT);
$token = null;
$notice = null;
if ($step && data_submitted() && confirm_sesskey() && $username !== '') {
    if ($step === 1) {
        \local_coilbridge\local\setup::prepare($username);
        $notice = get_string('setupprepared', 'local_coilbridge');
    } else {
        $token = \local_coilbridge\local\setup::token($username);
    }
}
$state = \local_coilbridge\local\setup::state($username);
$list = [];
foreach ($state as $name => $done) {
    $list[] = ['what' => get_string($name, 'local_coilbridge'), 'done' => $done];
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('setuptitle', 'local_coilbridge'));
echo $OUTPUT->render_from_template('local_coilbridge/setup', [
    'action' => (new moodle_url('/local/coilbridge/setup.php'))->out(false),
    'sesskey' => sesskey(),
    'username' => $username,
    'state' => $list,
    'ready' => !in_array(false, $state, true),
    'notice' => $notice,
    'token' => $token,
    'siteurl' => $CFG->wwwroot,
]);
echo $OUTPUT->footer();

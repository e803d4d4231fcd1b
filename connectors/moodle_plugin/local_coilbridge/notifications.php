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
 * Notifications: how they stand, whether the service takes them, and the key they are signed with.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use local_coilbridge\local\answer;
use local_coilbridge\local\hook_key;
use local_coilbridge\local\notifications;

require(__DIR__ . '/../../config.php');
require_once($CFG->libdir . '/adminlib.php');

admin_externalpage_setup('local_coilbridge_notifications');
$here = new moodle_url('/local/coilbridge/notifications.php');
$do = optional_param('do', '', PARAM_ALPHA);
if ($do !== '' && data_submitted() && confirm_sesskey()) {
    $key = $do === 'change' ? hook_key::from_line(required_param('line', PARAM_RAW_TRIMMED)) : hook_key::current();
    if ($key === null) {
        redirect($here, get_string('keynoline', 'local_coilbridge'), null, \core\output\notification::NOTIFY_ERROR);
    }
    $answer = $do === 'change' ? $key->adopt() : $key->check();
    if (!$answer->is_good()) {
        $kept = $do === 'change' ? ' ' . get_string('keykept', 'local_coilbridge') : '';
        redirect($here, $answer->in_words() . $kept, null, \core\output\notification::NOTIFY_ERROR);
    }
    $done = $do === 'change' ? get_string('keyused', 'local_coilbridge', s($key->id)) : $answer->in_words();
    redirect($here, $done, null, \core\output\notification::NOTIFY_SUCCESS);
}

echo $OUTPUT->header();
echo $OUTPUT->heading(get_string('notificationstitle', 'local_coilbridge'));
echo $OUTPUT->render_from_template('local_coilbridge/notifications', [
    'action' => $here->out(false),
    'sesskey' => sesskey(),
    'haskey' => hook_key::current() !== null,
    'state' => notifications::state(),
]);
echo $OUTPUT->footer();

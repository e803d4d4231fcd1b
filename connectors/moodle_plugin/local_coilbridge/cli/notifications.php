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
 * Says how notifications stand and whether the service takes them; enters or changes the key.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

use local_coilbridge\local\hook_key;
use local_coilbridge\local\notifications;

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

[$options, $unrecognised] = cli_get_params(['help' => false, 'key' => false], ['h' => 'help', 'k' => 'key']);
if ($unrecognised) {
    cli_error(get_string('cliunknowoption', 'admin', implode(PHP_EOL . '  ', $unrecognised)));
}
if ($options['help']) {
    cli_writeln('Says how notifications to COIL Bridge stand, and asks the service whether it takes them.

Options:
  -k, --key    enter or change the key: the line that the service shows is read from standard input, and used if
               the service takes it; otherwise the key in use stays
  -h, --help   this text

Examples:
  sudo -u www-data php local/coilbridge/cli/notifications.php
  sudo -u www-data php local/coilbridge/cli/notifications.php --key < line-from-the-service');
    exit(0);
}

$key = $options['key'] ? hook_key::from_line((string)fgets(STDIN)) : hook_key::current();
if ($key === null) {
    cli_error(get_string($options['key'] ? 'keynoline' : 'notificationsnokey', 'local_coilbridge'));
}
$answer = $options['key'] ? $key->adopt() : $key->check();
if ($options['key']) {
    $done = get_string('keyused', 'local_coilbridge', $key->id);
    cli_writeln($answer->is_good() ? $done : get_string('keykept', 'local_coilbridge'));
}
foreach (notifications::state() as $line) {
    cli_writeln($line['what'] . ': ' . $line['is']);
}
if (!$answer->is_good()) {
    cli_error($answer->in_words());
}

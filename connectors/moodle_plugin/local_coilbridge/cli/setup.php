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
 * Does both steps for those who have a shell: prepares web services and shows the token.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

define('CLI_SCRIPT', true);

require(__DIR__ . '/../../../config.php');
require_once($CFG->libdir . '/clilib.php');

[$options, $unrecognised] = cli_get_params(
    ['help' => false, 'user' => 'coilbridge', 'check' => false],
    ['h' => 'help', 'u' => 'user']
);
if ($unrecognised) {
    cli_error(get_string('cliunknowoption', 'admin', implode(PHP_EOL . '  ', $unrecognised)));
}
if ($options['help']) {
    cli_writeln('Makes this Moodle ready for COIL Bridge and prints its address and the token.

Options:
  -u, --user=NAME   user name of the account (made if there is none; default: coilbridge)
      --check       change nothing, say what is ready
  -h, --help        this text

Example:
  sudo -u www-data php local/coilbridge/cli/setup.php');
    exit(0);
}

$username = core_text::strtolower(clean_param($options['user'], PARAM_USERNAME));
if ($username === '') {
    cli_error(get_string('invalidusername'));
}
if (!$options['check']) {
    \core\session\manager::set_user(get_admin());
    \local_coilbridge\local\setup::prepare($username);
}
$ready = true;
foreach (\local_coilbridge\local\setup::state($username) as $name => $done) {
    $state = get_string($done ? 'setupdone' : 'setupmissing', 'local_coilbridge');
    cli_writeln(get_string($name, 'local_coilbridge') . ': ' . $state);
    $ready = $ready && $done;
}
if (!$options['check']) {
    cli_writeln($CFG->wwwroot . ' ' . \local_coilbridge\local\setup::token($username));
}
exit($ready ? 0 : 1);

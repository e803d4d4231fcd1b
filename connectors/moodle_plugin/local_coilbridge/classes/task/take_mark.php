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

namespace local_coilbridge\task;

use local_coilbridge\local\log_source;
use local_coilbridge\local\queue;

/**
 * Notes how far the log reaches, so that a pull gets everything but the newest seconds; sees that notifications leave.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class take_mark extends \core\task\scheduled_task {
    /**
     * Its name in lists of tasks.
     *
     * @return string
     */
    public function get_name() {
        return get_string('tasktakemark', 'local_coilbridge');
    }

    /**
     * Note it.
     */
    public function execute() {
        $source = log_source::current();
        if ($source !== null) {
            $source->settled($source->newest());
        }
        queue::trim();
        queue::rouse();
    }
}

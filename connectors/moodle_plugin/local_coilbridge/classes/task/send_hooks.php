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

use local_coilbridge\local\hook_key;
use local_coilbridge\local\queue;
use local_coilbridge\local\sender;

/**
 * Sends what waits in the queue; comes again later, and ever later, while the service does not take it.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class send_hooks extends \core\task\adhoc_task {
    /** @var int notifications in one run at most, so that cron goes on to other work */
    const MOST_BATCHES = 20;

    /** @var int seconds until the first retry; doubled with each */
    const FIRST_PAUSE = 30;

    /** @var int seconds between retries at most */
    const LONGEST_PAUSE = HOURSECS;

    /**
     * The component.
     *
     * @return string
     */
    public function get_component() {
        return 'local_coilbridge';
    }

    /**
     * Its name in lists of tasks.
     *
     * @return string
     */
    public function get_name() {
        return get_string('tasksendhooks', 'local_coilbridge');
    }

    /**
     * Send.
     */
    public function execute() {
        $lock = \core\lock\lock_config::get_lock_factory('local_coilbridge')->get_lock('hooks', 0);
        if (!$lock) {
            $this->again(self::FIRST_PAUSE);
            return;
        }
        try {
            $this->send();
        } finally {
            $lock->release();
        }
    }

    /**
     * Send batch after batch, until the queue is empty or one is not taken.
     */
    private function send(): void {
        $given = queue::trim();
        if ($given) {
            mtrace("Gave up $given notifications that were too old or too many");
        }
        for ($sent = 0; $sent < self::MOST_BATCHES && queue::is_on(); $sent++) {
            $rows = queue::batch();
            if (!$rows) {
                return;
            }
            $answer = sender::send($rows, hook_key::current());
            $answer->note();
            if ($answer->is_good()) {
                queue::done($rows);
                continue;
            }
            $pause = self::pause((int)get_config('local_coilbridge', 'hookfailures'));
            mtrace("The service answered with status $answer->status; next try in $pause seconds");
            $this->again($pause);
            return;
        }
        if (queue::is_on() && queue::waiting()) {
            $this->again(0);
        }
    }

    /**
     * How long to wait after so many failures in a row, in seconds.
     *
     * @param int $failures at least 1
     * @return int
     */
    public static function pause(int $failures): int {
        return min(self::LONGEST_PAUSE, self::FIRST_PAUSE * 2 ** min(20, $failures - 1));
    }

    /**
     * Queue this task once more.
     *
     * @param int $seconds from now
     */
    private function again(int $seconds): void {
        $task = new self();
        $task->set_next_run_time(time() + $seconds);
        \core\task\manager::queue_adhoc_task($task);
    }
}

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

namespace local_coilbridge\check;

use core\check\check;
use core\check\result;
use local_coilbridge\local\answer;
use local_coilbridge\local\hook_key;
use local_coilbridge\local\queue;

/**
 * Whether notifications reach the service, in Moodle's report on the state of the system.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class notifications extends check {
    /** @var int seconds after which one that waits is worth a warning */
    const PATIENCE = HOURSECS;

    /**
     * Its name.
     *
     * @return string
     */
    public function get_name(): string {
        return get_string('notificationstitle', 'local_coilbridge');
    }

    /**
     * Where it can be mended.
     *
     * @return \action_link|null
     */
    public function get_action_link(): ?\action_link {
        $page = new \moodle_url('/local/coilbridge/notifications.php');
        return new \action_link($page, get_string('notificationstitle', 'local_coilbridge'));
    }

    /**
     * How it stands.
     *
     * @return result
     */
    public function get_result(): result {
        if (!queue::is_on()) {
            $off = hook_key::current() === null ? 'notificationsnokey' : 'notificationsoff';
            return new result(result::NA, get_string($off, 'local_coilbridge'));
        }
        $latest = answer::latest();
        $summary = get_string('notificationswaiting', 'local_coilbridge', queue::waiting());
        if ($latest && !$latest[1]->is_good()) {
            return new result(result::WARNING, $summary . ' ' . $latest[1]->in_words());
        }
        $late = queue::oldest() !== null && queue::oldest() < time() - self::PATIENCE;
        $cron = $late ? ' ' . get_string('notificationslate', 'local_coilbridge') : '';
        return new result($late ? result::WARNING : result::OK, $summary . $cron);
    }
}

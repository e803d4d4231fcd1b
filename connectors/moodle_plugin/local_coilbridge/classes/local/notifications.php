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
 * How notifications stand, in words for the administrator.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class notifications {
    /**
     * What there is to say of them.
     *
     * @return string[][] list of what and is
     */
    public static function state(): array {
        $key = hook_key::current();
        $oldest = queue::oldest();
        $latest = answer::latest();
        $called = setup::last_call();
        $lines = [
            'notificationsare' => get_string(self::stand($key), 'local_coilbridge'),
            'settinghookurl' => $key ? $key->url : '–',
            'settinghookkeyid' => $key ? $key->id : '–',
            'notificationswait' => (string)queue::waiting(),
            'notificationsoldest' => $oldest === null ? '–' : userdate($oldest),
            'notificationsdropped' => (string)(int)get_config('local_coilbridge', 'hooksdropped'),
            'notificationslatest' => $latest ? userdate($latest[0]) . ': ' . $latest[1]->in_words() : '–',
            'notificationscalled' => $called ? userdate($called) : '–',
        ];
        $said = [];
        foreach ($lines as $what => $is) {
            $said[] = ['what' => get_string($what, 'local_coilbridge'), 'is' => $is];
        }
        return $said;
    }

    /**
     * The name of the string that says whether they are sent.
     *
     * @param hook_key|null $key the key, if one was entered
     * @return string
     */
    private static function stand(?hook_key $key): string {
        if ($key === null) {
            return 'notificationsnokey';
        }
        return queue::is_on() ? 'notificationson' : 'notificationsoff';
    }
}

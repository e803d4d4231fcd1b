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
 * What the service answered to a notification.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class answer {
    /** @var string[] what the service can refuse with that has words of its own */
    const REFUSALS = ['another_site', 'not_signed', 'replay', 'too_many', 'wrong_signature', 'wrong_time'];

    /** @var int the HTTP status; 0 when the service could not be reached */
    public $status;

    /** @var string the service's word for why not, or curl's */
    public $why;

    /**
     * Take an answer.
     *
     * @param int $status the HTTP status; 0 when the service could not be reached
     * @param string $why the service's word for why not, or curl's
     */
    public function __construct(int $status, string $why) {
        $this->status = $status;
        $this->why = $why;
    }

    /**
     * Whether the service has taken the notification.
     *
     * @return bool
     */
    public function is_good(): bool {
        return $this->status >= 200 && $this->status < 300;
    }

    /**
     * Remember it as the latest one, for the administrator to see.
     */
    public function note(): void {
        if ($this->is_good()) {
            unset_config('hookfailures', 'local_coilbridge');
        } else {
            set_config('hookfailures', (int)get_config('local_coilbridge', 'hookfailures') + 1, 'local_coilbridge');
        }
        set_config('hooklast', json_encode([time(), $this->status, $this->why]), 'local_coilbridge');
    }

    /**
     * The latest one and when it came, or null.
     *
     * @return array|null Unix time and the answer
     */
    public static function latest(): ?array {
        $kept = json_decode((string)get_config('local_coilbridge', 'hooklast'));
        return is_array($kept) ? [(int)$kept[0], new self((int)$kept[1], (string)$kept[2])] : null;
    }

    /**
     * In words.
     *
     * @return string
     */
    public function in_words(): string {
        if ($this->is_good()) {
            return get_string('answergood', 'local_coilbridge');
        }
        if ($this->status === 0) {
            return get_string('answernone', 'local_coilbridge', $this->why);
        }
        if (in_array($this->why, self::REFUSALS)) {
            return get_string('answer' . $this->why, 'local_coilbridge');
        }
        return get_string('answerother', 'local_coilbridge', $this->status);
    }
}

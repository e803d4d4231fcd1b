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
 * What notifications are sent with: the service's address, the name of a key, and its secret.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class hook_key {
    /** @var string where notifications go */
    public $url;

    /** @var string the service's name for the key */
    public $id;

    /** @var string what is signed with */
    public $secret;

    /**
     * Take a key.
     *
     * @param string $url where notifications go
     * @param string $id the service's name for the key
     * @param string $secret what is signed with
     */
    private function __construct(string $url, string $id, string $secret) {
        $this->url = $url;
        $this->id = $id;
        $this->secret = $secret;
    }

    /**
     * The key in use, or null where none was entered.
     *
     * @return self|null
     */
    public static function current(): ?self {
        $config = get_config('local_coilbridge');
        if (empty($config->hookurl) || empty($config->hookkeyid) || empty($config->hooksecret)) {
            return null;
        }
        return new self($config->hookurl, $config->hookkeyid, $config->hooksecret);
    }

    /**
     * Read the line that the service shows: address, name and secret, with spaces between.
     *
     * @param string $line what was pasted
     * @return self|null null when it is no such line
     */
    public static function from_line(string $line): ?self {
        $parts = preg_split('/\s+/', trim($line));
        if (count($parts) !== 3 || !preg_match('~^https?://[^/]+/([^/]+/)*hooks/moodle/\w+$~', $parts[0])) {
            return null;
        }
        $service = rtrim((string)get_config('local_coilbridge', 'serviceurl'), '/');
        if ($service !== '' && strpos($parts[0], $service . '/') !== 0) {
            return null;
        }
        return new self(...$parts);
    }

    /**
     * Use this key from now on, if the service takes it; otherwise everything stays as it is.
     *
     * @return answer what the service said
     */
    public function adopt(): answer {
        $answer = sender::send([], $this);
        if ($answer->is_good()) {
            set_config('hookurl', $this->url, 'local_coilbridge');
            set_config('hookkeyid', $this->id, 'local_coilbridge');
            set_config('hooksecret', $this->secret, 'local_coilbridge');
            set_config('hooksenabled', 1, 'local_coilbridge');
            $answer->note();
            queue::rouse(true);
        }
        return $answer;
    }

    /**
     * Ask the service with a notification of nothing whether it takes this key.
     *
     * @return answer what the service said
     */
    public function check(): answer {
        $answer = sender::send([], $this);
        $answer->note();
        if ($answer->is_good()) {
            queue::rouse(true);
        }
        return $answer;
    }
}

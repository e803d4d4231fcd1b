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
 * Sends one notification, signed with the key that the service shares with this site.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class sender {
    /** @var int seconds to wait for the service */
    const PATIENCE = 10;

    /**
     * Send rows of the queue; without any the service only says whether it takes the key.
     *
     * @param \stdClass[] $rows at most queue::BATCH
     * @param hook_key $key where to and signed by what
     * @return answer
     */
    public static function send(array $rows, hook_key $key): answer {
        global $CFG;
        require_once($CFG->libdir . '/filelib.php');
        $body = self::body($rows);
        // The service's address is the administrator's own setting, so Moodle's list of blocked hosts, made against
        // addresses that users type, does not apply.
        $curl = new \curl(['ignoresecurity' => true]);
        $curl->setHeader(self::headers($body, time(), $key->id, $key->secret));
        $said = $curl->post($key->url, $body, [
            'CURLOPT_TIMEOUT' => self::PATIENCE,
            'CURLOPT_CONNECTTIMEOUT' => self::PATIENCE,
            'CURLOPT_FOLLOWLOCATION' => 0,
            'CURLOPT_MAXREDIRS' => 0,
        ]);
        if ($curl->get_errno()) {
            return new answer(0, (string)$curl->error);
        }
        $error = json_decode((string)$said)->error ?? '';
        return new answer((int)($curl->get_info()['http_code'] ?? 0), is_string($error) ? $error : '');
    }

    /**
     * The notification as it travels.
     *
     * @param \stdClass[] $rows rows of the queue
     * @return string JSON
     */
    public static function body(array $rows): string {
        global $CFG;
        $number = fn($value) => $value === null ? null : (int)$value;
        $events = [];
        foreach ($rows as $row) {
            $events[] = [
                'id' => $row->uuid,
                'type' => $row->type,
                'at' => (int)$row->timecreated,
                'courseid' => (int)$row->courseid,
                'userid' => $number($row->userid),
                'groupid' => $number($row->groupid),
                'objectid' => $number($row->objectid),
            ];
        }
        return json_encode(['site' => $CFG->wwwroot, 'events' => $events], JSON_UNESCAPED_SLASHES);
    }

    /**
     * The headers: when, by which key, which delivery, and the signature over time and body.
     *
     * @param string $body the notification
     * @param int $now Unix time
     * @param string $keyid name of the key
     * @param string $secret the key
     * @return string[]
     */
    public static function headers(string $body, int $now, string $keyid, string $secret): array {
        return [
            'Content-Type: application/json',
            'X-Coil-Timestamp: ' . $now,
            'X-Coil-Key: ' . $keyid,
            'X-Coil-Delivery: ' . \core\uuid::generate(),
            'X-Coil-Signature: v1=' . hash_hmac('sha256', $now . '.' . $body, $secret),
        ];
    }
}

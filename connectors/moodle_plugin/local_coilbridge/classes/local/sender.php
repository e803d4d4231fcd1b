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
     * Send rows of the queue.
     *
     * @param \stdClass[] $rows at most queue::BATCH
     * @return int the service's HTTP status; 0 when it could not be reached
     */
    public static function send(array $rows): int {
        global $CFG;
        require_once($CFG->libdir . '/filelib.php');
        $body = self::body($rows);
        $config = get_config('local_coilbridge');
        // The service's address is the administrator's own setting, so Moodle's list of blocked hosts, made against
        // addresses that users type, does not apply.
        $curl = new \curl(['ignoresecurity' => true]);
        $curl->setHeader(self::headers($body, time(), (string)$config->hookkeyid, (string)$config->hooksecret));
        $curl->post($config->hookurl, $body, [
            'CURLOPT_TIMEOUT' => self::PATIENCE,
            'CURLOPT_CONNECTTIMEOUT' => self::PATIENCE,
            'CURLOPT_FOLLOWLOCATION' => 0,
            'CURLOPT_MAXREDIRS' => 0,
        ]);
        return $curl->get_errno() ? 0 : (int)($curl->get_info()['http_code'] ?? 0);
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

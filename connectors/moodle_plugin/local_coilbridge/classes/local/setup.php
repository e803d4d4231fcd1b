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
 * Makes a Moodle ready for the service: what an administrator would otherwise do on five pages.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
class setup {
    /** @var string */
    const ROLE = 'coilbridge';

    /** @var string short name of the service in db/services.php */
    const SERVICE = 'coilbridge';

    /** @var string[] what the role allows, all of it in the whole system; activities can be seen by who may view them */
    const CAPABILITIES = [
        'webservice/rest:use',
        'moodle/course:view',
        'moodle/course:enrolreview',
        'moodle/user:viewdetails',
        'moodle/user:viewalldetails',
        'moodle/site:viewuseridentity',
        'moodle/site:accessallgroups',
        'moodle/site:messageanyuser',
        'mod/forum:viewdiscussion',
        'mod/attendance:view',
        'mod/attendance:viewreports',
        'mod/bigbluebuttonbn:view',
        'mod/feedback:view',
        'report/completion:view',
        'report/log:view',
        'moodle/calendar:manageentries',
        'local/coilbridge:readlog',
        'local/coilbridge:readactivity',
        'local/coilbridge:manageevents',
        'local/coilbridge:managecourses',
    ];

    /**
     * What is ready and what is not.
     *
     * @param string $username of the account
     * @return bool[] by the name of the string that says what
     */
    public static function state(string $username): array {
        global $CFG, $DB;
        $protocols = explode(',', (string)($CFG->webserviceprotocols ?? ''));
        $service = self::service();
        $roleid = self::roleid();
        $user = self::user($username);
        $context = \context_system::instance();
        $assigned = $user && $roleid && user_has_role_assignment($user->id, $roleid, $context->id);
        $listed = $user && $DB->record_exists('external_services_users', [
            'externalserviceid' => $service->id,
            'userid' => $user->id,
        ]);
        return [
            'checkwebservices' => !empty($CFG->enablewebservices),
            'checkrest' => in_array('rest', $protocols),
            'checkservice' => (bool)$service->enabled,
            'checkrole' => $roleid && self::missing($roleid) === [],
            'checkaccount' => $assigned && $listed,
        ];
    }

    /**
     * What the account that calls lacks of the role's rights: an upgrade may want more than the role was made with.
     *
     * @return string[] names of capabilities
     */
    public static function lacking(): array {
        $context = \context_system::instance();
        return array_values(array_filter(self::wanted(), fn($name) => !has_capability($name, $context)));
    }

    /**
     * Do the first step: everything but the token. What is done already is left alone.
     *
     * @param string $username of the account
     * @return \stdClass the account
     */
    public static function prepare(string $username): \stdClass {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/webservice/lib.php');
        set_config('enablewebservices', 1);
        $protocols = array_filter(explode(',', (string)($CFG->webserviceprotocols ?? '')));
        if (!in_array('rest', $protocols)) {
            set_config('webserviceprotocols', implode(',', [...$protocols, 'rest']));
        }
        $service = self::service();
        $DB->update_record('external_services', (object)['id' => $service->id, 'enabled' => 1, 'timemodified' => time()]);
        $context = \context_system::instance();
        $roleid = self::roleid() ?? self::new_role();
        foreach (self::missing($roleid) as $capability) {
            assign_capability($capability, CAP_ALLOW, $roleid, $context->id, true);
        }
        $user = self::user($username) ?? self::new_user($username);
        role_assign($roleid, $user->id, $context->id);
        $listed = ['externalserviceid' => $service->id, 'userid' => $user->id];
        if (!$DB->record_exists('external_services_users', $listed)) {
            (new \webservice())->add_ws_authorised_user((object)($listed + ['timecreated' => time()]));
        }
        return $user;
    }

    /**
     * Do the second step: the account's token for the service, a new one unless it has one that is valid.
     *
     * @param string $username of the account
     * @return string
     */
    public static function token(string $username): string {
        global $CFG, $DB;
        $user = self::user($username);
        $service = self::service();
        if ($user === null) {
            throw new \moodle_exception('invaliduser');
        }
        $sql = "SELECT token FROM {external_tokens}
                 WHERE userid = :userid AND externalserviceid = :serviceid AND tokentype = 0
                       AND (validuntil IS NULL OR validuntil = 0 OR validuntil > :now)
              ORDER BY id";
        $params = ['userid' => $user->id, 'serviceid' => $service->id, 'now' => time()];
        $known = $DB->get_records_sql($sql, $params, 0, 1);
        if ($known) {
            return reset($known)->token;
        }
        $context = \context_system::instance();
        if (class_exists('\core_external\util')) {
            return \core_external\util::generate_token(EXTERNAL_TOKEN_PERMANENT, $service, $user->id, $context);
        }
        require_once($CFG->libdir . '/externallib.php');
        return external_generate_token(EXTERNAL_TOKEN_PERMANENT, $service, $user->id, $context);
    }

    /**
     * When the service last called, with any token of it, or null.
     *
     * @return int|null Unix time
     */
    public static function last_call(): ?int {
        global $DB;
        $sql = 'SELECT MAX(lastaccess) FROM {external_tokens} WHERE externalserviceid = :serviceid';
        $called = $DB->get_field_sql($sql, ['serviceid' => self::service()->id]);
        return $called ? (int)$called : null;
    }

    /**
     * The service that db/services.php describes.
     *
     * @return \stdClass
     */
    private static function service(): \stdClass {
        global $DB;
        return $DB->get_record('external_services', ['shortname' => self::SERVICE], '*', MUST_EXIST);
    }

    /**
     * The role, if there is one.
     *
     * @return int|null
     */
    private static function roleid(): ?int {
        global $DB;
        $roleid = $DB->get_field('role', 'id', ['shortname' => self::ROLE]);
        return $roleid === false ? null : (int)$roleid;
    }

    /**
     * Make the role.
     *
     * @return int
     */
    private static function new_role(): int {
        $name = get_string('setuprole', 'local_coilbridge');
        $roleid = create_role($name, self::ROLE, get_string('setuproledesc', 'local_coilbridge'));
        set_role_contextlevels($roleid, [CONTEXT_SYSTEM]);
        return (int)$roleid;
    }

    /**
     * What the role lacks.
     *
     * @param int $roleid the role
     * @return string[]
     */
    private static function missing(int $roleid): array {
        global $DB;
        $context = \context_system::instance();
        $has = $DB->get_records_menu('role_capabilities', [
            'roleid' => $roleid,
            'contextid' => $context->id,
            'permission' => CAP_ALLOW,
        ], '', 'capability, permission');
        return array_values(array_diff(self::wanted(), array_keys($has)));
    }

    /**
     * What the role is to allow on this site. Capabilities of plugins that are not installed are not counted.
     *
     * @return string[]
     */
    private static function wanted(): array {
        return array_filter(self::CAPABILITIES, fn($name) => get_capability_info($name) !== null);
    }

    /**
     * The account, if there is one.
     *
     * @param string $username its user name
     * @return \stdClass|null
     */
    private static function user(string $username): ?\stdClass {
        global $CFG, $DB;
        $user = ['username' => $username, 'mnethostid' => $CFG->mnet_localhost_id, 'deleted' => 0];
        return $DB->get_record('user', $user) ?: null;
    }

    /**
     * Make the account: nobody can sign in with it, and it gets no mail.
     *
     * @param string $username its user name
     * @return \stdClass
     */
    private static function new_user(string $username): \stdClass {
        global $CFG, $DB;
        require_once($CFG->dirroot . '/user/lib.php');
        $id = user_create_user((object)[
            'username' => $username,
            'firstname' => 'COIL',
            'lastname' => 'Bridge',
            'email' => $username . '@' . (parse_url($CFG->wwwroot, PHP_URL_HOST) ?: 'localhost') . '.invalid',
            'auth' => 'webservice',
            'password' => 'not cached',
            'confirmed' => 1,
            'mnethostid' => $CFG->mnet_localhost_id,
            'timezone' => 'UTC',
            'emailstop' => 1,
        ], false, false);
        return $DB->get_record('user', ['id' => $id], '*', MUST_EXIST);
    }
}

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
 * Settings.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

if ($hassiteconfig) {
    $setup = new moodle_url('/local/coilbridge/setup.php');
    $notifications = new moodle_url('/local/coilbridge/notifications.php');
    $ADMIN->add('localplugins', new admin_category('local_coilbridge', new lang_string('pluginname', 'local_coilbridge')));
    $settings = new admin_settingpage('local_coilbridge_settings', new lang_string('settings'));
    $ADMIN->add('local_coilbridge', $settings);
    $ADMIN->add('local_coilbridge', new admin_externalpage(
        'local_coilbridge_setup',
        new lang_string('setuptitle', 'local_coilbridge'),
        $setup,
        'moodle/site:config'
    ));
    $ADMIN->add('local_coilbridge', new admin_externalpage(
        'local_coilbridge_notifications',
        new lang_string('notificationstitle', 'local_coilbridge'),
        $notifications,
        'moodle/site:config'
    ));
    if ($ADMIN->fulltree) {
        $settings->add(new admin_setting_heading(
            'local_coilbridge/functions',
            new lang_string('settingfunctions', 'local_coilbridge'),
            new lang_string('settingfunctionsdesc', 'local_coilbridge', $setup->out())
        ));
        $settings->add(new admin_setting_configtext(
            'local_coilbridge/serviceurl',
            new lang_string('settingserviceurl', 'local_coilbridge'),
            new lang_string('settingserviceurldesc', 'local_coilbridge'),
            '',
            PARAM_URL
        ));

        $settings->add(new admin_setting_heading(
            'local_coilbridge/places',
            new lang_string('settingplaces', 'local_coilbridge'),
            ''
        ));
        $settings->add(new admin_setting_configcheckbox(
            'local_coilbridge/navigation',
            new lang_string('settingnavigation', 'local_coilbridge'),
            new lang_string('settingnavigationdesc', 'local_coilbridge'),
            1
        ));
        $tools = $DB->get_records_menu('lti_types', ['state' => 1, 'course' => SITEID], 'name', 'id, name');
        $settings->add(new admin_setting_configselect(
            'local_coilbridge/ltitype',
            new lang_string('settinglti', 'local_coilbridge'),
            new lang_string('settingltidesc', 'local_coilbridge'),
            0,
            [0 => new lang_string('settingltinone', 'local_coilbridge')] + array_map('format_string', $tools)
        ));

        $settings->add(new admin_setting_heading(
            'local_coilbridge/hooks',
            new lang_string('settinghooks', 'local_coilbridge'),
            new lang_string('settinghooksdesc', 'local_coilbridge', $notifications->out())
        ));
        $settings->add(new admin_setting_configcheckbox(
            'local_coilbridge/hooksenabled',
            new lang_string('settinghooksenabled', 'local_coilbridge'),
            new lang_string('settinghooksenableddesc', 'local_coilbridge'),
            0
        ));
        $types = [];
        foreach (\local_coilbridge\local\queue::TYPES as $type) {
            $types[$type] = new lang_string('hook' . $type, 'local_coilbridge');
        }
        $settings->add(new admin_setting_configmulticheckbox(
            'local_coilbridge/hookevents',
            new lang_string('settinghookevents', 'local_coilbridge'),
            new lang_string('settinghookeventsdesc', 'local_coilbridge'),
            array_fill_keys(\local_coilbridge\local\queue::TYPES, 1),
            $types
        ));
    }
}

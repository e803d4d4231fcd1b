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
 * Words of the plugin.
 *
 * @package    local_coilbridge
 * @copyright  2026 COIL Bridge contributors
 * @license    http://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */

defined('MOODLE_INTERNAL') || die();

$string['answeranother_site'] = 'The service knows the Moodle that this key belongs to under another address than this one.';
$string['answergood'] = 'The service takes notifications.';
$string['answernone'] = 'The service cannot be reached: {$a}';
$string['answernot_signed'] = 'The service found no signature: something between here and there takes headers away.';
$string['answerother'] = 'The service answered with status {$a}. Compare the address with the one it shows.';
$string['answerreplay'] = 'The service has had this notification already.';
$string['answertoo_many'] = 'Too many notifications at once. The rest is sent later.';
$string['answerwrong_signature'] = 'The service does not know this key, or its secret is another one.';
$string['answerwrong_time'] = 'The clocks of this server and of the service differ by more than five minutes.';
$string['cachedef_courses'] = 'Courses paired through COIL Bridge';
$string['checkaccount'] = 'The account exists, has the role and is authorised for the service';
$string['checkrest'] = 'The REST protocol is on';
$string['checkrole'] = 'The role exists and allows all that is needed';
$string['checkservice'] = 'The service "COIL Bridge" is enabled';
$string['checkwebservices'] = 'Web services are on';
$string['coilbridge:managecourses'] = 'Let COIL Bridge tell which courses are paired';
$string['coilbridge:manageevents'] = 'Let COIL Bridge keep its sessions in the calendars of courses';
$string['coilbridge:readactivity'] = 'Let COIL Bridge read posts without text, joins, completion and counts of answers';
$string['coilbridge:readlog'] = 'Let COIL Bridge read the activity log';
$string['coilbridge:viewsessions'] = 'Open the joint sessions of a course';
$string['hookcourse_deleted'] = 'A paired course is deleted';
$string['hookcourse_hidden'] = 'A paired course is hidden';
$string['hookcourse_shown'] = 'A paired course is shown again';
$string['hookenrolment_created'] = 'Somebody is enrolled';
$string['hookenrolment_ended'] = 'An enrolment ends';
$string['hookgroup_member_added'] = 'Somebody comes into a group';
$string['hookgroup_member_removed'] = 'Somebody leaves a group';
$string['hookpost_created'] = 'A forum post is written';
$string['hooksession_joined'] = 'Somebody joins a BigBlueButton session';
$string['jointsessions'] = 'Joint sessions';
$string['keychange'] = 'Change the key';
$string['keydesc'] = 'In COIL Bridge: Moodle sites > this Moodle > Notifications from this Moodle > Make a key. Copy the line that is shown there. It is tried first: the service has to take it. The key before it stays good there for a day after the new one is in use, so nothing is lost.';
$string['keyenter'] = 'Enter a key';
$string['keykept'] = 'Nothing was changed.';
$string['keyline'] = 'The line from COIL Bridge';
$string['keylinedesc'] = 'An address, a name and a secret, with spaces between.';
$string['keynoline'] = 'This is not the line that COIL Bridge shows: an address with /hooks/moodle/ in it, a name and a secret, with spaces between. The address begins as the setting "Address of the service" does, where that is filled in.';
$string['keyuse'] = 'Try and use it';
$string['keyused'] = 'The key {$a} is in use. The service takes notifications.';
$string['launchname'] = 'Joint sessions';
$string['nolaunch'] = 'The joint sessions of this course are kept at {$a}. Ask your teacher for the way there: the administrator of this Moodle has not yet chosen the External tool by which they open here.';
$string['notificationsare'] = 'Notifications';
$string['notificationscalled'] = 'The service last called this Moodle';
$string['notificationscheck'] = 'Check the connection';
$string['notificationsdropped'] = 'Given up so far';
$string['notificationsintro'] = 'The service learns at once what it would otherwise see at its next look. Notifications are sent by cron, so a slow service does not slow Moodle.';
$string['notificationslate'] = 'The oldest waits for more than an hour: look whether cron runs.';
$string['notificationslatest'] = 'Latest answer of the service';
$string['notificationsnokey'] = 'Not sent: no key was entered.';
$string['notificationsoff'] = 'Not sent: switched off in the settings.';
$string['notificationsoldest'] = 'The oldest of them is of';
$string['notificationson'] = 'Sent';
$string['notificationstitle'] = 'COIL Bridge: notifications';
$string['notificationswait'] = 'Wait to be sent';
$string['notificationswaiting'] = '{$a} wait to be sent.';
$string['pluginname'] = 'COIL Bridge';
$string['privacy:metadata:lti'] = 'When a person opens the joint sessions of a course, Moodle\'s External tool hands over what it is set up to hand over.';
$string['privacy:metadata:queue'] = 'Notifications for the service that wait to be sent. They are deleted when they were received.';
$string['privacy:metadata:queue:courseid'] = 'The course in which something happened.';
$string['privacy:metadata:queue:groupid'] = 'The group that the person came into or left.';
$string['privacy:metadata:queue:objectid'] = 'The forum post or meeting that it was about.';
$string['privacy:metadata:queue:timecreated'] = 'When it happened.';
$string['privacy:metadata:queue:type'] = 'What happened.';
$string['privacy:metadata:queue:userid'] = 'The person concerned.';
$string['privacy:metadata:service'] = 'The service COIL Bridge reads, by the token of its account, what people did in courses that are paired with a course elsewhere, and is notified of some of it. Names and what people wrote are not among that. It replaces user ids by pseudonyms before it keeps anything.';
$string['privacy:metadata:service:activity'] = 'Rows of the activity log of paired courses: the kind of event, never its content.';
$string['privacy:metadata:service:attendance'] = 'When the person joined BigBlueButton meetings and for how long, and what Attendance says of the person.';
$string['privacy:metadata:service:completion'] = 'Which activities and courses the person has completed, and when.';
$string['privacy:metadata:service:courseid'] = 'The course in which it happened.';
$string['privacy:metadata:service:groupid'] = 'The group that the person came into or left.';
$string['privacy:metadata:service:posts'] = 'That the person wrote a forum post, when, in answer to which post, and how long it is.';
$string['privacy:metadata:service:timecreated'] = 'When it happened.';
$string['privacy:metadata:service:userid'] = 'The id of the person who acted.';
$string['privacy:path:queue'] = 'COIL Bridge notifications';
$string['sessionsopenat'] = 'Open the joint sessions';
$string['settingfunctions'] = 'Web service';
$string['settingfunctionsdesc'] = 'The service "COIL Bridge" holds every function that is called. It needs an account with a role, and a token: <a href="{$a}">prepare them here</a>.';
$string['settinghookevents'] = 'Notify of';
$string['settinghookeventsdesc'] = 'Only of what happens in paired courses. Ids are sent, never names or content.';
$string['settinghookkeyid'] = 'Name of the key';
$string['settinghooks'] = 'Notifications';
$string['settinghooksdesc'] = '<a href="{$a}">How they stand, and the key</a>.';
$string['settinghooksenabled'] = 'Send notifications';
$string['settinghooksenableddesc'] = 'Switched on when a key is entered.';
$string['settinghookurl'] = 'Address for notifications';
$string['settinglti'] = 'External tool';
$string['settingltidesc'] = 'The preconfigured tool by which "Joint sessions" opens. An activity of it is made in each paired course when somebody first opens it there. It is not shown on the course page where "Allow stealth activities" (Advanced features) is on; elsewhere it stands in the first section.';
$string['settingltinone'] = 'None';
$string['settingnavigation'] = 'Show "Joint sessions" in paired courses';
$string['settingnavigationdesc'] = 'In the navigation of courses that the service has named as paired.';
$string['settingplaces'] = 'In courses';
$string['settingserviceurl'] = 'Address of the service';
$string['settingserviceurldesc'] = 'For example https://coil.example.org. Links in courses lead there and nowhere else.';
$string['setupaccount'] = 'Account of the service';
$string['setupaccountdesc'] = 'User name of the account; it is made if there is none. Its time zone is set to UTC.';
$string['setupaddress'] = 'Address of this Moodle';
$string['setupdone'] = 'done';
$string['setupintro'] = 'Two steps make this Moodle ready for COIL Bridge.';
$string['setupmissing'] = 'to do';
$string['setupprepare'] = 'Prepare';
$string['setupprepared'] = 'Prepared. Nothing can be called yet: that takes a token.';
$string['setuprole'] = 'COIL Bridge service';
$string['setuproledesc'] = 'For the account of the service COIL Bridge: what it reads and writes through web services.';
$string['setupstep1'] = 'Step 1: prepare web services';
$string['setupstep1desc'] = 'Switches on web services and the REST protocol, enables the service "COIL Bridge", makes the role "COIL Bridge service" with just what is needed and an account that has it, and authorises the account for the service.';
$string['setupstep2'] = 'Step 2: issue the token';
$string['setupstep2desc'] = 'Copy it into the service. A token that the account already has for this service is shown again.';
$string['setuptitle'] = 'COIL Bridge: set up';
$string['setuptoken'] = 'Issue and show the token';
$string['setuptokenname'] = 'Token';
$string['tasksendhooks'] = 'Send notifications to COIL Bridge';
$string['tasktakemark'] = 'Note how far the log reaches, see that notifications leave';

"""The simulated functions, by Moodle's name."""

from __future__ import annotations

from collections.abc import Callable

from connectors.moodle.simulator.functions import (
    calendar,
    calendar_form,
    calendar_reading,
    completion,
    courses,
    enrolments,
    forums,
    messages,
    plugin_calendar,
    plugin_facts,
    plugin_log,
    posts,
    site,
    users,
)
from connectors.moodle.simulator.functions.call import Call

FUNCTIONS: dict[str, Callable[[Call], object]] = {
    "core_webservice_get_site_info": site.get_site_info,
    "tool_mobile_get_config": site.get_config,
    "core_course_get_courses_by_field": courses.get_courses_by_field,
    "core_enrol_get_enrolled_users": enrolments.get_enrolled_users,
    "core_enrol_get_users_courses": enrolments.get_users_courses,
    "core_user_get_users_by_field": users.get_users_by_field,
    "core_message_send_instant_messages": messages.send_instant_messages,
    "mod_forum_get_forums_by_courses": forums.get_forums_by_courses,
    "mod_forum_get_forum_discussions": forums.get_forum_discussions,
    "mod_forum_get_discussion_posts": posts.get_discussion_posts,
    "core_completion_get_activities_completion_status": completion.get_activities_completion_status,
    "core_completion_get_course_completion_status": completion.get_course_completion_status,
    "core_calendar_create_calendar_events": calendar.create_calendar_events,
    "core_calendar_delete_calendar_events": calendar.delete_calendar_events,
    "core_calendar_get_calendar_events": calendar_reading.get_calendar_events,
    "core_calendar_submit_create_update_form": calendar_form.submit_create_update_form,
    "local_coilbridge_get_info": plugin_log.get_info,
    "local_coilbridge_get_log": plugin_log.get_log,
    "local_coilbridge_get_facts": plugin_facts.get_facts,
    "local_coilbridge_put_events": plugin_calendar.put_events,
    "local_coilbridge_delete_events": plugin_calendar.delete_events,
    "local_coilbridge_set_courses": plugin_calendar.set_courses,
}

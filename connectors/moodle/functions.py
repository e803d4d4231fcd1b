"""The web service functions that the service account's token has to be allowed to call.

Those of Moodle's core exist from 4.1 to 5.1; those named local_coilbridge are our plugin's. What is
lost without one is told to people by ``readiness_texts``; here stands only which losses the product can
live with.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Literal


class Function(StrEnum):
    """A function by the name under which Moodle lists it."""

    SITE_INFO = "core_webservice_get_site_info"
    SITE_CONFIG = "tool_mobile_get_config"
    PUBLIC_CONFIG = "tool_mobile_get_public_config"
    COURSES = "core_course_get_courses_by_field"
    USER_COURSES = "core_enrol_get_users_courses"
    ENROLLED_USERS = "core_enrol_get_enrolled_users"
    USERS_BY_FIELD = "core_user_get_users_by_field"
    SEND_MESSAGES = "core_message_send_instant_messages"
    FORUMS = "mod_forum_get_forums_by_courses"
    DISCUSSIONS = "mod_forum_get_forum_discussions"
    POSTS = "mod_forum_get_discussion_posts"
    COURSE_COMPLETION = "core_completion_get_course_completion_status"
    CREATE_EVENTS = "core_calendar_create_calendar_events"
    DELETE_EVENTS = "core_calendar_delete_calendar_events"
    GET_EVENTS = "core_calendar_get_calendar_events"
    CHANGE_EVENT = "core_calendar_submit_create_update_form"
    PLUGIN_INFO = "local_coilbridge_get_info"
    PLUGIN_LOG = "local_coilbridge_get_log"
    PLUGIN_FACTS = "local_coilbridge_get_facts"
    PLUGIN_PUT_EVENTS = "local_coilbridge_put_events"
    PLUGIN_DELETE_EVENTS = "local_coilbridge_delete_events"
    PLUGIN_SET_COURSES = "local_coilbridge_set_courses"


Need = Literal["essential", "useful"]

# PUBLIC_CONFIG answers without a token and is therefore not part of any service.
NEEDS: Mapping[Function, Need] = MappingProxyType(
    {
        Function.SITE_INFO: "essential",
        Function.COURSES: "essential",
        Function.ENROLLED_USERS: "essential",
        Function.USERS_BY_FIELD: "essential",
        Function.USER_COURSES: "essential",
        Function.SEND_MESSAGES: "useful",
        Function.SITE_CONFIG: "useful",
        Function.FORUMS: "useful",
        Function.DISCUSSIONS: "useful",
        Function.POSTS: "useful",
        Function.COURSE_COMPLETION: "useful",
        Function.GET_EVENTS: "useful",
        Function.CREATE_EVENTS: "useful",
        Function.DELETE_EVENTS: "useful",
        Function.CHANGE_EVENT: "useful",
    }
)

# What our plugin adds where a partner has installed it; the product works without, with less.
PLUGIN_FUNCTIONS = frozenset(each for each in Function if each.startswith("local_coilbridge_"))

# A token that may call these can do much harm when it leaks, and we never call them.
HARMFUL = frozenset(
    {
        "core_user_create_users",
        "core_user_update_users",
        "core_user_delete_users",
        "core_course_create_courses",
        "core_course_update_courses",
        "core_course_delete_courses",
        "core_course_delete_categories",
        "core_course_import_course",
        "core_role_assign_roles",
        "core_grades_update_grades",
        "core_cohort_delete_cohorts",
    }
)

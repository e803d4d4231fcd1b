"""The marshmallow schemas that turn Moodle's answers into records.

Required is only what Moodle's own description requires in 4.1, 4.5 and 5.1 and what the product cannot
do without; everything else may be missing, because capabilities take fields away one by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, pre_load

from connectors.moodle import records
from connectors.moodle.fields import (
    CourseId,
    Filled,
    Instant,
    Line,
    Moment,
    Name,
    Prose,
    RecordSchema,
    Whole,
    optional,
    required,
)

_SEPARATE_GROUPS = 1


class SiteInfoSchema(RecordSchema):
    """core_webservice_get_site_info."""

    record = records.SiteInfo
    site_name = required(Line, "sitename")
    site_url = required(fields.String, "siteurl")
    user_id = required(Whole, "userid")
    username = required(fields.String)
    full_name = required(Name, "fullname")
    release = fields.String(load_default="", allow_none=True)
    version = fields.String(load_default="", allow_none=True)
    functions = fields.List(fields.Dict(), required=True)
    features = fields.List(fields.Dict(), data_key="advancedfeatures", load_default=list)
    is_site_admin = fields.Boolean(data_key="userissiteadmin", load_default=False, allow_none=True)

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """Make sets and mappings of Moodle's lists of name and value."""
        functions = frozenset(str(entry.get("name")) for entry in data["functions"])
        features = {str(entry.get("name")): _number(entry.get("value")) for entry in data["features"]}
        return records.SiteInfo(**{**data, "functions": functions, "features": features})


class SiteConfigSchema(Schema):
    """tool_mobile_get_config: a list of settings by name."""

    class Meta:
        """Warnings ride beside the settings."""

        unknown = EXCLUDE

    settings = fields.List(fields.Dict(), required=True)

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> records.SiteConfig:
        """Pick the settings that are used."""
        settings = {entry.get("name"): str(entry.get("value") or "").strip() for entry in data["settings"]}
        return records.SiteConfig(
            timezone=settings.get("timezone") or None,
            forced_timezone=settings.get("forcetimezone") or None,
            country=settings.get("country") or None,
        )


class PublicConfigSchema(RecordSchema):
    """tool_mobile_get_public_config."""

    record = records.PublicConfig
    site_name = required(Line, "sitename")
    site_url = required(fields.String, "wwwroot")
    web_services = required(fields.Boolean, "enablewebservices")
    maintenance = required(fields.Boolean, "maintenanceenabled")
    country = optional(Filled)


class ContactSchema(RecordSchema):
    """A teacher in the course list."""

    record = records.Contact
    id = required(Whole)
    full_name = required(Name, "fullname")


class CourseSchema(RecordSchema):
    """core_course_get_courses_by_field and core_enrol_get_users_courses."""

    record = records.MoodleCourse
    id = required(CourseId)
    short_name = required(Line, "shortname")
    full_name = required(Line, "fullname")
    summary = Prose(load_default="")
    category_id = optional(Whole, "categoryid")
    category_name = optional(Line, "categoryname")
    id_number = optional(Filled, "idnumber")
    visible = optional(fields.Boolean)
    lang = optional(Filled)
    starts_at = optional(Instant, "startdate")
    ends_at = optional(Instant, "enddate")
    completion_enabled = optional(fields.Boolean, "enablecompletion")
    contacts = fields.List(fields.Nested(ContactSchema), load_default=list)
    group_mode = optional(Whole, "groupmode")
    enrolled = optional(Whole, "enrolledusercount")

    @pre_load
    def name_the_category(self, data: Any, **_: object) -> Any:
        """Take ``category``, as the courses of a user call it, for ``categoryid``."""
        named = isinstance(data, dict) and "category" in data
        return {"categoryid": data["category"], **data} if named else data

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """Keep of the group mode whether members of other groups are hidden."""
        values = {**data, "contacts": tuple(data["contacts"])}
        separate_groups = values.pop("group_mode") == _SEPARATE_GROUPS
        return records.MoodleCourse(**values, separate_groups=separate_groups)


class GroupSchema(RecordSchema):
    """A group of a participant."""

    record = records.Group
    id = required(Whole)
    name = required(Line)


class EnrolledUserSchema(RecordSchema):
    """core_enrol_get_enrolled_users."""

    record = records.EnrolledUser
    id = required(Whole)
    full_name = required(Name, "fullname")
    first_name = optional(Filled, "firstname")
    last_name = optional(Filled, "lastname")
    email = optional(Filled)
    id_number = optional(Filled, "idnumber")
    country = optional(Filled)
    last_access = optional(Instant, "lastaccess")
    last_course_access = optional(Instant, "lastcourseaccess")
    roles = fields.List(fields.Dict(), load_default=list)
    groups = fields.List(fields.Nested(GroupSchema), load_default=list)

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """Keep of a role its short name."""
        roles = frozenset(str(role.get("shortname")) for role in data["roles"])
        return records.EnrolledUser(**{**data, "roles": roles, "groups": tuple(data["groups"])})


class UserSchema(RecordSchema):
    """core_user_get_users_by_field."""

    record = records.MoodleUser
    id = required(Whole)
    full_name = required(Name, "fullname")
    username = optional(Filled)
    email = optional(Filled)
    id_number = optional(Filled, "idnumber")
    timezone = optional(Filled)
    lang = optional(Filled)
    country = optional(Filled)
    city = optional(Filled)
    suspended = fields.Boolean(load_default=False)
    last_access = optional(Instant, "lastaccess")


class MessageResultSchema(Schema):
    """core_message_send_instant_messages: -1 instead of an id is a refusal."""

    class Meta:
        """The text of the message comes back too and is dropped."""

        unknown = EXCLUDE

    id = required(Whole, "msgid")
    refusal = optional(Filled, "errormessage")

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> records.MessageResult:
        """Tell sent from refused."""
        if data["id"] > 0:
            return records.MessageResult(data["id"], None)
        return records.MessageResult(None, data["refusal"] or "refused")


class ForumSchema(RecordSchema):
    """mod_forum_get_forums_by_courses."""

    record = records.Forum
    id = required(Whole)
    course_id = required(Whole, "course")
    course_module_id = required(Whole, "cmid")
    type = required(fields.String)
    name = required(Line)
    discussions = optional(Whole, "numdiscussions")


class DiscussionSchema(RecordSchema):
    """mod_forum_get_forum_discussions."""

    record = records.Discussion
    id = required(Whole, "discussion")
    name = required(Line)
    group_id = required(Whole, "groupid")
    author_id = required(Whole, "userid")
    created_at = required(Moment, "created")
    changed_at = required(Moment, "timemodified")
    replies = required(Whole, "numreplies")

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """Read -1 as "all participants"."""
        group_id = data["group_id"]
        return records.Discussion(**{**data, "group_id": group_id if group_id > 0 else None})


class AuthorSchema(Schema):
    """The author inside a post."""

    class Meta:
        """Names and pictures are not needed."""

        unknown = EXCLUDE

    id = optional(Whole)


class PostSchema(RecordSchema):
    """mod_forum_get_discussion_posts."""

    record = records.Post
    id = required(Whole)
    discussion_id = required(Whole, "discussionid")
    parent_id = optional(Whole, "parentid")
    author = fields.Nested(AuthorSchema, load_default=dict, allow_none=True)
    created_at = required(Moment, "timecreated")
    words = optional(Whole, "wordcount")
    deleted = fields.Boolean(data_key="isdeleted", load_default=False)
    private_reply = fields.Boolean(data_key="isprivatereply", load_default=False)

    @pre_load
    def time_the_deleted(self, data: Any, **_: object) -> Any:
        """Take the last change for the time of a post that was deleted; Moodle hides the other."""
        hidden = isinstance(data, dict) and data.get("isdeleted") and data.get("timecreated") is None
        return {**data, "timecreated": data.get("timemodified")} if hidden else data

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """Keep of the author the id."""
        values = dict(data)
        author = values.pop("author") or {}
        return records.Post(**values, author_id=author.get("id"))


class CriterionSchema(RecordSchema):
    """One condition of course completion."""

    record = records.Criterion
    title = required(Line)
    complete = required(fields.Boolean)
    completed_at = optional(Instant, "timecompleted")


class CompletionSchema(RecordSchema):
    """core_completion_get_course_completion_status, the part under ``completionstatus``."""

    record = records.CourseCompletion
    completed = required(fields.Boolean)
    criteria = fields.List(fields.Nested(CriterionSchema), data_key="completions", required=True)

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """Make the record."""
        return records.CourseCompletion(data["completed"], tuple(data["criteria"]))


class CalendarEventSchema(RecordSchema):
    """core_calendar_create_calendar_events."""

    record = records.CalendarEvent
    id = required(Whole)
    course_id = required(Whole, "courseid")
    group_id = required(Whole, "groupid")
    starts_at = required(Moment, "timestart")

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """Read group 0 as "no group"."""
        return records.CalendarEvent(**{**data, "group_id": data["group_id"] or None})


class WarningSchema(RecordSchema):
    """A warning beside data."""

    record = records.AnswerWarning
    code = required(fields.String, "warningcode")
    item = optional(Filled)
    item_id = optional(Whole, "itemid")


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0

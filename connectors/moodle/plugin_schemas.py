"""How the answers of our plugin become records."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, post_load, pre_load, validate

from connectors.moodle import logs
from connectors.moodle import plugin_records as records
from connectors.moodle.fields import RecordSchema, required


class InfoSchema(RecordSchema):
    """local_coilbridge_get_info."""

    record = records.PluginInfo
    version = required(fields.Integer)
    release = required(fields.String)
    reader = required(fields.String)
    newest = required(fields.Integer)
    hooks = required(fields.Boolean)
    waiting = required(fields.Integer)
    dropped = required(fields.Integer)
    lacks = fields.List(fields.String(), load_default=list)  # the first versions do not tell


class RefusedSchema(RecordSchema):
    """A course that may not be read."""

    record = records.RefusedCourse
    course_id = required(fields.Integer, "courseid")
    reason = required(fields.String)


class PackedPageSchema(RecordSchema):
    """A page in the answer of local_coilbridge_get_log."""

    record = logs.PackedPage
    data = required(fields.String)
    cursor = required(fields.Integer)
    anonymous = required(fields.Integer)
    impersonated = required(fields.Integer)


class LogSchema(RecordSchema):
    """local_coilbridge_get_log."""

    record = logs.LogAnswer
    pages = fields.List(fields.Nested(PackedPageSchema), required=True, validate=validate.Length(min=1))
    reader = required(fields.String)
    newest = required(fields.Integer)
    complete = required(fields.Boolean)
    held = required(fields.Boolean)
    refused = fields.List(fields.Nested(RefusedSchema), required=True)

    @pre_load
    def as_pages(self, data: object, **_: object) -> object:
        """Read the one page of a plugin before 1.4 as an answer of one page."""
        return {**data, "pages": [data]} if isinstance(data, dict) and "pages" not in data else data

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """Name the refused courses by their numbers."""
        refused = {each.course_id: each.reason for each in data["refused"]}
        return logs.LogAnswer(**{**data, "refused": refused})


class FactsSchema(RecordSchema):
    """local_coilbridge_get_facts."""

    record = records.FactsEnvelope
    data = required(fields.String)
    cursor = required(fields.Integer)
    complete = required(fields.Boolean)
    refused = fields.List(fields.Nested(RefusedSchema), required=True)


class PutResultSchema(RecordSchema):
    """One item of local_coilbridge_put_events and local_coilbridge_delete_events."""

    record = records.PutResult
    key = required(fields.String)
    event_id = required(fields.Integer, "eventid")
    outcome = required(fields.String)

    @post_load
    def build(self, data: Mapping[str, Any], **_: object) -> object:
        """Read event 0 as "none"."""
        return records.PutResult(**{**data, "event_id": data["event_id"] or None})


class CoursesToldSchema(RecordSchema):
    """local_coilbridge_set_courses."""

    record = records.CoursesTold
    courses = required(fields.Integer)
    refused = fields.List(fields.Nested(RefusedSchema), required=True)

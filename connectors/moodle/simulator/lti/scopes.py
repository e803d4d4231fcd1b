"""The services' scopes, and which of them a tool may have (`lti_get_permitted_service_scopes()`)."""

from __future__ import annotations

from connectors.moodle.simulator.lti.records import ToolSettings

_AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEM = _AGS + "lineitem"
LINE_ITEM_READ = _AGS + "lineitem.readonly"
RESULT_READ = _AGS + "result.readonly"
SCORE = _AGS + "score"
MEMBERSHIP_READ = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
TOOL_SETTING = "https://purl.imsglobal.org/spec/lti-ts/scope/toolsetting"
GRADING = {SCORE, RESULT_READ, LINE_ITEM_READ, LINE_ITEM}


def permitted(settings: ToolSettings) -> list[str]:
    """Return the tool's scopes, in the order in which Moodle lists them in a registration."""
    scopes = [SCORE, RESULT_READ, LINE_ITEM_READ] if settings.grades else []
    if settings.grades == 2:
        scopes.append(LINE_ITEM)
    if settings.memberships:
        scopes.append(MEMBERSHIP_READ)
    if settings.tool_settings:
        scopes.append(TOOL_SETTING)
    return scopes

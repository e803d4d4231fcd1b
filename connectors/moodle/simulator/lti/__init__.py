"""A simulated Moodle as an LTI 1.3 Advantage platform; `Simulator.lti` is the way in."""

from connectors.moodle.simulator.lti.api import Lti
from connectors.moodle.simulator.lti.errors import PageError
from connectors.moodle.simulator.lti.records import Form, Grade, GradeItem, Link, Tool, ToolSettings

__all__ = ["Form", "Grade", "GradeItem", "Link", "Lti", "PageError", "Tool", "ToolSettings"]

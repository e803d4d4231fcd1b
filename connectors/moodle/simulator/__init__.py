"""A Moodle to test and show with: the REST protocol measured on 4.1, 4.5 and 5.1, and a few plain pages."""

from connectors.moodle.simulator.faults import Faults
from connectors.moodle.simulator.records import Course, Discussion, Forum, Group, Module, Post, User
from connectors.moodle.simulator.server import Simulator
from connectors.moodle.simulator.world import SERVICE_CAPABILITIES, World

__all__ = [
    "SERVICE_CAPABILITIES",
    "Course",
    "Discussion",
    "Faults",
    "Forum",
    "Group",
    "Module",
    "Post",
    "Simulator",
    "User",
    "World",
]

from __future__ import annotations

import pytest

from coil_bridge.domain import CourseRole
from coil_bridge.lti.claims import ROLE_VOCABULARY
from coil_bridge.lti.roles import read_roles

TEACHER, STUDENT = CourseRole.TEACHER, CourseRole.STUDENT


@pytest.mark.parametrize(
    ("roles", "part", "administrator"),
    [
        (["membership#Instructor"], TEACHER, False),
        (["membership#Learner"], STUDENT, False),
        (["membership/Instructor#TeachingAssistant"], TEACHER, False),
        (["membership/Learner#GuestLearner"], STUDENT, False),
        (["membership#Learner", "membership#Instructor"], TEACHER, False),
        (["institution/person#Instructor"], None, False),
        (["institution/person#Instructor", "membership#Learner"], STUDENT, False),
        (["institution/person#Administrator", "membership#Instructor"], TEACHER, True),
        (["system/person#Administrator"], None, True),
        (["membership#Administrator"], None, False),
        (["membership#Mentor"], None, False),
        ([], None, False),
    ],
)
def test_roles_of_the_vocabulary(roles: list[str], part: CourseRole | None, administrator: bool) -> None:
    found = read_roles(f"{ROLE_VOCABULARY}{role}" for role in roles)
    assert (found.part, found.administrator) == (part, administrator)


@pytest.mark.parametrize(
    ("role", "part"),
    [
        ("Instructor", TEACHER),
        ("Learner", STUDENT),
        ("instructor", None),
        ("Administrator", None),
        ("", None),
        ("http://evil.example.org/membership#Instructor", None),
        ("http://purl.imsglobal.org/vocab/lis/v2/membershipness#Instructor", None),
        ("Instructor#Learner", None),
    ],
)
def test_other_spellings(role: str, part: CourseRole | None) -> None:
    assert read_roles([role]).part is part

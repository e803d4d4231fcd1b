"""Numbers that no Moodle has: the record is refused, and nothing overflows behind it."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from connectors.moodle.schemas import CourseSchema, EnrolledUserSchema


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, str(10**30), 10**400])
def test_a_number_beyond_64_bits_is_no_record(number: object) -> None:
    with pytest.raises(ValidationError):
        EnrolledUserSchema().load({"id": number, "fullname": "Mira Jovanović"})


@pytest.mark.parametrize("number", [2**31, -(2**31)])
def test_a_course_that_no_database_of_ours_could_hold_is_no_record(number: int) -> None:
    course = {"shortname": "IC301", "fullname": "Intercultural Communication"}
    assert CourseSchema().load({"id": 2**31 - 1, **course}).id == 2**31 - 1
    with pytest.raises(ValidationError):
        CourseSchema().load({"id": number, **course})


def test_the_largest_number_is_one() -> None:
    assert EnrolledUserSchema().load({"id": str(2**63 - 1), "fullname": "Mira"}).id == 2**63 - 1

"""What went wrong is kept so that it can be told in any language later."""

from __future__ import annotations

import pytest

from coil_bridge.errors import NotFound, PartnerUnavailable, Reason

DOWN = Reason("%(site)s did not answer in time (%(function)s).", {"site": "UB Moodle", "function": "posts"})
LEFT_ALONE = Reason("%(site)s will be tried again soon: %(error)s", {"site": "UB Moodle", "error": DOWN})


def test_a_reason_reads_as_an_english_sentence() -> None:
    assert LEFT_ALONE == "UB Moodle will be tried again soon: UB Moodle did not answer in time (posts)."


@pytest.mark.parametrize(
    "reason", [DOWN, LEFT_ALONE, Reason("100% of it"), Reason("ValueError"), Reason(""), Reason("{")]
)
def test_a_reason_survives_being_stored(reason: Reason) -> None:
    again = Reason.read(reason.stored())
    assert (again, again.message, again.data()) == (reason, reason.message, reason.data())


def test_a_reason_inside_a_reason_is_one_again_after_storing() -> None:
    inner = Reason.read(LEFT_ALONE.stored()).values["error"]
    assert isinstance(inner, Reason)
    assert inner.values == {"site": "UB Moodle", "function": "posts"}


def test_what_is_without_values_is_stored_as_it_reads() -> None:
    assert Reason("never seen").stored() == "never seen"


def test_an_error_gives_its_reason() -> None:
    error = PartnerUnavailable("%(site)s is paused: %(error)s", {"site": "UB Moodle", "error": DOWN})
    assert error.reason == str(error)
    assert error.reason.values["error"] is DOWN
    assert NotFound("There is no such page.").reason.values == {}

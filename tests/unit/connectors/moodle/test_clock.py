"""The other clock, told from whole seconds and the way there and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.moodle.clock import ClockSkew, measure

SENT = datetime(2026, 10, 25, 0, 59, 59, 400_000, tzinfo=UTC)


def header(instant: datetime) -> str:
    return format_datetime(instant.replace(microsecond=0), usegmt=True)


@settings(deadline=None)
@given(
    skew=st.floats(-4000, 4000),
    way_there=st.floats(0, 3),
    way_back=st.floats(0, 3),
    fraction=st.integers(0, 999_999),
)
def test_the_true_skew_is_always_inside(
    skew: float, way_there: float, way_back: float, fraction: int
) -> None:
    sent = SENT.replace(microsecond=fraction)
    made = sent + timedelta(seconds=way_there)
    received = made + timedelta(seconds=way_back)
    found = measure(header(made + timedelta(seconds=skew)), sent, received)
    assert found is not None
    assert found.low - 1e-5 <= skew <= found.high + 1e-5
    assert found.uncertainty == pytest.approx((1 + way_there + way_back) / 2, abs=1e-5)


def test_an_exact_clock_is_not_called_wrong_because_of_the_cut_second() -> None:
    received = SENT + timedelta(milliseconds=300)
    found = measure(header(SENT), SENT, received)
    assert found is not None
    assert found.at_least == 0


def test_several_answers_narrow_the_interval() -> None:
    skew = timedelta(seconds=2.3)
    found: ClockSkew | None = None
    for step in range(10):
        sent = SENT + timedelta(milliseconds=137 * step)
        one = measure(header(sent + skew), sent, sent + timedelta(milliseconds=20))
        assert one is not None
        found = found.narrowed_by(one) if found else one
    assert found is not None
    assert found.uncertainty < 0.3
    assert found.low <= 2.3 <= found.high
    assert found.at_least > 1.5


def test_a_clock_that_was_set_in_between_is_measured_anew() -> None:
    assert ClockSkew(29, 30).narrowed_by(ClockSkew(-0.5, 0.5)) == ClockSkew(-0.5, 0.5)


def test_at_least_is_a_distance_in_both_directions() -> None:
    assert [ClockSkew(9, 10).at_least, ClockSkew(-10, -9).at_least, ClockSkew(-1, 3).at_least] == [9, 9, 0]


@pytest.mark.parametrize(
    "text", ["", "soon", "Sun, 99 Nov 2026 03:00:00 GMT", "Sun, 22 Nov 2026 03:00:00 -0000"]
)
def test_without_a_usable_header_there_is_no_measurement(text: str) -> None:
    assert measure(text, SENT, SENT) is None

from __future__ import annotations

import pytest

from coil_bridge.services.limits import Buckets, network_of
from tests.builders import START, SettableClock


def test_each_requester_has_a_share_that_fills_again_with_time(clock: SettableClock) -> None:
    buckets = Buckets(clock, a_minute=6)
    assert [buckets.take("one") for _ in range(8)] == [True] * 6 + [False] * 2
    assert buckets.take("another")
    clock.advance(seconds=20)
    assert [buckets.take("one") for _ in range(3)] == [True, True, False]
    clock.advance(hours=1)
    assert sum(buckets.take("one") for _ in range(10)) == 6


def test_a_clock_that_is_set_back_locks_nobody_out(clock: SettableClock) -> None:
    buckets = Buckets(clock, a_minute=1)
    clock.advance(hours=1)
    assert [buckets.take("one"), buckets.take("one")] == [True, False]
    clock.set(START)
    assert buckets.take("one")


@pytest.mark.parametrize(
    ("addresses", "whole"),
    [
        (("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), True),
        (("2001:db8:1:2::1", "2001:db8:1:3::1"), False),
        (("192.0.2.7", "::ffff:192.0.2.7"), True),
        (("192.0.2.7", "192.0.2.8"), False),
        (("", ""), True),
    ],
)
def test_an_ipv6_network_counts_as_one_address(addresses: tuple[str, str], whole: bool) -> None:
    one, other = map(network_of, addresses)
    assert (one == other) is whole

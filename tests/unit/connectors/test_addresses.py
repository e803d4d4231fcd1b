"""The address policy: what a person who types a Moodle's address can never make us reach."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.transport.addresses import refusal

PUBLIC = ["147.91.1.1", "8.8.8.8", "2001:4860:4860::8888", "::ffff:147.91.1.1", "64:ff9b::147.91.1.1"]
PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fd12::1",
    "::ffff:10.0.0.1",
]
NEVER = [
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::169.254.169.254",
    "2002:a9fe:a9fe::1",  # 6to4 of 169.254.169.254
    "fe80::1",
    "fd00:ec2::254",
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
    "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
    "::",
    "255.255.255.255",
    "224.0.0.1",
    "ff02::1",
    "240.0.0.1",
    "198.18.0.1",
    "192.0.2.1",
    "2001:db8::1",
    "::7f00:1",  # the deprecated IPv4-compatible form of 127.0.0.1
    "fec0::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_open(address: str) -> None:
    assert refusal(address, allow_private=False) is None


@pytest.mark.parametrize("address", PRIVATE)
def test_a_private_address_needs_the_setting(address: str) -> None:
    assert refusal(address, allow_private=False) == "is in a private network"
    assert refusal(address, allow_private=True) is None


@pytest.mark.parametrize("address", NEVER)
@pytest.mark.parametrize("allow_private", [False, True])
def test_these_stay_closed_whatever_the_setting(address: str, allow_private: bool) -> None:
    assert refusal(address, allow_private=allow_private) is not None


@settings(max_examples=200, deadline=None)
@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_ipv6_disguise(address: IPv4Address) -> None:
    plain = refusal(str(address), allow_private=False)
    mapped = IPv6Address((0xFFFF << 32) | int(address))
    nat64 = IPv6Address((0x64FF9B << 96) | int(address))
    six_to_four = IPv6Address((0x2002 << 112) | (int(address) << 80) | 1)
    assert [refusal(str(a), allow_private=False) for a in (mapped, nat64, six_to_four)] == [plain] * 3


@settings(max_examples=200, deadline=None)
@given(st.ip_addresses())
def test_what_is_open_to_strangers_is_also_open_inside(address: IPv4Address | IPv6Address) -> None:
    if refusal(str(address), allow_private=False) is None:
        assert refusal(str(address), allow_private=True) is None

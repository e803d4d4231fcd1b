"""Which network addresses may be talked to: the defence against server-side request forgery.

An administrator types the address of a Moodle, so the address is input. Without this rule the
service could be made to read from its own network or from a cloud's metadata service. The rule looks
at resolved addresses, never at names, so spellings such as ``0x7f.1`` or a name pointing inwards do
not help. IANA special-purpose address registries (RFC 6890); RFC 4291 2.5.5.2 (IPv4-mapped);
RFC 6052 (NAT64); RFC 3056 (6to4); RFC 4380 (Teredo).
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# Metadata services that are not link-local: AWS over IPv6, Azure's wire server (a public address!),
# Alibaba Cloud, Oracle Cloud. 169.254.169.254 falls under link-local.
_METADATA = frozenset(
    ip_address(text) for text in ("fd00:ec2::254", "168.63.129.16", "100.100.100.200", "192.0.0.192")
)
_NAT64 = IPv6Network("64:ff9b::/96")
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_PRIVATE = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),
    IPv6Network("fc00::/7"),
)


def refusal(text: str, *, allow_private: bool) -> str | None:
    """Say why a numeric address is refused, or ``None`` when it may be talked to."""
    address = _unwrapped(ip_address(text))
    if address in _METADATA or address.is_link_local:
        return "is a link-local or metadata address"
    if address.is_loopback or _is_private(address):
        return None if allow_private else "is in a private network"
    if address.is_multicast or address.is_unspecified or not _is_public(address):
        return "is not a public address"
    return None


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address that really is meant where an IPv6 one carries it."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(address.packed[-4:])
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address


def _is_private(address: Address) -> bool:
    return any(address in network for network in _PRIVATE if network.version == address.version)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _GLOBAL_UNICAST:
        return False
    return address.is_global and not address.is_reserved

"""Whose address a request comes from."""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

# A network of this size is what one customer of a provider has at least: its single addresses are without number.
_IPV6_PREFIX = 64
_LONGEST = 64  # characters; an address has 45 at most
_REMEMBERED = 4096


def is_loopback(host: str) -> bool:
    """Whether the address or name is of this machine."""
    if host == "localhost":
        return True
    address = _address(host[:_LONGEST])
    return address is not None and address.is_loopback


def counted_as(host: str) -> str:
    """What requests from there are counted under: an IPv4 address, or an IPv6 network of one customer."""
    match _address(host[:_LONGEST]):
        case IPv6Address() as address:
            return str(ip_network((address, _IPV6_PREFIX), strict=False))
        case IPv4Address() as address:
            return str(address)
        case None:
            return host[:_LONGEST]


@lru_cache(maxsize=_REMEMBERED)
def _address(host: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address may come in IPv6 notation."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address

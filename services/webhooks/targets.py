"""Where webhooks may be sent: by default only to https on public addresses, so that nobody reaches inside with them."""

from __future__ import annotations

import errno
import ipaddress
import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Any, Literal
from urllib.parse import urlsplit

Targets = Literal["public", "any"]

MAX_URL_CHARACTERS = 2_000
SETTING = "KHABAR_WEBHOOKS_TARGETS=any"
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address that is reached


class BadTargetError(ValueError):
    """Nothing can be sent there; the text says why and what to do."""


class RefusedAddressError(OSError):
    """The name leads to an address that webhooks may not reach."""

    def __init__(self, address: str) -> None:
        super().__init__(errno.EACCES, f"{address} is no public address; {SETTING} allows it")


def check_url(url: str, targets: Targets) -> None:
    """Raises BadTargetError where the address cannot be one of a webhook, whatever its name resolves to."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
        (host or "").encode("idna")  # as the name is looked up
    except ValueError as exc:
        raise BadTargetError(f"not an http address: {exc}") from exc
    if len(url) > MAX_URL_CHARACTERS or not url.isprintable() or " " in url:
        raise BadTargetError(f"an address has at most {MAX_URL_CHARACTERS:,} printable characters and no spaces")
    if parts.scheme not in ("http", "https") or not host:
        raise BadTargetError("an address begins with https:// and a host")
    if parts.username is not None or parts.password is not None:
        raise BadTargetError("an address holds no user or password: the signature tells who sends")
    if targets == "any":
        return
    if parts.scheme != "https":
        raise BadTargetError(f"an address begins with https://; {SETTING} allows http too")
    if _is_address(host) and not is_public(host):
        raise BadTargetError(f"{host} is no public address; {SETTING} allows it")


def is_public(address: str) -> bool:
    """Whether the IP address is one of the public internet, also where an IPv6 address stands for an IPv4 one."""
    parsed = _reached(ipaddress.ip_address(address.partition("%")[0]))
    return parsed.is_global and not parsed.is_multicast


def _reached(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The address that packets come out at."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    inside = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
    return inside or address


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def public_socket(address: tuple[Any, ...]) -> socket.socket:
    """A socket for the address that is about to be connected to, which no later answer of a name server can change.

    Takes what getaddrinfo gives. Raises RefusedAddressError.
    """
    family, kind, protocol, _, (host, *_) = address
    if not is_public(host):
        raise RefusedAddressError(host)
    return socket.socket(family, kind, protocol)

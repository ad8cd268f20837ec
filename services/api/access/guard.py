"""Who may do what: a guard before each handler that changes something."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Any
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from services.api.problems import ProblemError
from shared.settings import PREFIX, Settings


def may_write(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """Guard: lets through who may post articles. Raises ProblemError (403)."""
    settings: Settings = connection.app.state.settings
    if settings.api_writers == "anyone":
        return
    host = connection.client.host if connection.client else ""
    # The name too: through a proxy of this machine, or a name that points here, anyone would seem to be on it.
    if not (is_loopback(host) and is_loopback(_host_asked(connection))):
        raise ProblemError(
            403,
            f"Articles are taken from this machine only. Whoever runs Khabar can set {PREFIX}API_WRITERS=anyone, "
            "behind something that lets in only who may write.",
        )


def _host_asked(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    return urlsplit(f"//{connection.headers.get('host', '')}").hostname or ""


def is_loopback(host: str) -> bool:
    """Whether the address or name is of this machine; an IPv4 address may come in IPv6 notation."""
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback

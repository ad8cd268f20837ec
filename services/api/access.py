"""Who may do what: a guard before each handler that changes something."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from typing import Any

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
    if not is_loopback(host):
        raise ProblemError(
            403,
            f"Articles are taken from this machine only. Whoever runs Khabar can set {PREFIX}API_WRITERS=anyone, "
            "behind something that lets in only who may write.",
        )


def is_loopback(host: str) -> bool:
    """Whether the address is of this machine; an IPv4 address may come in IPv6 notation."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback

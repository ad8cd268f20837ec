"""Where readers reach this installation: feeds and events need whole addresses."""

from __future__ import annotations

import re

from litestar import Request
from litestar.datastructures import State

from shared.settings import Settings

# What a Host header may hold; anything else is not repeated to other readers.
_HOST = re.compile(r"(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


def site_of(request: Request[object, object, State]) -> str:
    """The setting, else as the request names it: scheme and host, without a slash at the end."""
    settings: Settings = request.app.state.settings
    if settings.api_public_url:
        return settings.api_public_url.rstrip("/")
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        name, port = request.scope.get("server") or (settings.api_host, settings.api_port)
        host = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    return f"{request.scope['scheme']}://{host}"

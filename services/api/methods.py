"""Which methods there are at an address: told with every 405, and to whoever asks with OPTIONS."""

from __future__ import annotations

import re
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.routes import HTTPRoute

ENDLESS = frozenset({"/v1/stream"})  # HEAD of what does not end is not answered


def methods_at(request: Request[Any, Any, State]) -> list[str]:
    """Of every handler there."""
    path = request.scope["path"]
    for route in request.app.routes:
        if isinstance(route, HTTPRoute) and re.fullmatch(re.sub(r"\{[^}]+}", "[^/]+", route.path_format), path):
            head = {"HEAD"} if "GET" in route.methods and path not in ENDLESS else set()
            return sorted({*route.methods, *head})
    return []


async def tell_methods(request: Request[Any, Any, State]) -> Response[None] | None:
    """Before each handler: answers OPTIONS. Litestar's own answer forgets handlers that were added later."""
    if request.method != "OPTIONS":
        return None
    return Response(None, status_code=204, headers={"Allow": ", ".join(methods_at(request))})

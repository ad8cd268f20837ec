"""The same framework and server as the api's with one route that says hello: what an answer costs at the least."""

from __future__ import annotations

import sys

import uvicorn
from litestar import Litestar, get

from deploy.local.ports import HOST


@get("/", sync_to_thread=False)
def hello() -> dict[str, str]:
    """The least that can be answered."""
    return {"hello": "world"}


if __name__ == "__main__":
    uvicorn.run(Litestar([hello]), host=HOST, port=int(sys.argv[1]), log_level="error")

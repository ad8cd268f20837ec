"""An api whose readers need keys, and one whose clients seem to come from elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest

from shared.settings import Settings, load_settings
from tests.integration.api.conftest import start

Serving = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def serving(api_settings: Settings) -> Serving:
    """A client of an api with other settings; it stops when it is left."""

    @asynccontextmanager
    async def serving(**changed: object) -> AsyncIterator[httpx.AsyncClient]:
        running = await start(api_settings.model_copy(update=changed))
        try:
            async with running.client as client:
                yield client
        finally:
            await running.leave()

    return serving


@pytest.fixture
async def private(serving: Serving) -> AsyncIterator[httpx.AsyncClient]:
    """Of an api that is read with keys."""
    async with serving(api_readers="keys") as client:
        yield client


@pytest.fixture
def without_redis() -> Settings:
    """Nothing listens on port 1."""
    return load_settings({"KHABAR_REDIS_URL": "redis://127.0.0.1:1/0", "KHABAR_KAFKA_BOOTSTRAP": "127.0.0.1:1"})


def seen_from(address: str) -> dict[str, str]:
    """The header by which a proxy tells whose request it passes on."""
    return {"X-Forwarded-For": address}

"""The whole OpenAPI document against the running api: no fault, and no answer that the document does not tell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok

from services.api.access.record import Scope
from services.api.parameters import CURSOR_FORMAT, OLDEST
from services.cache.cursor import Cursor
from services.cache.stage import Cache
from shared.redis import connect
from shared.settings import Settings
from shared.stream.topic_admin import create_topics
from tests.articles import copy_of, enriched
from tests.integration.api.conftest import start
from tests.integration.cache.arrivals import Arrivals
from tests.keys import bearer, make_key

pytestmark = pytest.mark.integration

EXAMPLES = 12  # of each route, valid and invalid
ANSWER_SECONDS = 60.0  # else a server that is gone would be waited for in vain
STREAM = "/v1/stream"
CURSORS = st.just(OLDEST) | st.builds(
    lambda epoch, sequence, time_ms: Cursor(epoch, sequence, time_ms).encode(),
    st.sampled_from(["", "5f3a9c21"]),
    st.integers(0, 200),
    st.integers(0, 2_000_000_000_000),
)
ALWAYS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
# Not of what is posted: an array with one good article is taken, and JSON lines may be any text.
OF_WHAT_IS_ASKED = {
    GenerationMode.POSITIVE: "positive_data_acceptance",
    GenerationMode.NEGATIVE: "negative_data_rejection",
}


@schemathesis.serializer("application/x-ndjson")
def lines(_: Any, value: Any) -> bytes:
    """Whatever is generated stands for the text of the body."""
    return str(value).encode("utf-8", "surrogatepass")


FIRST = enriched("first", language="ar", direction="rtl", title="خبر")


@dataclass(frozen=True, slots=True)
class Contract:
    """The document, and where the api answers that gave it."""

    operations: Sequence[Any]
    url: str
    key: dict[str, str]

    def exercise(self, operation: Any, mode: GenerationMode) -> None:
        """Asks what the document allows, or what it does not; every answer must be one that it tells."""
        strategy = operation.as_strategy(generation_mode=mode)
        checks = _checks(operation.method, mode)

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=strategy, known=st.booleans())
        def asked(case: Case[Any], known: bool) -> None:
            if mode is GenerationMode.POSITIVE:
                _allow(case, known)
            answer = self._answer(case)
            case.validate_response(answer, checks=checks)

        asked()

    def _answer(self, case: Case[Any]) -> Any:
        if case.path != STREAM:
            return case.call(base_url=self.url, headers=self.key, timeout=ANSWER_SECONDS)
        asked = case.as_transport_kwargs(base_url=self.url, headers=self.key)
        with httpx.stream(**asked, timeout=ANSWER_SECONDS) as answer:
            start_of_it = next(answer.iter_raw(), b"")
            told = httpx.Response(
                answer.status_code, headers=answer.headers, content=start_of_it, request=answer.request
            )
        told.elapsed = timedelta()
        return told


def _checks(method: str, mode: GenerationMode) -> list[Any]:
    load_all_checks()
    asked = [] if method == "post" else [OF_WHAT_IS_ASKED[mode]]
    return CHECKS.get_by_names([*ALWAYS, *asked])


def _allow(case: Case[Any], known: bool) -> None:
    """What no schema can say: these two exclude each other; and there is an article of that id."""
    if "since" in (case.query or {}):
        case.query.pop("before", None)
    if known and "article_id" in (case.path_parameters or {}):
        case.path_parameters["article_id"] = FIRST.id


@pytest.fixture
async def contract(settings: Settings) -> AsyncIterator[Contract]:
    """With articles, revisions and copies in Redis, and with Kafka."""
    await create_topics(settings)
    redis = connect(settings)
    await Arrivals(Cache(redis, settings)).apply(
        FIRST,
        enriched("second", duplicate=copy_of(FIRST)),
        enriched("first", language="ar", direction="rtl", title="خبر آخر", number=2),
        *(enriched(str(number), language="fr", topics=(), countries=()) for number in range(20)),
    )
    await redis.aclose()
    running = await start(settings)
    schemathesis.openapi.format(CURSOR_FORMAT, CURSORS)
    document = (await running.client.get("/schema")).json()
    found = list(schemathesis.openapi.from_dict(document).get_all_operations())
    operations = [result.ok() for result in found if isinstance(result, Ok)]
    assert len(operations) == len(found)
    yield Contract(operations, running.server.url, bearer(await make_key(settings, Scope.READ, Scope.WRITE)))
    await running.client.aclose()
    await running.leave()


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
async def test_no_answer_is_a_fault_or_untold(contract: Contract, mode: GenerationMode) -> None:
    assert len(contract.operations) >= 9
    for operation in contract.operations:
        await asyncio.to_thread(contract.exercise, operation, mode)

"""The api as methods: articles by filter, everything after a cursor, the stream with its resumption, posting."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, TypeVar, Unpack

import httpx
import msgspec

from shared.client.answers import ApiError, Arrival, ArticlePage, Batch, Problem, PushAnswer, Removal
from shared.client.events import Event, events
from shared.contracts import EnrichedArticle, RawArticle, TopicSlug

OLDEST = "0"
TIMEOUT_SECONDS = 30.0
SILENT_SECONDS = 45.0  # three heartbeats missed: the stream is dead
RETRY_SECONDS = 3.0  # until the stream says otherwise
_AGAIN = frozenset({429, 502, 503, 504})
T = TypeVar("T")


class Filters(TypedDict, total=False):
    """What to ask for; all that is given must hold."""

    language: str
    topic: TopicSlug
    country: str
    source: str
    group: str
    duplicates: Literal["show", "hide", "only"]
    published_from: str
    published_to: str


class Khabar:
    """One installation. Close it, or use it in a `with`; every method raises ApiError or httpx.TransportError."""

    def __init__(self, url: str = "http://127.0.0.1:8000", *, key: str | None = None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def article(self, article_id: str, *, revision: int | None = None) -> EnrichedArticle | None:
        """The article in its newest revision, or in that one; None where it is not held."""
        try:
            return self._get(f"/v1/articles/{article_id}", _given(revision=revision), EnrichedArticle)
        except ApiError as exc:
            if exc.problem.status == httpx.codes.NOT_FOUND:
                return None
            raise

    def articles(
        self,
        *,
        limit: int | None = None,
        revisions: Literal["latest", "all"] | None = None,
        **filters: Unpack[Filters],
    ) -> Iterator[EnrichedArticle]:
        """The newest first, on to the oldest: stop when you have enough. `limit`: how many are asked for at once."""
        address: str | None = "/v1/articles"
        query = _given(limit=limit, revisions=revisions, **filters)
        while address:
            page = self._get(address, query, ArticlePage)
            yield from page.articles
            address, query = page.next, {}

    def everything(
        self,
        *,
        since: str = OLDEST,
        limit: int | None = None,
        revisions: Literal["latest", "all"] | None = None,
        wait_seconds: float | None = None,
        **filters: Unpack[Filters],
    ) -> Iterator[Batch]:
        """All that arrived after the cursor, in order of arrival, nothing twice and nothing left out.

        Ends at what is the newest then; with `wait_seconds` it asks again after as long, for ever.
        """
        while True:
            query = _given(since=since, limit=limit, revisions=revisions, **filters)
            page = self._get("/v1/articles", query, ArticlePage)
            since = page.cursor or since
            if page.articles or page.removed or page.resumed:
                yield Batch(articles=page.articles, removed=page.removed, cursor=since, resumed=page.resumed)
            if page.next is None:
                if wait_seconds is None:
                    return
                time.sleep(wait_seconds)

    def stream(
        self, *, since: str | None = None, **filters: Unpack[Filters]
    ) -> Generator[Arrival | Removal, None, None]:
        """Articles as they arrive or are taken back, for ever: a stream that breaks is taken up where it was.

        Without a cursor: from now. Raises ApiError where asking again would not help.
        """
        # Without a cursor of its own a stream that breaks before its first article would begin anew after it.
        place = since or self._get("/v1/articles", {"limit": "1"}, ArticlePage).cursor
        retry = RETRY_SECONDS
        while True:
            query = _given(since=place, **filters)
            resumed = False
            try:
                with self._http.stream("GET", "/v1/stream", params=query, timeout=SILENT_SECONDS) as answer:
                    if answer.is_error:
                        answer.read()
                        raise _error(answer)
                    for event in events(answer.iter_bytes()):
                        retry = event.retry_ms / 1000 if event.retry_ms is not None else retry
                        place = event.id or place
                        resumed = resumed or event.name == "resumed"
                        if event.data and place and (arrived := _arrived(event, place, resumed)):
                            yield arrived
                            resumed = False
            except httpx.TransportError:
                pass  # broken off, or not to be reached yet: taken up again
            except ApiError as exc:
                if exc.problem.status not in _AGAIN:
                    raise
                retry = max(retry, exc.retry_after or 0)
            time.sleep(retry)

    def post(self, articles: Iterable[RawArticle | Mapping[str, Any]]) -> PushAnswer:
        """Pushes the articles; once it returns, Kafka has those that were accepted. Pushing again is safe.

        Raises ApiError where none was accepted; its `errors` say why, by place.
        """
        lines = b"\n".join(msgspec.json.encode(article) for article in articles)
        answer = self._http.post("/v1/articles", content=lines, headers={"Content-Type": "application/x-ndjson"})
        if answer.is_error:
            raise _error(answer)
        return msgspec.json.decode(answer.content, type=PushAnswer)

    def _get(self, address: str, query: Mapping[str, str], kind: type[T]) -> T:
        # httpx takes an empty mapping for: without the query that the address has.
        answer = self._http.get(address, params=query or None)
        if answer.is_error:
            raise _error(answer)
        return msgspec.json.decode(answer.content, type=kind)


def _arrived(event: Event, place: str, resumed: bool) -> Arrival | Removal | None:
    match event.name:
        case "message":
            article = msgspec.json.decode(event.data, type=EnrichedArticle)
            return Arrival(article=article, cursor=place, resumed=resumed)
        case "removed":
            return Removal(id=msgspec.json.decode(event.data)["id"], cursor=place)
        case _:
            return None


def _given(**parameters: object) -> dict[str, str]:
    return {name: str(value) for name, value in parameters.items() if value is not None}


def _error(answer: httpx.Response) -> ApiError:
    """Something before the api may have answered, in its own words."""
    after = answer.headers.get("retry-after", "")
    try:
        problem = msgspec.json.decode(answer.content, type=Problem)
    except msgspec.DecodeError:
        problem = Problem(title=answer.reason_phrase, status=answer.status_code, detail=answer.text[:200])
    return ApiError(problem, float(after) if after.isdigit() else None)

"""Topics from a service elsewhere: any HTTP endpoint that answers a small JSON question can replace the model."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from urllib.parse import urlsplit

import msgspec
import numpy as np
import numpy.typing as npt

from services.classifier.reading import Batch
from services.classifier.topic_table import SLUGS
from shared.contracts.articles import Share, TopicSlug
from shared.outcomes import CannotStartError, TransientError

TIMEOUT_SECONDS = 10.0
"""For the whole answer to one batch; the batch is then tried again, with backoff."""

DEFAULT_THRESHOLD = 0.5
DEFAULT_LISTED_FROM = 0.4

_OK = 200
_PIECE_BYTES = 64 << 10


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One article as the endpoint is asked about it."""

    title: str
    text: str
    language: str
    source: str
    url: str | None


class Questions(msgspec.Struct, frozen=True, kw_only=True):
    """What is posted: the articles of a batch."""

    articles: list[Question]


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected: for each article, in order, the probability of each topic; a topic left out has 0."""

    topics: list[dict[TopicSlug, Share]]


class EndpointError(CannotStartError):
    """The address of the endpoint is none that can be asked; the message says what is expected."""


class HttpTopics:
    """Asks an endpoint for the topics of each batch: a `TopicProbabilities` for every language.

    Whatever goes wrong with the endpoint is transient: nothing becomes a dead letter for it.
    """

    def __init__(
        self,
        url: str,
        *,
        threshold: float = DEFAULT_THRESHOLD,
        listed_from: float = DEFAULT_LISTED_FROM,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise EndpointError(f"{url!r} is no address of a topic service: it must begin with http:// or https://.")
        self.threshold = threshold
        self.listed_from = listed_from
        self._url = url
        self._timeout = timeout_seconds
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname, parts.port
        self._path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self._decoder = msgspec.json.Decoder(Answers)

    def knows(self, language: str) -> bool:  # noqa: ARG002
        """Every language: the endpoint gives no probability where it does not know."""
        return True

    def probabilities(self, batch: Batch) -> npt.NDArray[np.float32]:
        """Articles × topics. Raises TransientError where the endpoint is away, too slow, or answers anything else."""
        questions = [
            Question(title=a.title, text=a.text, language=a.language.code, source=a.source, url=a.url)
            for a in batch.articles
        ]
        answers = self._decode(self._post(msgspec.json.encode(Questions(articles=questions))), len(questions))
        return np.array([[answer.get(slug, 0.0) for slug in SLUGS] for answer in answers], np.float32)

    def _post(self, body: bytes) -> bytes:
        until = time.monotonic() + self._timeout
        kind = HTTPSConnection if self._secure else HTTPConnection
        connection = kind(self._host, self._port, timeout=self._timeout)
        try:
            connection.request("POST", self._path, body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            content = b"".join(self._pieces(response, until))
        except (OSError, HTTPException) as error:
            raise TransientError(f"The topic service {self._url} cannot be asked: {error!r}.") from error
        finally:
            connection.close()
        if response.status != _OK:
            raise TransientError(f"The topic service {self._url} answered {response.status} {response.reason}.")
        return content

    def _pieces(self, response: HTTPResponse, until: float) -> Iterator[bytes]:
        """The body as it comes: the connection's own timeout is for one piece, and there may be many."""
        while piece := response.read1(_PIECE_BYTES):
            yield piece
            if time.monotonic() > until:
                raise TimeoutError(f"timed out: no whole answer within {self._timeout:g} s")
        if response.length:
            raise IncompleteRead(b"", response.length)

    def _decode(self, content: bytes, articles: int) -> list[dict[TopicSlug, Share]]:
        try:
            answers = self._decoder.decode(content).topics
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise TransientError(f"The topic service {self._url} answered what cannot be read: {error}.") from error
        if len(answers) != articles:
            raise TransientError(
                f"The topic service {self._url} answered for {len(answers)} articles, {articles} were asked about."
            )
        return answers

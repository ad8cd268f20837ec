"""A stage with nothing but the runtime in it, run as a process: what is tested is the runtime alone."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

import uvloop

from shared.clock import rfc3339
from shared.contracts import Language, NormalizedArticle, Pipeline, Published, RawArticle, decode_raw
from shared.identity import article_id, revision_hash
from shared.logs import configure_logs
from shared.outcomes import Outcome, Poison, Publish, Reason, Received, TransientError, Unchanged
from shared.positions import Span
from shared.process import serve_health
from shared.settings import load_settings
from shared.stream.stage_run import StageRun
from shared.stream.worker import run_stage
from shared.topics import NORMALIZER

BLOCK_FILE, AWAY_FILE = "block", "away"  # in the folder ECHO_FOLDER: block the loop for ever; the dependency is away


async def process(batch: Sequence[Received[RawArticle]], span: Span) -> Sequence[Outcome[NormalizedArticle]]:
    """Publishes each article as it is; says `poison` and `unchanged` where its text does."""
    folder = Path(os.environ["ECHO_FOLDER"])
    while (folder / BLOCK_FILE).exists():
        pass
    if (folder / AWAY_FILE).exists():
        raise TransientError("the dependency is away")
    await asyncio.sleep(float(os.environ.get("ECHO_SECONDS", "0")))
    return [_outcome(received) for received in batch]


def _outcome(received: Received[RawArticle]) -> Outcome[NormalizedArticle]:
    text = received.article.text or ""
    if text == "poison":
        return Poison(Reason.NO_CONTENT, "it says poison")
    if text == "unchanged":
        return Unchanged()
    return Publish(_normalized(received.article, text))


def _normalized(article: RawArticle, text: str) -> NormalizedArticle:
    at = rfc3339(0)
    return NormalizedArticle(
        id=article_id(article.source, canonical_url=None, external_id=article.external_id, content=text),
        revision_hash=revision_hash("", text),
        source=article.source,
        url=None,
        title="",
        text=text * int(article.metadata.get("times", "1")),
        removed=[],
        author=None,
        tags=[],
        language=Language(code="und", confidence=0.0, direction="ltr"),
        published=Published(at=at, precision="second", method="fetched"),
        fetched_at=at,
        attribution=[],
        metadata={},
        extra=article.extra,
        pipeline=Pipeline(version="test", normalized_at=at),
    )


async def _main() -> int:
    settings = load_settings()
    configure_logs(settings, "echo")
    run = StageRun(NORMALIZER, decode_raw, process, lambda article: (article.id, article.revision_hash))
    return await run_stage(run, settings, serve_health("echo", settings))


if __name__ == "__main__":
    raise SystemExit(uvloop.run(_main()))

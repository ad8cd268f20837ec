"""A batch of articles as the classifier reads it: folded and cut into words once, for topics and countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.classifier.tokens import Tokens, story, tokenise
from shared.contracts import NormalizedArticle


@dataclass(frozen=True, slots=True)
class Batch:
    """Articles as they came, and their tokens."""

    articles: Sequence[NormalizedArticle]
    tokens: Tokens


def read(articles: Sequence[NormalizedArticle]) -> Batch:
    """Reads a batch."""
    return Batch(articles, tokenise([story(article.title, article.text) for article in articles]))

"""Learns which words and pairs of words speak of which country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from services.classifier.countries.evidence import Origin
from services.classifier.countries.finder import learnt_columns
from services.classifier.countries.gazetteer import Gazetteer, load_gazetteer
from services.classifier.countries.learnt import COUNTRIES_PER_PHRASE, PHRASE_BITS, LearntWeights, phrases
from services.classifier.labelled import LabelledArticle
from services.classifier.tokens import Tokens, story, tokenise
from services.classifier.training.ridge import solve

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

_BATCH = 128
_LEAST_LABELS = 15  # a country with fewer labelled articles is left to the gazetteer
_LEAST_ARTICLES = 4  # of a phrase
_LARGEST_SHARE = 0.3  # of all articles that a phrase may be in
_PHRASES = 80_000
_PSEUDO_COUNTS = 5.0
_DIVERGENCE_FLOOR = 0.1
_PENALTY = 0.3


@dataclass(frozen=True, slots=True)
class Material:
    """The labelled articles, read: phrases (articles × buckets), tokens by batch, who is about what."""

    articles: Sequence[LabelledArticle]
    gazetteer: Gazetteer
    batches: list[Tokens]
    phrases: sparse.csr_matrix
    about: Floats  # articles × countries of the gazetteer

    def origins(self) -> list[Origin]:
        """What is known of each article beside its text."""
        return [Origin(article.url, article.source, article.lang) for article in self.articles]


def read_material(articles: Sequence[LabelledArticle]) -> Material:
    """Reads the articles once, for every fold."""
    gazetteer = load_gazetteer()
    batches = [
        tokenise([story(article.title, article.text) for article in articles[start : start + _BATCH]])
        for start in range(0, len(articles), _BATCH)
    ]
    number = {code: index for index, code in enumerate(gazetteer.codes)}
    about = np.zeros((len(articles), len(number)), np.float32)
    for row, article in enumerate(articles):
        for code in article.countries:
            if code in number:
                about[row, number[code]] = 1
    return Material(articles, gazetteer, batches, sparse.vstack([_matrix(b) for b in batches], format="csr"), about)


def _matrix(tokens: Tokens) -> sparse.csr_matrix:
    found = phrases(tokens)
    keys = np.unique(found.articles.astype(np.int64) << PHRASE_BITS | found.buckets)
    starts = np.searchsorted(keys >> PHRASE_BITS, np.arange(tokens.articles + 1))
    buckets = keys & ((1 << PHRASE_BITS) - 1)
    return sparse.csr_matrix(
        (np.ones(len(keys), np.float32), buckets, starts), shape=(tokens.articles, 1 << PHRASE_BITS)
    )


def learnable(material: Material) -> tuple[str, ...]:
    """Codes of the countries that enough articles are about."""
    enough = np.flatnonzero(material.about.sum(axis=0) >= _LEAST_LABELS)
    return tuple(material.gazetteer.codes[index] for index in enough)


def learn(material: Material, rows: Ints, codes: tuple[str, ...]) -> LearntWeights:
    """What the phrases of some of the articles tell of these countries."""
    about = material.about[rows][:, learnt_columns(material.gazetteer, codes)]
    mean = about.mean(axis=0)
    counts = material.phrases[rows]
    buckets, lengths = _choose(counts, about)
    chosen = counts[:, buckets] @ sparse.diags(lengths)
    norm = np.sqrt(np.asarray(chosen.multiply(chosen).sum(axis=1)).ravel())
    features = sparse.diags(1 / np.maximum(norm, 1e-9)).dot(chosen).tocsr().astype(np.float32)
    weights = solve(features, about - mean, _PENALTY)
    largest = np.argsort(-np.abs(weights), axis=1, kind="stable")[:, :COUNTRIES_PER_PHRASE]
    return LearntWeights(
        codes=codes,
        buckets=buckets.astype(np.uint32),
        lengths=lengths.astype(np.float16),
        countries=largest.astype(np.uint8),
        weights=np.take_along_axis(weights, largest, axis=1).astype(np.float16),
        bias=mean,
    )


def _choose(counts: sparse.csr_matrix, about: Floats) -> tuple[Ints, Floats]:
    """The phrases that say most of any country, and the weight of each: idf × root of their divergence."""
    articles = counts.shape[0]
    frequency = np.bincount(counts.indices, minlength=counts.shape[1])
    buckets = np.flatnonzero((frequency >= _LEAST_ARTICLES) & (frequency <= _LARGEST_SHARE * articles))
    df = frequency[buckets].astype(np.float64)
    prior = np.clip(about.mean(axis=0), 1e-6, 1 - 1e-6)[None, :].astype(np.float64)
    together = np.asarray((counts[:, buckets].T @ about), np.float64)
    share = (together + _PSEUDO_COUNTS * prior) / (df[:, None] + _PSEUDO_COUNTS)
    divergence = (share * np.log(share / prior) + (1 - share) * np.log((1 - share) / (1 - prior))).sum(axis=1)
    weights = (np.log(articles / df) + 1) * np.sqrt(divergence / np.median(divergence) + _DIVERGENCE_FLOOR)
    order = np.sort(np.argsort(-(df * weights**2), kind="stable")[:_PHRASES])
    return buckets[order], weights[order].astype(np.float32)

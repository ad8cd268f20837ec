"""Trains the country weights from labelled articles: what phrases tell, then how much each evidence counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from services.classifier.countries.evidence import Candidates, Origin, gather
from services.classifier.countries.finder import learnt_columns, spread
from services.classifier.countries.gazetteer import Gazetteer, load_gazetteer
from services.classifier.countries.learnt import (
    COUNTRIES_PER_PHRASE,
    PHRASE_BITS,
    LearntNames,
    LearntWeights,
    phrases,
)
from services.classifier.countries.mentions import find_mentions
from services.classifier.countries.weights import COUNTRIES_FILE, CountryWeights, save_country_weights
from services.classifier.figures import CountryFigures, country_figures
from services.classifier.labelled import FOLDS, LabelledArticle, folds_by_source, read_labelled
from services.classifier.tokens import Tokens, story, tokenise
from services.classifier.training.ridge import solve
from services.classifier.training.topics import LABELLED_FILE, Report

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_BATCH = 128
_LEAST_LABELS = 15  # a country with fewer labelled articles is left to the gazetteer
_LEAST_ARTICLES = 4  # of a phrase
_LARGEST_SHARE = 0.3  # of all articles that a phrase may be in
_PHRASES = 80_000
_PSEUDO_COUNTS = 5.0
_DIVERGENCE_FLOOR = 0.1
_LEARNT_PENALTY = 0.3
_LOGISTIC_PENALTY = 1e-4
_THRESHOLDS = np.arange(0.3, 0.6, 0.01)


@dataclass(frozen=True, slots=True)
class TrainedCountries:
    """What training wrote, and what was measured out of fold."""

    weights: Path
    figures: CountryFigures
    by_language: dict[str, CountryFigures]


@dataclass(frozen=True, slots=True)
class Material:
    """The labelled articles, read: phrases (articles × buckets), tokens by batch, who is about what."""

    articles: Sequence[LabelledArticle]
    gazetteer: Gazetteer
    batches: list[Tokens]
    phrases: sparse.csr_matrix
    about: Floats  # articles × countries of the gazetteer

    def origins(self) -> list[Origin]:
        return [Origin(article.url, article.source, article.lang) for article in self.articles]


def train_countries(data_dir: Path, output_dir: Path, report: Report = print) -> TrainedCountries:
    """Trains on `data_dir`/topics/annotated_iptc.jsonl.gz and writes the weights to `output_dir`.

    The same data give the same weights. Takes minutes on one core and about 3 GB.
    Raises LabelledDataError or OSError where the data cannot be read.
    """
    with threadpool_limits(1):  # sums of several threads differ in their last bits
        return _train(data_dir, output_dir, report)


def _train(data_dir: Path, output_dir: Path, report: Report) -> TrainedCountries:
    material = read_material(read_labelled(data_dir / LABELLED_FILE).articles)
    folds = np.array(folds_by_source(material.articles))
    codes = learnable(material)
    learnt = np.zeros((len(folds), len(codes)), np.float32)
    for fold in range(FOLDS):
        model = LearntNames(learn(material, np.flatnonzero(folds != fold), codes))
        learnt[folds == fold] = _score(model, material.batches)[folds == fold]
        report(f"Countries: fold {fold + 1} of {FOLDS} done.")
    candidates = _candidates(material, learnt, codes)
    right = material.about[candidates.articles, candidates.countries] > 0
    threshold, figures, by_language = _measure(material, candidates, right, folds)
    features, bias = _logistic(candidates.features, right)
    output_dir.mkdir(parents=True, exist_ok=True)
    path = output_dir / COUNTRIES_FILE
    everything = np.arange(len(folds))
    save_country_weights(CountryWeights(learn(material, everything, codes), features, bias, threshold), path)
    report(f"{path}: {path.stat().st_size / 1e6:.1f} MB; out of fold {figures}")
    return TrainedCountries(path, figures, by_language)


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
    weights = solve(features, about - mean, _LEARNT_PENALTY)
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


def _score(model: LearntNames, batches: Sequence[Tokens]) -> Floats:
    return np.concatenate([model.scores(tokens) for tokens in batches])


def _candidates(material: Material, learnt: Floats, codes: tuple[str, ...]) -> Candidates:
    wide = spread(learnt, learnt_columns(material.gazetteer, codes), len(material.gazetteer.codes))
    origins = material.origins()
    parts: list[Candidates] = []
    start = 0
    for tokens in material.batches:
        end = start + tokens.articles
        mentions = find_mentions(tokens, material.gazetteer)
        part = gather(mentions, wide[start:end], origins[start:end], material.gazetteer)
        parts.append(Candidates(part.articles + start, part.countries, part.mentions, part.features))
        start = end
    return Candidates(
        np.concatenate([part.articles for part in parts]),
        np.concatenate([part.countries for part in parts]),
        np.concatenate([part.mentions for part in parts]),
        np.concatenate([part.features for part in parts]),
    )


def _logistic(features: Doubles, right: npt.NDArray[np.bool_]) -> tuple[Floats, float]:
    """Weights of the features as they are, and the bias."""
    mean, spread_ = features.mean(axis=0), features.std(axis=0) + 1e-6
    inputs = np.column_stack(((features - mean) / spread_, np.ones(len(features))))
    wanted = right.astype(np.float64)

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        logits = inputs @ weights
        held = np.append(weights[:-1], 0)
        value = float((np.logaddexp(0, logits) - wanted * logits).mean()) + _LOGISTIC_PENALTY / 2 * float(held @ held)
        slope: Doubles = inputs.T @ (1 / (1 + np.exp(-logits)) - wanted) / len(wanted) + _LOGISTIC_PENALTY * held
        return value, slope

    found: Doubles = minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B").x
    scaled = (found[:-1] / spread_).astype(np.float32)
    return scaled, float(found[-1] - (scaled * mean).sum())


def _measure(
    material: Material, candidates: Candidates, right: npt.NDArray[np.bool_], folds: Ints
) -> tuple[float, CountryFigures, dict[str, CountryFigures]]:
    """The threshold of the best F1, and the figures at it, out of fold."""
    fold = folds[candidates.articles]
    probabilities = np.zeros(len(fold))
    for held_out in range(FOLDS):
        weights, bias = _logistic(candidates.features[fold != held_out], right[fold != held_out])
        rows = fold == held_out
        probabilities[rows] = 1 / (1 + np.exp(-(candidates.features[rows] @ weights + bias)))
    labelled = material.about.sum()
    f1 = [
        2 * (right & (probabilities >= least)).sum() / ((probabilities >= least).sum() + labelled)
        for least in _THRESHOLDS
    ]
    threshold = round(float(_THRESHOLDS[int(np.argmax(f1))]), 2)
    found: list[list[str]] = [[] for _ in material.articles]
    for index in np.flatnonzero(probabilities >= threshold).tolist():
        found[int(candidates.articles[index])].append(material.gazetteer.codes[int(candidates.countries[index])])
    languages: dict[str, list[int]] = {}
    for row, article in enumerate(material.articles):
        languages.setdefault(article.lang, []).append(row)
    return (
        threshold,
        country_figures(found, material.articles),
        {
            language: country_figures([found[row] for row in rows], [material.articles[row] for row in rows])
            for language, rows in sorted(languages.items(), key=lambda item: -len(item[1]))
        },
    )

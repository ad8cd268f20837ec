"""Trains the country weights from labelled articles: what phrases tell, then how much each evidence counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from services.classifier.countries.evidence import Candidates, gather
from services.classifier.countries.finder import learnt_columns, spread
from services.classifier.countries.learnt import LearntNames
from services.classifier.countries.mentions import find_mentions
from services.classifier.countries.weights import (
    COUNTRIES_CARD_FILE,
    COUNTRIES_FILE,
    FORMAT,
    CountryCard,
    CountryWeights,
    save_country_weights,
)
from services.classifier.figures import CountryFigures, country_figures
from services.classifier.labelled import FOLDS, by_language, folds_by_source, read_labelled
from services.classifier.tokens import Tokens
from services.classifier.training.logistic import fit_logistic
from services.classifier.training.phrases import Material, learn, learnable, read_material
from services.classifier.training.topics import LABELLED_FILE, Report
from services.classifier.weights import save_card

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PENALTY = 1e-4
_LEAST_DEVIATION = 1e-6
_THRESHOLDS = np.arange(0.3, 0.6, 0.01)


@dataclass(frozen=True, slots=True)
class TrainedCountries:
    """What training wrote, and the model card that is in it."""

    weights: Path
    card_file: Path
    card: CountryCard


@dataclass(frozen=True, slots=True)
class _Measured:
    threshold: float
    figures: CountryFigures
    by_language: dict[str, CountryFigures]


def train_countries(data_dir: Path, output_dir: Path, report: Report = print) -> TrainedCountries:
    """Trains on `data_dir`/topics/annotated_iptc.jsonl.gz and writes the weights to `output_dir`.

    The same data give the same weights. Takes minutes on one core and about 3 GB.
    Raises LabelledDataError or OSError where the data cannot be read.
    """
    with threadpool_limits(1):  # sums of several threads differ in their last bits
        return _train(data_dir, output_dir, report)


def _train(data_dir: Path, output_dir: Path, report: Report) -> TrainedCountries:
    data = read_labelled(data_dir / LABELLED_FILE)
    material = read_material(data.articles)
    folds = np.array(folds_by_source(material.articles))
    codes = learnable(material)
    learnt = np.zeros((len(folds), len(codes)), np.float32)
    for fold in range(FOLDS):
        model = LearntNames(learn(material, np.flatnonzero(folds != fold), codes))
        learnt[folds == fold] = _score(model, material.batches)[folds == fold]
        report(f"Countries: fold {fold + 1} of {FOLDS} done.")
    candidates = _candidates(material, learnt, codes)
    right = material.about[candidates.articles, candidates.countries] > 0
    measured = _measure(material, candidates, right, folds)
    features, bias = _weigh(candidates.features, right)
    phrases = learn(material, np.arange(len(folds)), codes)
    output_dir.mkdir(parents=True, exist_ok=True)
    path, card_path = output_dir / COUNTRIES_FILE, output_dir / COUNTRIES_CARD_FILE
    save_country_weights(CountryWeights(phrases, features, bias, measured.threshold), path)
    card = CountryCard(
        format=FORMAT,
        date=datetime.now(UTC).date().isoformat(),
        data_digest=data.digest,
        weights_digest=sha256(path.read_bytes()).hexdigest(),
        articles=len(data.articles),
        learnt=list(codes),
        threshold=measured.threshold,
        figures=measured.figures,
        by_language=measured.by_language,
    )
    save_card(card, card_path)
    report(f"{path}: {path.stat().st_size / 1e6:.1f} MB; out of fold {measured.figures}")
    return TrainedCountries(path, card_path, card)


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


def _weigh(features: Doubles, right: npt.NDArray[np.bool_]) -> tuple[Floats, float]:
    """Weights of the features as they are, and the bias."""
    mean, deviation = features.mean(axis=0), features.std(axis=0) + _LEAST_DEVIATION
    found = fit_logistic((features - mean) / deviation, right, _PENALTY)
    weights = (found[:-1] / deviation).astype(np.float32)
    return weights, float(found[-1] - (weights * mean).sum())


def _measure(material: Material, candidates: Candidates, right: npt.NDArray[np.bool_], folds: Ints) -> _Measured:
    """The threshold of the best F1, and the figures at it, out of fold."""
    fold = folds[candidates.articles]
    probabilities = np.zeros(len(fold))
    for held_out in range(FOLDS):
        weights, bias = _weigh(candidates.features[fold != held_out], right[fold != held_out])
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
    return _Measured(
        threshold,
        country_figures(found, material.articles),
        {
            language: country_figures([found[row] for row in rows], [material.articles[row] for row in rows])
            for language, rows in by_language(material.articles)
        },
    )

"""Trains the topic model from a folder of labelled articles: cross-validates, calibrates, fits, writes the card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from services.classifier.calibration import Calibration, probabilities, shifted
from services.classifier.figures import TopicLabels, figures_by_topic, topic_figures, topic_labels
from services.classifier.labelled import FOLDS, LabelledArticle, by_language, folds_by_source, read_labelled
from services.classifier.tokens import story
from services.classifier.training.calibrate import calibrate
from services.classifier.training.counts import BlockCounts, count
from services.classifier.training.fit import FittedModel, fit, scores
from services.classifier.training.language_shifts import fit_shifts
from services.classifier.training.quantise import quantise
from services.classifier.weights import (
    CARD_FILE,
    FORMAT,
    WEIGHTS_FILE,
    ModelCard,
    TopicWeights,
    save_card,
    save_weights,
)

Floats = npt.NDArray[np.float32]

LABELLED_FILE = Path("topics") / "annotated_iptc.jsonl.gz"
"""Where the labelled articles are in the data folder."""

TARGET_PRECISION = 0.95
"""The threshold is the least at which the best guesses are right (primary or secondary) this often, out of fold."""

LISTED_FROM = 0.4
"""Further topics are listed from this probability: about .8 of those listed and .7 of all there are, out of fold."""

_LANGUAGE_ARTICLES = 100  # a language with fewer articles than this was not learnt

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trained:
    """What training wrote, and the model card that is in it."""

    weights: Path
    card_file: Path
    card: ModelCard


def train_topics(data_dir: Path, output_dir: Path, report: Report = print) -> Trained:
    """Trains on `data_dir`/topics/annotated_iptc.jsonl.gz and writes weights and model card to `output_dir`.

    The same data give the same weights. Takes minutes on one core and about 4 GB.
    Raises LabelledDataError or OSError where the data cannot be read.
    """
    with threadpool_limits(1):  # sums of several threads differ in their last bits
        return _train(data_dir, output_dir, report)


def _train(data_dir: Path, output_dir: Path, report: Report) -> Trained:
    data = read_labelled(data_dir / LABELLED_FILE)
    labels = topic_labels(data.articles)
    report(f"{len(data.articles)} labelled articles read.")
    counts = count([story(article.title, article.text) for article in data.articles])
    held_out = _cross_validate(counts, labels, np.array(folds_by_source(data.articles)), report)
    calibration = calibrate(held_out, labels)
    model = fit(counts, labels)
    weights = stored(model, calibration)
    output_dir.mkdir(parents=True, exist_ok=True)
    weights_file, card_file = output_dir / WEIGHTS_FILE, output_dir / CARD_FILE
    save_weights(weights, weights_file)
    digest = sha256(weights_file.read_bytes()).hexdigest()
    card = _card(data.articles, data.digest, digest, labels, held_out)
    save_card(card, card_file)
    report(f"{weights_file}: {weights_file.stat().st_size / 1e6:.1f} MB; out of fold {card.figures}")
    return Trained(weights_file, card_file, card)


def stored(model: FittedModel, calibration: Calibration) -> TopicWeights:
    """The model as it is stored and used: rounded."""
    title, body, lead = (quantise(*block) for block in zip(model.vocabularies, model.weights, strict=True))
    return TopicWeights(title, body, lead, model.bias, calibration)


def _cross_validate(counts: BlockCounts, labels: TopicLabels, folds: npt.NDArray[np.int64], report: Report) -> Floats:
    """Articles × topics: scores of each article from a model that saw no article of its source."""
    found = np.zeros(labels.either.shape, np.float32)
    for fold in range(FOLDS):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        found[unseen] = scores(fit(counts.rows(seen), labels.of(seen)), counts.rows(unseen))
        report(f"Fold {fold + 1} of {FOLDS} done.")
    return found


def _nested(scores_: Floats, labels: TopicLabels, folds: npt.NDArray[np.int64]) -> Floats:
    """Probabilities of each article by a calibration that did not see its fold."""
    found = np.zeros_like(scores_)
    for fold in range(FOLDS):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        found[unseen] = probabilities(scores_[unseen], calibrate(scores_[seen], labels.of(seen)))
    return found


def _nested_shifts(
    found: Floats, labels: TopicLabels, languages: npt.NDArray[np.str_], folds: npt.NDArray[np.int64]
) -> Floats:
    """The probabilities moved by shifts of their languages that did not see their fold."""
    moved = np.zeros_like(found)
    for fold in range(FOLDS):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        shifts = fit_shifts(found[seen], labels.of(seen), languages[seen].tolist())
        own = [shifts.get(language, 0.0) for language in languages[unseen].tolist()]
        moved[unseen] = shifted(found[unseen], np.array(own, np.float32))
    return moved


def _threshold(found: Floats, labels: TopicLabels) -> float:
    best = found.argmax(axis=1)
    order = np.argsort(-found.max(axis=1), kind="stable")
    right = labels.either[np.arange(len(best)), best][order]
    precision = np.cumsum(right) / np.arange(1, len(right) + 1)
    enough = np.flatnonzero(precision >= TARGET_PRECISION)
    if not len(enough):
        return 1.0
    return round(float(found.max(axis=1)[order[enough[-1]]]), 3)


def _card(
    articles: tuple[LabelledArticle, ...], data_digest: str, weights_digest: str, labels: TopicLabels, scores_: Floats
) -> ModelCard:
    languages = {language: np.array(rows) for language, rows in by_language(articles)}
    learnt = {language: rows for language, rows in languages.items() if len(rows) >= _LANGUAGE_ARTICLES}
    names = np.array([article.lang if article.lang in learnt else "" for article in articles])
    folds = np.array(folds_by_source(articles))
    unshifted = _nested(scores_, labels, folds)
    found = _nested_shifts(unshifted, labels, names, folds)
    threshold = _threshold(found, labels)
    shifts = fit_shifts(unshifted, labels, names.tolist())
    return ModelCard(
        format=FORMAT,
        version=weights_digest[:12],
        date=datetime.now(UTC).date().isoformat(),
        data_digest=data_digest,
        weights_digest=weights_digest,
        articles=len(articles),
        languages=sorted(learnt),
        threshold=threshold,
        listed_from=LISTED_FROM,
        shifts={language: shifts[language] for language in sorted(learnt)},
        figures=topic_figures(found, labels, threshold),
        by_language={
            language: topic_figures(found[rows], labels.of(rows), threshold) for language, rows in learnt.items()
        },
        by_topic=figures_by_topic(found, labels),
    )

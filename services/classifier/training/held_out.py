"""Models that did not see some folds, so that their articles can judge them: for floors on quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from services.classifier.countries.finder import CountryFinder
from services.classifier.countries.weights import CountryWeights, load_country_weights
from services.classifier.figures import topic_labels
from services.classifier.labelled import LabelledData, folds_by_source
from services.classifier.model_files import CardedTopicModel, load_topic_model
from services.classifier.tokens import story
from services.classifier.topic_model import TopicModel
from services.classifier.training.counts import count
from services.classifier.training.fit import fit
from services.classifier.training.phrases import learn, learnable, read_material
from services.classifier.training.topics import stored
from services.classifier.weights import MODEL_DIR, WEIGHTS_FILE, load_weights


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Models trained without the sources of some folds, calibrated as the built-in ones, and those folds' articles."""

    topics: CardedTopicModel
    countries: CountryFinder
    unseen: LabelledData


def hold_out(data: LabelledData, folds: Sequence[int]) -> HeldOut:
    """Trains on all folds but these, by the recipe of the built-in models."""
    held = np.isin(folds_by_source(data.articles), folds)
    seen = np.flatnonzero(~held)
    unseen = tuple(data.articles[row] for row in np.flatnonzero(held).tolist())
    with threadpool_limits(1):
        return HeldOut(_topics(data, seen), _countries(data, seen), LabelledData(unseen, data.digest))


def _topics(data: LabelledData, seen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> CardedTopicModel:
    articles = [data.articles[row] for row in seen.tolist()]
    model = fit(count([story(article.title, article.text) for article in articles]), topic_labels(articles))
    calibration = load_weights(MODEL_DIR / WEIGHTS_FILE).calibration
    return CardedTopicModel(TopicModel(stored(model, calibration)), load_topic_model().card)


def _countries(data: LabelledData, seen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> CountryFinder:
    material = read_material(data.articles)
    built_in = load_country_weights()
    learnt = learn(material, seen, learnable(material))
    weights = CountryWeights(learnt, built_in.features, built_in.bias, built_in.threshold)
    return CountryFinder(material.gazetteer, weights)

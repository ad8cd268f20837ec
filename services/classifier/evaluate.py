"""Measures the classifier on any file of labelled articles, as a whole, by language and by topic."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from services.classifier.countries.evidence import Origin
from services.classifier.countries.finder import CountryFinder, load_country_finder
from services.classifier.figures import (
    COVERAGE,
    ClassFigures,
    CountryFigures,
    TopicFigures,
    country_figures,
    figures_by_topic,
    topic_figures,
    topic_labels,
)
from services.classifier.labelled import LabelledArticle, LabelledData, by_language, read_labelled
from services.classifier.model_files import CardedTopicModel, load_topic_model
from services.classifier.tokens import Tokens, story, tokenise
from services.classifier.weights import CARD_FILE, MODEL_DIR, load_card

_BATCH = 128
_SEEN = "The model was trained on this file, so the figures flatter it: its card has those of articles it had not seen."


@dataclass(frozen=True, slots=True)
class TopicEvaluation:
    """Figures of a file's topics at a threshold; as text, tables. `seen`: the model was trained on this file."""

    figures: TopicFigures
    by_language: dict[str, TopicFigures]
    by_topic: dict[str, ClassFigures]
    threshold: float
    digest: str
    seen: bool

    def __str__(self) -> str:
        languages = [
            _TOPIC_COLUMNS,
            *(_topic_row(*item) for item in (("all", self.figures), *self.by_language.items())),
        ]
        topics = [_CLASS_COLUMNS, *(_class_row(*item) for item in self.by_topic.items())]
        columns = (
            f"p@{COVERAGE:g}: precision (primary or secondary) of the surest {COVERAGE:.0%}. "
            "ece: expected calibration error of the best guess's score.\n"
            f"answered: share at or above the threshold, {self.threshold:g}; "
            "precise: precision (primary or secondary) of those.\n"
            "The other columns count the best guess whatever its score."
        )
        return "\n".join((*languages, "", columns, "", *topics, *(("", _SEEN) if self.seen else ())))


@dataclass(frozen=True, slots=True)
class CountryEvaluation:
    """Figures of a file's countries; as text, a table. `seen`: the model was trained on this file."""

    figures: CountryFigures
    by_language: dict[str, CountryFigures]
    digest: str
    seen: bool

    def __str__(self) -> str:
        rows = [_country_row(*item) for item in (("all", self.figures), *self.by_language.items())]
        return "\n".join((_COUNTRY_COLUMNS, *rows, *(("", _SEEN) if self.seen else ())))


def evaluate_topics(
    path: Path, threshold: float | None = None, model: CardedTopicModel | None = None
) -> TopicEvaluation:
    """Topics of a labelled file. `threshold`: None takes the model's own; `model`: None takes the built-in one.

    Raises LabelledDataError where the file is none, ModelError where the model cannot be loaded.
    """
    data = read_labelled(path)
    model = load_topic_model() if model is None else model
    return topic_evaluation(data, model, threshold, seen=data.digest == model.card.data_digest)


def evaluate_countries(path: Path, finder: CountryFinder | None = None) -> CountryEvaluation:
    """Countries of a labelled file. `finder`: None takes the built-in one.

    Raises LabelledDataError where the file is none, ModelError where the model cannot be loaded.
    """
    data = read_labelled(path)
    seen = data.digest == load_card(MODEL_DIR / CARD_FILE).data_digest
    return country_evaluation(data, load_country_finder() if finder is None else finder, seen=seen)


def topic_evaluation(
    data: LabelledData, model: CardedTopicModel, threshold: float | None, *, seen: bool
) -> TopicEvaluation:
    """As `evaluate_topics`, of articles already read."""
    least = model.threshold if threshold is None else threshold
    labels = topic_labels(data.articles)
    found = topic_probabilities(data.articles, model)
    languages = {language: np.array(rows) for language, rows in by_language(data.articles)}
    return TopicEvaluation(
        figures=topic_figures(found, labels, least),
        by_language={
            language: topic_figures(found[rows], labels.of(rows), least) for language, rows in languages.items()
        },
        by_topic=figures_by_topic(found, labels),
        threshold=least,
        digest=data.digest,
        seen=seen,
    )


def country_evaluation(data: LabelledData, finder: CountryFinder, *, seen: bool) -> CountryEvaluation:
    """As `evaluate_countries`, of articles already read."""
    found = country_codes(data.articles, finder)
    return CountryEvaluation(
        figures=country_figures(found, data.articles),
        by_language={
            language: country_figures([found[row] for row in rows], [data.articles[row] for row in rows])
            for language, rows in by_language(data.articles)
        },
        digest=data.digest,
        seen=seen,
    )


def topic_probabilities(articles: Sequence[LabelledArticle], model: CardedTopicModel) -> npt.NDArray[np.float32]:
    """Articles × topics: the model's probabilities."""
    return np.concatenate(
        [
            model.told(tokens, [article.lang for article in articles[start : start + _BATCH]])
            for start, tokens in zip(range(0, len(articles), _BATCH), _batches(articles), strict=True)
        ]
    )


def country_codes(articles: Sequence[LabelledArticle], finder: CountryFinder) -> list[list[str]]:
    """For each article the codes of its countries, best first."""
    found: list[list[str]] = []
    for start, tokens in zip(range(0, len(articles), _BATCH), _batches(articles), strict=True):
        origins = [Origin(a.url, a.source, a.lang) for a in articles[start : start + _BATCH]]
        found += [[country.code for country in countries] for countries in finder.countries(tokens, origins)]
    return found


def _batches(articles: Sequence[LabelledArticle]) -> Iterator[Tokens]:
    for start in range(0, len(articles), _BATCH):
        yield tokenise([story(article.title, article.text) for article in articles[start : start + _BATCH]])


_TOPIC_COLUMNS = f"language  articles  accuracy  macro-F1  either  top-2   p@{COVERAGE:g}    ece  answered  precise"
_CLASS_COLUMNS = "topic     articles  precision  recall     F1"
_COUNTRY_COLUMNS = "language  articles  precision  recall     F1  all right"


def _topic_row(name: str, figures: TopicFigures) -> str:
    return (
        f"{name:<8}  {figures.articles:>8}  {figures.accuracy:>8.3f}  {figures.macro_f1:>8.3f}  "
        f"{figures.either:>6.3f}  {figures.top2:>5.3f}  {figures.precision_at_coverage:>6.3f}  "
        f"{figures.calibration_error:>5.3f}  {figures.coverage:>8.3f}  {figures.precision_at_threshold:>7.3f}"
    )


def _class_row(name: str, figures: ClassFigures) -> str:
    return f"{name:<8}  {figures.articles:>8}  {figures.precision:>9.3f}  {figures.recall:>6.3f}  {figures.f1:>5.3f}"


def _country_row(name: str, figures: CountryFigures) -> str:
    return (
        f"{name:<8}  {figures.articles:>8}  {figures.precision:>9.3f}  {figures.recall:>6.3f}  {figures.f1:>5.3f}  "
        f"{figures.exact:>9.3f}"
    )

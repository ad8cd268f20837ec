"""The classifier as the stream sees it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import pytest

from services.classifier.reading import Batch
from services.classifier.stage import ARTICLES_AT_ONCE, Classified, Classifier
from services.classifier.topic_table import SLUGS
from shared.contracts import ClassifiedArticle, Country, NormalizedArticle
from shared.outcomes import Coordinates, Poison, Publish, Reason, Received, TransientError
from tests.unit.classifier.samples import MATCH, RATES, VISIT, article

NOON = 1_769_601_600.0  # 2026-01-28T12:00:00Z


class Model:
    """Says pol of everything, and fails on articles that ask for it."""

    threshold = 0.5
    listed_from = 0.4

    def knows(self, language: str) -> bool:
        return language == "ar"

    def probabilities(self, batch: Batch) -> npt.NDArray[np.float32]:
        for one in batch.articles:
            if one.title == "away":
                raise TransientError("the model is away")
            if one.title == "broken":
                raise ZeroDivisionError("a defect")
        row = np.array([0.9 if slug == "pol" else 0.1 for slug in SLUGS], np.float32)
        return np.tile(row, (len(batch.articles), 1))


class Nowhere:
    def find(self, batch: Batch) -> Sequence[Sequence[Country]]:
        return [[] for _ in batch.articles]


def classifier(observed: list[Classified] | None = None) -> Classifier:
    sink = [] if observed is None else observed
    return Classifier(lambda: NOON, model=Model(), countries=Nowhere(), observe=sink.extend)


@pytest.fixture(scope="module")
def built_in() -> Classifier:
    return Classifier(lambda: NOON)


def published(stage: Classifier, one: NormalizedArticle) -> ClassifiedArticle:
    (outcome,) = stage.classify([one])
    assert isinstance(outcome, Publish)
    return outcome.article


def test_all_else_goes_through_unchanged() -> None:
    one = article("t", "x")
    found = published(classifier(), one)
    before, after = msgspec.structs.asdict(one), msgspec.structs.asdict(found)
    assert after.pop("topics")[0].slug == "pol"
    assert after.pop("countries") == []
    assert after.pop("schema") == "khabar.classified.v1"
    assert after.pop("pipeline") == msgspec.structs.replace(
        before.pop("pipeline"), classified_at="2026-01-28T12:00:00Z"
    )
    assert before.pop("schema") == "khabar.normalized.v1"
    assert after == before


async def test_one_outcome_for_each_input_in_order() -> None:
    batch = [
        Received(article(title, "x"), Coordinates("articles.normalized", 0, offset), 0)
        for offset, title in enumerate(("a", "broken", "c"))
    ]
    first, second, third = await classifier().process(batch)
    assert isinstance(first, Publish)
    assert first.article.title == "a"
    assert isinstance(second, Poison)
    assert second.reason is Reason.FAILED
    assert "ZeroDivisionError" in second.error
    assert isinstance(third, Publish)
    assert third.article.title == "c"


def test_what_is_away_is_no_dead_letter() -> None:
    with pytest.raises(TransientError):
        classifier().classify([article("a", "x"), article("away", "x")])


def test_the_observer_is_told_once_of_each_published_article() -> None:
    observed: list[Classified] = []
    classifier(observed).classify([article("a", "x"), article("broken", "x"), article("c", "x", language="sw")])
    assert [(one.language, one.answer.abstained) for one in observed] == [("ar", None), ("sw", "language")]


def test_a_batch_of_any_size_is_classified_in_order() -> None:
    titles = [str(number) for number in range(2 * ARTICLES_AT_ONCE + 1)]
    outcomes = classifier().classify([article(title, "x") for title in titles])
    assert [outcome.article.title for outcome in outcomes if isinstance(outcome, Publish)] == titles


def test_an_empty_batch() -> None:
    assert classifier().classify([]) == []


def test_a_presidents_visit_is_politics_of_both_countries(built_in: Classifier) -> None:
    found = published(built_in, article(*VISIT))
    assert found.topics[0].slug == "pol"
    assert {country.code for country in found.countries} == {"SY", "RU"}
    assert all(country.mentions >= 3 for country in found.countries)


@pytest.mark.parametrize(("sample", "language", "slug"), [(MATCH, "en", "spo"), (RATES, "fr", "ebf")])
def test_plain_cases(built_in: Classifier, sample: tuple[str, str], language: str, slug: str) -> None:
    assert published(built_in, article(*sample, language=language)).topics[0].slug == slug


def test_the_batch_does_not_change_the_answer(built_in: Classifier) -> None:
    batch = [
        article(*VISIT),
        article(*MATCH, language="en"),
        article("", ""),
        article(*RATES, language="fr"),
        article("ﷺ … ½", "\ud800 \x00"),
    ]
    assert built_in.classify(batch) == [built_in.classify([one])[0] for one in batch]


def test_scores_are_descending_shares(built_in: Classifier) -> None:
    found = published(built_in, article(*VISIT))
    scores = [topic.score for topic in found.topics]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score < 1 for score in scores)


def test_nothing_to_read_gets_a_guess_only_when_asked() -> None:
    assert published(Classifier(lambda: NOON), article("", "")).topics == []
    assert len(published(Classifier(lambda: NOON, 0), article("", "", language="und")).topics) >= 1

"""Training on a made-up language: words of a topic occur in its articles, nothing else does."""

from __future__ import annotations

import gzip
import random
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
import pytest

from services.classifier.countries.finder import CountryFinder
from services.classifier.countries.gazetteer import load_gazetteer
from services.classifier.countries.weights import COUNTRIES_FILE, load_country_weights
from services.classifier.evaluate import evaluate_countries, evaluate_topics, topic_evaluation
from services.classifier.figures import topic_labels
from services.classifier.labelled import LabelledArticle, LabelledDataError, read_labelled
from services.classifier.model_files import load_topic_model
from services.classifier.tokens import story, tokenise
from services.classifier.topic_table import SLUGS
from services.classifier.training.countries import train_countries
from services.classifier.training.counts import count
from services.classifier.training.features import choose
from services.classifier.training.fit import fit, scores
from services.classifier.training.held_out import hold_out
from services.classifier.training.topics import LABELLED_FILE, Trained, train_topics
from services.classifier.weights import WEIGHTS_FILE

ARTICLES = 340
SOURCES = 10
COUNTRIES = ("SY", "RU", "FR")


@dataclass(frozen=True, slots=True)
class Run:
    """One training, its data and its output."""

    data: Path
    output: Path
    trained: Trained


def word(rng: random.Random) -> str:
    return "".join(rng.choices("abcdefghiklmnoprstuvz", k=rng.randint(3, 9)))


def corpus() -> list[LabelledArticle]:
    rng = random.Random(7)
    filler = [word(rng) for _ in range(300)]
    own = {slug: [word(rng) for _ in range(12)] for slug in SLUGS}
    towns = {code: [word(rng) for _ in range(12)] for code in COUNTRIES}
    articles = []
    for index in range(ARTICLES):
        primary, second = rng.sample(SLUGS, 2)
        country = rng.choice(COUNTRIES)
        text = rng.choices(filler, k=60) + rng.choices(own[primary], k=20) + rng.choices(own[second], k=5)
        rng.shuffle(text)
        articles.append(
            LabelledArticle(
                source=f"source {index % SOURCES}",
                lang="ar",
                primary=primary,
                secondary=[second],
                countries=[country],
                title=" ".join(rng.choices(own[primary], k=3)),
                text=" ".join([*text, *rng.sample(towns[country], 8)]),
            )
        )
    return articles


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    data, output = tmp_path_factory.mktemp("data"), tmp_path_factory.mktemp("output")
    path = data / LABELLED_FILE
    path.parent.mkdir()
    path.write_bytes(gzip.compress(b"\n".join(map(msgspec.json.encode, corpus()))))
    return Run(data, output, train_topics(data, output, report=lambda _: None))


def test_what_was_learnt_is_found_again(run: Run) -> None:
    evaluation = evaluate_topics(run.data / LABELLED_FILE, model=load_topic_model(run.output))
    assert evaluation.seen
    assert evaluation.figures.accuracy > 0.99
    assert "flatter" in str(evaluation)


def test_the_card_has_what_was_measured_on_unseen_sources(run: Run) -> None:
    card = run.trained.card
    assert card.articles == ARTICLES
    assert card.languages == ["ar"] == list(card.shifts)
    assert card.figures.accuracy > 0.8
    assert card.data_digest == read_labelled(run.data / LABELLED_FILE).digest
    assert set(card.by_topic) == set(SLUGS)


def test_the_same_data_give_the_same_weights(run: Run, tmp_path: Path) -> None:
    train_topics(run.data, tmp_path, report=lambda _: None)
    assert (tmp_path / WEIGHTS_FILE).read_bytes() == (run.output / WEIGHTS_FILE).read_bytes()


def test_the_model_in_service_gives_what_training_saw(run: Run) -> None:
    articles = corpus()
    stories = [story(article.title, article.text) for article in articles]
    counts = count(stories)
    wanted = scores(fit(counts, topic_labels(articles)), counts)
    found = load_topic_model(run.output).model.scores(tokenise(stories[:50]))
    assert np.abs(found - wanted[:50]).max() < 0.02  # weights of one byte


def test_countries_are_learnt_from_words_no_gazetteer_knows(run: Run, tmp_path: Path) -> None:
    trained = train_countries(run.data, tmp_path, report=lambda _: None)
    assert trained.card.figures.f1 > 0.95
    finder = CountryFinder(load_gazetteer(), load_country_weights(tmp_path / COUNTRIES_FILE))
    assert evaluate_countries(run.data / LABELLED_FILE, finder).figures.f1 > 0.95


def test_a_fold_held_out_is_judged_by_models_that_did_not_see_it(run: Run) -> None:
    data = read_labelled(run.data / LABELLED_FILE)
    held_out = hold_out(data, (0,))
    assert len(held_out.unseen.articles) == ARTICLES // 5
    sources = [article.source for article in held_out.unseen.articles]
    assert len(sources) == sum(article.source in sources for article in data.articles)
    assert topic_evaluation(held_out.unseen, held_out.topics, None, seen=False).figures.accuracy > 0.8


def test_only_telling_ngrams_are_kept() -> None:
    articles = corpus()
    counts = count([story(article.title, article.text) for article in articles])
    labels = topic_labels(articles)
    few = choose(counts.body, labels.primary, len(SLUGS), 50)
    all_of_them = choose(counts.body, labels.primary, len(SLUGS), 10**6)
    assert len(few.buckets) == 50
    assert set(few.buckets.tolist()) < set(all_of_them.buckets.tolist())
    assert (np.diff(all_of_them.buckets) > 0).all()
    frequency = np.bincount(counts.body.indices, minlength=counts.body.shape[1])[all_of_them.buckets]
    assert frequency.min() >= 3
    assert frequency.max() <= ARTICLES / 10


def test_a_folder_without_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="annotated"):
        train_topics(tmp_path, tmp_path)
    (tmp_path / "topics").mkdir()
    (tmp_path / LABELLED_FILE).write_bytes(gzip.compress(b"{}\n"))
    with pytest.raises(LabelledDataError, match="line 1"):
        train_topics(tmp_path, tmp_path)

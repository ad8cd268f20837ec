"""The stages say of the samples what the README promises: whoever tries them sees each kind of outcome."""

from __future__ import annotations

import msgspec
import pytest

from services.deduplicator.memory_index import MemoryIndex
from services.deduplicator.stage import Deduplicator
from services.normalizer.stage import Normalizer
from shared.contracts import ClassifiedArticle, EnrichedArticle, NormalizedArticle, RawArticle, decode_raw
from shared.outcomes import Coordinates, Outcome, Poison, Publish, Reason, Received, Unchanged
from shared.positions import NO_OFFSET, Span
from tests.malformed_inputs import HEAVY_EVERY, malformed_inputs
from tests.unit.samples import catalogue

NOW = 1_795_100_000.0  # seconds: 19 November 2026, when all samples were fetched
TOPIC = "samples"


def _clock() -> float:
    return NOW


def _received(number: int, article: RawArticle) -> Received[RawArticle]:
    return Received(article, Coordinates(TOPIC, 0, number), int(NOW * 1000))


async def _normalized(articles: dict[int, RawArticle]) -> dict[int, Outcome[NormalizedArticle]]:
    batch = [_received(number, article) for number, article in articles.items()]
    span = Span(TOPIC, 0, NO_OFFSET, len(batch))
    return dict(zip(articles, await Normalizer(_clock, "test").process(batch, span), strict=True))


def _without_topics(article: NormalizedArticle) -> ClassifiedArticle:
    known = {name: part for name, part in msgspec.structs.asdict(article).items() if name != "schema"}
    return ClassifiedArticle(**known, topics=[], countries=[])


async def _deduplicated() -> dict[int, Outcome[EnrichedArticle]]:
    batch = []
    for number, outcome in (await _normalized(catalogue.articles())).items():
        assert isinstance(outcome, Publish), f"line {number}: {outcome}"
        batch.append(Received(_without_topics(outcome.article), Coordinates(TOPIC, 0, number), int(NOW * 1000)))
    span = Span(TOPIC, 0, NO_OFFSET, len(batch))
    outcomes = await Deduplicator(MemoryIndex(clock=_clock), clock=_clock).process(batch, span)
    return {received.at.offset: outcome for received, outcome in zip(batch, outcomes, strict=True)}


def _published(outcome: Outcome[EnrichedArticle]) -> EnrichedArticle:
    assert isinstance(outcome, Publish)
    return outcome.article


def _relation(outcome: Outcome[EnrichedArticle]) -> str:
    if isinstance(outcome, Unchanged):
        return "unchanged"
    article = _published(outcome)
    if article.revision.number > 1:
        return "revision"
    return article.duplicate.relation if article.duplicate else "new"


async def test_each_line_relates_to_the_others_as_the_readme_says() -> None:
    outcomes = await _deduplicated()
    promised = {pair.line: pair.relation.replace("different", "new") for pair in catalogue.related()}
    told = {number: _relation(outcome) for number, outcome in outcomes.items()}
    assert told == {number: promised.get(number, "new") for number in outcomes}


async def test_copies_excerpts_and_extensions_share_the_group_of_the_line_that_was_first() -> None:
    outcomes = await _deduplicated()
    for pair in catalogue.related():
        if pair.relation in ("copy", "excerpt", "extension"):
            duplicate = _published(outcomes[pair.line]).duplicate
            assert duplicate
            assert duplicate.group == _published(outcomes[pair.of]).id, pair


async def test_revisions_keep_the_id_and_say_what_changed() -> None:
    outcomes = await _deduplicated()
    changed = []
    for pair in catalogue.related():
        if pair.relation == "revision":
            later, earlier = _published(outcomes[pair.line]), _published(outcomes[pair.of])
            assert (later.id, later.revision.previous) == (earlier.id, earlier.revision.hash)
            changed.append(later.revision.changed)
    assert sorted(changed) == [["text"], ["title"]]


async def test_every_declared_language_is_recognised_from_the_text_alone() -> None:
    declared = {number: article for number, article in catalogue.articles().items() if article.language}
    unsaid = {number: msgspec.structs.replace(article, language=None) for number, article in declared.items()}
    for number, outcome in (await _normalized(unsaid)).items():
        assert isinstance(outcome, Publish)
        assert outcome.article.language.code == (declared[number].language or "").split("-")[0], f"line {number}"


async def test_the_notice_names_where_the_article_was_first_and_when() -> None:
    outcome = (await _normalized(catalogue.articles()))[8]
    assert isinstance(outcome, Publish)
    (credit,) = outcome.article.attribution
    assert (credit.kind, credit.outlet) == ("syndication", "qalaat-halab")
    assert credit.title == "أول قطار شحن بين حلب والمرفأ منذ أربعة عشر عاماً"
    assert outcome.article.published.raw == "١٢ تشرين الثاني ٢٠٢٦"
    assert outcome.article.published.at == "2026-11-12T00:00:00Z"


@pytest.mark.parametrize("row", [row for row in catalogue.refused() if row.reason is Reason.NO_CONTENT])
async def test_poison_without_content_is_refused_by_the_normalizer(row: catalogue.Refused) -> None:
    article = decode_raw(catalogue.poison_lines()[row.line - 1])
    outcome = (await _normalized({row.line: article}))[row.line]
    assert isinstance(outcome, Poison)
    assert outcome.reason is Reason.NO_CONTENT


async def test_malformed_inputs_that_decode_are_refused_by_the_normalizer() -> None:
    decoded = {
        number: decode_raw(malformed.value)
        for number, malformed in enumerate(malformed_inputs(4 * HEAVY_EVERY, seed=7))
        if malformed.reason is Reason.NO_CONTENT
    }
    outcomes = await _normalized(decoded)
    assert {outcome.reason for outcome in outcomes.values() if isinstance(outcome, Poison)} == {Reason.NO_CONTENT}
    assert all(isinstance(outcome, Poison) for outcome in outcomes.values())

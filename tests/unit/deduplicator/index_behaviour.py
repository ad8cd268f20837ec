"""What the deduplicator promises, whatever index it stands on; run on memory and on a real Redis."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.deduplicator.fingerprint import fingerprint
from services.deduplicator.index import Found, Index
from services.deduplicator.published import PublishedRecord
from services.deduplicator.stage import Deduplicator
from shared.contracts import ClassifiedArticle, Duplicate, EnrichedArticle, Published
from shared.outcomes import Poison, Publish, Unchanged
from shared.positions import PositionBehindError, Span
from tests.unit.deduplicator.samples import NOW, at, classified, entry, halfway, prose, received, span

IndexMaker = Callable[[], Index]
DAY = 86_400


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


async def run(stage: Deduplicator, *articles: ClassifiedArticle, follows: int = -1) -> list[EnrichedArticle | None]:
    """One batch right after `follows`; None for what is unchanged."""
    batch = [received(article, follows + 1 + place) for place, article in enumerate(articles)]
    outcomes = await stage.process(batch, span(follows, follows + len(articles)))
    return [outcome.article if isinstance(outcome, Publish) else None for outcome in outcomes]


async def run_one(stage: Deduplicator, article: ClassifiedArticle, follows: int) -> EnrichedArticle:
    """One article that is published."""
    (published,) = await run(stage, article, follows=follows)
    assert published is not None
    return published


def verdict(event: EnrichedArticle | None) -> tuple[object, ...]:
    """What a reader of the event relies on."""
    assert event is not None
    return event.id, event.revision, event.duplicate


class IndexBehaviour:
    """Subclasses give the fixtures `new_index` (each call another client of one shared index) and `clock`."""

    @pytest.fixture
    def stage(self, new_index: IndexMaker, clock: Clock) -> Deduplicator:
        return Deduplicator(new_index(), clock=clock)

    async def test_the_first_is_new_and_the_second_a_copy_of_it(self, stage: Deduplicator) -> None:
        first, second = await run(stage, classified("a", prose(1)), classified("b", prose(1)))
        assert first is not None
        assert first.duplicate is None
        assert second is not None
        assert second.duplicate is not None
        assert second.duplicate.relation == "copy"
        assert second.duplicate.of == second.duplicate.group == first.id
        assert (second.duplicate.containment, second.duplicate.contained) == (1.0, 1.0)

    async def test_a_copy_in_a_later_batch_is_found_too(self, stage: Deduplicator) -> None:
        first = await run_one(stage, classified("a", prose(1)), -1)
        second = await run_one(stage, classified("b", prose(1)), 0)
        assert second.duplicate is not None
        assert second.duplicate.of == first.id

    async def test_says_which_one_adds_to_the_other(self, stage: Deduplicator) -> None:
        short, long = prose(1), prose(1) + "\n" + prose(2, 90)
        _, extension = await run(stage, classified("a", short), classified("b", long))
        assert extension is not None
        assert extension.duplicate is not None
        assert extension.duplicate.relation == "extension"
        assert extension.duplicate.containment > 0.95
        assert extension.duplicate.contained < 0.65
        (excerpt,) = await run(stage, classified("c", short), follows=1)
        assert excerpt is not None
        assert excerpt.duplicate is not None
        assert excerpt.duplicate.relation == "copy"

    async def test_an_excerpt_is_contained_in_the_other(self, stage: Deduplicator) -> None:
        _, excerpt = await run(stage, classified("a", prose(1, 200)), classified("b", prose(1, 200)[:600]))
        assert excerpt is not None
        assert excerpt.duplicate is not None
        assert excerpt.duplicate.relation == "excerpt"
        assert excerpt.duplicate.contained > 0.95 > excerpt.duplicate.containment

    async def test_copies_of_copies_are_one_group(self, stage: Deduplicator) -> None:
        text = prose(1)
        first, *others = await run(stage, *(classified(name, text + " " + name) for name in "abcdef"))
        assert first is not None
        assert {other.duplicate.group for other in others if other and other.duplicate} == {first.id}
        assert all(other and other.duplicate for other in others)

    async def test_a_copy_of_two_groups_joins_them(self, stage: Deduplicator) -> None:
        one, between, other = halfway(1)
        a, b, joining = await run(stage, classified("a", one), classified("b", other), classified("c", between))
        assert a is not None
        assert b is not None
        assert a.duplicate is None
        assert b.duplicate is None
        assert joining is not None
        assert joining.duplicate is not None
        assert joining.duplicate.relation == "copy"
        (joined,) = joining.duplicate.joined
        assert {joining.duplicate.group, joined} == {a.id, b.id}
        for place, text in enumerate((one, other), start=3):
            copy = await run_one(stage, classified(f"n{place}", text), place - 1)
            assert copy.duplicate is not None
            assert (copy.duplicate.group, copy.duplicate.joined) == (joining.duplicate.group, [])

    async def test_a_group_that_was_joined_may_be_joined_on(self, stage: Deduplicator, clock: Clock) -> None:
        steps = halfway(1, steps=5)
        first = await run(stage, *(classified(f"n{place}", steps[place]) for place in (0, 2, 4)))
        clock.now += 3 * DAY  # joins are found from the generation after, too
        joins = await run(stage, classified("n1", steps[1]), classified("n3", steps[3]), follows=2)
        copies = await run(stage, *(classified(f"c{place}", steps[place]) for place in (0, 2, 4)), follows=4)
        duplicates = [event.duplicate for event in joins + copies if event is not None and event.duplicate]
        assert len(duplicates) == 5
        assert len({duplicate.group for duplicate in duplicates[1:]}) == 1
        joined = [group for duplicate in duplicates for group in duplicate.joined]
        assert sorted([*joined, duplicates[-1].group]) == sorted(event.id for event in first if event)

    async def test_a_join_is_told_again_by_a_redelivery_alone(self, stage: Deduplicator) -> None:
        one, between, other = halfway(1)
        articles = [classified("a", one), classified("b", other), classified("c", between)]
        first = await run(stage, *articles)
        assert await run(stage, *articles) == first
        again = await run_one(stage, classified("d", between), 2)
        assert again.duplicate is not None
        assert again.duplicate.joined == []

    async def test_what_extends_two_articles_does_not_make_them_one(self, stage: Deduplicator) -> None:
        both = prose(1) + "\n" + prose(2)
        _, _, digest = await run(stage, classified("a", prose(1)), classified("b", prose(2)), classified("c", both))
        assert digest is not None
        assert digest.duplicate is not None
        assert (digest.duplicate.relation, digest.duplicate.joined) == ("extension", [])

    async def test_a_revision_is_no_copy_of_what_was_joined_to_its_group(self, stage: Deduplicator) -> None:
        one, between, other = halfway(1)
        texts = {"a": one, "b": other}
        _, _, joining = await run(stage, *(classified(name, texts[name]) for name in texts), classified("c", between))
        assert joining is not None
        assert joining.duplicate is not None
        (name,) = [name for name in texts if classified(name, "").id == joining.duplicate.group]
        revision = await run_one(stage, classified(name, texts[name] + " corrected"), 2)
        assert revision.duplicate is None

    async def test_other_articles_are_new(self, stage: Deduplicator) -> None:
        events = await run(stage, *(classified(f"n{seed}", prose(seed)) for seed in range(30)))
        assert all(event is not None and event.duplicate is None for event in events)

    async def test_a_redelivery_gets_the_stored_verdict(self, stage: Deduplicator) -> None:
        articles = [classified("a", prose(1)), classified("b", prose(1)), classified("c", prose(3))]
        first = await run(stage, *articles)
        await run(stage, classified("d", prose(3)), follows=2)
        again = await run(stage, *articles)
        assert [verdict(event) for event in again] == [verdict(event) for event in first]

    async def test_the_same_thing_pushed_again_is_unchanged(self, stage: Deduplicator) -> None:
        article = classified("a", prose(1))
        assert (await run(stage, article, article))[1] is None
        assert await run(stage, article, follows=1) == [None]
        assert await run(stage, article, follows=1) == [None]

    async def test_a_revision_counts_up_and_names_what_changed(self, stage: Deduplicator) -> None:
        old = classified("a", prose(1), title="Rain expcted")
        new = classified("a", prose(1), title="Rain expected", tags=["weather"])
        first, second = await run(stage, old, new)
        assert first is not None
        assert (first.revision.number, first.revision.previous, first.revision.changed) == (1, None, [])
        assert second is not None
        assert second.revision.number == 2
        assert second.revision.previous == first.revision.hash
        assert second.revision.changed == ["title", "tags"]
        assert second.duplicate is None

    async def test_an_old_revision_that_comes_back_is_unchanged(self, stage: Deduplicator) -> None:
        old, new = classified("a", prose(1)), classified("a", prose(1) + " more")
        events = await run(stage, old, new, old)
        assert events[2] is None
        third = await run_one(stage, classified("a", prose(1) + " much more"), 2)
        assert third.revision.number == 3

    async def test_an_old_revision_is_known_after_the_window_too(self, stage: Deduplicator, clock: Clock) -> None:
        old, new = classified("a", prose(1), title="Rain expcted"), classified("a", prose(1), title="Rain expected")
        await run(stage, old, new)
        clock.now += 7 * DAY
        assert await run(stage, old, new, follows=1) == [None, None]

    async def test_a_copy_whose_title_is_mended_stays_a_copy(self, stage: Deduplicator) -> None:
        original = classified("a", prose(1))
        _, first, mended = await run(
            stage,
            original,
            classified("b", prose(1) + " Ends.", title="Rain expcted"),
            classified("b", prose(1) + " Ends.", title="Rain expected"),
        )
        assert first is not None
        assert mended is not None
        assert (mended.id, mended.revision.number, mended.revision.changed) == (first.id, 2, ["title"])
        assert mended.duplicate is not None
        assert (mended.duplicate.of, mended.duplicate.group) == (original.id, original.id)

    async def test_a_revision_is_no_copy_of_its_own_copies(self, stage: Deduplicator) -> None:
        events = await run(
            stage, classified("a", prose(1)), classified("b", prose(1)), classified("a", prose(1) + " corrected")
        )
        assert events[2] is not None
        assert events[2].duplicate is None
        later = await run_one(stage, classified("a", prose(1) + " corrected again"), 2)
        assert later.duplicate is None

    async def test_events_further_apart_than_the_window_are_no_copies(self, stage: Deduplicator) -> None:
        def on(name: str, day: str) -> ClassifiedArticle:
            published = Published(at=f"2026-09-{day}T10:00:00Z", precision="minute", method="producer")
            return classified(name, prose(1), published=published)

        events = await run(stage, on("a", "10"), on("b", "14"), on("c", "13"))
        assert events[1] is not None
        assert events[1].duplicate is None
        assert events[2] is not None
        assert events[2].duplicate is not None

    async def test_what_arrived_before_the_window_is_forgotten(self, stage: Deduplicator, clock: Clock) -> None:
        await run(stage, classified("a", prose(1)))
        clock.now += 3 * DAY
        kept = await run_one(stage, classified("b", prose(1)), 0)
        assert kept.duplicate is not None
        clock.now += 7 * DAY
        forgotten = await run_one(stage, classified("c", prose(1)), 1)
        assert forgotten.duplicate is None

    async def test_a_clock_that_lags_does_not_turn_the_day_back(self, stage: Deduplicator, clock: Clock) -> None:
        clock.now += 3 * DAY
        await run(stage, classified("a", prose(1)))
        clock.now -= 3 * DAY
        event = await run_one(stage, classified("b", prose(1)), 0)
        assert event.duplicate is not None

    async def test_to_peek_begins_no_generation(self, new_index: IndexMaker, stage: Deduplicator, clock: Clock) -> None:
        index = new_index()
        assert (await index.peek([entry("b", prose(1))])).found == (Found(None, (), ()),)
        await run(stage, classified("a", prose(1)))
        before = await index.peek([entry("b", prose(1))])
        assert before.found[0].current
        clock.now += 30 * DAY
        assert await index.peek([entry("b", prose(1))]) == before
        clock.now -= 30 * DAY
        copy = await run_one(stage, classified("b", prose(1)), 0)
        assert copy.duplicate is not None

    async def test_short_texts_are_copies_only_when_they_are_the_same(self, stage: Deduplicator) -> None:
        text = "The ministry closed the northern road on Monday because of heavy snow and wind."
        events = await run(
            stage,
            classified("a", text, title="Road closed by snow"),
            classified("b", text.upper(), title="Snow closes road"),
            classified("c", text.replace("northern", "southern"), title="Southern road closed"),
        )
        assert events[1] is not None
        assert events[1].duplicate is not None
        assert events[2] is not None
        assert events[2].duplicate is None

    async def test_a_whole_batch_larger_than_one_call(self, stage: Deduplicator) -> None:
        articles = [classified(f"{place}", prose(place // 2)) for place in range(250)]
        events = await run(stage, *articles)
        for place, event in enumerate(events):
            assert event is not None
            expected = articles[place - 1].id if place % 2 else None
            assert (event.duplicate.of if event.duplicate else None) == expected

    async def test_an_article_that_breaks_the_fingerprint_is_poison_alone(
        self, stage: Deduplicator, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def breaks(title: str, text: str) -> object:
            if title == "bad":
                raise ZeroDivisionError("by chance")
            return fingerprint(title, text)

        def breaks_together(articles: list[tuple[str, str]]) -> object:
            return [breaks(*article) for article in articles]

        monkeypatch.setattr("services.deduplicator.entry.fingerprint", breaks)
        monkeypatch.setattr("services.deduplicator.stage.fingerprints", breaks_together)
        batch = [
            received(classified(name, prose(1), title=title), offset)
            for offset, (name, title) in enumerate([("a", "good"), ("b", "bad"), ("c", "good")])
        ]
        first, poison, copy = await stage.process(batch, span(-1, 2))
        assert isinstance(first, Publish)
        assert isinstance(poison, Poison)
        assert "ZeroDivisionError: by chance" in poison.error
        assert isinstance(copy, Publish)
        assert copy.article.duplicate is not None

    async def test_positions_move_with_the_batches_even_empty_ones(self, stage: Deduplicator) -> None:
        await stage.process([], span(-1, 7))
        await stage.process([received(classified("a", prose(1)), 12)], span(7, 15))
        with pytest.raises(PositionBehindError) as behind:
            await stage.process([], span(16, 20))
        assert behind.value.known == 15
        await stage.process([], span(15, 20))

    async def test_a_position_behind_changes_nothing(self, stage: Deduplicator) -> None:
        with pytest.raises(PositionBehindError) as behind:
            await stage.process([received(classified("a", prose(1)), 5)], span(4, 5))
        assert behind.value.known == -1
        assert behind.value.span == span(4, 5)
        copy = await run_one(stage, classified("b", prose(1)), -1)
        assert copy.duplicate is None

    async def test_partitions_have_their_own_positions(self, stage: Deduplicator) -> None:
        await stage.process([], Span("articles.classified", 0, -1, 9))
        with pytest.raises(PositionBehindError):
            await stage.process([], Span("articles.classified", 1, 9, 10))

    async def test_tells_the_position_of_each_partition(self, stage: Deduplicator) -> None:
        await stage.process([], span(-1, 9, partition=1))
        assert list(await stage.positions("articles.classified", [0, 1, 2])) == [-1, 9, -1]
        assert list(await stage.positions("articles.classified", [])) == []

    async def test_a_repeated_batch_does_not_move_the_position_back(self, stage: Deduplicator) -> None:
        await stage.process([], span(-1, 9))
        await stage.process([], span(-1, 4))
        await stage.process([], span(9, 10))

    async def test_a_restore_leaves_what_is_there(self, stage: Deduplicator) -> None:
        articles = [classified("a", prose(1)), classified("b", prose(1)), classified("a", prose(1) + " corrected")]
        published = await run(stage, *articles)
        records = [PublishedRecord(event, at(offset + 70)) for offset, event in enumerate(published) if event]
        await stage.restore(span(-1, 72), records)
        assert await run(stage, *articles) == published

    async def test_a_restore_of_something_lost_behind_the_span_is_refused(self, stage: Deduplicator) -> None:
        with pytest.raises(PositionBehindError):
            await stage.restore(span(3, 9), [])
        await stage.restore(span(-1, 9), [])
        await stage.process([], span(9, 10))


class RestoreBehaviour:
    """Subclasses give `new_index` that makes an index of its own each time, and `clock`."""

    async def test_an_index_restored_from_what_was_published_answers_as_the_lost_one(
        self, new_index: IndexMaker, clock: Clock
    ) -> None:
        stage = Deduplicator(new_index(), clock=clock)
        articles = [
            classified("a", prose(1)),
            classified("b", prose(1) + " " + prose(9, 10)),
            classified("a", prose(1) + " corrected", title="Another title"),
            classified("c", prose(2)),
            classified("b", prose(3)),
        ]
        published = [event for event in await run(stage, *articles) if event]
        late = [classified("d", prose(1)), classified("a", prose(1) + " corrected twice"), classified("e", prose(3))]
        expected = [verdict(event) for event in await run(stage, *late, follows=4)]

        restored = Deduplicator(new_index(), clock=clock)
        with pytest.raises(PositionBehindError):
            await run(restored, *late, follows=4)
        records = [PublishedRecord(event, at(offset)) for offset, event in enumerate(published)]
        await restored.restore(span(-1, 4), list(reversed(records)))
        assert [verdict(event) for event in await run(restored, *articles)] == [verdict(e) for e in published]
        assert [verdict(event) for event in await run(restored, *late, follows=4)] == expected
        assert await run(restored, *articles, follows=7) == [None] * 5

    async def test_joins_are_restored(self, new_index: IndexMaker, clock: Clock) -> None:
        one, between, other = halfway(1)
        stage = Deduplicator(new_index(), clock=clock)
        published = await run(stage, classified("a", one), classified("b", other), classified("c", between))
        late = [classified("d", one), classified("e", other)]
        expected = [verdict(event) for event in await run(stage, *late, follows=2)]

        restored = Deduplicator(new_index(), clock=clock)
        records = [PublishedRecord(event, at(offset)) for offset, event in enumerate(published) if event]
        await restored.restore(span(-1, 2), records)
        assert [verdict(event) for event in await run(restored, *late, follows=2)] == expected
        groups = {event.duplicate.group for event in published if event and event.duplicate}
        assert {duplicate.group for _, _, duplicate in expected if isinstance(duplicate, Duplicate)} == groups

    async def test_what_left_the_window_keeps_its_claim_and_is_no_candidate(
        self, new_index: IndexMaker, clock: Clock
    ) -> None:
        stage = Deduplicator(new_index(), clock=clock)
        (event,) = await run(stage, classified("a", prose(1)))
        assert event is not None
        clock.now += 7 * DAY
        restored = Deduplicator(new_index(), clock=clock)
        await restored.restore(span(-1, 0), [PublishedRecord(event, at(0))])
        copy = await run_one(restored, classified("b", prose(1)), 0)
        assert copy.duplicate is None
        outcomes = await restored.process([received(classified("a", prose(1)), 2)], span(1, 2))
        assert outcomes == [Unchanged()]

"""What counting lines promises, in memory and in Redis alike."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import Protocol

from services.normalizer.line_counts import KEY_BYTES, Count, Counts, LineCounts, Observed
from shared.positions import NO_OFFSET, Span

SEEN_ONCE, NEVER_SEEN = Count(1, False), Count(0, False)


def key(name: object) -> bytes:
    return blake2b(str(name).encode(), digest_size=KEY_BYTES).digest()


def observed(
    offset: int, *lines: object, article: object = None, revision: object = None, day: int = 1, source: str = "a"
) -> Observed:
    """An article with these lines; of its own id and text unless said."""
    return Observed(
        source,
        offset,
        day,
        key(f"article {offset if article is None else article}"),
        key(f"revision {offset if revision is None else revision}"),
        tuple(map(key, lines)),
    )


async def count(counts: LineCounts, batch: Sequence[Observed], follows: int | None = None) -> list[Counts]:
    """Counts a batch that follows what came before its first offset."""
    first = batch[0].offset
    return await counts.count(batch, Span("raw", 0, first - 1 if follows is None else follows, batch[-1].offset))


class NewLineCounts(Protocol):
    """Counts that nothing was counted in."""

    def __call__(self, *, bucket_lines: int = 16, recent_articles: int = 2000) -> LineCounts: ...


class LineCountsBehaviour:
    """Subclasses give `new_counts`."""

    async def test_a_line_is_counted_in_each_article(self, new_counts: NewLineCounts) -> None:
        told = await count(new_counts(), [observed(0, "x", "y"), observed(1, "x")])
        assert told == [Counts(1, (SEEN_ONCE, SEEN_ONCE)), Counts(2, (Count(2, False),))]

    async def test_days_are_told_apart(self, new_counts: NewLineCounts) -> None:
        told = await count(new_counts(), [observed(0, "x", day=20_000), observed(1, "x", day=20_001)])
        assert told[-1].lines == (Count(2, True),)

    async def test_each_source_has_its_own_lines(self, new_counts: NewLineCounts) -> None:
        told = await count(new_counts(), [observed(0, "x"), observed(1, "x", source="b")])
        assert told == [Counts(1, (SEEN_ONCE,)), Counts(1, (SEEN_ONCE,))]

    async def test_another_version_of_an_article_is_not_counted(self, new_counts: NewLineCounts) -> None:
        told = await count(new_counts(), [observed(0, "x", article=7), observed(1, "x", "y", article=7, day=2)])
        assert told[-1] == Counts(1, (SEEN_ONCE, NEVER_SEEN))

    async def test_the_same_text_under_another_address_is_not_counted(self, new_counts: NewLineCounts) -> None:
        told = await count(new_counts(), [observed(0, "x", revision=7), observed(1, "x", revision=7, day=2)])
        assert told[-1] == Counts(1, (SEEN_ONCE,))

    async def test_a_batch_delivered_again_is_not_counted(self, new_counts: NewLineCounts) -> None:
        counts = new_counts(bucket_lines=1)  # so small that the table itself remembers neither article
        batch = [observed(10 + n, "x", *range(100 * n, 100 * n + 60)) for n in range(20)]
        told = await count(counts, batch)
        again = await count(counts, batch)
        assert again[-1] == told[-1]
        assert {of_article.articles for of_article in again} == {20}

    async def test_a_batch_delivered_again_in_other_parts_is_counted_from_where_it_was_not(
        self, new_counts: NewLineCounts
    ) -> None:
        counts = new_counts()
        await count(counts, [observed(10, "x"), observed(11, "x")])
        told = await count(counts, [observed(10, "x"), observed(11, "x"), observed(12, "x")])
        assert told[-1] == Counts(3, (Count(3, False),))

    async def test_a_partition_made_anew_is_counted_from_its_start(self, new_counts: NewLineCounts) -> None:
        counts = new_counts()
        await count(counts, [observed(500, "x")])
        told = await count(counts, [observed(0, "x", article="new", revision="new")], follows=NO_OFFSET)
        assert told[-1].articles == 2

    async def test_offsets_that_were_lost_are_not_waited_for(self, new_counts: NewLineCounts) -> None:
        told = await count(new_counts(), [observed(900, "x")])
        assert told == [Counts(1, (SEEN_ONCE,))]

    async def test_a_full_bucket_forgets_what_came_least_often_and_longest_ago(self, new_counts: NewLineCounts) -> None:
        first, second, third, fourth = _of_one_bucket(4)
        counts = new_counts(bucket_lines=3)
        for offset, names in enumerate([(first,), (first, second), (third,), (fourth,)]):
            await count(counts, [observed(offset, *names)])
        [told] = await count(counts, [observed(0, first, second, third, fourth)])
        assert [line.articles for line in told.lines] == [2, 0, 1, 1]

    async def test_counts_are_halved_so_that_the_past_fades(self, new_counts: NewLineCounts) -> None:
        counts = new_counts(recent_articles=6)
        told = await count(counts, [observed(offset, "x") for offset in range(5)])
        assert told[-1] == Counts(5, (Count(5, False),))
        told = await count(counts, [observed(5, "x", "once")])
        assert told[-1] == Counts(3, (Count(3, False), SEEN_ONCE))

    async def test_a_large_batch_is_counted_as_a_whole(self, new_counts: NewLineCounts) -> None:
        told = await count(new_counts(), [observed(offset, "x") for offset in range(250)], follows=NO_OFFSET)
        assert [of_article.articles for of_article in told] == list(range(1, 251))

    async def test_an_empty_batch_moves_the_position(self, new_counts: NewLineCounts) -> None:
        counts = new_counts()
        assert await counts.count([], Span("raw", 0, 4, 9)) == []
        assert await count(counts, [observed(9, "x")], follows=4) == [Counts(0, (NEVER_SEEN,))]


def _of_one_bucket(number: int) -> list[str]:
    names = (f"line {n}" for n in range(100_000))
    return [name for name in names if key(name)[0] == 0][:number]


def random_batches(seed: int) -> Iterator[tuple[list[Observed], Span]]:
    """Batches of one partition, some delivered again in other parts, whose articles share lines, ids and texts."""
    chance = random.Random(seed)
    follows = NO_OFFSET
    for _ in range(60):
        size = chance.randint(1, 30)
        batch = [
            observed(
                follows + 1 + place,
                *dict.fromkeys(chance.choice((chance.randint(0, 9), chance.randint(0, 5000))) for _ in range(8)),
                article=chance.randint(0, 400),
                revision=chance.randint(0, 400),
                day=chance.randint(1, 3),
                source=chance.choice("ab"),
            )
            for place in range(size)
        ]
        yield batch, Span("raw", 0, follows, follows + size)
        if chance.random() < 0.7:
            follows += size

"""Who published first, who copied, who added."""

from __future__ import annotations

from services.deduplicator.chain import Link, Tie, chain
from services.deduplicator.first import Because
from shared.contracts import Attribution, Duplicate, EnrichedArticle, Published, Relation
from tests.articles import enriched


def article(
    name: str, at: str, *, repeats: EnrichedArticle | None = None, relation: Relation = "copy", names: str = ""
) -> EnrichedArticle:
    duplicate = None
    if repeats:
        group = repeats.duplicate.group if repeats.duplicate else repeats.id
        duplicate = Duplicate(
            relation=relation, of=repeats.id, group=group, containment=0.9, contained=0.8, method="passages"
        )
    return enriched(
        name,
        source=name,
        published=Published(at=at, precision="minute", method="producer"),
        duplicate=duplicate,
        attribution=[Attribution(kind="agency", outlet=names, evidence=f"as {names} reports")] if names else [],
    )


def told(links: tuple[Link, ...]) -> list[tuple[str, list[tuple[str, Relation]]]]:
    sources = {link.article.id: link.article.source for link in links}
    return [(link.article.source, [(sources[tie.of], tie.relation) for tie in link.ties]) for link in links]


def test_who_published_first_who_copied_and_who_added() -> None:
    first = article("Agence du Port", "2026-01-28T08:00:00Z")
    copied = article("صحيفة الميناء", "2026-01-28T09:00:00Z", repeats=first)
    added = article("Harbour Post", "2026-01-28T10:00:00Z", repeats=copied, relation="extension")
    assert told(chain([first, copied, added])) == [
        ("Agence du Port", []),
        ("صحيفة الميناء", [("Agence du Port", "copy")]),
        ("Harbour Post", [("صحيفة الميناء", "extension")]),
    ]


def test_what_arrived_late_but_was_published_first_is_what_the_others_took_from() -> None:
    whole = article("Harbour Post", "2026-01-28T10:00:00Z")
    brief = article("Brief Wire", "2026-01-28T08:00:00Z", repeats=whole, relation="excerpt")
    first, second = chain([whole, brief])
    assert (first.article, first.because, first.ties) == (brief, Because.PUBLISHED, ())
    assert second.ties == (Tie(brief.id, "extension", containment=0.8, contained=0.9),)


def test_whom_a_copy_names_comes_first_whatever_arrived_first() -> None:
    copied = article("Copy Post", "2026-01-28T08:00:00Z", names="North Wire")
    wire = article("North Wire", "2026-01-28T09:00:00Z", repeats=copied)
    first, second = chain([copied, wire])
    assert (first.article, first.because) == (wire, Because.NAMED)
    assert second.credits == (wire.id,)
    assert [tie.of for tie in second.ties] == [wire.id]


def test_one_that_is_taken_from_by_two_ways_tells_both() -> None:
    late = article("Late Post", "2026-01-28T10:00:00Z")
    early = article("Early Post", "2026-01-28T08:00:00Z", repeats=late)
    middle = article("Middle Post", "2026-01-28T09:00:00Z", repeats=late, relation="excerpt")
    assert told(chain([late, early, middle]))[-1] == (
        "Late Post",
        [("Early Post", "copy"), ("Middle Post", "extension")],
    )


def test_what_repeats_an_article_that_is_gone_has_no_tie() -> None:
    gone = article("Gone Post", "2026-01-28T08:00:00Z")
    assert told(chain([article("Copy Post", "2026-01-28T09:00:00Z", repeats=gone)])) == [("Copy Post", [])]


def test_of_nothing_there_is_no_chain() -> None:
    assert chain([]) == ()

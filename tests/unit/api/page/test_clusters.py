from __future__ import annotations

from collections.abc import Sequence

from services.api.page.clusters import clusters
from shared.contracts import EnrichedArticle
from tests.articles import copy_of, enriched

FIRST = enriched("first")
COPY = enriched("copy", duplicate=copy_of(FIRST))
COPY_OF_COPY = enriched("copy of copy", duplicate=copy_of(COPY))
EXCERPT = enriched("excerpt", duplicate=copy_of(FIRST, relation="excerpt"))
EXTENSION = enriched("extension", duplicate=copy_of(FIRST, relation="extension"))
COPY_OF_EXTENSION = enriched("copy of extension", duplicate=copy_of(EXTENSION))
OTHER = enriched("other")
GROUP = (FIRST, COPY, COPY_OF_COPY, EXCERPT, EXTENSION, COPY_OF_EXTENSION)


def shown(page: Sequence[EnrichedArticle], members: Sequence[EnrichedArticle]) -> list[tuple[str, list[str]]]:
    """The url's last part of each article, and of its copies."""
    return [(_name(cluster.article), [_name(copy) for copy in cluster.copies]) for cluster in clusters(page, members)]


def _name(article: EnrichedArticle) -> str:
    return str(article.url).rpartition("/")[2]


def test_copies_stand_under_what_they_repeat_and_an_extension_by_itself() -> None:
    page = (COPY_OF_EXTENSION, EXTENSION, EXCERPT, OTHER, COPY_OF_COPY, COPY, FIRST)
    assert shown(page, GROUP) == [
        ("extension", ["copy of extension"]),
        ("other", []),
        ("first", ["copy", "copy of copy", "excerpt"]),
    ]


def test_copies_that_are_not_on_the_page_are_told_too() -> None:
    assert shown((OTHER, FIRST), (FIRST, COPY)) == [("other", []), ("first", ["copy"])]


def test_where_the_original_is_not_on_the_page_its_first_copy_there_stands_for_it() -> None:
    page = (EXCERPT, OTHER, COPY_OF_COPY)
    assert shown(page, (FIRST, COPY, COPY_OF_COPY, EXCERPT)) == [
        ("other", []),
        ("copy of copy", ["copy", "excerpt"]),
    ]


def test_a_copy_of_what_is_no_longer_kept_stands_with_the_others() -> None:
    assert shown((EXCERPT, COPY), ()) == [("copy", ["excerpt"])]


def test_articles_that_name_each_other_end_nowhere_and_are_shown_all_the_same() -> None:
    one = enriched("one", duplicate=copy_of(enriched("two")))
    two = enriched("two", duplicate=copy_of(enriched("one")))
    assert sorted(name for name, _ in shown((two, one), (one, two))) == ["one", "two"]


def test_nothing_is_lost_and_nothing_comes_twice() -> None:
    page = (COPY_OF_EXTENSION, COPY, EXTENSION, OTHER, EXCERPT)
    told = [name for name, copies in shown(page, GROUP) for name in (name, *copies)]
    assert {_name(article) for article in page} <= set(told)
    assert len(told) == len(set(told))


def test_what_stands_by_itself_tells_what_it_repeats_or_extends_where_that_is_known() -> None:
    of = {_name(cluster.article): cluster.of for cluster in clusters((EXTENSION, EXCERPT, OTHER), (FIRST, EXTENSION))}
    assert of == {"extension": FIRST, "excerpt": FIRST, "other": None}
    (alone,) = clusters((EXCERPT,), ())
    assert alone.of is None

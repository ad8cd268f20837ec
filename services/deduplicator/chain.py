"""The chain of a story: who published first, who copied whom, who added; for readers and the page.

Give `chain` what the cache holds of a group: `[decode(item.body, EnrichedArticle) for item in await
reader.members(group)]`, where the group is `article.duplicate.group`, or the article's own id where it is no duplicate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.deduplicator.first import Because, in_order, member_of
from shared.contracts import Duplicate, EnrichedArticle, Relation

_INVERSE: Mapping[Relation, Relation] = {"copy": "copy", "excerpt": "extension", "extension": "excerpt"}


@dataclass(frozen=True, slots=True)
class Tie:
    """What a link took from one before it: all of it, an excerpt, or all with something added (`extension`).

    `containment` is the share of the other found here, `contained` the share of this one found in the other.
    """

    of: str
    relation: Relation
    containment: float
    contained: float


@dataclass(frozen=True, slots=True)
class Link:
    """An article in its place: why it stands before the next one, whom its text names, what it took from whom."""

    article: EnrichedArticle
    because: Because
    credits: tuple[str, ...]
    ties: tuple[Tie, ...]


def chain(articles: Sequence[EnrichedArticle]) -> tuple[Link, ...]:
    """The articles of one group, given in order of arrival, from the first to publish on.

    An event tells what an article repeats of those that arrived before it. Who came later by name or time took from
    the other whichever arrived first, so what the event tells is turned round where it must be.
    """
    by_id = {article.id: article for article in articles}
    placed = in_order([member_of(article, arrived) for arrived, article in enumerate(articles)])
    ties = _ties(articles, {one.id: place for place, one in enumerate(placed)})
    return tuple(Link(by_id[one.id], one.because, one.credits, tuple(ties[one.id])) for one in placed)


def _ties(articles: Sequence[EnrichedArticle], places: Mapping[str, int]) -> Mapping[str, list[Tie]]:
    ties: defaultdict[str, list[Tie]] = defaultdict(list)
    for article in articles:
        duplicate = article.duplicate
        if duplicate is None or duplicate.of not in places:
            continue
        if places[duplicate.of] < places[article.id]:
            ties[article.id].append(_tie(duplicate))
        else:
            ties[duplicate.of].append(_turned(duplicate, article.id))
    return ties


def _tie(duplicate: Duplicate) -> Tie:
    return Tie(duplicate.of, duplicate.relation, duplicate.containment, duplicate.contained)


def _turned(duplicate: Duplicate, article: str) -> Tie:
    return Tie(article, _INVERSE[duplicate.relation], duplicate.contained, duplicate.containment)

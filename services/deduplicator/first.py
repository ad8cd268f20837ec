"""Who of a group was first: by whom the texts themselves name, then by publication, then by arrival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import zip_longest
from urllib.parse import urlsplit

from shared.contracts import EnrichedArticle, Published
from shared.contracts.articles import Precision
from shared.text.match_key import fold, tokens

_LENGTHS: dict[Precision, timedelta] = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "month": timedelta(days=31),
    "year": timedelta(days=366),
}
_WWW = "www"


class Because(StrEnum):
    """What puts a member before those that follow it."""

    NAMED = "another names it as where it comes from"
    PUBLISHED = "it was published before the next one, however exactly both times are known"
    ARRIVED = "it arrived before the next one"
    ALONE = "nothing follows it"


@dataclass(frozen=True, slots=True)
class Member:
    """An article of the group; `arrived` orders arrivals."""

    id: str
    names: frozenset[str]  # by which others may name it, as match keys
    credits: frozenset[str]  # whom it names, as match keys
    begins: datetime  # the earliest and the latest moment of publication
    ends: datetime
    arrived: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A member in its place, why it stands before the next one, and the members that it names."""

    id: str
    because: Because
    credits: tuple[str, ...]


def member_of(article: EnrichedArticle, arrived: int) -> Member:
    """What the order needs to know of an article."""
    begins, ends = _interval(article.published)
    return Member(
        id=article.id,
        names=frozenset(filter(None, (_key(article.source), _site(article.url), _site("//" + article.source)))),
        credits=frozenset(_key(credit.outlet) for credit in article.attribution if _key(credit.outlet)),
        begins=begins,
        ends=ends,
        arrived=arrived,
    )


def in_order(members: Sequence[Member]) -> tuple[Placed, ...]:
    """The members, the first one first. Where two name each other, time decides."""
    naming = _Naming(members)
    left = sorted(members, key=lambda member: (member.arrived, member.id))
    placed: list[Member] = []
    while left:
        free = (member for member in left if not naming.anything_before(member, left))
        chosen = next(free, left[0])
        placed.append(chosen)
        left.remove(chosen)
    return tuple(
        Placed(member.id, naming.because(member, next_one), naming.credits(member, placed))
        for member, next_one in zip_longest(placed, placed[1:])
    )


class _Naming:
    """Who names whom, found once for all pairs."""

    def __init__(self, members: Sequence[Member]) -> None:
        named = {
            member.id: {other.id for other in members if other is not member and _names(member, other)}
            for member in members
        }
        self._named = named
        self._named_alone_by = {
            member.id: {
                other.id for other in members if member.id in named[other.id] and other.id not in named[member.id]
            }
            for member in members
        }

    def anything_before(self, member: Member, left: Sequence[Member]) -> bool:
        """Whether one of those left was surely there before this one. Time counts only where no name speaks against."""
        names_it = self._named_alone_by[member.id]
        time_counts = not any(other.id in names_it for other in left)
        return any(
            member.id in self._named_alone_by[other.id] or (time_counts and other.ends <= member.begins)
            for other in left
            if other is not member
        )

    def because(self, member: Member, next_one: Member | None) -> Because:
        """Why the member stands before the next one."""
        if self._named_alone_by[member.id]:
            return Because.NAMED
        if next_one is None:
            return Because.ALONE
        return Because.PUBLISHED if member.ends <= next_one.begins else Because.ARRIVED

    def credits(self, member: Member, placed: Sequence[Member]) -> tuple[str, ...]:
        """The members that it names, in their order."""
        return tuple(other.id for other in placed if other.id in self._named[member.id])


def _names(member: Member, other: Member) -> bool:
    return not member.credits.isdisjoint(other.names)


def _interval(published: Published) -> tuple[datetime, datetime]:
    begins = datetime.fromisoformat(published.at).astimezone(UTC)
    return begins, begins + _LENGTHS[published.precision]


def _key(name: str) -> str:
    return " ".join(tokens(fold(name)))


def _site(url: str | None) -> str:
    """`example` of `https://www.example.com/…`: outlets are named so, too."""
    try:
        host = (urlsplit(url or "").hostname or "").split(".")
    except ValueError:
        return ""
    labels = [label for label in host if label != _WWW]
    return _key(labels[0]) if len(labels) > 1 else ""

"""Where a batch of articles speaks of countries: the longest known phrase at each place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.countries.gazetteer import Gazetteer, Hits, Kind
from services.classifier.tokens import ZONE_BITS, Tokens

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Mentions:
    """Mentions in order of the text: article, zone, country (index into the gazetteer's codes) and kind of each."""

    articles: Ints
    zones: Ints
    countries: Ints
    kinds: Ints


def find_mentions(tokens: Tokens, gazetteer: Gazetteer) -> Mentions:
    """All mentions; a name inside a longer one is none: South Sudan is not Sudan."""
    words = tokens.words
    covered = np.zeros(len(words.hashes) + 2, np.bool_)
    at: list[Ints] = []
    entries: list[Ints] = []
    for length, phrases in ((3, tokens.triples), (2, tokens.pairs), (1, words)):
        hits = _uncovered(gazetteer.look_up(phrases), covered, length)
        for offset in range(length):
            covered[hits.at + offset] = True
        at.append(hits.at)
        entries.append(hits.entries)
    where, found = np.concatenate(at), np.concatenate(entries)
    order = np.argsort(where, kind="stable")
    where, found = where[order], found[order]
    kinds = gazetteer.entries.kinds[found].astype(np.int64)
    real = kinds != Kind.NOTHING
    where, found, kinds = where[real], found[real], kinds[real]
    articles = words.places[where] >> ZONE_BITS
    zones = words.places[where] - (articles << ZONE_BITS)
    return Mentions(
        articles.astype(np.int64), zones.astype(np.int64), gazetteer.entries.countries[found].astype(np.int64), kinds
    )


def _uncovered(hits: Hits, covered: npt.NDArray[np.bool_], length: int) -> Hits:
    """The hits of this length outside longer ones; of two that overlap the first counts."""
    free = np.ones(len(hits.at), np.bool_)
    for offset in range(length):
        free &= ~covered[hits.at + offset]
    at, entries = hits.at[free], hits.entries[free]
    starts = np.unique(at)
    if (np.diff(starts) < length).any():
        apart = np.isin(at, _apart(starts.tolist(), length))
        at, entries = at[apart], entries[apart]
    return Hits(at, entries)


def _apart(starts: list[int], length: int) -> list[int]:
    kept = starts[:1]
    for start in starts[1:]:
        if start >= kept[-1] + length:
            kept.append(start)
    return kept

"""Which countries an article is about: mentions, learnt phrases and the outlet's home, weighed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.countries.evidence import Candidates, Origin, gather
from services.classifier.countries.gazetteer import Gazetteer, load_gazetteer
from services.classifier.countries.learnt import LearntNames
from services.classifier.countries.mentions import find_mentions
from services.classifier.countries.weights import CountryWeights, load_country_weights
from services.classifier.reading import Batch
from services.classifier.tokens import Tokens
from shared.contracts import Country

Floats = npt.NDArray[np.float32]

MOST_COUNTRIES = 5
"""Given for one article; labelled ones have at most three."""

_SCORE_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Likely:
    """Candidates and the probability of each."""

    candidates: Candidates
    probabilities: npt.NDArray[np.float64]


class CountryFinder:
    """The built-in country model."""

    def __init__(self, gazetteer: Gazetteer, weights: CountryWeights) -> None:
        self._gazetteer = gazetteer
        self._weights = weights
        self._learnt = LearntNames(weights.learnt)
        self._columns = learnt_columns(gazetteer, weights.learnt.codes)

    def find(self, batch: Batch) -> list[list[Country]]:
        """For each article its countries, best first; the score is the probability that it is about the country."""
        origins = [Origin(a.url, a.source, a.language.code) for a in batch.articles]
        return self.countries(batch.tokens, origins)

    def countries(self, tokens: Tokens, origins: Sequence[Origin]) -> list[list[Country]]:
        """As `find`, of tokens and what is known beside them."""
        found: list[list[Country]] = [[] for _ in origins]
        likely = self.likely(tokens, origins)
        sure = np.flatnonzero(likely.probabilities >= self._weights.threshold)
        for index in sure[np.argsort(-likely.probabilities[sure], kind="stable")].tolist():
            countries = found[int(likely.candidates.articles[index])]
            if len(countries) < MOST_COUNTRIES:
                countries.append(
                    Country(
                        code=self._gazetteer.codes[int(likely.candidates.countries[index])],
                        score=round(float(likely.probabilities[index]), _SCORE_DIGITS),
                        mentions=int(likely.candidates.mentions[index]),
                    )
                )
        return found

    def likely(self, tokens: Tokens, origins: Sequence[Origin]) -> Likely:
        """Every candidate with its probability."""
        learnt = spread(self._learnt.scores(tokens), self._columns, len(self._gazetteer.codes))
        candidates = gather(find_mentions(tokens, self._gazetteer), learnt, origins, self._gazetteer)
        logits = candidates.features @ self._weights.features.astype(np.float64) + self._weights.bias
        return Likely(candidates, 1 / (1 + np.exp(-np.clip(logits, -30, 30))))


def learnt_columns(gazetteer: Gazetteer, codes: Sequence[str]) -> npt.NDArray[np.int64]:
    """Where in the gazetteer's codes each learnt country stands."""
    return np.array([gazetteer.codes.index(code) for code in codes], np.int64)


def spread(scores: Floats, columns: npt.NDArray[np.int64], countries: int) -> Floats:
    """Learnt scores over all countries; NaN for those that could not be learnt."""
    wide = np.full((len(scores), countries), np.nan, np.float32)
    wide[:, columns] = scores
    return wide


def load_country_finder() -> CountryFinder:
    """The finder of the project's own gazetteer and weights."""
    return CountryFinder(load_gazetteer(), load_country_weights())

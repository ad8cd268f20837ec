"""What speaks for each country that an article might be about, as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.classifier.countries.gazetteer import Gazetteer, Kind
from services.classifier.countries.home import domain_home, language_home
from services.classifier.countries.mentions import Mentions
from services.classifier.tokens import LEAD, REST, TITLE

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_KINDS = (Kind.NAME, Kind.DEMONYM, Kind.PLACE, Kind.AMBIGUOUS)
_ZONES = (TITLE, LEAD, REST)
_KEY = 1 << 8  # country below, article above

LEARNT_FROM = 0.15
"""A country that is not mentioned is considered from this learnt score: with it .98 of all are, without .93."""

_LEAST_LEARNT = 0.05  # below it scores are noise, and so would be what they are divided by
_LEARNT_ENOUGH = 0.5  # more than this says no more

LANGUAGES = ("ar", "de", "en", "es", "fa", "fr", "it", "pt", "ru", "tr", "uk")
"""Those of the labelled articles. How freely stories name other countries differs between them, and so does how much
an outlet's home tells: Spanish is of twenty countries. Measured: .001 of F1, English .005, Spanish and French .01."""

FEATURES: tuple[str, ...] = (
    *(f"{kind.name.lower()} in {zone}" for kind in _KINDS for zone in ("title", "lead", "rest")),
    "share of mentions",
    "share of mentions, squared",
    "share of firm mentions",
    "share of title",
    "most mentioned",
    "mentioned first",
    "countries mentioned",
    "mentions by those of the most mentioned",
    "home by domain",
    "home by language",
    "home, no country mentioned",
    "home and mentioned",
    "learnt",
    "learnt, up to a half",
    "best learnt of the others",
    "could be learnt",
    "learnt, not mentioned",
    "learnt × share of mentions",
    "learnt, by the best learnt",
    "could not be learnt: share of mentions",
    "could not be learnt: mentioned first",
    "could not be learnt: mentions by those of the most mentioned",
    "not mentioned, another in the title",
    "home, not mentioned, another in the title",
    *(
        f"{what} {language}"
        for what in ("in", "mentioned in", "home by domain, in", "home by language, in")
        for language in LANGUAGES
    ),
)


@dataclass(frozen=True, slots=True)
class Origin:
    """What is known of an article beside its text."""

    url: str | None
    source: str
    language: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """Countries that articles might be about: article, country, mentions, and features (candidates × FEATURES)."""

    articles: Ints
    countries: Ints
    mentions: Ints
    features: Doubles


@dataclass(frozen=True, slots=True)
class _Homes:
    """For each article its outlet's country by domain and by language; -1: not known."""

    domain: Ints
    language: Ints

    @property
    def either(self) -> Ints:
        return np.where(self.domain >= 0, self.domain, self.language)


def gather(mentions: Mentions, learnt: Floats, origins: Sequence[Origin], gazetteer: Gazetteer) -> Candidates:
    """One candidate for every country mentioned, learnt to be likely, or home to the outlet.

    `learnt`: articles × all countries of the gazetteer; NaN where a country could not be learnt.
    """
    homes = _homes(origins, gazetteer)
    at_home = np.flatnonzero(homes.either >= 0)
    likely, country = np.nonzero(learnt >= LEARNT_FROM)
    keys, index = np.unique(
        np.concatenate(
            (
                mentions.articles * _KEY + mentions.countries,
                at_home * _KEY + homes.either[at_home],
                likely * _KEY + country,
            )
        ),
        return_inverse=True,
    )
    articles, countries = keys // _KEY, keys % _KEY
    cells = np.zeros((len(keys), len(_KINDS), len(_ZONES)))
    index = index[: len(mentions.articles)]
    np.add.at(cells, (index, mentions.kinds, mentions.zones), 1)
    first = np.zeros(len(keys), np.bool_)
    first[index[_first_of_each(mentions.articles)]] = True
    counts = np.log1p(cells.reshape(len(keys), len(_KINDS) * len(_ZONES)))
    shares = _shares(cells, first, articles, len(origins))
    home = _home_features(homes, cells, articles, countries)
    known = _learnt_features(learnt, cells, articles, countries)
    elsewhere = _elsewhere_features(cells, articles, homes.either[articles] == countries)
    spoken = _language_features(origins, articles, cells, home)
    features = np.concatenate((counts, shares, home, known, _together(shares, known), elsewhere, spoken), axis=1)
    return Candidates(articles, countries, cells.sum(axis=(1, 2)).astype(np.int64), features)


def _shares(cells: Doubles, first: npt.NDArray[np.bool_], articles: Ints, count: int) -> Doubles:
    total = cells.sum(axis=(1, 2))
    firm = cells[:, : Kind.AMBIGUOUS].sum(axis=(1, 2))
    title = cells[:, :, TITLE].sum(axis=1)
    share = _share_of_article(total, articles)
    most = np.zeros(count)
    np.maximum.at(most, articles, total)
    mentioned = np.bincount(articles[total > 0], minlength=count)
    return np.column_stack(
        (
            share,
            share**2,
            _share_of_article(firm, articles),
            _share_of_article(title, articles),
            (total > 0) & (total == most[articles]),
            first,
            np.log1p(mentioned[articles]),
            total / np.maximum(most[articles], 1),
        )
    )


def _together(shares: Doubles, known: Doubles) -> Doubles:
    """What mentions and learnt phrases say in common; mentions alone judge a country that could not be learnt."""
    share, first, ratio = shares[:, 0], shares[:, 5], shares[:, 7]
    scores, others, unknown = known[:, 0], known[:, 2], 1 - known[:, 3]
    best = np.maximum(scores + others, _LEAST_LEARNT)
    return np.column_stack((scores * share, scores / best, unknown * share, unknown * first, unknown * ratio))


def _home_features(homes: _Homes, cells: Doubles, articles: Ints, countries: Ints) -> Doubles:
    mentioned = cells.sum(axis=(1, 2)) > 0
    anything = np.bincount(articles, weights=mentioned, minlength=len(homes.domain))[articles] > 0
    by_domain = homes.domain[articles] == countries
    by_language = (homes.domain[articles] < 0) & (homes.language[articles] == countries)
    home = by_domain | by_language
    return np.column_stack((by_domain, by_language, home & ~anything, home & mentioned)).astype(np.float64)


def _elsewhere_features(cells: Doubles, articles: Ints, home: npt.NDArray[np.bool_]) -> Doubles:
    """Whether the title names a country, and the text never this one: a story's own country comes before all else."""
    titled = np.bincount(articles, weights=cells[:, : Kind.AMBIGUOUS, TITLE].sum(axis=1))[articles] > 0
    elsewhere = titled & (cells.sum(axis=(1, 2)) == 0)
    return np.column_stack((elsewhere, elsewhere & home)).astype(np.float64)


def _language_features(origins: Sequence[Origin], articles: Ints, cells: Doubles, home: Doubles) -> Doubles:
    """The article's language, alone and with what speaks for the country; nothing in a language that was not learnt."""
    spoken = np.array([[origin.language == language for language in LANGUAGES] for origin in origins], np.float64)
    spoken = spoken.reshape(len(origins), len(LANGUAGES))[articles]
    mentioned = cells.sum(axis=(1, 2)) > 0
    return np.concatenate((spoken, *(spoken * by[:, None] for by in (mentioned, home[:, 0], home[:, 1]))), axis=1)


def _learnt_features(learnt: Floats, cells: Doubles, articles: Ints, countries: Ints) -> Doubles:
    scores = learnt[articles, countries]
    known = ~np.isnan(scores)
    scores = np.where(known, scores, 0)
    best = np.nanmax(learnt, axis=1, initial=0)[articles]
    unmentioned = known & (cells.sum(axis=(1, 2)) == 0)
    columns = (scores, np.minimum(scores, _LEARNT_ENOUGH), best - scores, known, unmentioned)
    return np.column_stack(columns).astype(np.float64)


def _homes(origins: Sequence[Origin], gazetteer: Gazetteer) -> _Homes:
    number = {code: index for index, code in enumerate(gazetteer.codes)}
    return _Homes(
        np.array([number.get(domain_home(origin.url, origin.source) or "", -1) for origin in origins], np.int64),
        np.array([number.get(language_home(origin.language) or "", -1) for origin in origins], np.int64),
    )


def _first_of_each(articles: Ints) -> Ints:
    """Where each article's mentions begin."""
    return np.flatnonzero(np.diff(articles, prepend=-1) > 0)


def _share_of_article(values: Doubles, articles: Ints) -> Doubles:
    if not len(values):
        return values
    shares: Doubles = values / np.maximum(np.bincount(articles, weights=values)[articles], 1)
    return shares

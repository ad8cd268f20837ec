"""Names that speak of a country, as hashed phrases of one to three words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import load_file, save_file

from services.classifier.tokens import Longs, Words

GAZETTEER_FILE = Path(__file__).with_name("gazetteer.safetensors")

_FILTER_BITS = 22
_FILTER_SHIFT = np.uint64(64 - _FILTER_BITS)


class Kind(IntEnum):
    """How a phrase speaks of a country, the most direct first."""

    NAME = 0  # what the country is called
    DEMONYM = 1  # of the country: its people, its government, its language
    PLACE = 2  # a city, a region, a ruler, a party: something of the country
    AMBIGUOUS = 3  # as often something else: Georgia, Jordan, a family name
    NOTHING = 4  # hides the country's name in it: the Jordan river, New Mexico


@dataclass(frozen=True, slots=True)
class Entries:
    """Phrases by ascending hash: of each its country (index into the codes) and kind. A hash may occur twice."""

    hashes: Longs
    countries: npt.NDArray[np.uint8]
    kinds: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Hits:
    """Phrases found: `at` (index of the first word), and the index of the entry."""

    at: npt.NDArray[np.int64]
    entries: npt.NDArray[np.int64]


class Gazetteer:
    """Looks phrases up."""

    def __init__(self, codes: tuple[str, ...], entries: Entries) -> None:
        self.codes = codes
        self.entries = entries
        self._hashes, self._first, self._counts = np.unique(entries.hashes, return_index=True, return_counts=True)
        # Nearly every phrase of a text is no name: one look into a table of bits spares the search.
        self._filter = np.zeros(1 << _FILTER_BITS, np.bool_)
        self._filter[self._hashes >> _FILTER_SHIFT] = True

    def look_up(self, phrases: Words) -> Hits:
        """Every entry whose phrase occurs, in order of the text."""
        maybe = np.flatnonzero(self._filter.take((phrases.hashes >> _FILTER_SHIFT).view(np.int64)))
        wanted = phrases.hashes.take(maybe)
        place = np.minimum(np.searchsorted(self._hashes, wanted), len(self._hashes) - 1)
        found = np.flatnonzero(self._hashes.take(place) == wanted)
        maybe, place = maybe.take(found), place.take(found)
        counts = self._counts.take(place)
        at = np.repeat(maybe, counts)
        offsets = np.arange(len(at)) - np.repeat(np.cumsum(counts) - counts, counts)
        return Hits(at, np.repeat(self._first.take(place), counts) + offsets)


def save_gazetteer(gazetteer: Gazetteer, path: Path) -> None:
    """Writes a gazetteer; the same names give the same bytes."""
    entries = gazetteer.entries
    codes = np.frombuffer("".join(gazetteer.codes).encode("ascii"), np.uint8)
    save_file({"codes": codes, "hashes": entries.hashes, "countries": entries.countries, "kinds": entries.kinds}, path)
    path.chmod(0o644)  # the library makes it private


def load_gazetteer(path: Path = GAZETTEER_FILE) -> Gazetteer:
    """The gazetteer that `python -m services.classifier.countries.build` made."""
    tensors = load_file(path)
    letters = tensors["codes"].tobytes().decode("ascii")
    codes = tuple(letters[start : start + 2] for start in range(0, len(letters), 2))
    return Gazetteer(codes, Entries(tensors["hashes"], tensors["countries"], tensors["kinds"]))

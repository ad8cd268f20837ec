"""Khabar's keys and verdicts beside MinHash, SimHash and exact hashes, on the same articles in one run.

`python -m tests.benchmarks.near_duplicates DATA` prints a table; it needs `pip install datasketch rensa simhash`, which
nothing else here does. Every method gets the same cleaned texts and runs in a process of its own.
"""

from __future__ import annotations

import gzip
import os
import pickle
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from services.deduplicator.candidates import JUDGED_AT_MOST
from services.deduplicator.fingerprint import SHORT_BELOW, fingerprints
from services.deduplicator.hashing import RangeHasher, grams
from services.deduplicator.index import REFS_PER_KEY
from services.deduplicator.sketch import Sketch
from services.deduplicator.verdict import judge, promising
from services.deduplicator.words import words_of
from services.normalizer.normalize import normalize
from shared.contracts import decode_raw
from shared.outcomes import PoisonError
from shared.text.match_key import fold, tokens

STREAM = Path("stream") / "saudinewsnet_20150721-0728.jsonl.gz"
CONTAINED = 0.5  # of the word-5-grams of one text in the other: such a pair is to be found
ALIKE = 0.5  # Jaccard of the same
_GRAM = 5
_RARE = 40  # a gram that more articles share brings no pair that another gram does not bring, too
_AT_LEAST = 3  # rare grams shared before a pair is counted out exactly
_PERMUTATIONS = 128
_PLACES = 20  # bits of an article's place in a pair

Pairs = set[int]
Method = Callable[[Sequence[str]], Pairs]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one method found, CPU seconds, and the memory that its index took."""

    pairs: Pairs
    seconds: float
    memory: int


def pair(one: int, other: int) -> int:
    """Two places as one number."""
    return min(one, other) << _PLACES | max(one, other)


def exact(texts: Sequence[str]) -> Pairs:
    """The same words."""
    index: dict[bytes, list[int]] = {}
    pairs: Pairs = set()
    for place, text in enumerate(texts):
        same = index.setdefault(blake2b(" ".join(tokens(fold(text))).encode(), digest_size=8).digest(), [])
        pairs.update(pair(place, other) for other in same)
        same.append(place)
    return pairs


def sim_hash(texts: Sequence[str]) -> Pairs:
    """Word-3-grams, at most three bits apart."""
    simhash: Any = import_module("simhash")
    index = simhash.SimhashIndex([], k=3)
    pairs: Pairs = set()
    for place, text in enumerate(texts):
        value = simhash.Simhash(_shingles(text))
        pairs.update(pair(place, int(other)) for other in index.get_near_dups(value))
        index.add(str(place), value)
    return pairs


def min_hash(bands: int) -> Method:
    """datasketch on word-3-grams."""

    def method(texts: Sequence[str]) -> Pairs:
        datasketch: Any = import_module("datasketch")
        index = datasketch.MinHashLSH(num_perm=_PERMUTATIONS, params=(bands, _PERMUTATIONS // bands))
        pairs: Pairs = set()
        for place, text in enumerate(texts):
            value = datasketch.MinHash(num_perm=_PERMUTATIONS)
            value.update_batch([shingle.encode() for shingle in set(_shingles(text))])
            pairs.update(pair(place, other) for other in index.query(value))
            index.insert(place, value)
        return pairs

    return method


def rensa(bands: int) -> Method:
    """rensa, MinHash in Rust, on word-3-grams."""

    def method(texts: Sequence[str]) -> Pairs:
        module: Any = import_module("rensa")
        index = module.RMinHashLSH(threshold=ALIKE, num_perm=_PERMUTATIONS, num_bands=bands)
        pairs: Pairs = set()
        for place, text in enumerate(texts):
            value = module.RMinHash(num_perm=_PERMUTATIONS, seed=42)
            value.update(list(set(_shingles(text))))
            pairs.update(pair(place, other) for other in index.query(value))
            index.insert(place, value)
        return pairs

    return method


def _shingles(text: str) -> list[str]:
    words = list(tokens(fold(text)))
    return [" ".join(words[start : start + 3]) for start in range(len(words) - 2)]


def khabar(*, judged: bool) -> Method:
    """The deduplicator's keys alone, or with its verdicts."""

    def method(texts: Sequence[str]) -> Pairs:
        postings: dict[int, list[int]] = {}
        sketches: list[Sketch] = []
        pairs: Pairs = set()
        for start in range(0, len(texts), 200):
            for place, made in enumerate(fingerprints(("", text) for text in texts[start : start + 200])):
                here = start + place
                found = Counter(other for key in made.keys for other in postings.get(key, ()))
                others = _related(made.sketch, sketches, found) if judged else found
                pairs.update(pair(here, other) for other in others)
                sketches.append(made.sketch)
                for key in made.keys:
                    posting = postings.setdefault(key, [])
                    if len(posting) < REFS_PER_KEY:
                        posting.append(here)
        return pairs

    return method


def _related(this: Sketch, sketches: Sequence[Sketch], found: Counter[int]) -> list[int]:
    others = [other for other, _ in found.most_common(JUDGED_AT_MOST)]
    likely = promising(this, [sketches[other] for other in others]) if others else []
    return [
        other
        for other, maybe in zip(others, likely, strict=True)
        if maybe and judge(this, sketches[other]).relation is not None
    ]


METHODS: dict[str, Method] = {
    "exact hash": exact,
    "SimHash, distance 3": sim_hash,
    "datasketch 32 x 4": min_hash(32),
    "datasketch 16 x 8": min_hash(16),
    "rensa 32 x 4": rensa(32),
    "rensa 16 x 8": rensa(16),
    "khabar, keys": khabar(judged=False),
    "khabar, verdicts": khabar(judged=True),
}


def truth(texts: Sequence[str]) -> tuple[Pairs, Pairs]:
    """Pairs of which one contains half of the other, and pairs that are half alike, counted out."""
    sets = [_grams(text) for text in texts]
    places = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    hashes = np.concatenate(sets)
    order = np.argsort(hashes, kind="stable")
    hashes, places = hashes[order], places[order]
    bounds = np.flatnonzero(np.diff(hashes)) + 1
    shared: Counter[int] = Counter()
    for group in np.split(places, bounds):
        if 1 < len(group) <= _RARE:
            members = group.tolist()
            shared.update(pair(a, b) for at, a in enumerate(members) for b in members[at + 1 :])
    contained, alike = set(), set()
    for both, count in shared.items():
        if count < _AT_LEAST:
            continue
        one, other = sets[both >> _PLACES], sets[both & (1 << _PLACES) - 1]
        common = len(np.intersect1d(one, other, assume_unique=True))
        if common >= CONTAINED * min(len(one), len(other)):
            contained.add(both)
        if common >= ALIKE * (len(one) + len(other) - common):
            alike.add(both)
    return contained, alike


def _grams(text: str) -> npt.NDArray[np.uint64]:
    words = words_of(fold(text))
    return np.unique(grams(RangeHasher(words.codes).hashes(words.starts, words.ends), _GRAM))


def cleaned(file: Path) -> list[str]:
    """The texts of the raw articles as the normalizer leaves them, those that are judged by passages."""
    texts = []
    for line in gzip.decompress(file.read_bytes()).splitlines():
        try:
            article = normalize(decode_raw(line), received_ms=0, version="", now=0)
        except PoisonError:
            continue
        if len(words_of(fold(article.text))) >= SHORT_BELOW:
            texts.append(article.text)
    return texts


def measured(name: str, texts_file: Path) -> Measured:
    """One method on the texts, in this process."""
    texts = pickle.loads(texts_file.read_bytes())  # written by this very run
    memory, started = _resident(), time.process_time()
    pairs = METHODS[name](texts)
    return Measured(pairs, time.process_time() - started, _resident() - memory)


def _resident() -> int:
    """Bytes of memory that this process holds, as Linux tells."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def row(name: str, one: Measured, articles: int, contained: Pairs, alike: Pairs) -> str:
    """The figures of one method."""
    right = len(one.pairs & contained)
    return (
        f"{name:21}{right / len(contained):11.3f}{len(one.pairs & alike) / len(alike):9.3f}"
        f"{right / max(1, len(one.pairs)):11.3f}{articles / one.seconds:12,.0f}{one.memory / articles:15,.0f}"
    )


def tell(lines: Iterable[str]) -> None:
    """Each line as soon as it is known."""
    for line in lines:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Prints a row for each method."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m tests.benchmarks.near_duplicates DATA (the folder with labelled data)\n")
        return 2
    texts = cleaned(Path(arguments[0]) / STREAM)
    contained, alike = truth(texts)
    tell([f"{len(texts):,} articles; {len(contained):,} pairs contained by half, {len(alike):,} alike by half"])
    tell([f"{'':21}{'contained':>11}{'alike':>9}{'precision':>11}{'articles/s':>12}{'bytes/article':>15}"])
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(pickle.dumps(texts))
        for name in METHODS:
            with get_context("spawn").Pool(1) as alone:
                found = alone.apply(measured, (name, Path(file.name)))
            tell([row(name, found, len(texts), contained, alike)])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

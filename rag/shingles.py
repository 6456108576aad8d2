"""Texts that are nearly the same, found without comparing each with each. Pure.

A text's shingles are its runs of five words. Two texts are copies where they share four fifths of all
shingles that either has (Jaccard). MinHash (Broder 1997) keeps of each text a few small numbers, in bands:
texts that are copies share a band with near certainty, others seldom, and a band is looked up in an index.
"""

import re
import zlib

import numpy as np
from numpy.typing import NDArray

WORDS = 5  # of a shingle: long enough that only copied text shares many
SHINGLES_LEAST = 20  # a shorter text is compared with none: a formula or a headline is not a report
COPY_LEAST = 0.8  # Jaccard from which on two texts are copies
BANDS, ROWS = 12, 4  # at .8 a band is shared in 99.8 of 100 cases, at .3 in 9
BAND_BITS = 62  # as SQLite holds them
CHARACTERS_MOST = 200_000  # of a text; a longer one is compared by its beginning

Shingles = NDArray[np.uint64]
_WORD = re.compile(r"\w+")
_SEED = 20260424  # fixed for good: what is stored must stay comparable
_random = np.random.default_rng(_SEED)
_FACTORS = _random.integers(1, 2**63, size=BANDS * ROWS, dtype=np.uint64) | np.uint64(1)
_TERMS = _random.integers(0, 2**63, size=BANDS * ROWS, dtype=np.uint64)
_POWERS = np.array([pow(0x9E3779B97F4A7C15, power, 2**64) for power in range(WORDS)], dtype=np.uint64)


def shingles(text: str) -> Shingles:
    """A hash of each of the text's shingles, each once, in order; case and signs make no difference."""
    found = _WORD.findall(text[:CHARACTERS_MOST].casefold())
    words = [zlib.crc32(word.encode(errors="replace")) for word in found]
    count = len(words) - WORDS + 1
    if count < 1:
        return np.empty(0, dtype=np.uint64)
    hashed = np.array(words, dtype=np.uint64)
    runs = sum(hashed[place : place + count] * _POWERS[place] for place in range(WORDS))
    return np.unique(_mixed(np.asarray(runs, dtype=np.uint64)))


def bands(text: str) -> frozenset[int]:
    """What to look the text's copies up by; empty for one too short to be compared."""
    found = shingles(text)
    if len(found) < SHINGLES_LEAST:
        return frozenset()
    least = np.full(BANDS * ROWS, np.iinfo(np.uint64).max, dtype=np.uint64)
    for start in range(0, len(found), 4096):  # a book takes no more memory than a page
        least = np.minimum(least, (found[start : start + 4096, None] * _FACTORS + _TERMS).min(axis=0))
    rows = least.reshape(BANDS, ROWS)
    joined = _mixed((rows * _POWERS[:ROWS]).sum(axis=1, dtype=np.uint64) + np.arange(BANDS, dtype=np.uint64))
    return frozenset(int(band) >> (64 - BAND_BITS) for band in joined)


def resemblance(one: Shingles, other: Shingles) -> float:
    """Jaccard: the share (0..1) of all shingles that both have; 0 for texts too short to be compared."""
    if min(len(one), len(other)) < SHINGLES_LEAST:
        return 0.0
    both = len(np.intersect1d(one, other, assume_unique=True))
    return both / (len(one) + len(other) - both)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each value spread over all bits (the end of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(values ^ (values >> np.uint64(31)), dtype=np.uint64)

"""Intervals and paired comparisons by bootstrap (Efron and Tibshirani 1993, chapters 13 and 16)."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np

RESAMPLES = 2000
NAN = float("nan")
SEED = 20260424  # fixed, so that a figure's interval is the same in every run


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over questions with its 95 % interval."""

    mean: float
    low: float
    high: float
    size: int

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}–{self.high:.3f}]"


def estimate(values: Sequence[float]) -> Estimate:
    """Mean and percentile interval; all NaN for no values."""
    if not values:
        return Estimate(NAN, NAN, NAN, 0)
    sample = np.asarray(values, dtype=float)
    means = _resampled_means(sample)
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(float(sample.mean()), float(low), float(high), len(sample))


def estimate_share(count: int, total: int) -> Estimate:
    """A share with Wilson's interval (Wilson 1927), which is right also where none or all count."""
    if not total:
        return Estimate(NAN, NAN, NAN, 0)
    share, z = count / total, 1.959964
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return Estimate(share, max(0.0, middle - half), min(1.0, middle + half), total)


def paired_difference(ours: Sequence[float], theirs: Sequence[float]) -> tuple[Estimate, float]:
    """Mean of ours − theirs per question, and the two-sided p-value that it is zero."""
    differences = np.asarray(ours, dtype=float) - np.asarray(theirs, dtype=float)
    centred = _resampled_means(differences - differences.mean())
    extreme = int((np.abs(centred) >= abs(differences.mean())).sum())
    return estimate(differences.tolist()), (extreme + 1) / (RESAMPLES + 1)


def estimate_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate:
    """Sum over questions through sum over questions, as precision and F1 are; NaN through nothing."""
    size = len(numerators)
    above, below = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float)
    if not below.sum():
        return Estimate(NAN, NAN, NAN, size)
    sums = below[_draws(size)].sum(axis=1)
    ratios = above[_draws(size)].sum(axis=1)[sums > 0] / sums[sums > 0]
    low, high = np.percentile(ratios, [2.5, 97.5])
    return Estimate(float(above.sum() / below.sum()), float(low), float(high), size)


def estimate_percentile(values: Sequence[float], percent: float) -> Estimate:
    """A percentile of the values (as the mean of an Estimate) and its interval; all NaN for no values."""
    if not values:
        return Estimate(NAN, NAN, NAN, 0)
    sample = np.asarray(values, dtype=float)
    low, high = np.percentile(np.percentile(sample[_draws(len(sample))], percent, axis=1), [2.5, 97.5])
    return Estimate(float(np.percentile(sample, percent)), float(low), float(high), len(sample))


def _resampled_means(sample: np.ndarray) -> np.ndarray:
    return np.asarray(sample[_draws(len(sample))].mean(axis=1))


@lru_cache(maxsize=8)  # measures of the same questions share their draws
def _draws(size: int) -> np.ndarray:
    """RESAMPLES rows of `size` places each, drawn with replacement."""
    generator = np.random.default_rng(SEED)
    return np.array([generator.integers(0, size, size) for _ in range(RESAMPLES)])

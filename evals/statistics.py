"""Intervals and paired comparisons by bootstrap (Efron and Tibshirani 1993, chapters 13 and 16)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RESAMPLES = 2000
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
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    sample = np.asarray(values, dtype=float)
    means = _resampled_means(sample)
    low, high = np.percentile(means, [2.5, 97.5])
    return Estimate(float(sample.mean()), float(low), float(high), len(sample))


def paired_difference(ours: Sequence[float], theirs: Sequence[float]) -> tuple[Estimate, float]:
    """Mean of ours − theirs per question, and the two-sided p-value that it is zero."""
    differences = np.asarray(ours, dtype=float) - np.asarray(theirs, dtype=float)
    centred = _resampled_means(differences - differences.mean())
    extreme = int((np.abs(centred) >= abs(differences.mean())).sum())
    return estimate(differences.tolist()), (extreme + 1) / (RESAMPLES + 1)


def _resampled_means(sample: np.ndarray) -> np.ndarray:
    generator = np.random.default_rng(SEED)
    size = len(sample)
    return np.array([sample[generator.integers(0, size, size)].mean() for _ in range(RESAMPLES)])

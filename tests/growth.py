"""How the time of some work grows with its text, told apart from what else the machine does meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable

ROUNDS = 25
DOUBLING = 2.6  # linear work doubles with its text, quadratic work takes four times as long


def grows_linearly(work: Callable[[str], object], unit: str, length: int = 30_000) -> bool:
    """Whether four times the text, `unit` over and over, takes about four times as long.

    Disturbances only ever add time, so the fastest round counts, and the first quiet ones end it.
    Quadratic work fails in every round, however quiet the machine.
    """
    part = whole = float("inf")
    short, long = (unit * length)[:length], (unit * 4 * length)[: 4 * length]
    for _ in range(ROUNDS):
        part, whole = min(part, seconds(work, short)), min(whole, seconds(work, long))
        if whole < max(DOUBLING**2 * part, 0.05):
            return True
    return False


def seconds(work: Callable[[str], object], text: str) -> float:
    began = time.process_time()
    work(text)
    return time.process_time() - began

"""How the time of some work grows with its text, told apart from what else the machine does meanwhile."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

ROUNDS = 25
LEAST_SECONDS = 0.02  # of the shorter text: below, first uses of memory count more than the work
LONGEST = 1_000_000  # characters of it
DOUBLING = 2.6  # linear work doubles with its text, quadratic work takes four times as long


def grows_linearly(work: Callable[[str], object], unit: str, length: int = 30_000) -> bool:
    """Whether four times the text, `unit` over and over, takes about four times as long.

    The bound holds in one round: the long text between two short ones, the quicker of which counts. So all
    three are taken at one speed of the machine, which changes by half from second to second; a disturbance
    would have to strike both short ones and spare the long one between them. The first good round ends it;
    quadratic work fails in every one.
    """
    while (part := seconds(work, repeat(unit, length))) < LEAST_SECONDS and length < LONGEST:
        length *= 2
    for _ in range(ROUNDS):
        whole, before = seconds(work, repeat(unit, 4 * length)), part
        part = seconds(work, repeat(unit, length))
        if whole < DOUBLING**2 * max(min(before, part), LEAST_SECONDS):
            return True
    return False


def repeat(unit: str, length: int) -> str:
    return (unit * (length // len(unit) + 1))[:length]


def seconds(work: Callable[[str], object], text: str) -> float:
    """Of this process, while it works.

    Garbage is not collected meanwhile: the objects of all tests before would be looked through, in a long
    text only (one took 7 times as long as its quarter instead of 4).
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        began = time.process_time()
        work(text)
        return time.process_time() - began
    finally:
        if collecting:
            gc.enable()

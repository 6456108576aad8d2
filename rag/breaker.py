"""Leaves a model alone for a while after several failures in a row. Pure, but for the clock."""

import time
from collections.abc import Callable
from threading import Lock

FAILURES = 3  # in a row: one may be chance, three are a server that is down


class Breaker:
    """Keeps readers from waiting, question after question, for a server that is down.

    After the pause one question goes through again; if it fails too, the next pause begins at once.
    Safe to share between threads.
    """

    def __init__(self, pause: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause = pause
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._until = 0.0

    def left(self) -> float:
        """Seconds for which the model is still to be left alone; 0.0 where it may be asked."""
        with self._lock:
            return max(0.0, self._until - self._clock())

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                self._until = self._clock() + self._pause

    def worked(self) -> None:
        with self._lock:
            self._failures, self._until = 0, 0.0

"""How many questions are answered at once: others wait their turn in a line, and beyond it they are refused.

Two cores that answer twenty questions at once answer none of them sooner and all of them late.
"""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from secrets import token_hex
from threading import Event, Lock

from rag.errors import TooManyQuestions

MINUTE = 60.0  # seconds
OVERTAKEN = "You asked something else before this question's turn came. Ask again to have an answer."
BUSY = "Readout is busy: {}. Ask again in a moment."
TOO_FAST = "One visitor may ask {} a minute. Ask again in {} s."


def before_yours(questions: int) -> str:
    """'1 question is before yours'"""
    return f"{'1 question is' if questions == 1 else f'{questions} questions are'} before yours"


@dataclass(slots=True, eq=False)
class Asker:
    """Who asks: one session of the page."""

    name: str = field(default_factory=lambda: token_hex(4))  # for the log: drawn by lot
    moments: deque[float] = field(default_factory=deque)  # of the last minute's questions, monotonic


@dataclass(slots=True, eq=False)
class Place:
    """A question's place in the line, or inside."""

    asker: Asker | None  # None: it no longer counts as its asker's
    refusal: str = ""  # why it will not be let in
    came: Event = field(default_factory=Event)  # its turn, or a refusal


class Turnstile:
    """Lets `inside` questions in at once; up to `waiting` more stand in line, in the order they came.

    An asker has one question inside and one in line: who asks again gives up the one that waits.
    `per_minute` bounds the questions of one asker; 0: any number. Safe to share between threads.
    """

    def __init__(self, inside: int, waiting: int, per_minute: int = 0) -> None:
        self._most_inside = inside
        self._most_waiting = waiting
        self._per_minute = per_minute
        self._lock = Lock()
        self._inside: list[Place] = []
        self._line: list[Place] = []

    def join(self, asker: Asker) -> Place:
        """A place inside, at the end of the line, or with a refusal; waits for nothing."""
        place = Place(asker)
        with self._lock:
            if refusal := self._too_fast(asker):
                self._refuse(place, refusal)
                return place
            for other in [one for one in self._line if one.asker is asker]:
                self._refuse(other, OVERTAKEN)
            self._line.append(place)
            self._admit()
            if len(self._line) > self._most_waiting and not place.came.is_set():
                others = len(self._inside) + len(self._line) - 1
                self._refuse(place, BUSY.format(before_yours(others)))
        return place

    @contextmanager
    def turn(self, place: Place) -> Iterator[None]:
        """Waits for the turn of `place` and holds it. Raises TooManyQuestions where it will not come."""
        place.came.wait()
        if place.refusal:
            raise TooManyQuestions(place.refusal)
        try:
            yield
        finally:
            with self._lock:
                self._inside.remove(place)
                self._admit()

    def give_up(self, place: Place) -> None:
        """Its asker does not wait for it any more, and may ask another; what is inside leaves in its time."""
        with self._lock:
            place.asker = None
            if place in self._line:
                self._refuse(place, OVERTAKEN)

    def before(self, place: Place) -> int | None:
        """How many in the line are before it; None where it does not wait."""
        with self._lock:
            return self._line.index(place) if place in self._line else None

    def _admit(self) -> None:
        """Lets in the first of the line that may come in, while there is room."""
        for place in tuple(self._line):
            if len(self._inside) >= self._most_inside:
                return
            if all(place.asker is not one.asker for one in self._inside):
                self._line.remove(place)
                self._inside.append(place)
                place.came.set()

    def _refuse(self, place: Place, refusal: str) -> None:
        if place in self._line:
            self._line.remove(place)
        place.refusal = refusal
        place.came.set()

    def _too_fast(self, asker: Asker) -> str:
        """Why the asker must wait before the next question; counts it where not."""
        if not self._per_minute:
            return ""
        now = time.monotonic()
        while asker.moments and now - asker.moments[0] >= MINUTE:
            asker.moments.popleft()
        if len(asker.moments) >= self._per_minute:
            most = "1 question" if self._per_minute == 1 else f"{self._per_minute} questions"
            return TOO_FAST.format(most, ceil(asker.moments[0] + MINUTE - now))
        asker.moments.append(now)
        return ""

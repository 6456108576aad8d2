"""Where the time goes: seconds of each stage while the real code runs.

The functions of a stage are wrapped for as long as a measurement lasts, so that the product carries no
clocks. A stage's seconds are its own: those of a stage that it calls count there.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from unittest.mock import patch

from rag import adding, readers
from rag.embedding import EmbeddedEncoder
from rag.index import Indexes
from rag.library import Library
from rag.reading import confined
from rag.retrieval import Retriever
from rag.vectors import VectorIndex
from rag.words import WordIndex

Places = Mapping[str, Sequence[tuple[object, str]]]  # stage → owner and name of each of its functions

REST = "rest"

ADDING: Places = {
    "read": [
        (readers, "_open"),
        (readers, "load"),
        (readers, "_article"),
        (confined._Child, "__init__"),
        (confined._Child, "receive"),
    ],
    "name the language": [(adding, "name_language")],
    "split": [(adding, "split_passages")],
    # Once, when an article is parted into passages; the encoder takes them as they are.
    "make tokens": [(EmbeddedEncoder, "count_tokens")],
    "encode": [(EmbeddedEncoder, "embed_passages")],
    "store": [(Library, "add"), (Library, "content_hash"), (Library, "same_content")],
    "read back to index": [(Indexes, "sync")],
    "index vectors": [
        (VectorIndex, n) for n in ("__init__", "write", "built_from", "set_built_from", "close")
    ],
    "index words": [(WordIndex, n) for n in ("__init__", "write", "built_from", "set_built_from")],
}

ASKING: Places = {
    "embed question": [(EmbeddedEncoder, "embed_question")],
    "vector search": [(VectorIndex, "search")],
    "word search": [(WordIndex, "search"), (WordIndex, "score"), (WordIndex, "frequencies")],
    "load candidates": [(Library, "passages"), (Library, "articles")],
    "look up state and span": [(Library, "state"), (Library, "span"), (Library, "sources")],
    "score": [(Retriever, "retrieve"), (Retriever, "rank")],
}


class Stopwatch:
    """Seconds by stage, summed over all calls; for one thread."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner: list[float] = []  # for each running stage, the seconds of the stages it called

    @contextmanager
    def watch(self, places: Places) -> Iterator[None]:
        """Measures what runs inside; what belongs to no stage is the rest."""
        self.seconds = dict.fromkeys((*places, REST), 0.0)
        with ExitStack() as wrapped:
            for stage, functions in places.items():
                for owner, name in functions:
                    timed = self.timed(getattr(owner, name), stage)
                    wrapped.enter_context(patch.object(owner, name, timed))
            with self._running(REST):
                yield

    def timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @wraps(function)
        def run(*values: Any, **named: Any) -> Any:
            with self._running(stage):
                return function(*values, **named)

        return run

    @contextmanager
    def _running(self, stage: str) -> Iterator[None]:
        began = time.perf_counter()
        self._inner.append(0.0)
        try:
            yield
        finally:
            took = time.perf_counter() - began
            self.seconds[stage] = self.seconds.get(stage, 0.0) + took - self._inner.pop()
            if self._inner:
                self._inner[-1] += took

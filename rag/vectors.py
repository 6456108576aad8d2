"""The Chroma collection of passage vectors (cosine; our own vectors, its embedder is never used)."""

import ctypes
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import IndexAway, IndexMismatch, is_panic
from rag.types import Vectors

if TYPE_CHECKING:
    from rag.rows import StoredPassage

COLLECTION = "passages"
_NO_PLACE = {
    "disk is full": "the disk is full. Free some space",
    "readonly database": "its files cannot be written. Mend the permissions",
    "unable to open database file": "its files cannot be opened. Mend the permissions",
}
UPSERT_MOST = 2000  # passages per call; Chroma takes at most 5461
_M_PERTURB = -6  # malloc.h
PROBES_MOST = 100  # neighbours asked for when a passage is not its own nearest one


@contextmanager
def _blank_memory() -> Iterator[None]:
    """Memory that is taken meanwhile holds nothing of what stood there before.

    hnswlib, in Chroma, takes room for more vectors than there are and writes all of it to disk as it got it:
    a key or a question that this process had forgotten would lie in the index. glibc blanks what it gives out
    if it is told to (mallopt(3), M_PERTURB); where there is none of it, nothing is done.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_M_PERTURB, 0xFF)  # its complement, 0, is what new memory is filled with
    try:
        yield
    finally:
        if mallopt:
            mallopt(_M_PERTURB, 0)


class VectorIndex:
    """The collection in `folder`; made there if `make`.

    Raises IndexMismatch when it is missing or damaged, IndexAway where it cannot be opened just now.
    """

    @_blank_memory()
    def __init__(self, folder: Path, *, make: bool = False) -> None:
        import chromadb
        from chromadb.config import Settings

        self._folder = folder
        if not make and not (folder / "chroma.sqlite3").exists():
            raise self._mismatch()
        folder.mkdir(parents=True, exist_ok=True)
        if not all(os.access(path, os.W_OK) for path in (folder, *folder.glob("chroma.sqlite3"))):
            raise self._away(_NO_PLACE["readonly database"])  # Chroma writes when it opens
        try:
            self._client = chromadb.PersistentClient(
                path=str(folder), settings=Settings(anonymized_telemetry=False)
            )
            if make:
                self._collection = self._client.get_or_create_collection(
                    COLLECTION, embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
                )
            else:
                self._collection = self._client.get_collection(COLLECTION, embedding_function=None)
        except BaseException as error:
            if not is_fault(error):
                raise
            _forget(folder)
            for sign, trouble in _NO_PLACE.items():
                if sign in str(error):
                    raise self._away(trouble) from error
            raise self._mismatch() from error

    def _away(self, trouble: str) -> IndexAway:
        return IndexAway(
            f"The vector index in {self._folder} cannot be opened: {trouble}, then try again."
            " Nothing is lost."
        )

    def _mismatch(self) -> IndexMismatch:
        return IndexMismatch(
            f"The vector index in {self._folder} is missing or damaged. Remake it: readout rebuild"
        )

    def close(self) -> None:
        """Lets go of the files, so that the next opening sees what other processes wrote.

        Not while another one in this process has them open: Chroma lets all of a path share one memory.
        """
        self._client.close()  # type: ignore[attr-defined]  # in Client, not yet in its interface

    def built_from(self) -> dict[str, str]:
        return {key: str(value) for key, value in (self._collection.metadata or {}).items()}

    def set_built_from(self, facts: dict[str, str]) -> None:
        self._collection.modify(metadata=facts)

    @_blank_memory()
    def write(self, removed: Sequence[str], added: Sequence[tuple[str, Sequence["StoredPassage"]]]) -> None:
        """Takes versions out and puts versions in: (version, its passages).

        One upsert holds whole articles only, so that a crash leaves each wholly in or wholly out.
        """
        if removed:
            versions: list[str | int | float | bool] = [*removed]
            self._collection.delete(where={"version": {"$in": versions}})  # type: ignore[dict-item]
        batch: list[tuple[str, StoredPassage]] = []
        for version, passages in added:
            if batch and len(batch) + len(passages) > UPSERT_MOST:
                self._upsert(batch)
                batch = []
            batch += [(version, stored) for stored in passages]
        if batch:
            self._upsert(batch)

    def _upsert(self, batch: Sequence[tuple[str, "StoredPassage"]]) -> None:
        for start in range(0, len(batch), UPSERT_MOST):  # more than one round for a huge article only
            part = batch[start : start + UPSERT_MOST]
            self._collection.upsert(
                ids=[stored.passage.id for _, stored in part],
                embeddings=np.stack([stored.vector for _, stored in part]),
                metadatas=[{"version": version} for version, _ in part],
            )

    def search(self, vector: Vectors, most: int) -> list[tuple[str, float]]:
        """Ids of the nearest passages with their cosine, nearest first."""
        with self._reading():
            found = self._collection.query(
                query_embeddings=vector[None, :], n_results=most, include=["distances"]
            )
        distances = found["distances"] or [[]]
        return [(key, 1.0 - distance) for key, distance in zip(found["ids"][0], distances[0], strict=True)]

    def ids(self) -> set[str]:
        with self._reading():
            return set(self._collection.get(include=[])["ids"])

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Damaged files are a mismatch."""
        try:
            yield
        except BaseException as error:
            if is_fault(error):
                raise self._mismatch() from error
            raise

    def unfound(self, passages: Sequence["StoredPassage"]) -> list[str]:
        """Those of the passages that a search with their own vector does not bring."""
        lost = []
        for stored in passages:
            try:
                near = self.search(stored.vector, 3)
                if stored.passage.id not in {key for key, _ in near}:
                    near = self.search(stored.vector, PROBES_MOST)  # copies crowd each other out
            except IndexMismatch:
                near = []
            if stored.passage.id not in {key for key, _ in near}:
                lost.append(stored.passage.id)
        return lost


def is_fault(error: BaseException) -> bool:
    """Whether it is what Chroma raises over its files; damage makes it panic, too."""
    from chromadb.errors import ChromaError

    return isinstance(error, ChromaError | ValueError | OSError | RuntimeError) or is_panic(error)


def _forget(folder: Path) -> None:
    """Chroma keeps what it could not start, and would hand it out at the next opening."""
    from chromadb.api.shared_system_client import SharedSystemClient

    if str(folder) not in SharedSystemClient._identifier_to_refcount:
        SharedSystemClient._identifier_to_system.pop(str(folder), None)

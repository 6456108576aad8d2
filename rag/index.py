"""Both derived indexes as one: follow the library, check against it, rebuild from it.

The library names the folder that holds the current indexes. A rebuild makes a new folder beside it and
then points the library there, so that readers search the old one until the new one is whole.
"""

import shutil
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.errors import IndexAway, IndexMismatch, LibraryBusy
from rag.library import Library, State, Version, version_of
from rag.logs import Rebuilt, tell
from rag.rows import StoredPassage
from rag.types import Vectors
from rag.vectors import VectorIndex, is_fault
from rag.words import ANALYZER, OLDER_ANALYZERS, WordHit, WordIndex, built_from

SYNC_ARTICLES = 50  # articles per commit of both indexes: small enough to follow, large enough to be cheap
# Times as many neighbours are asked for as are wanted: of the hundred nearest, Chroma's graph finds 99 when
# asked for a hundred, and other ones after a rebuild; all when asked for three hundred, in 0.5 ms more.
NEARER = 3
WIDER = 20  # times as many neighbours are asked for where a filter will strike some: 40 ms at 120 k passages
DRAFT = "indexes.new"  # folder in the home where the first indexes are made
FIRST_SECONDS = 5.0  # for which a reader waits for indexes that another process makes, and none are there yet
PROBES = 3  # passages searched for on opening: finds a lost or emptied index, costs milliseconds
# Vectors are searched along a graph, which misses 2 in 100 where there are 250,000, many of them alike: when
# one is not found, so many are tried, and this share of them may be missed.
PROBES_AGAIN, UNFOUND_MOST = 100, 0.1


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` found. `faults` is empty when all is well."""

    articles: int
    passages: int
    faults: tuple[str, ...]


class Indexes:
    """The two indexes of a library. Safe to share between threads."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._lock = threading.RLock()
        self._state: State | None = None  # what is open now
        self._vectors: VectorIndex | None = None
        self._words: WordIndex | None = None
        self._away: IndexAway | None = None  # why the vectors are not open: the library's own are compared
        self._followed = 0  # the generation that the open indexes held when they were opened

    def close(self) -> None:
        with self._lock:
            if self._vectors:
                self._vectors.close()
            self._state = self._vectors = self._words = self._away = None

    # Reading

    def refresh(self) -> State:
        """Opens what the library holds now; cheap when nothing changed. Follows it if nobody else is.

        Raises IndexMismatch, naming the command that mends it, if an index was built from something else;
        LibraryBusy where another process is about to make the first ones.
        """
        with self._lock:
            while True:
                state = self.library.state()
                try:
                    if self._state != state or self._can_go_on(state):
                        self._reopen(state)
                    return state
                except (IndexMismatch, LibraryBusy):
                    if self.library.state() == state:
                        raise  # else another process has written since, and what was opened is newer

    def _reopen(self, state: State) -> None:
        if not state.generation:
            return
        folder = self.folder(state)
        if self._behind(state):
            usable = _is_of_this_readout(folder)
            try:
                with self.library.writing(0 if usable else FIRST_SECONDS):
                    self.sync()
            except LibraryBusy:  # its holder brings the indexes up to date
                if not usable:
                    raise
                # else what is there can be searched
            state = self.library.state()
            folder = self.folder(state)
        self.close()
        self._words = WordIndex(folder / "words")  # first: a writer brings the vectors up before the words
        try:
            self._vectors = VectorIndex(folder / "vectors")
        except IndexAway as error:
            self._away = error
        self._probe()
        self._followed = self._generation(self._words.opened_as, state)
        self._state = state

    def _can_go_on(self, state: State) -> bool:
        """Whether indexes that were behind when opened have followed since, or have nobody to make them."""
        if self._words is None or self._followed >= state.generation:
            return False
        followed = self._generation(self._words.built_from(), state)
        return followed > self._followed or not self.library.being_written()

    def folder(self, state: State) -> Path:
        return self.library.home / state.indexes

    def _behind(self, state: State) -> bool:
        """Whether an index lacks changes. Raises IndexMismatch if it was built from something else."""
        folder = self.folder(state)
        if not _is_of_this_readout(folder):
            # Nothing was indexed yet, all of it is gone, or is of another time: the library can follow anew.
            return True
        try:
            vectors, words = VectorIndex(folder / "vectors"), WordIndex(folder / "words")
        except IndexAway:
            return False  # perhaps, but it cannot be brought up
        try:
            held = [self._generation(index.built_from(), state) for index in (vectors, words)]
        finally:
            vectors.close()
        return min(held) < state.generation

    def _generation(self, facts: dict[str, str], state: State) -> int:
        if not facts:
            return 0  # made a moment ago, not yet written
        wanted = _facts(state, 0)
        differing = [key for key in wanted if key != "generation" and facts.get(key) != wanted[key]]
        generation = int(facts.get("generation", "0"))
        if differing or generation > state.generation:
            raise IndexMismatch(
                "The index was built from something else than the library holds"
                f" ({', '.join(differing) or 'a later state'} differs). Remake it: readout rebuild"
            )
        return generation

    def _probe(self) -> None:
        """Searches for a few passages that must be there: an emptied index gives no error by itself."""
        assert self._words is not None
        if self._words.damaged_files():
            raise IndexMismatch("The word index is damaged. Remake it: readout rebuild")
        facts = [self._words.opened_as] + ([self._vectors.built_from()] if self._vectors else [])
        followed = min(int(one.get("generation", "0")) for one in facts)
        passages = self.library.passages(numbers=self.library.sample(followed, PROBES))
        held = self._words.numbers_held([stored.number for stored in passages])
        if len(held) < len(passages) or self._lacks_vectors(passages, followed):
            raise IndexMismatch("The index lacks passages that the library holds. Remake it: readout rebuild")

    def _lacks_vectors(self, passages: Sequence[StoredPassage], followed: int) -> bool:
        """Whether one of the passages is not found, and many of a larger sample are not either."""
        if not self._vectors or not self._vectors.unfound(passages):
            return False
        more = self.library.passages(numbers=self.library.sample(followed, PROBES_AGAIN))
        return len(self._vectors.unfound(more)) > UNFOUND_MOST * len(more)

    @contextmanager
    def _open(self) -> Iterator[tuple[VectorIndex | None, WordIndex] | None]:
        with self._lock:
            self.refresh()
            yield (self._vectors, self._words) if self._words else None

    def search_vectors(
        self,
        vector: Vectors,
        most: int,
        versions: Collection[str] | None = None,
        besides: Collection[str] = (),
    ) -> list[tuple[str, float]]:
        """Ids of the nearest passages (of these versions, where named) with their cosine, nearest first.

        Those of the versions `besides` are passed over; where all is searched, as far as others are near.

        Chroma's own filter takes 90 to 600 ms at 120 k passages. So the neighbours are sifted here, and
        where too few of them are left, the library's own vectors are compared: exact, and quick because
        a filter that leaves few of the neighbours seldom leaves many articles.
        """
        with self._open() as indexes:
            if not indexes:
                return []
            vectors, _ = indexes
            wanted = None if versions is None else frozenset(versions).difference(besides)
            if vectors is None:
                near = self.library.nearest(vector, most * WIDER if besides else most, wanted)
            else:
                near = vectors.search(vector, most * (NEARER if wanted is None and not besides else WIDER))
            left = [
                (key, cosine)
                for key, cosine in near
                if version_of(key) not in besides and (wanted is None or version_of(key) in wanted)
            ][:most]
            if len(left) == most or wanted is None or vectors is None:
                return left
            return self.library.nearest(vector, most, wanted)

    def search_words(
        self,
        words: list[str],
        most: int,
        versions: Collection[str] | None = None,
        besides: Collection[str] = (),
    ) -> list[WordHit]:
        """Passages (of these versions, where named) with the best BM25 for these stems, best first.

        Those of the versions `besides` are passed over.
        """
        with self._open() as indexes:
            return indexes[1].search(words, most, versions, besides) if indexes else []

    def score_words(self, words: list[str], numbers: list[int]) -> dict[int, float]:
        """BM25 of the passages named; one with none of the words is left out."""
        with self._open() as indexes:
            return indexes[1].score(words, numbers) if indexes else {}

    def alike_words(self, word: str, slips: int, most: int) -> list[int]:
        """Numbers of passages with a stem that differs from this one by so many letters, or fewer."""
        with self._open() as indexes:
            return indexes[1].alike(word, slips, most) if indexes else []

    def frequencies(self, words: list[str]) -> tuple[list[int], int]:
        """In how many passages each stem stands, and how many passages there are."""
        with self._open() as indexes:
            return indexes[1].frequencies(words) if indexes else ([0] * len(words), 0)

    # Writing: the caller holds `library.writing()`

    def sync(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Brings both indexes up to the library. Idempotent: what a crash cut off is done again.

        Those of an older Readout, which took other words from the same texts, are made anew.
        """
        with self._lock:
            state = self.library.state()
            if not state.generation:
                return
            self.close()
            folder = self.folder(state)
            if _is_of_older_readout(folder):
                self.rebuild(progress)
            elif folder.exists():
                self._follow(state, folder, progress)
            else:  # it appears whole, as a reader may come at any moment
                draft = self.library.home / DRAFT
                shutil.rmtree(draft, ignore_errors=True)  # left over from one that was cut off
                self._follow(state, draft, progress)
                draft.rename(folder)

    def _follow(self, state: State, folder: Path, progress: Callable[[int, int], None] | None) -> None:
        with _in_words(folder):
            self._bring_up(state, folder, progress)

    def _bring_up(self, state: State, folder: Path, progress: Callable[[int, int], None] | None) -> None:
        vectors = VectorIndex(folder / "vectors", make=True)
        try:
            words = WordIndex(folder / "words", make=True)
            since = [self._generation(index.built_from(), state) for index in (vectors, words)]
            removed, added = self.library.changes(min(since))
            for start in range(0, max(1, len(added)), SYNC_ARTICLES):
                part = added[start : start + SYNC_ARTICLES]
                last = start + SYNC_ARTICLES >= len(added)
                gone = removed if start == 0 else []
                generation = state.generation if last else part[-1].generation
                self._write(vectors, words, gone, part, _facts(state, generation))
                if progress:
                    progress(min(start + SYNC_ARTICLES, len(added)), len(added))
        finally:
            vectors.close()

    def _write(
        self,
        vectors: VectorIndex,
        words: WordIndex,
        removed: list[str],
        added: list[Version],
        facts: dict[str, str],
    ) -> None:
        stored = [(v, self.library.passages(article_id=v.article_id)) for v in added]
        vectors.write(removed, [(v.key, passages) for v, passages in stored])
        vectors.set_built_from(facts)
        words.write(removed, [(v.key, v.title, passages) for v, passages in stored])
        words.set_built_from(facts)

    def rebuild(self, progress: Callable[[int, int], None] | None = None) -> None:
        """Remakes both indexes from the library, with no encoder and no network."""
        began = time.monotonic()
        with self._lock:
            state = self.library.state()
            number = int(state.indexes.rpartition("-")[2]) + 1
            folder = self.library.home / f"indexes-{number}"
            shutil.rmtree(folder, ignore_errors=True)  # left over from a rebuild that was cut off
            if state.generation:
                self._follow(state, folder, progress)
            self.library.set_indexes(folder.name)
            self.close()
            for old in self.library.home.glob("indexes-*"):
                if old.name != folder.name:
                    shutil.rmtree(old, ignore_errors=True)
        span = self.library.span()
        tell(Rebuilt(span.articles, span.passages, time.monotonic() - began))

    def check(self, progress: Callable[[int, int], None] | None = None) -> Report:
        """Searches both indexes for all that the library stores, and for what it does not.

        Raises IndexAway where one cannot be opened just now.
        """
        faults = self.library.faults()
        span = self.library.span()
        if self._away:
            self.close()  # perhaps it can be opened by now
        try:
            with self._open() as indexes:
                if indexes:
                    vectors, words = indexes
                    if self._away:
                        raise self._away
                    assert vectors is not None
                    faults += self._index_faults(vectors, words, progress)
        except IndexMismatch as error:
            faults.append(str(error))
        return Report(span.articles, span.passages, tuple(faults))

    def _index_faults(
        self, vectors: VectorIndex, words: WordIndex, progress: Callable[[int, int], None] | None
    ) -> list[str]:
        faults = []
        stored = self.library.passage_ids()
        phantoms = vectors.ids() - set(stored.values())
        faults += [f"passage {key} is in the vector index but not in the library" for key in phantoms]
        numbers = words.numbers()
        if len(numbers) != len(set(numbers)):
            faults.append("the word index holds passages twice")
        for number in set(numbers) - set(stored):
            faults.append(f"passage number {number} is in the word index but not in the library")
        for number in set(stored) - set(numbers):
            faults.append(f"passage {stored[number]} is not in the word index")
        for done, (number, key) in enumerate(stored.items(), start=1):
            if vectors.unfound(self.library.passages(numbers=[number])):
                faults.append(f"passage {key} is not found by its own vector")
            if progress:
                progress(done, len(stored))
        return faults


def _facts(state: State, generation: int) -> dict[str, str]:
    return {
        "library": state.library,
        "embedder": state.embedder,
        "passage_tokens": str(state.passage_tokens),
        "analyzer": ANALYZER,
        "generation": str(generation),
    }


def _is_of_this_readout(folder: Path) -> bool:
    """Whether indexes are there, and took the words from the texts that are looked for now."""
    return folder.exists() and not _is_of_older_readout(folder)


def _is_of_older_readout(folder: Path) -> bool:
    return built_from(folder / "words").get("analyzer") in OLDER_ANALYZERS


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    """What Chroma and tantivy raise where they cannot write, as IndexAway."""
    try:
        yield
    except BaseException as error:
        if is_fault(error):
            raise IndexAway(
                f"The indexes in {folder} cannot be written ({' '.join(str(error).split())}). The library"
                " keeps what it holds; free some space or mend the permissions, then try again."
            ) from error
        raise

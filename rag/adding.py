"""Files into the library: read, split, encode, store, index; one verdict per file.

An article is stored wholly or not at all, and a verdict is given only after it is stored, so adding may
be stopped at any moment and run again: what is there already is passed over as unchanged.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path

from rag import editions
from rag.editions import Heir, Whole
from rag.errors import OTHER_ENCODER, IndexMismatch, ReadError, ReadoutError
from rag.index import Indexes
from rag.library import Library
from rag.logs import Added, Removed, tell
from rag.passages import split_passages
from rag.readers import SUFFIXES, Unread, Upload, find_files, read_articles, read_uploads
from rag.reading.confined import Confined
from rag.reading.languages import name_language
from rag.reading.parts import Fields, Reading
from rag.settings import Settings
from rag.shingles import bands
from rag.types import Article, Embedder, Passage

GROUP_PASSAGES = 64  # passages encoded and stored together: a second or two of work between verdicts
SYNC_SECONDS = 4.0  # between two commits of the indexes, 0.2 s each: an open page soon finds what is new
OLDER_AT_ONCE = 200  # articles of an older layout made comparable in one transaction: a fraction of a second
MEGABYTE = 1_000_000


class Outcome(StrEnum):
    ADDED = "added"
    REPLACED = "replaced"
    COPY = "copy"  # nearly the same as an article of another outlet, and kept with it
    UNCHANGED = "unchanged"
    EMPTY = "empty"
    UNREADABLE = "unreadable"
    LEFT_OUT = "left out"


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What became of one file, part of a file or address, and why where it is not in the library."""

    origin: str  # as Article.origin
    outcome: Outcome
    article_id: str = ""
    passages: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Prepared:
    article: Article
    passages: tuple[Passage, ...]
    outcome: Outcome
    bands: frozenset[int]  # what its copies would be found by


class Adder:
    """Adds files to a library, and removes articles. The caller holds `library.writing()` meanwhile."""

    def __init__(self, library: Library, indexes: Indexes, embedder: Embedder, settings: Settings) -> None:
        self._library = library
        self._indexes = indexes
        self._embedder = embedder
        self._settings = settings
        self._behind = False  # whether something was stored since the indexes were brought up
        self._followed_at = 0.0  # when they were, by the monotonic clock
        self.files_read = 0  # to their end, by the adding that is going on or was the last

    def add(self, paths: Sequence[Path], fields: Fields | None = None) -> Iterator[FileVerdict]:
        """One verdict per article, in groups, each when it is stored; a file gives at least one.

        `fields` names the columns of tables, where they are not the usual ones.
        It can be found a few seconds later, at the end at the latest; a run that is cut off is made up for at
        the next opening.
        Raises IndexMismatch if the library's vectors come from another encoder or passage length.
        """
        self._agree()
        self._library.set_unfinished(_named(paths))
        reading = replace(self._reading, fields=fields or Fields())
        with Confined() as child:
            files = self._read(read_articles(path, reading, child) for path in paths)
            yield from tell_outcomes(self._add(files))
        self._library.set_unfinished("")

    def add_uploads(self, uploads: Iterable[Upload]) -> Iterator[FileVerdict]:
        """The same for files that a browser sent; a verdict names the upload's origin.

        One of the same name as an earlier one takes its place. The library holds the only copy.
        """
        self._agree()
        with Confined() as child:
            files = self._read(read_uploads(one, self._reading, child) for one in uploads)
            yield from tell_outcomes(self._add(files))

    def remove(self, ids: Sequence[str]) -> None:
        """Takes articles and copies out of library and indexes, with all that they had. Their files stay.

        Where copies of a removed article stay, the first of them takes its place.
        """
        left = {
            leader: [one for one in editions.copies(self._library, leader) if one.id not in ids]
            for leader in ids
        }
        self._library.remove(ids, [self._heir(copies) for copies in left.values() if copies])
        self._sync()
        tell(Removed(len(ids)))

    def add_articles(self, articles: Iterable[Article]) -> Iterator[FileVerdict]:
        """The same for articles that are read already; a verdict names the article's origin."""
        self._agree()
        yield from self._add(articles)

    def _add(self, articles: Iterable[Article | FileVerdict]) -> Iterator[FileVerdict]:
        self._sync()  # what an earlier run stored but could not index
        while self._library.compare_older(OLDER_AT_ONCE):
            pass
        group: list[_Prepared] = []
        for article in articles:
            self._keep_up()
            if isinstance(article, FileVerdict):
                yield article
                continue
            own = bands(article.text)
            if any(
                article.content_hash == other.article.content_hash or own & other.bands for other in group
            ):
                yield from self._store(group)  # perhaps a copy: what it copies must be there to be named
                group = []
            prepared = self._prepare(article, own)
            if isinstance(prepared, FileVerdict):
                yield prepared
                continue
            group.append(prepared)
            if sum(len(p.passages) for p in group) >= GROUP_PASSAGES:
                yield from self._store(group)
                group = []
        yield from self._store(group)
        self._sync()

    def _sync(self) -> None:
        self._indexes.sync()
        self._behind, self._followed_at = False, time.monotonic()

    def _keep_up(self) -> None:
        """What is stored can be found a few seconds later, however many articles are still to come."""
        if self._behind and time.monotonic() - self._followed_at >= SYNC_SECONDS:
            self._sync()

    def wanted(self, paths: Sequence[Path]) -> bool:
        """Whether the library is empty, or an add of these very files was cut off."""
        return not self._library.span().articles or self._library.unfinished() == _named(paths)

    def _agree(self) -> None:
        state = self._library.state()
        tokens = self._settings.passage_tokens
        if not self._library.span().passages:
            self._library.set_vectors_from(self._embedder.fingerprint, tokens)
        elif state.embedder != self._embedder.fingerprint:
            raise IndexMismatch(OTHER_ENCODER)
        elif state.passage_tokens != tokens:
            raise IndexMismatch(
                f"The library's passages are up to {state.passage_tokens} tokens long, the settings say"
                f" {tokens}. Set READOUT_PASSAGE_TOKENS={state.passage_tokens}, or use another READOUT_HOME."
            )

    @property
    def _reading(self) -> Reading:
        return Reading(most_bytes=int(self._settings.file_megabytes * MEGABYTE))

    def _read(self, files: Iterable[Iterable[Article | Unread]]) -> Iterator[Article | FileVerdict]:
        self.files_read = 0
        for file in files:
            for one in file:
                if isinstance(one, Unread):
                    yield FileVerdict(one.name, Outcome.UNREADABLE, reason=one.reason)
                else:
                    yield one
            self.files_read += 1

    def _prepare(self, article: Article, own: frozenset[int]) -> _Prepared | FileVerdict:
        if not article.text.strip():
            return FileVerdict(article.origin, Outcome.EMPTY, reason="It holds no text.")
        before = self._library.content_hash(article.id)
        same = article.id if before == article.content_hash else self._same_elsewhere(article, before)
        if same:
            return FileVerdict(article.origin, Outcome.UNCHANGED, article_id=same)
        # Not part of the content hash: what is in a library already must not count as changed.
        language = article.language or name_language(article.text)
        article = replace(article, language=language, ingested_at=datetime.now(UTC))
        leader = self._leader(article, before, own)
        if leader:
            self._library.add_copy(article, leader)
            outcome = Outcome.REPLACED if before else Outcome.COPY
            reason = f"Nearly the same as {leader}, and kept with it."
            return FileVerdict(article.origin, outcome, article.id, reason=reason)
        outcome = Outcome.REPLACED if before else Outcome.ADDED
        return _Prepared(article, self._split(article), outcome, own)

    def _split(self, article: Article) -> tuple[Passage, ...]:
        return split_passages(article, self._embedder.count_tokens, self._settings.passage_tokens)

    def _leader(self, article: Article, before: str | None, own: frozenset[int]) -> str:
        """The article that this one is a copy of. What is one already stays one: it may have copies."""
        if before and not editions.leader_of(self._library, article.id):
            return ""
        return editions.find_leader(self._library, article, own)

    def _heir(self, copies: Sequence[Article]) -> Heir:
        """The first of these copies as an article of its own, the others as its copies."""
        first, *others = copies
        passages = self._split(first)
        vectors = self._embedder.embed_passages(passages, [first.title] * len(passages))
        return Heir(Whole(first, passages, vectors), tuple(one.id for one in others))

    def _same_elsewhere(self, article: Article, before: str | None) -> str | None:
        """A new file with the text of an article that is there already adds nothing."""
        return None if before else self._library.same_content(article.content_hash)

    def _store(self, group: Sequence[_Prepared]) -> Iterator[FileVerdict]:
        if not group:
            return
        passages = [passage for prepared in group for passage in prepared.passages]
        titles = [prepared.article.title for prepared in group for _ in prepared.passages]
        vectors = iter(self._embedder.embed_passages(passages, titles))
        for prepared in group:
            own = [next(vectors) for _ in prepared.passages]
            unlike = editions.unlike(self._library, prepared.article)
            heir = self._heir(unlike) if unlike else None
            self._library.add(prepared.article, prepared.passages, own, heir, prepared.bands)
        self._behind = True
        self._keep_up()
        for prepared in group:
            article = prepared.article
            yield FileVerdict(article.origin, prepared.outcome, article.id, len(prepared.passages))


def tell_outcomes(verdicts: Iterable[FileVerdict]) -> Iterator[FileVerdict]:
    """The same verdicts. At their end, also an early one, the log is told how many of each came."""
    began, counts = time.monotonic(), dict.fromkeys(Outcome, 0)
    try:
        for verdict in verdicts:
            counts[verdict.outcome] += 1
            yield verdict
    finally:
        tell(
            Added(
                added=counts[Outcome.ADDED],
                replaced=counts[Outcome.REPLACED],
                copies=counts[Outcome.COPY],
                unchanged=counts[Outcome.UNCHANGED],
                empty=counts[Outcome.EMPTY],
                unreadable=counts[Outcome.UNREADABLE],
                left_out=counts[Outcome.LEFT_OUT],
                seconds=time.monotonic() - began,
            )
        )


def _named(paths: Sequence[Path]) -> str:
    """The files in one short word."""
    return hashlib.sha256(b"\n".join(os.fsencode(os.path.realpath(path)) for path in paths)).hexdigest()


def gather_files(paths: Sequence[Path]) -> list[Path]:
    """All article files that the paths name or hold. Raises ReadError if there is none at all."""
    files = find_files(paths)
    if not files:
        named = ", ".join(str(path) for path in paths)
        raise ReadError(
            f"No article files ({', '.join(SUFFIXES)}) in {named}. Name a file or a folder that holds some."
        )
    return files


def embed_again(
    library: Library,
    indexes: Indexes,
    embedder: Embedder,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Encodes all passages anew with `embedder`, then remakes the indexes."""
    numbers = list(library.passage_ids())
    fresh = []
    for start in range(0, len(numbers), GROUP_PASSAGES):
        stored = library.passages(numbers=numbers[start : start + GROUP_PASSAGES])
        titles = {a.id: a.title for a in library.articles([s.passage.article_id for s in stored])}
        passages = [s.passage for s in stored]
        vectors = embedder.embed_passages(passages, [titles[p.article_id] for p in passages])
        fresh += [(s.number, v) for s, v in zip(stored, vectors, strict=True)]
        if progress:
            progress(min(start + GROUP_PASSAGES, len(numbers)), len(numbers))
    if not numbers:
        raise ReadoutError("No articles yet. Add some: readout add corpus/")
    library.replace_vectors(fresh, embedder.fingerprint)
    indexes.rebuild()

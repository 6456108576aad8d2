"""The library: articles, their passages and sentences with vectors, in one SQLite file. The only truth.

Every change of an article adds one to the generation; the indexes (rag.index) follow the library by
reading what changed since the generation that they hold. A version is one article with one content
hash; its passages' ids begin with it, so that an id never stands for two texts.
"""

import json
import os
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from rag import editions
from rag.editions import Heir, Whole
from rag.errors import LibraryBusy, LibraryError
from rag.feedback import FEEDBACK_COLUMNS, feedback_row, read_feedback_row
from rag.listing import Listed, fold, short_origin
from rag.outlines import Face, Outline, Selection, select, span_of
from rag.rows import (
    ARTICLE_COLUMNS,
    PASSAGE_COLUMNS,
    StoredPassage,
    article_row,
    passage_row,
    read_article_row,
    read_moment,
    read_passage_row,
    vector_blobs,
)
from rag.schema import SCHEMA_VERSION, layout, prepare
from rag.shingles import bands as bands_of
from rag.types import AlsoIn, Article, Feedback, Filters, Passage, PassageVectors, Span, Vectors

# Seconds that feedback and conversations wait for SQLite's lock: an article holds it for a fraction of one.
LOCK_SECONDS = 5.0
BUSY_SECONDS = 30.0  # that SQLite waits for another process's transaction: an article's, or a restore's
MOMENT_SECONDS = 0.5  # a reader that looks whether somebody writes holds the place for some milliseconds
NEAREST_ARTICLES = 500  # articles whose vectors are read at once: some 4,000 passages, 3 MB


@dataclass(frozen=True, slots=True)
class Version:
    """One article with one content: the unit in which the indexes follow the library."""

    key: str  # article id and the first eight hex digits of its content hash
    article_id: str
    title: str
    source: str
    generation: int


@dataclass(frozen=True, slots=True)
class State:
    """What an index must agree with."""

    library: str  # made once per library
    generation: int
    embedder: str  # fingerprint of what made the vectors, empty while there are none
    passage_tokens: int
    indexes: str  # the folder that holds the current indexes


def version_key(article_id: str, content_hash: str) -> str:
    return f"{article_id}:{content_hash[:8]}"


def version_of(passage_id: str) -> str:
    """The version that a passage belongs to."""
    return passage_id.rpartition(":")[0]


class Library:
    """Opens the library at `home`, making it where there is none. Safe to share between threads.

    Raises LibraryError if the file cannot be opened or is no library of this version.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.path = home / "library.sqlite3"
        self._lock = threading.RLock()
        self._writer = FileLock(home / "writer.lock")
        self._known: tuple[int, tuple[Outline, ...], Span] | None = None  # with the generation it is of
        self._listed: tuple[int, tuple[Listed, ...]] | None = None  # as well
        self._frozen: tuple[int, ...] = ()  # what the files were, where they are read as they are
        self._connection = self._connect()

    def _connect(self) -> sqlite3.Connection:
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            try:
                connection = self._open()
            except sqlite3.OperationalError:
                as_it_is = self._open_as_it_is()
                if as_it_is is None:
                    raise
                return as_it_is
            self._frozen = ()
            return connection
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorname", "").startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
                raise LibraryError(
                    f"The library {self.path} cannot be opened ({error}). Move that file aside, then"
                    " restore a backup: readout restore FILE"
                ) from error
            raise LibraryError(
                f"The library {self.path} cannot be opened ({error}). Check the folder's permissions and"
                " free space, or name another one with READOUT_HOME."
            ) from error

    def _open_as_it_is(self) -> sqlite3.Connection | None:
        """For reading only. On a full disk, or in a folder that cannot be written, SQLite has no place
        for the files that it keeps beside this one; None where changes stand in those alone.
        """
        stamp = self._stamp()
        if not stamp or stamp[-1] > 0:
            return None
        address = f"{self.path.absolute().as_uri()}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        if not 0 < layout(connection) <= SCHEMA_VERSION:
            connection.close()
            return None
        self._frozen = stamp
        return connection

    def _stamp(self) -> tuple[int, ...]:
        """Changes with each change of the files; empty without a library, its last number the log's size."""
        log = self.path.with_name(f"{self.path.name}-wal")
        try:
            found = self.path.stat()
        except OSError:
            return ()
        return found.st_mtime_ns, found.st_size, log.stat().st_size if log.exists() else 0

    def _thaw(self) -> None:
        """Opens the file anew where it was read as it is: it has changed since, or is to be written."""
        if self._frozen:
            connection = self._connect()  # first: where it cannot be opened now, the next call tries again
            self._connection.close()
            self._connection = connection

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")  # an acknowledged article survives a power cut
            connection.execute("PRAGMA foreign_keys = ON")
            connection.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten, not only let go
            found = layout(connection)
            try:
                prepare(connection)
            except sqlite3.OperationalError:
                if not found:
                    raise
                # An older layout that cannot be written now still answers; the next writer brings it up.
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    # Reading

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                while self._frozen:
                    rows = self._connection.execute(query, values).fetchall()
                    if self._stamp() == self._frozen:
                        return rows
                    self._thaw()  # another process has written, perhaps while we read
                return self._connection.execute(query, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise LibraryError(
                    f"The library {self.path} cannot be read ({error}). Restore a backup (readout restore"
                    " FILE --replace), or add the articles anew to another READOUT_HOME."
                ) from error

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """What a query finds. Raises LibraryError if the file cannot be read."""
        return self._rows(query, values)

    def layout(self) -> int:
        """The file's layout: an older one where it could not be written since."""
        return int(self._rows("PRAGMA user_version")[0][0])

    def state(self) -> State:
        meta = dict(self._rows("SELECT key, value FROM meta"))
        return State(
            library=meta["library"],
            generation=int(meta["generation"]),
            embedder=meta["embedder"],
            passage_tokens=int(meta["passage_tokens"]),
            indexes=meta["indexes"],
        )

    def article(self, article_id: str) -> Article | None:
        found = self.articles([article_id])
        return found[0] if found else None

    def articles(self, ids: Collection[str] | None = None) -> list[Article]:
        """The articles named (in any order), or all, newest publication first, undated last."""
        query = f"SELECT {ARTICLE_COLUMNS} FROM articles"  # noqa: S608 - columns are a constant
        if ids is not None:
            query += f" WHERE id IN ({_marks(ids)})"
        rows = self._rows(query + " ORDER BY published_at IS NULL, published_at DESC, id", tuple(ids or ()))
        also = editions.also_in(self, ids)
        articles = map(read_article_row, rows)
        return [replace(one, also=also[one.id]) if one.id in also else one for one in articles]

    def find(self, start: str) -> list[str]:
        """Ids, of articles and their copies, that are `start` or, if none is, begin with it."""
        exact = self._ids("id = ?", start)
        return exact or self._ids("substr(id, 1, length(?1)) = ?1", start)

    def content_hash(self, article_id: str) -> str | None:
        """Of an article or a copy."""
        tables = self._article_tables()
        query = " UNION ALL ".join(f"SELECT content_hash FROM {table} WHERE id = ?1" for table in tables)  # noqa: S608 - constants
        rows = self._rows(query, (article_id,))
        return rows[0][0] if rows else None

    def same_content(self, content_hash: str) -> str | None:
        """The id of an article or a copy with exactly this content, wherever it was read from."""
        found = self._ids("content_hash = ?", content_hash)
        return found[0] if found else None

    def _ids(self, condition: str, value: str) -> list[str]:
        return [
            row[0]
            for table in self._article_tables()
            for row in self._rows(f"SELECT id FROM {table} WHERE {condition} ORDER BY id", (value,))  # noqa: S608 - constants
        ]

    def _article_tables(self) -> tuple[str, ...]:
        return ("articles", "copies") if self.layout() >= editions.LAYOUT else ("articles",)

    def sources(self) -> tuple[str, ...]:
        """The outlets, most articles first."""
        return self.span().sources

    def span(self) -> Span:
        """What the library covers."""
        return self._outlines()[1]

    def listed(self) -> tuple[Listed, ...]:
        """All articles without their texts, in no order. Looked up once for each generation."""
        generation = self.state().generation
        known = self._listed
        if known is None or known[0] != generation:
            known = (generation, self._read_listed())
            self._listed = known
        return known[1]

    def _read_listed(self) -> tuple[Listed, ...]:
        rows = self._rows(
            "SELECT id, title, source, authors, origin, published_at, ingested_at, language,"
            " (SELECT count(*) FROM passages WHERE article_id = articles.id) FROM articles"
        )
        also = editions.also_in(self)
        return tuple(_listed(also.get(row[0], ()), *row) for row in rows)

    def size(self) -> int:
        """Bytes on the disk: the library and its indexes."""
        return sum(path.stat().st_size for path in self.home.rglob("*") if path.is_file())

    def select(self, filters: Filters) -> Selection:
        """The articles that `filters` leave, and what they cover."""
        return select(self._outlines()[0], filters)

    def _outlines(self) -> tuple[tuple[Outline, ...], Span]:
        """Of all articles. Read once for each generation: it takes every article's row."""
        generation = self.state().generation
        known = self._known
        if known is None or known[0] != generation:
            outlines = self._read_outlines()
            known = (generation, outlines, span_of(outlines, len(outlines)))
            self._known = known
        return known[1:]

    def _read_outlines(self) -> tuple[Outline, ...]:
        counts = dict(self._rows("SELECT article_id, count(*) FROM passages GROUP BY article_id"))
        rows = self._rows("SELECT id, content_hash, source, published_at, language FROM articles")
        also: dict[str, tuple[Face, ...]] = {}
        if self.layout() >= editions.LAYOUT:
            for leader, *face in self._rows("SELECT leader, source, published_at, language FROM copies"):
                also[leader] = (*also.get(leader, ()), Face(*face))
        return tuple(
            Outline(
                version_key(article_id, content_hash),
                (Face(*face), *also.get(article_id, ())),
                counts.get(article_id, 0),
            )
            for article_id, content_hash, *face in rows
        )

    def nearest(
        self, vector: Vectors, most: int, versions: Collection[str] | None = None
    ) -> list[tuple[str, float]]:
        """Ids of the nearest passages (of these versions, where named) with their cosine, nearest first.

        Exact, from the stored vectors: some 60 ms for 1,000 articles of 8 passages.
        """
        if versions is None:
            ids = [row[0] for row in self._rows("SELECT id FROM articles")]
        else:
            ids = [version.rpartition(":")[0] for version in versions]
        near: list[tuple[str, float]] = []
        for start in range(0, len(ids), NEAREST_ARTICLES):
            rows = self._rows(
                "SELECT id, vector FROM passages WHERE article_id IN (SELECT value FROM json_each(?))",
                (json.dumps(ids[start : start + NEAREST_ARTICLES]),),
            )
            stored = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f2")
            cosines = stored.astype(np.float32).reshape(-1, len(vector)) @ vector
            near += [(key, cosine) for (key, _), cosine in zip(rows, cosines.tolist(), strict=True)]
            near = sorted(near, key=lambda hit: -hit[1])[:most]
        return [hit for hit in near if versions is None or version_of(hit[0]) in versions]

    def passages(
        self, *, ids: Sequence[str] = (), numbers: Sequence[int] = (), article_id: str = ""
    ) -> list[StoredPassage]:
        """Passages by id and by number, or all of one article, in the order of their numbers."""
        query = f"SELECT {PASSAGE_COLUMNS} FROM passages p JOIN articles a ON a.id = p.article_id WHERE "  # noqa: S608 - columns are a constant
        if article_id:
            rows = self._rows(query + "p.article_id = ? ORDER BY p.number", (article_id,))
        else:
            rows = self._rows(
                query + f"p.id IN ({_marks(ids)}) OR p.number IN ({_marks(numbers)}) ORDER BY p.number",
                (*ids, *numbers),
            )
        return [read_passage_row(row) for row in rows]

    def sample(self, generation: int, most: int) -> list[int]:
        """Numbers of a few passages, taken at random, of articles as old as `generation`."""
        rows = self._rows(
            "SELECT number FROM passages JOIN articles ON articles.id = article_id"
            " WHERE generation <= ? ORDER BY random() LIMIT ?",
            (generation, most),
        )
        return [row[0] for row in rows]

    def passage_ids(self) -> dict[int, str]:
        return dict(self._rows("SELECT number, id FROM passages"))

    def changes(self, since: int) -> tuple[list[str], list[Version]]:
        """Keys of versions removed, and versions added, after generation `since`; oldest first."""
        removed = self._rows("SELECT version FROM removed WHERE generation > ? ORDER BY generation", (since,))
        rows = self._rows(
            "SELECT id, content_hash, title, source, generation FROM articles WHERE generation > ?"
            " ORDER BY generation",
            (since,),
        )
        versions = [
            Version(version_key(article_id, content_hash), article_id, title, source, generation)
            for article_id, content_hash, title, source, generation in rows
        ]
        return [row[0] for row in removed], versions

    def feedback(self) -> list[Feedback]:
        """What readers thought of answers, oldest first."""
        columns, found = FEEDBACK_COLUMNS, self.layout()
        if found < 2:
            return []  # an older layout that could not be written
        if found < 3:
            columns = columns.replace("claims", "'[]'")
        rows = self._rows(f"SELECT {columns} FROM feedback ORDER BY made_at, rowid")  # noqa: S608 - columns are a constant
        return [read_feedback_row(row) for row in rows]

    # Writing

    @contextmanager
    def writing(self, seconds: float = MOMENT_SECONDS) -> Iterator[None]:
        """Holds the library's one place for a writer, waiting up to `seconds` for it.

        The lock is the operating system's: it is free again when its holder dies.
        Raises LibraryBusy naming the holder.
        """
        try:
            self._writer.acquire(timeout=seconds)
        except Timeout:
            raise LibraryBusy(
                f"The library {self.home} is being written by {self._holder()}."
                " Wait until that is done, then try again."
            ) from None
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._holder_path.write_text(f"process {os.getpid()} since {datetime.now(UTC):%H:%M:%S} UTC")
            yield
        except (sqlite3.OperationalError, OSError) as error:
            raise self._unwritable(error) from error
        finally:
            self._writer.release()

    def being_written(self) -> bool:
        """Whether somebody else holds the place for a writer now, or we have no right to it."""
        try:
            with self.writing(0):
                return False
        except LibraryError:
            return True

    @property
    def _holder_path(self) -> Path:
        return self.home / "writer.txt"

    def _holder(self) -> str:
        try:
            return self._holder_path.read_text() or "another process"
        except OSError:
            return "another process"

    def _unwritable(self, error: Exception) -> LibraryError:
        return LibraryError(
            f"The library {self.home} cannot be written ({error}). What it held before is still there;"
            " free some space or mend the permissions, then try again."
        )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._thaw()
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def set_vectors_from(self, embedder: str, passage_tokens: int) -> None:
        """Records what the vectors are made with; only where the library holds no passage."""
        with self._transaction() as connection:
            _set(connection, "embedder", embedder)
            _set(connection, "passage_tokens", str(passage_tokens))

    def unfinished(self) -> str:
        """What an add that was cut off was adding; empty when none was."""
        return str(self._rows("SELECT value FROM meta WHERE key = 'unfinished'")[0][0])

    def set_unfinished(self, what: str) -> None:
        with self._transaction() as connection:
            _set(connection, "unfinished", what)

    def set_indexes(self, folder: str) -> None:
        with self._transaction() as connection:
            _set(connection, "indexes", folder)

    def come_after(self, state: State, indexes: str) -> None:
        """Makes this a later generation than `state` and its own, with its indexes in that folder.

        So a library put in another one's place is never taken for what somebody read of that before.
        """
        with self._transaction() as connection:
            generation = max(state.generation, _next_generation(connection))
            _set(connection, "generation", str(generation + 1))
            _set(connection, "indexes", indexes)

    def add(
        self,
        article: Article,
        passages: Sequence[Passage],
        vectors: Sequence[PassageVectors],
        heir: Heir | None = None,
        bands: Collection[int] | None = None,
    ) -> None:
        """Stores an article wholly, in place of its earlier version if there is one, which is kept beside it.

        `heir`: a copy of it that is so no longer becomes an article of its own in the same moment.
        `bands`: of its text (rag.shingles), where they are known already.
        """
        with self._transaction() as connection:
            editions.keep_version(connection, article)
            editions.drop_copy(connection, article.id)
            generation = _next_generation(connection)
            _remove(connection, article.id, generation)
            _insert(connection, Whole(article, passages, vectors, bands), generation)
            if heir:
                _inherit(connection, heir)

    def add_copy(self, copy: Article, leader: str) -> None:
        """Keeps an article with the one that it is nearly the same as, in place of its earlier version."""
        with self._transaction() as connection:
            _next_generation(connection)
            editions.put_copy(connection, copy, leader)

    def compare_older(self, most: int) -> int:
        """Makes some articles of an older layout comparable with new ones; how many are left to do."""
        with self._transaction() as connection:
            return editions.compare_older(connection, most)

    def replace_vectors(self, stored: Iterable[tuple[int, PassageVectors]], embedder: str) -> None:
        """New vectors for all passages (by number), at once."""
        with self._transaction() as connection:
            connection.executemany(
                "UPDATE passages SET vector = ?, sentence_vectors = ? WHERE number = ?",
                ((*vector_blobs(vectors), number) for number, vectors in stored),
            )
            _set(connection, "embedder", embedder)
            _next_generation(connection)

    def remove(self, ids: Sequence[str], heirs: Sequence[Heir] = ()) -> None:
        """Removes articles and copies with all that they had, all or none of them.

        `heirs` take the place of removed articles for the copies that stay.
        """
        with self._transaction() as connection:
            for article_id in ids:
                editions.drop_copy(connection, article_id)
                editions.drop_versions(connection, article_id)
                _remove(connection, article_id, _next_generation(connection))
            for heir in heirs:
                _inherit(connection, heir)
        self._empty_log()

    def _empty_log(self) -> None:
        """Takes what was written before out of SQLite's log too, as far as no reader needs it just now."""
        with self._lock, suppress(sqlite3.OperationalError):  # the disk may be full: the next writer does it
            self._connection.execute(f"PRAGMA busy_timeout = {int(MOMENT_SECONDS * 1000)}")
            try:
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")

    def add_feedback(self, feedback: Feedback, seconds: float = LOCK_SECONDS) -> None:
        """Keeps what a reader thought of an answer, in place of what was kept of the same answer before.

        Raises LibraryBusy if SQLite's lock is not free within `seconds`, LibraryError if it cannot be kept.
        """
        row = feedback_row(feedback)
        insert = f"INSERT OR REPLACE INTO feedback ({FEEDBACK_COLUMNS}) VALUES ({_marks(row)})"  # noqa: S608 - no values
        with self.aside("The feedback was not kept", seconds) as connection:
            connection.execute(insert, row)

    def withdraw_feedback(self, feedback_id: str, seconds: float = LOCK_SECONDS) -> None:
        """Forgets the feedback on an answer, if there is any. Raises as add_feedback."""
        with self.aside("The feedback was not kept", seconds) as connection:
            connection.execute("DELETE FROM feedback WHERE id = ?", (feedback_id,))

    @contextmanager
    def aside(self, fault: str, seconds: float = LOCK_SECONDS) -> Iterator[sqlite3.Connection]:
        """A transaction on what no index follows (feedback, conversations); `fault` says what else fails.

        Not under writing(): that place is for articles and their indexes and may be held for minutes.
        SQLite's own lock is enough: an add takes it for one article at a time.
        And not on the library's own connection: who waits for the lock there keeps every reader waiting.
        Raises LibraryBusy if the lock is not free within `seconds`, LibraryError if it cannot be written.
        """
        try:
            # rw: a library that is gone is not made anew as an empty file
            address = f"{self.path.absolute().as_uri()}?mode=rw"
            with closing(sqlite3.connect(address, uri=True, timeout=seconds, isolation_level=None)) as own:
                prepare(own)
                own.execute("PRAGMA foreign_keys = ON")
                own.execute("BEGIN IMMEDIATE")
                yield own
                own.execute("COMMIT")
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise LibraryBusy(
                    f"{fault}: the library {self.home} is being written just now. Try again in a moment."
                ) from error
            raise LibraryError(
                f"{fault}: the library {self.home} cannot be written ({error}). Mend the"
                " folder's permissions or free some space, then try again."
            ) from error

    def faults(self) -> list[str]:
        """What is wrong inside the SQLite file itself, in words; empty when all is well."""
        faults = [row[0] for row in self._rows("PRAGMA integrity_check") if row[0] != "ok"]
        faults += [
            f"article {row[0]} has text but no passage"
            for row in self._rows(
                "SELECT id FROM articles WHERE NOT EXISTS"
                " (SELECT 1 FROM passages WHERE article_id = articles.id)"
            )
        ]
        if self.layout() >= editions.LAYOUT:
            faults += [
                f"copy {row[0]} belongs to an article that is not there"
                for row in self._rows("SELECT id FROM copies WHERE leader NOT IN (SELECT id FROM articles)")
            ]
        for article in self.articles():
            for stored in self.passages(article_id=article.id):
                passage = stored.passage
                if not passage.id.startswith(version_key(article.id, article.content_hash) + ":"):
                    faults.append(f"passage {passage.id} belongs to another version of its article")
                if any(s.text != article.text[s.start : s.end] or not s.text for s in passage.sentences):
                    faults.append(f"passage {passage.id} has a sentence outside its article")
                if len(passage.sentences) != len(stored.sentence_vectors):
                    faults.append(f"passage {passage.id} lacks vectors for its sentences")
        return faults


def _listed(
    also: Sequence[AlsoIn],
    article_id: str,
    title: str,
    source: str,
    authors: str,
    origin: str,
    published: str | None,
    ingested: str | None,
    language: str,
    passages: int,
) -> Listed:
    people = tuple(json.loads(authors)) if authors != "[]" else ()
    others = [word for one in also for word in (one.title, one.source)]
    words = fold(" ".join((title, source, *people, short_origin(origin), *others)))
    moments = read_moment(published), read_moment(ingested)
    return Listed(article_id, title, source, people, origin, *moments, language, passages, words, tuple(also))


def _marks(values: Collection[object]) -> str:
    return ", ".join("?" * len(values))


def _set(connection: sqlite3.Connection, key: str, value: str) -> None:
    connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))


def _next_generation(connection: sqlite3.Connection) -> int:
    generation = 1 + int(connection.execute("SELECT value FROM meta WHERE key = 'generation'").fetchone()[0])
    _set(connection, "generation", str(generation))
    return generation


def _insert(connection: sqlite3.Connection, whole: Whole, generation: int) -> None:
    article = whole.article
    connection.execute(
        "DELETE FROM removed WHERE version = ?", (version_key(article.id, article.content_hash),)
    )
    connection.execute(
        f"INSERT INTO articles VALUES ({_marks(range(13))})",  # noqa: S608 - question marks only
        (*article_row(article), generation),
    )
    connection.executemany(
        'INSERT INTO passages (id, article_id, position, start, "end", sentences, vector,'
        " sentence_vectors) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [passage_row(p, v) for p, v in zip(whole.passages, whole.vectors, strict=True)],
    )
    own = bands_of(article.text) if whole.bands is None else whole.bands
    editions.put_bands(connection, article.id, own)


def _inherit(connection: sqlite3.Connection, heir: Heir) -> None:
    editions.drop_copy(connection, heir.whole.article.id)
    # A generation of its own: the indexes may be brought up to any of them, and stop there.
    _insert(connection, heir.whole, _next_generation(connection))
    editions.give(connection, heir.followers, heir.whole.article.id)


def _remove(connection: sqlite3.Connection, article_id: str, generation: int) -> None:
    row = connection.execute("SELECT content_hash FROM articles WHERE id = ?", (article_id,)).fetchone()
    if row:
        version = version_key(article_id, row[0])
        connection.execute("INSERT OR REPLACE INTO removed VALUES (?, ?)", (version, generation))
        connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))

"""The library: what goes in comes out, whole, and only whole."""

import multiprocessing
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import LibraryBusy, LibraryError
from rag.library import Library, State, version_key
from rag.passages import split_passages
from rag.schema import SCHEMA_VERSION, layout, prepare
from rag.types import Article
from tests.fakes import HashEmbedder, make_article

TEXT = "Wang met Blinken in Beijing. They spoke for five hours.\n\nBoth sides called the talks candid."


def store(library: Library, article: Article) -> None:
    embedder = HashEmbedder()
    passages = split_passages(article, embedder.count_tokens, 12)
    library.add(article, passages, embedder.embed_passages(passages, [article.title] * len(passages)))


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


def test_an_article_comes_back_as_it_went_in(library: Library) -> None:
    article = replace(make_article("a", TEXT), authors=("Ann Li", "Bo Wu"), url="https://example.org/a")
    store(library, article)
    found = library.article("a")
    assert found is not None
    assert found.ingested_at is not None
    assert replace(found, ingested_at=None) == article


def test_passages_come_back_with_sentences_and_vectors(library: Library) -> None:
    article = make_article("a", TEXT)
    store(library, article)
    stored = library.passages(article_id="a")
    sentences = [s for one in stored for s in one.passage.sentences]
    assert [s.text for s in sentences] == [
        "Wang met Blinken in Beijing.",
        "They spoke for five hours.",
        "Both sides called the talks candid.",
    ]
    assert all(TEXT[s.start : s.end] == s.text for s in sentences)
    expected = HashEmbedder().embed_question("They spoke for five hours.")
    vectors = np.concatenate([one.sentence_vectors for one in stored])
    assert float(vectors[1] @ expected) > 0.99
    assert all(abs(float(np.linalg.norm(one.vector)) - 1) < 0.001 for one in stored)


def test_a_changed_article_replaces_all_that_it_had(library: Library) -> None:
    old, new = make_article("a", TEXT), make_article("a", "Nothing was said.")
    store(library, old)
    store(library, new)
    assert [s.passage.text for s in library.passages(article_id="a")] == ["Nothing was said."]
    removed, added = library.changes(0)
    assert removed == [version_key("a", old.content_hash)]
    assert [v.key for v in added] == [version_key("a", new.content_hash)]


def test_going_back_to_an_earlier_text_does_not_count_as_removed(library: Library) -> None:
    old, new = make_article("a", TEXT), make_article("a", "Nothing was said.")
    for article in (old, new, old):
        store(library, article)
    removed, added = library.changes(0)
    assert removed == [version_key("a", new.content_hash)]
    assert [v.key for v in added] == [version_key("a", old.content_hash)]


def test_removing_takes_everything_of_an_article(library: Library) -> None:
    store(library, make_article("a", TEXT))
    store(library, make_article("b", "Another text."))
    library.remove(["a"])
    assert [article.id for article in library.articles()] == ["b"]
    assert library.passages(article_id="a") == []


def test_each_change_adds_one_to_the_generation(library: Library) -> None:
    store(library, make_article("a", TEXT))
    store(library, make_article("b", TEXT))
    library.remove(["a"])
    assert library.state().generation == 3


def test_articles_are_listed_newest_first_and_undated_last(library: Library) -> None:
    late = make_article("late", TEXT)
    assert late.published_at
    early = replace(make_article("early", TEXT), published_at=late.published_at.replace(year=2023))
    for article in (replace(late, id="none", published_at=None), early, late):
        store(library, article)
    assert [article.id for article in library.articles()] == ["late", "early", "none"]


def test_an_id_may_be_shortened_while_it_is_clear(library: Library) -> None:
    for name in ("wang", "wang-blinken"):
        store(library, make_article(name, TEXT))
    assert library.find("wang") == ["wang"]
    assert library.find("wang-") == ["wang-blinken"]
    assert library.find("w") == ["wang", "wang-blinken"]
    assert library.find("%") == []


def hold(
    home: Path, held: "multiprocessing.synchronize.Event", done: "multiprocessing.synchronize.Event"
) -> None:
    with Library(home).writing():
        held.set()
        done.wait(20)


def test_a_second_writer_is_told_who_writes_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    other = context.Process(target=hold, args=(tmp_path, held, done))
    other.start()
    assert held.wait(20)
    library = Library(tmp_path)
    with pytest.raises(LibraryBusy, match=f"process {other.pid}"), library.writing():
        pass
    other.kill()
    other.join()
    with library.writing():
        store(library, make_article("a", TEXT))


def test_a_writer_waits_for_a_reader_that_only_looks_whether_somebody_writes(tmp_path: Path) -> None:
    writer, reader = Library(tmp_path), Library(tmp_path)
    looked = [reader.being_written()]
    with writer.writing():
        looked.append(reader.being_written())
    assert looked == [False, True]
    with ThreadPoolExecutor() as pool:
        with reader.writing():  # as it does to look, and for longer
            waiting = pool.submit(store_under_lock, writer)
            time.sleep(0.1)
        waiting.result()
    assert writer.article("a")


def store_under_lock(library: Library) -> None:
    with library.writing():
        store(library, make_article("a", TEXT))


def test_a_file_that_is_no_library_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "library.sqlite3").write_text("not a database, but long enough to look at" * 100)
    with pytest.raises(LibraryError, match="cannot be opened"):
        Library(tmp_path)


def test_a_library_of_another_layout_is_refused(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library._connection.execute("PRAGMA user_version = 99")
    library.close()
    with pytest.raises(LibraryError, match="layout 99"):
        Library(tmp_path)


def test_faults_names_a_sentence_that_left_its_article(library: Library) -> None:
    store(library, make_article("a", TEXT))
    assert library.faults() == []
    library._connection.execute("UPDATE articles SET text = 'short'")
    assert any("outside its article" in fault for fault in library.faults())


# The layout of Readout's first libraries, as it was written then. Never changed.
LAYOUT_1 = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE articles (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL, origin TEXT NOT NULL,
    content_hash TEXT NOT NULL, source TEXT NOT NULL, authors TEXT NOT NULL,
    published_at TEXT, updated_at TEXT, ingested_at TEXT NOT NULL,
    language TEXT NOT NULL, url TEXT NOT NULL, generation INTEGER NOT NULL);
CREATE INDEX articles_by_generation ON articles (generation);
CREATE INDEX articles_by_hash ON articles (content_hash);
CREATE TABLE passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    article_id TEXT NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    position INTEGER NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    sentences BLOB NOT NULL, vector BLOB NOT NULL, sentence_vectors BLOB NOT NULL);
CREATE INDEX passages_by_article ON passages (article_id);
CREATE TABLE removed (version TEXT PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES ('library', 'f00d'), ('generation', '7'), ('embedder', 'hash-1'),
    ('passage_tokens', '12'), ('indexes', 'indexes-3'), ('unfinished', '');
INSERT INTO removed VALUES ('gone:01234567', 6);
INSERT INTO articles VALUES ('a', 'A title', 'Wang met Blinken in Beijing.', '/articles/a.md',
    '89abcdef', 'Example Wire', '["Ann Li"]', '2024-04-26T09:10:00+00:00', NULL,
    '2024-05-01T00:00:00+00:00', 'en', 'https://example.org/a', 7);
INSERT INTO passages VALUES (5, 'a:89abcdef:0', 'a', 0, 0, 28, x'000000001c000000', x'003c0000', x'7f00');
PRAGMA user_version = 1;
"""


def make_layout_1(home: Path) -> None:
    connection = sqlite3.connect(home / "library.sqlite3")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.executescript(LAYOUT_1)
    connection.close()


def dump(path: Path) -> list[str]:
    """Everything in the file but the tables that came later, as SQL."""
    connection = sqlite3.connect(path)
    later = ("feedback", "conversation", "exchanges", "versions", "copies", "bands", "uncompared", "visits")
    lines = [line for line in connection.iterdump() if not any(name in line for name in later)]
    connection.close()
    return lines


def test_a_library_of_layout_1_opens_keeps_everything_and_works(tmp_path: Path) -> None:
    make_layout_1(tmp_path)
    before = dump(tmp_path / "library.sqlite3")
    library = Library(tmp_path)
    assert dump(library.path) == before
    assert library.state() == State("f00d", 7, "hash-1", 12, "indexes-3")
    article = library.article("a")
    assert article is not None
    assert (article.text, article.authors) == ("Wang met Blinken in Beijing.", ("Ann Li",))
    (stored,) = library.passages(article_id="a")
    assert stored.number == 5
    assert [s.text for s in stored.passage.sentences] == [article.text]
    assert stored.vector.tolist() == [1, 0]  # 0x3c00 is 1 in float16
    assert stored.sentence_vectors.tolist() == [[1, 0]]
    assert library.faults() == []
    assert library.feedback() == []
    store(library, make_article("b", TEXT))
    assert library.state().generation == 8
    library.close()
    assert [article.id for article in Library(tmp_path).articles()] == ["a", "b"]


def test_two_that_open_an_old_library_at_once_both_get_it(tmp_path: Path) -> None:
    make_layout_1(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(Library, [tmp_path] * 8))
    assert all(library.feedback() == [] and library.article("a") for library in opened)


def test_a_migration_that_cannot_be_finished_leaves_the_old_layout(tmp_path: Path) -> None:
    make_layout_1(tmp_path)
    connection = sqlite3.connect(tmp_path / "library.sqlite3", isolation_level=None)
    connection.execute("PRAGMA query_only = ON")
    with pytest.raises(sqlite3.OperationalError):
        prepare(connection)
    assert not connection.in_transaction
    assert layout(connection) == 1
    connection.execute("PRAGMA query_only = OFF")
    prepare(connection)
    assert layout(connection) == SCHEMA_VERSION

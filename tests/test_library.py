"""The library: what goes in comes out, whole, and only whole."""

import multiprocessing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rag.errors import LibraryBusy, LibraryError
from rag.library import Library, version_key
from rag.passages import split_passages
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

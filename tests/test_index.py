"""The derived indexes: they follow the library, are never searched when they differ, and can be remade."""

import os
import shutil
from pathlib import Path

import pytest

from rag.adding import GROUP_PASSAGES, Adder, Outcome
from rag.errors import IndexMismatch, LibraryBusy
from rag.index import Indexes
from rag.library import Library
from rag.passages import split_passages
from rag.settings import Settings
from rag.types import Article
from rag.vectors import VectorIndex
from rag.words import ANALYZER, OLDER_ANALYZERS, content_stems
from tests.fakes import HashEmbedder, make_article

TARIFFS = "The United States raised tariffs on steel. Exporters in Hebei protested."
PANDAS = "Two pandas arrived in San Diego. Their names are Yun Chuan and Xin Bao."


class Desk:
    """A library with its indexes and all that adds to it."""

    def __init__(self, home: Path, embedder: HashEmbedder | None = None) -> None:
        self.home = home
        self.embedder = embedder or HashEmbedder()
        self.library = Library(home)
        self.indexes = Indexes(self.library)
        self.adder = Adder(self.library, self.indexes, self.embedder, Settings(home=home))

    def add(self, *articles: Article) -> list[Outcome]:
        with self.library.writing():
            return [verdict.outcome for verdict in self.adder.add_articles(articles)]

    def remove(self, article_id: str) -> None:
        with self.library.writing():
            self.library.remove([article_id])
            self.indexes.sync()

    def found(self, question: str) -> list[str]:
        """Article ids by words, then by vector."""
        numbers = [hit.number for hit in self.indexes.search_words(content_stems(question), 5)]
        by_words = [s.passage.article_id for s in self.library.passages(numbers=numbers)]
        near = self.indexes.search_vectors(self.embedder.embed_question(question), 1)
        return by_words + [s.passage.article_id for s in self.library.passages(ids=[k for k, _ in near])]

    def close(self) -> None:
        self.indexes.close()
        self.library.close()


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(tmp_path / "home")
    assert desk.add(make_article("tariffs", TARIFFS), make_article("pandas", PANDAS)) == ["added", "added"]
    return desk


def test_both_indexes_find_what_was_added(desk: Desk) -> None:
    assert desk.found("pandas in San Diego") == ["pandas", "pandas"]
    assert desk.found("tariffs on steel") == ["tariffs", "tariffs"]
    assert desk.indexes.check().faults == ()


def test_adding_again_changes_nothing(desk: Desk) -> None:
    before = desk.library.state()
    assert desk.add(make_article("pandas", PANDAS)) == ["unchanged"]
    assert desk.library.state() == before


def test_the_same_text_from_elsewhere_adds_nothing(desk: Desk) -> None:
    assert desk.add(make_article("copy-of-pandas", PANDAS)) == ["unchanged"]


def test_a_replaced_article_is_found_by_its_new_text_only(desk: Desk) -> None:
    assert desk.add(make_article("pandas", "Elephants came to Hanoi.")) == ["replaced"]
    assert desk.found("Elephants Hanoi") == ["pandas", "pandas"]
    assert desk.indexes.search_words(content_stems("pandas"), 5) == []
    assert desk.indexes.check().faults == ()


def test_a_removed_article_is_found_no_more(desk: Desk) -> None:
    desk.remove("pandas")
    assert desk.indexes.search_words(content_stems("pandas"), 5) == []
    assert desk.found("pandas in San Diego") == ["tariffs"]
    assert desk.indexes.check().faults == ()


def test_an_open_reader_sees_what_another_adds(desk: Desk) -> None:
    reader = Desk(desk.home)
    assert reader.found("Elephants Hanoi")[:-1] == []
    desk.add(make_article("elephants", "Elephants came to Hanoi."))
    assert reader.found("Elephants Hanoi") == ["elephants", "elephants"]


def test_what_is_added_is_found_while_more_is_being_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.adding.SYNC_SECONDS", 0.0)
    desk, reader = Desk(tmp_path), Desk(tmp_path)
    texts = [f"Visitor x{n} saw place y{n} on day z{n}." for n in range(GROUP_PASSAGES + 1)]
    many = [make_article(f"a{n}", text) for n, text in enumerate(texts)]
    with desk.library.writing():
        adding = desk.adder.add_articles(many)
        assert next(adding).article_id == "a0"
        assert reader.found("visitor x0 place y0 day z0")[0] == "a0"
        assert len(list(adding)) == GROUP_PASSAGES


def test_indexes_that_lag_behind_are_brought_up_on_opening(desk: Desk) -> None:
    desk.close()
    whole = Desk(desk.home)
    shutil.rmtree(whole.home / whole.library.state().indexes)
    assert whole.found("tariffs on steel") == ["tariffs", "tariffs"]


def test_indexes_of_another_library_are_refused(desk: Desk, tmp_path: Path) -> None:
    other = Desk(tmp_path / "other")
    other.add(make_article("pandas", PANDAS), make_article("more", TARIFFS))
    other.close()
    desk.close()
    folder = Library(desk.home).state().indexes
    shutil.rmtree(desk.home / folder)
    shutil.copytree(other.home / folder, desk.home / folder)
    with pytest.raises(IndexMismatch, match="readout rebuild"):
        Desk(desk.home).found("pandas")


@pytest.mark.parametrize("part", ["vectors", "words"])
def test_a_lost_index_is_refused_then_remade(desk: Desk, part: str) -> None:
    desk.close()
    broken = Desk(desk.home)
    shutil.rmtree(broken.home / broken.library.state().indexes / part)
    with pytest.raises(IndexMismatch, match="readout rebuild"):
        broken.found("pandas")
    assert len(broken.indexes.check().faults) == 1
    with broken.library.writing():
        broken.indexes.rebuild()
    assert broken.found("pandas in San Diego") == ["pandas", "pandas"]
    assert broken.indexes.check().faults == ()


def test_lost_nearest_neighbour_files_are_noticed_on_opening(desk: Desk) -> None:
    desk.close()
    folder = desk.home / Library(desk.home).state().indexes / "vectors"
    before = list(folder.iterdir())
    emptied = Desk(desk.home)
    emptied.indexes.refresh()
    collection = emptied.indexes._vectors
    assert collection is not None
    assert before
    collection._collection.delete(ids=list(collection.ids()))
    emptied.close()
    with pytest.raises(IndexMismatch, match="readout rebuild"):
        Desk(desk.home).found("pandas")


@pytest.mark.parametrize(("every", "opens"), [(50, True), (4, False)])
def test_a_few_vectors_that_the_search_misses_do_not_keep_a_library_shut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: int, opens: bool
) -> None:
    desk = Desk(tmp_path)
    texts = [" ".join(f"word{number}x{place}" for place in range(12)) + "." for number in range(60)]
    desk.add(*(make_article(f"a{number}", text) for number, text in enumerate(texts)))
    passages = sorted(desk.library.passage_ids().values())
    desk.close()
    missed = set(passages[::every])
    monkeypatch.setattr(
        VectorIndex,
        "unfound",
        lambda self, passages: [one.passage.id for one in passages if one.passage.id in missed],
    )
    monkeypatch.setattr("rag.index.PROBES", 60)  # so that the first look meets one of them
    again = Desk(tmp_path)
    if opens:
        assert again.found(texts[7]) == ["a7", "a7"]
    else:
        with pytest.raises(IndexMismatch, match="readout rebuild"):
            again.found(texts[7])


def test_check_names_what_is_lost_and_what_is_phantom(desk: Desk) -> None:
    desk.indexes.refresh()
    vectors = desk.indexes._vectors
    assert vectors is not None
    lost = next(iter(vectors.ids()))
    vectors._collection.delete(ids=[lost])
    vectors._collection.upsert(ids=["phantom"], embeddings=[[1.0] + [0.0] * 63], metadatas=[{"version": "x"}])
    faults = desk.indexes.check().faults
    assert any(lost in fault and "not found" in fault for fault in faults)
    assert any("phantom" in fault for fault in faults)


def test_another_encoder_is_refused_with_the_command_that_mends_it(desk: Desk) -> None:
    other = Desk(desk.home, HashEmbedder("hash-2"))
    with pytest.raises(IndexMismatch, match="rebuild --embed"):
        other.add(make_article("new", "Something new."))


def _make_older(desk: Desk) -> None:
    """As if a Readout had made its word index that took other words from the same texts."""
    desk.close()
    told = desk.home / Library(desk.home).state().indexes / "words" / "built-from.json"
    assert f'"{ANALYZER}"' in told.read_text()
    told.write_text(told.read_text().replace(ANALYZER, max(OLDER_ANALYZERS)))


def test_indexes_of_an_older_readout_are_remade_by_the_first_who_asks(desk: Desk) -> None:
    _make_older(desk)
    newer = Desk(desk.home)
    assert newer.found("tariffs on steel") == ["tariffs", "tariffs"]
    assert [folder.name for folder in desk.home.glob("indexes-*")] == ["indexes-2"]
    assert newer.indexes.check().faults == ()


def test_indexes_of_an_older_readout_are_remade_by_the_first_who_adds(desk: Desk) -> None:
    _make_older(desk)
    newer = Desk(desk.home)
    assert newer.add(make_article("elephants", "Elephants came to Hanoi.")) == ["added"]
    assert newer.found("Elephants Hanoi") == ["elephants", "elephants"]
    assert newer.indexes.check().faults == ()


def test_who_asks_while_another_process_remakes_older_indexes_is_told_to_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.FIRST_SECONDS", 0.0)
    _make_older(desk)
    writer, reader = Desk(desk.home), Desk(desk.home)
    with writer.library.writing():
        with pytest.raises(LibraryBusy, match="try again"):
            reader.found("tariffs on steel")
        writer.indexes.sync()
    assert reader.found("tariffs on steel") == ["tariffs", "tariffs"]


def test_words_are_found_by_any_form_of_theirs(desk: Desk) -> None:
    desk.add(make_article("mine", "The men sold the mine."))
    for word in ("man", "sell", "sold"):
        assert len(desk.indexes.search_words(content_stems(word), 5)) == 1, word


def test_a_rebuild_leaves_one_folder_and_the_same_answers(desk: Desk) -> None:
    with desk.library.writing():
        desk.indexes.rebuild()
    assert [folder.name for folder in desk.home.glob("indexes-*")] == ["indexes-2"]
    assert desk.found("tariffs on steel") == ["tariffs", "tariffs"]


def test_a_reader_that_came_while_the_indexes_were_behind_sees_the_rest_later(desk: Desk) -> None:
    article = make_article("elephants", "Elephants came to Hanoi.")
    passages = split_passages(article, desk.embedder.count_tokens, 256)
    vectors = desk.embedder.embed_passages(passages, [article.title] * len(passages))
    reader = Desk(desk.home)
    with desk.library.writing():
        desk.library.add(article, passages, vectors)  # stored, not yet indexed
        assert "elephants" not in reader.found("Elephants Hanoi")
        desk.indexes.sync()
    assert reader.found("Elephants Hanoi") == ["elephants", "elephants"]


def test_a_reader_that_came_before_the_first_indexes_is_told_who_makes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.FIRST_SECONDS", 0.0)
    desk, reader = Desk(tmp_path), Desk(tmp_path)
    article = make_article("elephants", "Elephants came to Hanoi.")
    passages = split_passages(article, desk.embedder.count_tokens, 256)
    with desk.library.writing():
        desk.library.add(article, passages, desk.embedder.embed_passages(passages, [article.title]))
        with pytest.raises(LibraryBusy, match=f"process {os.getpid()} .* try again"):
            reader.found("Elephants Hanoi")
        desk.indexes.sync()
    assert reader.found("Elephants Hanoi") == ["elephants", "elephants"]


def test_a_reader_makes_up_for_a_writer_that_died_before_it_had_indexed(desk: Desk) -> None:
    article = make_article("elephants", "Elephants came to Hanoi.")
    passages = split_passages(article, desk.embedder.count_tokens, 256)
    vectors = desk.embedder.embed_passages(passages, [article.title] * len(passages))
    reader = Desk(desk.home)
    with desk.library.writing():
        desk.library.add(article, passages, vectors)
        assert "elephants" not in reader.found("Elephants Hanoi")
    assert reader.found("Elephants Hanoi") == ["elephants", "elephants"]


def test_a_removal_killed_before_its_commit_can_be_done_again(desk: Desk) -> None:
    folder = desk.home / desk.library.state().indexes / "words"
    before = {name: (folder / name).read_bytes() for name in ("meta.json", "built-from.json")}
    desk.remove("pandas")
    assert list(folder.glob("*.del"))
    desk.close()
    for name, data in before.items():  # as a kill leaves it: the deletion is written, the commit is not
        (folder / name).write_bytes(data)
    again = Desk(desk.home)
    assert again.found("pandas in San Diego") == ["tariffs"]
    assert again.indexes.check().faults == ()

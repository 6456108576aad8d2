"""Files into the library: one verdict each, whatever they hold, and nothing done twice."""

from pathlib import Path

import pytest

from rag.adding import Adder, FileVerdict, Outcome, embed_again, gather_files
from rag.errors import IndexMismatch, ReadError
from rag.index import Indexes
from rag.library import Library
from rag.settings import Settings
from tests.fakes import HashEmbedder, write_articles


class Desk:
    def __init__(self, home: Path, **settings: object) -> None:
        self.library = Library(home)
        self.indexes = Indexes(self.library)
        self.settings = Settings(home=home, **settings)  # type: ignore[arg-type]
        self.adder = Adder(self.library, self.indexes, HashEmbedder(), self.settings)

    def add(self, paths: list[Path]) -> list[FileVerdict]:
        with self.library.writing():
            return list(self.adder.add(paths))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


def test_every_file_gets_one_verdict_and_bad_ones_stop_nothing(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    write_articles(folder, 3)
    (folder / "empty.md").write_text("---\ntitle: Nothing\n---\n\n")
    (folder / "broken.md").write_text("---\ntitle: [unclosed\n---\n\nText.")
    (folder / "binary.txt").write_bytes(bytes(range(256)) * 10)
    files = [*gather_files([folder]), folder / "missing.md"]
    outcomes = {Path(verdict.origin).name: verdict.outcome for verdict in desk.add(files)}
    assert outcomes == {
        "article-000.md": Outcome.ADDED,
        "article-001.md": Outcome.ADDED,
        "article-002.md": Outcome.ADDED,
        "empty.md": Outcome.EMPTY,
        "broken.md": Outcome.UNREADABLE,
        "binary.txt": Outcome.UNREADABLE,
        "missing.md": Outcome.UNREADABLE,
    }
    assert desk.library.span().articles == 3


def test_each_unreadable_file_says_why(desk: Desk, tmp_path: Path) -> None:
    (verdict,) = desk.add([tmp_path / "missing.md"])
    assert "missing.md" in verdict.reason


def test_a_second_run_changes_nothing_and_a_changed_file_is_replaced(desk: Desk, tmp_path: Path) -> None:
    files = write_articles(tmp_path / "articles", 2)
    desk.add(files)
    state = desk.library.state()
    assert [v.outcome for v in desk.add(files)] == [Outcome.UNCHANGED] * 2
    assert desk.library.state() == state
    files[1].write_text(files[1].read_text().replace("edition 1", "edition 9"))
    assert [v.outcome for v in desk.add(files)] == [Outcome.UNCHANGED, Outcome.REPLACED]
    assert desk.library.span().articles == 2


def test_a_copy_adds_nothing_in_the_same_run_or_later(desk: Desk, tmp_path: Path) -> None:
    (file,) = write_articles(tmp_path / "articles", 1)
    copies = [file.with_name("copy-a.md"), file.with_name("copy-b.md")]
    for copy in copies:
        copy.write_text(file.read_text())
    assert [v.outcome for v in desk.add([file, copies[0]])] == [Outcome.ADDED, Outcome.UNCHANGED]
    assert [v.outcome for v in desk.add([copies[1]])] == [Outcome.UNCHANGED]


def test_a_run_that_was_cut_off_is_known_and_one_that_ended_is_not(desk: Desk, tmp_path: Path) -> None:
    files = write_articles(tmp_path / "articles", 100)
    assert desk.adder.wanted(files)
    with desk.library.writing():
        run = desk.adder.add(files)
        next(run)
        run.close()
    assert 0 < desk.library.span().articles < 100
    assert desk.adder.wanted(files)
    desk.add(files)
    assert desk.library.span().articles == 100
    assert not desk.adder.wanted(files)


def test_a_file_too_large_is_refused_with_the_limit(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home", file_megabytes=0.001)
    (file,) = write_articles(tmp_path / "articles", 1)
    file.write_text(file.read_text() * 10)
    (verdict,) = desk.add([file])
    assert verdict.outcome is Outcome.UNREADABLE
    assert "READOUT_FILE_MEGABYTES" in verdict.reason


def test_another_passage_length_is_refused_with_the_way_out(desk: Desk, tmp_path: Path) -> None:
    files = write_articles(tmp_path / "articles", 1)
    desk.add(files)
    other = Desk(desk.settings.home, passage_tokens=64)
    with pytest.raises(IndexMismatch, match="READOUT_PASSAGE_TOKENS=256"):
        other.add(files)


def test_a_folder_without_articles_is_said(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="No article files"):
        gather_files([tmp_path])


def test_a_new_encoder_makes_all_vectors_anew(desk: Desk, tmp_path: Path) -> None:
    desk.add(write_articles(tmp_path / "articles", 2))
    with desk.library.writing():
        embed_again(desk.library, desk.indexes, HashEmbedder("hash-2", dimension=32))
    assert desk.library.state().embedder == "hash-2"
    stored = desk.library.passages(numbers=list(desk.library.passage_ids()))
    assert {one.vector.shape for one in stored} == {(32,)}
    assert desk.indexes.check().faults == ()

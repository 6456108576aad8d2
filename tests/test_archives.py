"""Files that hold many articles: one verdict for each, stable names, and nothing that unpacks without end."""

import os
import signal
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from rag.adding import Adder, FileVerdict
from rag.index import Indexes
from rag.library import Library
from rag.readers import Unread, Upload, read_uploads
from rag.reading.confined import Confined
from rag.reading.parts import Reading
from rag.settings import Settings
from rag.types import Article
from tests.fakes import HashEmbedder
from tests.made_files import zip_file
from tests.test_documents import PAGE, pdf_file, word_file


class Desk:
    def __init__(self, home: Path, **settings: object) -> None:
        self.library = Library(home)
        self.settings = Settings(_env_file=None, home=home, **settings)  # type: ignore[arg-type]
        self.adder = Adder(self.library, Indexes(self.library), HashEmbedder(), self.settings)

    def add(self, *paths: Path) -> list[FileVerdict]:
        with self.library.writing():
            return list(self.adder.add(paths))

    def upload(self, name: str, data: bytes) -> list[FileVerdict]:
        with self.library.writing():
            return list(self.adder.add_uploads([Upload(name, data)]))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


def outcomes(verdicts: list[FileVerdict]) -> dict[str, str]:
    """By name, without the folder of the file."""
    return {verdict.origin.rpartition("!/")[2]: verdict.outcome.value for verdict in verdicts}


def place(tmp_path: Path, name: str, data: bytes) -> Path:
    path = tmp_path / "in!" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return path


def test_an_archive_gives_a_verdict_for_each_article_in_it(desk: Desk, tmp_path: Path) -> None:
    members = {
        "news/a.html": PAGE,
        "news/b.pdf": b"%PDF-nothing",
        "news/c.txt": b"Mill closes\n\nThe mill of Linden closed.",
        "d.docx": word_file(),
        "e.pdf": pdf_file("The quay was mended."),
        "../../etc/f.md": b"The bridge opens.",
        "empty.md": b"",
        "README.md": b"About these.",
        "picture.png": b"\x89PNG",
        ".hidden.md": b"Hidden.",
        "__MACOSX/news/._c.txt": b"\0",
        "a_files/frame.html": PAGE,
        "more.zip": zip_file({"g.md": b"Nested."}),
    }
    path = place(tmp_path, "week.zip", zip_file(members))
    verdicts = desk.add(path)
    assert outcomes(verdicts) == {
        "week.zip › news/a.html": "added",
        "week.zip › news/b.pdf": "unreadable",
        "week.zip › news/c.txt": "added",
        "week.zip › d.docx": "added",
        "week.zip › e.pdf": "added",
        "week.zip › ../../etc/f.md": "added",
        "week.zip › empty.md": "empty",
        "week.zip › more.zip": "unreadable",
    }
    reasons = {Path(v.origin).name: v.reason for v in verdicts if v.reason}
    assert "week.zip › news/b.pdf is damaged" in reasons["b.pdf"]
    assert "an archive inside another file" in reasons["week.zip › more.zip"]
    assert desk.adder.files_read == 1
    assert {a.title for a in desk.library.articles()} == {
        "Ferry stops",
        "Mill closes",
        "Ferry",
        "Mill",
        "F",
    }

    del members["news/c.txt"]
    members["d.docx"], members["0.txt"] = pdf_file("Wrong."), b"First\n\nIt stands before the others."
    members["e.pdf"] = pdf_file("The quay was mended twice.")
    path.write_bytes(zip_file({"0.txt": members.pop("0.txt")} | members))
    assert outcomes(desk.add(path)) == {
        "week.zip › 0.txt": "added",
        "week.zip › news/a.html": "unchanged",
        "week.zip › news/b.pdf": "unreadable",
        "week.zip › d.docx": "unreadable",
        "week.zip › e.pdf": "replaced",
        "week.zip › ../../etc/f.md": "unchanged",
        "week.zip › empty.md": "empty",
        "week.zip › more.zip": "unreadable",
    }


def test_an_uploaded_archive_is_replaced_by_the_next_of_its_name(desk: Desk) -> None:
    (first,) = desk.upload("a.zip", zip_file({"a.md": b"One."}))
    assert first.origin == "upload:a.zip › a.md"
    (second,) = desk.upload("a.zip", zip_file({"a.md": b"Two."}))
    assert (second.outcome.value, second.article_id) == ("replaced", first.article_id)


def test_members_of_one_name_are_two_articles(desk: Desk) -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.md", "One.")
        archive.writestr("a.md", "Two.")
    desk.upload("a.zip", file.getvalue())
    assert sorted(article.text for article in desk.library.articles()) == ["One.", "Two."]


def test_an_archive_without_articles_or_that_is_none_says_so(desk: Desk) -> None:
    (none,) = desk.upload("a.zip", zip_file({"a.png": b"x"}))
    assert none.reason.startswith("a.zip holds no article of a kind that is read (.md,")
    (broken,) = desk.upload("b.zip", b"PK\3\4 not really")
    assert broken.reason.startswith("b.zip is damaged")


def texts_in(name: str, count: int) -> Iterator[Article | Unread]:
    """Of an archive whose members are longer than what a pipe holds: the child waits for its reader."""
    members = {f"{n}.txt": b"Title\n\n" + b"%d words " % n * 50_000 for n in range(count)}
    with Confined() as child:
        for one in read_uploads(Upload(name, zip_file(members)), Reading(1_000_000), child):
            yield one
            if isinstance(one, Article) and one.origin.endswith("1.txt"):
                os.kill(child.pid, signal.SIGKILL)


def test_a_child_that_dies_costs_one_member_and_the_others_are_read() -> None:
    read = list(texts_in("a.zip", 6))
    assert len({one.origin if isinstance(one, Article) else one.name for one in read}) == len(read) == 6
    unread = [one.name for one in read if isinstance(one, Unread)]
    assert unread in ([], ["upload:a.zip › 2.txt"])  # none where it died before it began with that one


def test_who_stops_in_the_middle_of_an_archive_leaves_nothing_behind() -> None:
    members = {f"{n}.txt": b"Title\n\nText." for n in range(1_000)}
    with Confined() as child:
        reading = read_uploads(Upload("a.zip", zip_file(members)), Reading(1_000_000), child)
        next(reading)
        running = child.pid
        reading.close()  # type: ignore[attr-defined]
        assert not Path(f"/proc/{running}").exists()
        (after,) = read_uploads(Upload("b.zip", zip_file({"b.md": b"After."})), Reading(1_000_000), child)
    assert isinstance(after, Article) and after.text == "After."


def test_what_a_member_unpacks_to_has_a_limit(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "home", file_megabytes=0.001)
    verdicts = desk.upload("a.zip", zip_file({"a.md": b"x" * 1001, "b.md": b"y" * 1000}))
    assert outcomes(verdicts) == {"upload:a.zip › a.md": "unreadable", "upload:a.zip › b.md": "added"}
    (reason,) = (verdict.reason for verdict in verdicts if verdict.reason)
    assert "a.zip › a.md unpacks to more than 0.001 MB" in reason
    assert "READOUT_FILE_MEGABYTES" in reason

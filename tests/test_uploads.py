"""Files that a browser sends: named by anybody, kept in the library only, replaced by their next version."""

from pathlib import Path

import pytest

from rag.adding import Adder, FileVerdict, Outcome
from rag.errors import ReadError
from rag.index import Indexes
from rag.library import Library
from rag.readers import Upload, read_upload
from rag.settings import Settings
from tests.fakes import HashEmbedder

MEGABYTE = 1_000_000


class Desk:
    def __init__(self, home: Path) -> None:
        self.library = Library(home)
        self.indexes = Indexes(self.library)
        settings = Settings(_env_file=None, home=home)
        self.adder = Adder(self.library, self.indexes, HashEmbedder(), settings)

    def upload(self, *files: tuple[str, str]) -> list[FileVerdict]:
        with self.library.writing():
            return list(self.adder.add_uploads(Upload(name, text.encode()) for name, text in files))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


def test_each_file_gets_a_verdict_under_its_own_name(desk: Desk) -> None:
    verdicts = desk.upload(
        ("a.md", "---\ntitle: Bridge\n---\n\nThe bridge opens."),
        ("b.txt", "Ferry\n\nThe ferry stops."),
        ("c.doc", "%PDF"),
        ("d.md", " "),
        ("e.md", "---\ntitle: [\n---\n\nx"),
    )
    assert [(v.origin, v.outcome) for v in verdicts] == [
        ("upload:c.doc", Outcome.UNREADABLE),
        ("upload:d.md", Outcome.EMPTY),
        ("upload:e.md", Outcome.UNREADABLE),
        ("upload:a.md", Outcome.ADDED),
        ("upload:b.txt", Outcome.ADDED),
    ]
    assert "c.doc is of a type that is not read" in verdicts[0].reason
    assert {article.title for article in desk.library.articles()} == {"Bridge", "Ferry"}


def test_the_next_upload_of_the_same_name_takes_the_place_of_the_first(desk: Desk) -> None:
    desk.upload(("notes.md", "The bridge opens in May."))
    (verdict,) = desk.upload(("notes.md", "The bridge opens in June."))
    assert verdict.outcome is Outcome.REPLACED
    (article,) = desk.library.articles()
    assert (article.text, article.origin) == ("The bridge opens in June.", "upload:notes.md")
    (again,) = desk.upload(("notes.md", "The bridge opens in June."))
    assert again.outcome is Outcome.UNCHANGED


def test_an_upload_never_takes_the_place_of_a_file_of_the_disk(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "notes.md"
    file.write_text("From the disk.")
    with desk.library.writing():
        list(desk.adder.add([file]))
    desk.upload(("notes.md", "From the browser."), (str(file), "From the browser too."))
    assert {a.text for a in desk.library.articles()} == {"From the disk.", "From the browser too."}


@pytest.mark.parametrize(
    ("name", "origin"),
    [
        ("../../etc/passwd.md", "upload:passwd.md"),
        ("C:\\Users\\anna\\notes.md", "upload:notes.md"),
        ("/dev/stdin.txt", "upload:stdin.txt"),
        ("a\u202edm.exe.md", "upload:adm.exe.md"),
        ("two\nlines\x00.md", "upload:two lines.md"),
        ("cafe\u0301.md", "upload:caf\u00e9.md"),
        ("<img src=x onerror=a()>.md", "upload:<img src=x onerror=a()>.md"),
        ("x" * 5000 + ".md", "upload:" + "x" * 252 + ".md"),
    ],
)
def test_a_name_is_its_last_part_without_hidden_characters(name: str, origin: str) -> None:
    assert read_upload(Upload(name, b"Some text."), max_bytes=MEGABYTE).origin == origin


@pytest.mark.parametrize("name", ["", ".", "..", "/", ".md", "notes", "notes.md/"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ReadError):
        read_upload(Upload(name, b"Some text."), max_bytes=MEGABYTE)


def test_a_name_that_lies_on_the_disk_is_never_opened(tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("canary")
    assert read_upload(Upload(str(secret), b"Sent."), max_bytes=MEGABYTE).text == "Sent."
    assert secret.read_text() == "canary"


def test_an_upload_needs_no_place_on_the_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    (verdict,) = desk.upload(("a.csv", "text\nThe bridge opens.\n"))
    assert verdict.outcome is Outcome.ADDED


def test_a_file_that_is_too_large_is_refused_with_the_limit() -> None:
    with pytest.raises(ReadError, match=r"a\.md is larger than 1 MB"):
        read_upload(Upload("a.md", b"x" * (MEGABYTE + 1)), max_bytes=MEGABYTE)


def test_what_is_removed_is_found_no_more(desk: Desk) -> None:
    (kept, gone) = desk.upload(("a.md", "The ferry stops."), ("b.md", "The bridge opens."))
    with desk.library.writing():
        desk.adder.remove([gone.article_id, "never there"])
    assert [article.id for article in desk.library.articles()] == [kept.article_id]
    assert desk.indexes.search_words(["bridg"], 5) == []
    assert len(desk.indexes.search_words(["ferri"], 5)) == 1
    assert desk.indexes.check().faults == ()

"""A full disk and files that cannot grow: what was there stays, and work goes on later."""

import errno
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from chromadb.errors import InternalError

from rag.errors import LibraryError
from rag.index import Indexes
from rag.library import Library
from rag.vectors import VectorIndex
from rag.words import WordIndex
from tests.fakes import make_article, write_articles
from tests.soak import cases
from tests.test_kill import ARTICLES, add_folder, assert_whole, run, state_of
from tests.test_library import TEXT, store

FULL = 28  # exit code of a child whose work ended in a LibraryError, as it should
DISK_MEGABYTES = 24


def add_within(home: Path, folder: Path, log: Path, limit: int) -> None:
    """As add_folder, where no file grows beyond `limit` bytes; 0 sets none."""
    if limit:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead, as on a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    try:
        add_folder(home, folder, log)
    except LibraryError as error:
        assert "free" in str(error).lower()
        os._exit(FULL)


@contextmanager
def small_disk(place: Path) -> Iterator[Path | None]:
    """A file system in memory that can be filled; None where this machine lets nobody make one."""
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MEGABYTES}m", "tmpfs", str(place)]
    made = False
    with suppress(OSError):
        made = subprocess.run(command, capture_output=True).returncode == 0
    try:
        yield place if made else None
    finally:
        if made:
            subprocess.run(["umount", str(place)], check=True)


def fill(place: Path, free: int) -> Path:
    """Leaves `free` bytes of the file system, give or take a page."""
    filler = place / "filler"
    left = os.statvfs(place)
    with filler.open("wb") as file:
        try:
            file.write(bytes(max(0, left.f_bavail * left.f_frsize - free)))
        except OSError as error:
            assert error.errno == errno.ENOSPC
    return filler


def test_files_that_cannot_grow_lose_nothing_and_adding_goes_on_later(
    tmp_path: Path, forkserver: ForkServerContext, record_property: Callable[[str, object], None]
) -> None:
    """The limit rises in steps, so that another write is the first to fail each time."""
    before, folder, wanted, earlier = _prepared(tmp_path, forkserver)
    largest = max(path.stat().st_size for path in (tmp_path / "clean").rglob("*") if path.is_file())
    count = cases(5, 120)
    ends = []
    for number in range(count):
        limit = max(1, largest * number // count)
        home, log = tmp_path / f"home-{number}", tmp_path / f"log-{number}"
        shutil.copytree(before, home)
        ends.append(_add(forkserver, home, folder, log, limit))
        assert_whole(home, log, earlier, wanted)
        assert _add(forkserver, home, folder, log) == 0
        assert state_of(home) == wanted
        shutil.rmtree(home)
    assert FULL in ends
    record_property("cases", count)


def test_a_full_disk_loses_nothing_and_adding_goes_on_later(
    tmp_path: Path, forkserver: ForkServerContext, record_property: Callable[[str, object], None]
) -> None:
    before, folder, wanted, earlier = _prepared(tmp_path, forkserver)
    grown = _size(tmp_path / "clean") - _size(before)
    count, ends = cases(5, 100), []
    with small_disk(tmp_path / "disk") as disk:
        for number in range(count if disk else 0):
            assert disk
            home, log = disk / "home", tmp_path / f"log-{number}"
            shutil.copytree(before, home)
            filler = fill(disk, free=2 * grown * number // count)
            ends.append(_add(forkserver, home, folder, log))
            assert_whole(home, log, earlier, wanted)  # on the full disk
            filler.unlink()
            assert _add(forkserver, home, folder, log) == 0
            assert state_of(home) == wanted
            shutil.rmtree(home)
    assert not ends or FULL in ends
    record_property("cases", len(ends))


@pytest.mark.parametrize(
    "error",
    [InternalError("database or disk is full"), ValueError("IO"), OSError(errno.ENOSPC, "full")],
)
def test_an_index_that_cannot_be_written_is_said_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*facts: object) -> None:
        raise error

    library = Library(tmp_path)
    store(library, make_article("first", TEXT))
    for index in (VectorIndex, WordIndex):
        with monkeypatch.context() as full:
            full.setattr(index, "set_built_from", fail)
            with pytest.raises(LibraryError, match="free some space"):
                Indexes(library).sync()
    assert [article.id for article in library.articles()] == ["first"]
    Indexes(library).sync()
    library.close()


def _prepared(
    tmp_path: Path, forkserver: ForkServerContext
) -> tuple[Path, Path, dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """A library of half the articles, the folder to add, and what the library holds with and without it."""
    folder, before, clean = tmp_path / "articles", tmp_path / "before", tmp_path / "clean"
    write_articles(folder, ARTICLES // 2, edition=1)
    run(forkserver, add_folder, before, folder, tmp_path / "log-before")
    earlier = state_of(before)
    write_articles(folder, ARTICLES, edition=2)
    shutil.copytree(before, clean)
    run(forkserver, add_folder, clean, folder, tmp_path / "log-clean")
    return before, folder, state_of(clean), earlier


def _add(forkserver: ForkServerContext, home: Path, folder: Path, log: Path, limit: int = 0) -> int | None:
    child = forkserver.Process(target=add_within, args=(home, folder, log, limit))
    child.start()
    child.join()
    assert child.exitcode in {0, FULL}
    return child.exitcode


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_a_library_read_as_it_is_follows_what_others_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_place(library: Library) -> sqlite3.Connection:
        raise sqlite3.OperationalError("disk I/O error")

    def ids() -> list[str]:
        return [article.id for article in reader.articles()]

    writer = Library(tmp_path)
    store(writer, make_article("first", TEXT))
    writer.close()  # all is in the one file
    with monkeypatch.context() as full:
        full.setattr(Library, "_open", no_place)
        reader = Library(tmp_path)
        assert ids() == ["first"]
    writer = Library(tmp_path)
    store(writer, make_article("second", TEXT))
    with monkeypatch.context() as full:
        full.setattr(Library, "_open", no_place)
        for _ in range(2):  # what was written stands in the log, which has no place to be read
            with pytest.raises(LibraryError, match="free space"):
                ids()
        writer.close()
        assert sorted(ids()) == ["first", "second"]
    store(reader, make_article("third", TEXT))  # there is space again
    assert sorted(ids()) == ["first", "second", "third"]
    reader.close()

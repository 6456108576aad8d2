"""Libraries and folders of another user, as nobody meets them."""

import os
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from typer.testing import CliRunner

from rag.answering import Readout
from rag.cli import app
from rag.embedding import EmbeddedEncoder
from rag.errors import IndexAway, LibraryError
from rag.library import Library
from rag.settings import Settings
from rag.types import Answer, Status
from rag.vectors import VectorIndex
from tests.browser.conftest import ARTICLES
from tests.commands import ENCODER_CACHE, told_by
from tests.fakes import write_articles
from tests.test_index import Desk
from tests.test_index import desk as desk
from tests.test_kill import state_of

NOBODY = 65534
QUESTION = "How long is the harbour bridge?"


@dataclass(frozen=True, slots=True)
class Met:
    """What nobody was told."""

    answers: list[str]  # before and after what was tried
    faults: list[str]
    added: list[str]


def ask(readout: Readout) -> str:
    (answer,) = (event for event in readout.ask(QUESTION) if isinstance(event, Answer))
    assert answer.status is Status.ANSWERED
    return answer.text


def settings(home: Path) -> Settings:
    return Settings(_env_file=None, home=home, cache=ENCODER_CACHE, precision="int8", ports=(), threads=0)


def meet(home: Path, folder: Path, own: Path, told: Connection) -> None:
    """Runs in a process of its own, which may change who it is."""

    encoder = EmbeddedEncoder(settings(home))
    with TemporaryDirectory() as place:  # with all rights: what is loaded from the repository is loaded now
        first = Readout(settings(Path(place)), Library(Path(place)), encoder)
        with first.library.writing():
            list(first.adder.add(sorted(ARTICLES.glob("*.md"))))
        ask(first)
        first.close()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    readout = Readout(settings(home), Library(home), encoder)
    answers, faults = [ask(readout)], []
    try:
        with readout.library.writing():
            list(readout.adder.add(sorted(folder.glob("*.md"))))
    except LibraryError as error:
        faults.append(str(error))
    try:
        readout.indexes.check()
    except LibraryError as error:
        faults.append(str(error))
    answers.append(ask(readout))
    readout.close()
    mine = Readout(settings(own), Library(own), encoder)
    with mine.library.writing():
        added = [str(verdict.outcome) for verdict in mine.adder.add(sorted(folder.glob("*.md")))]
    mine.close()
    told.send(Met(answers, faults, added))


def protect(place: Path, writable: int = 0) -> None:
    """Takes all rights to write away; those to read stay as Readout left them."""
    for path in (place, *place.rglob("*")):
        path.chmod(path.stat().st_mode & ~0o222 | writable)


def test_a_library_and_a_folder_of_another_user_are_read_and_nothing_of_them_is_lost() -> None:
    with TemporaryDirectory() as place:  # pytest's own are closed to others
        base = Path(place)
        base.chmod(0o755)
        home, folder, own = base / "home", base / "articles", base / "own"
        write_articles(folder, 2)
        own.mkdir(mode=0o777)
        own.chmod(0o777)
        told_by(fill, home)
        before = state_of(home)
        for protected in (home, folder):
            protect(protected)
        met = told_by(meet, home, folder, own)
        assert isinstance(met, Met)
        assert ["412 metres" in answer for answer in met.answers] == [True, True]
        adding, checking = met.faults
        assert adding.startswith(f"The library {home} cannot be written")
        assert adding.endswith("mend the permissions, then try again.")
        assert "Mend the permissions, then try again. Nothing is lost." in checking
        assert met.added == ["added", "added"]
        for protected in (home, folder):
            protect(protected, writable=0o200)
        assert state_of(home) == before


def fill(home: Path, told: Connection) -> None:
    readout = Readout(settings(home), Library(home), EmbeddedEncoder(settings(home)))
    with readout.library.writing():
        added = [str(verdict.outcome) for verdict in readout.adder.add(sorted(ARTICLES.glob("*.md")))]
    readout.close()
    told.send(added)


def no_place(*_: object, **__: object) -> None:
    raise RuntimeError("error returned from database: (code: 13) database or disk is full")


def test_a_full_disk_is_no_damage_to_mend(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chroma writes when it opens; the other index and the library's own vectors answer."""
    home = desk.home
    desk.close()
    monkeypatch.setenv("READOUT_HOME", str(home))
    with monkeypatch.context() as full:
        full.setattr("chromadb.api.rust.RustBindingsAPI.start", no_place)
        for _ in range(2):  # Chroma would hand out what it could not start
            with pytest.raises(IndexAway, match=r"the disk is full\. Free some space"):
                VectorIndex(home / "indexes-1" / "vectors")
        reader = Desk(home)
        assert reader.found("pandas in San Diego") == ["pandas", "pandas"]
        checked = CliRunner().invoke(app, ["check"])
        assert isinstance(checked.exception, IndexAway)
        assert "rebuild" not in checked.output + str(checked.exception)
    assert reader.indexes.check().faults == ()  # there is space again
    reader.close()

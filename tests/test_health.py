"""What is said of a library to whoever watches it, and that asking often costs no more than asking once."""

import asyncio
import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from rag.answering import Readout
from rag.errors import IndexMismatch, LibraryError, SettingsError
from rag.health import Cause, find_trouble
from rag.library import Library
from rag.page.serving import STARTING, Watch, look
from rag.settings import Settings
from tests.fakes import HashEmbedder, write_articles


@pytest.fixture
def readout(tmp_path: Path) -> Iterator[Readout]:
    settings = Settings(_env_file=None, home=tmp_path / "home", model="")  # type: ignore[call-arg]
    readout = Readout(settings, Library(settings.home), HashEmbedder())
    with readout.library.writing():
        list(readout.adder.add(write_articles(tmp_path / "articles", 3)))
    yield readout
    readout.close()


def test_a_library_that_can_be_asked_is_ready(readout: Readout) -> None:
    health = look(lambda: readout)
    assert (health.status, health.cause, health.model) == ("ready", Cause.NONE, "none")
    assert health.articles == 3 and health.passages >= 3 and health.well
    assert str(readout.library.home) not in json.dumps(asdict(health))


def test_an_empty_library_is_well_as_articles_can_be_added(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, home=tmp_path, model="tiny", base_url="http://127.0.0.1:9/v1")  # type: ignore[call-arg]
    readout = Readout(settings, Library(tmp_path), HashEmbedder())
    health = look(lambda: readout)
    assert (health.status, health.model, health.well) == ("empty", "set", True)
    readout.close()


def test_a_first_add_that_has_indexed_nothing_yet_is_told_as_such_and_is_no_fault(
    readout: Readout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.index.FIRST_SECONDS", 0.0)
    readout.indexes.close()
    shutil.rmtree(readout.library.home / readout.library.state().indexes)
    with Library(readout.library.home).writing():  # as the process does that adds
        health = look(lambda: readout)
        assert (health.status, health.cause, health.well) == ("indexing", Cause.NONE, True)
        assert health.articles == 3
        assert find_trouble(readout).sentence.startswith("The first articles are being indexed.")

        def open_and_warm() -> Readout:
            readout.indexes.refresh()
            return readout

        assert look(open_and_warm).status == "indexing"
    assert look(lambda: readout).status == "ready"


def test_what_keeps_questions_from_being_answered_is_named_in_a_word(readout: Readout) -> None:
    other = Readout(readout.settings, readout.library, HashEmbedder("hash-2"))
    assert look(lambda: other).cause is Cause.ENCODER
    readout.indexes.close()
    for file in (readout.library.home / readout.library.state().indexes / "words").glob("*.store"):
        file.write_bytes(b"")
    assert look(lambda: readout).cause is Cause.INDEXES


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (SettingsError("canary"), Cause.SETTINGS),
        (IndexMismatch("canary"), Cause.INDEXES),
        (LibraryError("canary"), Cause.LIBRARY),
        (RuntimeError("canary"), Cause.LIBRARY),
    ],
)
def test_a_library_that_does_not_open_is_failing(error: Exception, cause: Cause) -> None:
    def fail() -> Readout:
        raise error

    health = look(fail)
    assert (health.status, health.cause, health.well) == ("failing", cause, False)
    assert "canary" not in json.dumps(asdict(health))


async def test_however_many_ask_one_looks() -> None:
    looks: list[int] = []

    def fail() -> Readout:
        looks.append(1)
        raise LibraryError("not there")

    watch = Watch(fail, every=3600)
    told = await asyncio.gather(*(watch.health() for _ in range(500)))
    assert {one.status for one in told} == {"failing"} and len(looks) == 1
    again = Watch(fail, every=0)
    await again.health()
    await again.health()
    assert len(looks) == 3


async def test_a_look_that_does_not_end_keeps_nobody_waiting(readout: Readout) -> None:
    go_on = threading.Event()
    ready = look(lambda: readout)

    def wait() -> Readout:
        go_on.wait(60)
        return readout

    watch = Watch(wait, every=0)
    assert await watch.health(patience=0.01) == STARTING and not STARTING.well
    go_on.set()
    assert await watch.health(patience=60) == ready
    go_on.clear()
    assert await watch.health(patience=0.01) == ready  # as it was at the last look
    watch = Watch(wait, every=0, slow=-1)
    slow = await watch.health(patience=0.01)
    assert (slow.status, slow.cause) == ("failing", Cause.SLOW)
    go_on.set()

"""kill -9 while adding: every acknowledged article is there, none is partial, double or phantom."""

import multiprocessing
import random
import shutil
import signal
import time
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from rag.adding import Adder
from rag.index import Indexes
from rag.library import Library
from rag.settings import Settings
from tests.fakes import HashEmbedder, write_articles

KILLS = 20
SEED = 7
ARTICLES = 24


def add_folder(home: Path, folder: Path, log: Path) -> None:
    """Runs in a process of its own; writes each acknowledged article's id to the log."""
    library = Library(home)
    indexes = Indexes(library)
    settings = Settings(home=home)
    with library.writing(), log.open("a") as file:
        adder = Adder(library, indexes, HashEmbedder(), settings)
        for verdict in adder.add(sorted(folder.glob("*.md"))):
            file.write(verdict.article_id + "\n")
            file.flush()
    indexes.close()
    library.close()


def state_of(home: Path) -> dict[str, tuple[str, ...]]:
    """Each article's content and passages, after searching for all of it."""
    library = Library(home)
    indexes = Indexes(library)
    report = indexes.check()
    assert report.faults == ()
    state = {
        article.id: (
            article.content_hash,
            *(stored.passage.id for stored in library.passages(article_id=article.id)),
        )
        for article in library.articles()
    }
    indexes.close()
    library.close()
    return state


@pytest.fixture(scope="module")
def server() -> ForkServerContext:
    """Children that start with the imports done, so that kills fall into the work."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.test_kill", "chromadb", "tantivy"])
    return context


def run(server: ForkServerContext, home: Path, folder: Path, log: Path, kill_after: float | None) -> bool:
    """Adds the folder in a process of its own; whether that was killed before it was done."""
    child = server.Process(target=add_folder, args=(home, folder, log))
    child.start()
    if kill_after is not None:
        time.sleep(kill_after)
        child.kill()
    child.join()
    assert child.exitcode == 0 or (kill_after is not None and child.exitcode == -signal.SIGKILL)
    return child.exitcode != 0


def test_add_killed_at_any_moment_and_run_again_ends_as_an_undisturbed_run(
    tmp_path: Path, server: ForkServerContext
) -> None:
    folder = tmp_path / "articles"
    write_articles(folder, ARTICLES // 2, edition=1)
    before = tmp_path / "before"
    run(server, before, folder, tmp_path / "log", None)
    write_articles(folder, ARTICLES, edition=2)  # half are replaced, half are new
    clean = tmp_path / "clean"
    shutil.copytree(before, clean)
    began = time.monotonic()
    run(server, clean, folder, tmp_path / "log", None)
    whole = time.monotonic() - began
    wanted = state_of(clean)
    assert len(wanted) == ARTICLES

    moments = random.Random(SEED)
    killed = tried = 0
    while killed < KILLS:
        tried += 1
        assert tried < 4 * KILLS, "too few kills hit a running process"
        home, log = tmp_path / f"home-{tried}", tmp_path / f"log-{tried}"
        shutil.copytree(before, home)
        killed += run(server, home, folder, log, kill_after=moments.uniform(0, whole))
        acknowledged = set(log.read_text().split()) if log.exists() else set()
        library = Library(home)
        there = {article.id: article.content_hash for article in library.articles()}
        library.close()
        assert all(there[key] == wanted[key][0] for key in acknowledged)
        run(server, home, folder, log, None)
        assert state_of(home) == wanted
        shutil.rmtree(home)

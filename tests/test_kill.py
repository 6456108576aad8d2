"""kill -9 at work on a library: what was acknowledged is there, nothing is partial, double or phantom."""

import random
import shutil
import signal
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from rag.adding import Adder
from rag.index import Indexes
from rag.library import Library
from rag.settings import Settings
from tests.fakes import HashEmbedder, write_articles
from tests.soak import cases

SEED = 7
ARTICLES = 24

Work = Callable[[Path, Path, Path], None]  # on a home, with a folder; what is done is written to a log


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


def remove_half(home: Path, folder: Path, log: Path) -> None:
    """Removes what the folder's first half of articles is, one by one."""
    library = Library(home)
    indexes = Indexes(library)
    doomed = {str(path) for path in sorted(folder.glob("*.md"))[: ARTICLES // 4]}
    with library.writing(), log.open("a") as file:
        adder = Adder(library, indexes, HashEmbedder(), Settings(home=home))
        for article in [one for one in library.articles() if one.origin in doomed]:
            adder.remove([article.id])
            file.write(article.id + "\n")
            file.flush()
        indexes.sync()
    indexes.close()
    library.close()


def rebuild_twice(home: Path, folder: Path, log: Path) -> None:
    library = Library(home)
    indexes = Indexes(library)
    with library.writing():
        for _ in range(2):
            indexes.rebuild()
    log.touch()
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


def assert_whole(
    home: Path, log: Path, earlier: dict[str, tuple[str, ...]], wanted: dict[str, tuple[str, ...]]
) -> set[str]:
    """Each article is as it was or as it is to be, those acknowledged as they are to be; gives their ids."""
    done = set(log.read_text().split()) if log.exists() else set()
    library = Library(home)
    there = {article.id: article.content_hash for article in library.articles()}
    library.close()
    assert all(there.get(key) == wanted.get(key, (None,))[0] for key in done)
    ways = {(key, state[0]) for state_set in (earlier, wanted) for key, state in state_set.items()}
    assert set(there.items()) <= ways
    assert set(there) >= set(earlier) & set(wanted)
    return set(there)


def run(
    forkserver: ForkServerContext, work: Work, home: Path, folder: Path, log: Path, after: float = 0
) -> bool:
    """Works in a process of its own, killed after seconds, if any; whether that came before it was done."""
    child = forkserver.Process(target=work, args=(home, folder, log))
    child.start()
    if after:
        time.sleep(after)
        child.kill()
    child.join()
    assert child.exitcode == 0 or (after and child.exitcode == -signal.SIGKILL)
    return child.exitcode != 0


@pytest.mark.parametrize(
    ("work", "kills"),
    [(add_folder, cases(10, 100)), (remove_half, cases(4, 50)), (rebuild_twice, cases(4, 50))],
    ids=["adding and replacing", "removing", "rebuilding"],
)
def test_work_killed_at_any_moment_and_done_again_ends_as_undisturbed_work(
    tmp_path: Path,
    forkserver: ForkServerContext,
    work: Work,
    kills: int,
    record_property: Callable[[str, object], None],
) -> None:
    folder = tmp_path / "articles"
    write_articles(folder, ARTICLES // 2, edition=1)
    before = tmp_path / "before"
    run(forkserver, add_folder, before, folder, tmp_path / "log-before")
    earlier = state_of(before)
    write_articles(folder, ARTICLES, edition=2)  # to add: half are replaced, half are new
    clean, log = tmp_path / "clean", tmp_path / "log-clean"
    shutil.copytree(before, clean)
    began = time.monotonic()
    run(forkserver, work, clean, folder, log)
    whole = time.monotonic() - began
    wanted = state_of(clean)
    assert len(wanted) == {add_folder: ARTICLES, remove_half: ARTICLES // 4}.get(work, ARTICLES // 2)

    moments = random.Random(SEED)
    killed = tried = 0
    while killed < kills:
        tried += 1
        assert tried < 4 * kills, "too few kills hit a running process"
        home, log = tmp_path / f"home-{tried}", tmp_path / f"log-{tried}"
        shutil.copytree(before, home)
        killed += run(forkserver, work, home, folder, log, after=moments.uniform(0.001, whole))
        there = assert_whole(home, log, earlier, wanted)
        assert set(state_of(home)) == there  # and found, before anybody mends anything
        run(forkserver, work, home, folder, log)
        assert state_of(home) == wanted
        shutil.rmtree(home)
    record_property("cases", killed)

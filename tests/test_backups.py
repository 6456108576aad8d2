"""Backup and restore: what a backup holds is of one moment, and a restore is wholly done or not at all."""

import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest
from typer.testing import CliRunner

from rag.backups import STAGING, back_up, check_backup, check_empty, restore
from rag.cli import app
from rag.conversations import conversations, keep_exchange
from rag.errors import LibraryError
from rag.index import Indexes
from rag.library import Library
from rag.schema import SCHEMA_VERSION
from tests.answers import make_answer
from tests.fakes import make_article, write_articles
from tests.soak import cases
from tests.test_feedback import FEEDBACK
from tests.test_index import Desk
from tests.test_kept_conversations import GOLDEN, make_exchange
from tests.test_kill import add_folder, state_of

KILLS = cases(6, 100)
ADDED = 60  # articles, while backups are taken
SEED = 11
PANDAS = "Two pandas arrived in San Diego. Their names are Yun Chuan and Xin Bao."


def contents(home: Path) -> list[str]:
    """All rows of the library but where it stands: its generation and its indexes' folder."""
    with closing(sqlite3.connect(home / "library.sqlite3")) as connection:
        lines = [line for line in connection.iterdump() if line.startswith("INSERT")]
    return [line for line in lines if not line.startswith(('INSERT INTO "meta"', "INSERT INTO meta"))]


def filled(home: Path, count: int = 3, edition: int = 1) -> Desk:
    desk = Desk(home)
    towns = [
        make_article(f"town-{n}", f"The council of town {n} voted {n + 1} to {edition}.", title=f"Town {n}")
        for n in range(count)
    ]
    assert desk.add(*towns, make_article("pandas", PANDAS)) == ["added"] * (count + 1)
    keep_exchange(desk.library, "one", 1, make_exchange(1, make_answer()))
    desk.library.add_feedback(FEEDBACK)
    return desk


def put_back(home: Path, file: Path) -> None:
    library = Library(home)
    indexes = Indexes(library)
    with library.writing():
        restore(library, indexes, file)
    indexes.close()
    library.close()


@pytest.fixture
def backed_up(tmp_path: Path) -> tuple[Desk, Path]:
    desk, file = filled(tmp_path / "home"), tmp_path / "library.backup"
    back_up(desk.library, file)
    return desk, file


def test_a_restored_library_holds_all_that_was_backed_up_and_answers(
    tmp_path: Path, backed_up: tuple[Desk, Path]
) -> None:
    _, file = backed_up
    put_back(tmp_path / "new", file)
    assert contents(tmp_path / "new") == contents(tmp_path / "home")
    new = Desk(tmp_path / "new")
    assert new.found("pandas in San Diego") == ["pandas", "pandas"]
    assert new.indexes.check().faults == ()
    assert new.library.feedback() == [FEEDBACK]
    assert [one.id for one in conversations(new.library)] == ["one"]
    assert not (tmp_path / "new" / STAGING).exists()


def test_a_backup_is_one_file_that_only_its_owner_may_read(
    tmp_path: Path, backed_up: tuple[Desk, Path]
) -> None:
    _, file = backed_up
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", file.name]
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_came_after_the_backup_is_gone_and_found_no_more(backed_up: tuple[Desk, Path]) -> None:
    desk, file = backed_up
    held = contents(desk.home)
    desk.remove("pandas")
    assert desk.add(make_article("elephants", "Elephants came to Hanoi.")) == ["added"]
    desk.close()
    put_back(desk.home, file)
    assert contents(desk.home) == held
    again = Desk(desk.home)
    assert again.found("pandas in San Diego") == ["pandas", "pandas"]
    assert "elephants" not in again.found("Elephants Hanoi")
    assert again.indexes.check().faults == ()
    assert len(list(desk.home.glob("indexes-*"))) == 1


def test_an_open_reader_goes_on_with_the_restored_library(backed_up: tuple[Desk, Path]) -> None:
    desk, file = backed_up
    assert desk.add(make_article("elephants", "Elephants came to Hanoi.")) == ["added"]
    assert desk.found("Elephants Hanoi") == ["elephants", "elephants"]
    assert desk.library.span().articles == 5
    put_back(desk.home, file)
    assert desk.library.span().articles == 4
    assert "elephants" not in desk.found("Elephants Hanoi")
    assert desk.found("pandas in San Diego") == ["pandas", "pandas"]
    assert desk.add(make_article("tigers", "Tigers came to Hue.")) == ["added"]
    assert desk.found("Tigers Hue") == ["tigers", "tigers"]


def test_an_older_layout_is_brought_up_when_it_is_restored(tmp_path: Path) -> None:
    file = tmp_path / "old"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript((GOLDEN / "library-layout-2.sql").read_text())
    put_back(tmp_path / "home", file)
    library = Library(tmp_path / "home")
    assert library.layout() == SCHEMA_VERSION
    assert [article.text for article in library.articles()] == ["Wang met Blinken in Beijing."]
    assert library.feedback() == [FEEDBACK]


def test_a_library_with_damaged_pages_can_be_restored_over(backed_up: tuple[Desk, Path]) -> None:
    desk, file = backed_up
    held = contents(desk.home)
    desk.close()
    with closing(sqlite3.connect(desk.library.path)) as connection:
        query = "SELECT rootpage FROM sqlite_master WHERE name IN ('articles', 'passages')"
        pages = [row[0] for row in connection.execute(query)]
    with desk.library.path.open("r+b") as damaged:
        for page in pages:
            damaged.seek((page - 1) * 4096)
            damaged.write(b"\xff" * 4096)
    with pytest.raises(LibraryError, match="readout restore"):
        Library(desk.home).articles()
    put_back(desk.home, file)
    assert contents(desk.home) == held


# What is refused, in one sentence


def text_file(file: Path) -> None:
    file.write_text("This is an article, not a backup. " * 200)


def other_database(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE cookies (name)")


def changed(statement: str) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(statement)

    return change


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def overwritten(file: Path) -> None:
    with file.open("r+b") as damaged:
        damaged.seek(5 * 4096)
        damaged.write(b"\xff" * 4096)


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (Path.unlink, "is not there"),
        (text_file, "cannot be read as a backup"),
        (other_database, "is a database of something else"),
        (changed("PRAGMA application_id = 7"), "is a database of something else"),
        (changed("PRAGMA user_version = 99"), "has layout 99, this version of Readout reads up to layout"),
        (changed("CREATE TRIGGER t AFTER INSERT ON feedback BEGIN DELETE FROM articles; END"), "has other"),
        (cut_off, "damaged|cannot be read"),
        (overwritten, "damaged|cannot be read"),
    ],
)
def test_a_file_that_cannot_be_restored_is_refused_and_changes_nothing(
    backed_up: tuple[Desk, Path], spoil: Callable[[Path], None], fault: str
) -> None:
    desk, file = backed_up
    before, state = contents(desk.home), desk.library.state()
    spoil(file)
    with pytest.raises(LibraryError, match=fault), desk.library.writing():
        restore(desk.library, desk.indexes, file)
    assert (contents(desk.home), desk.library.state()) == (before, state)
    assert not (desk.home / STAGING).exists()
    assert desk.found("pandas in San Diego") == ["pandas", "pandas"]


def test_no_file_is_overwritten_unasked_and_none_lies_in_the_home(backed_up: tuple[Desk, Path]) -> None:
    desk, file = backed_up
    file.write_text("mine")
    with pytest.raises(LibraryError, match="there already"):
        back_up(desk.library, file)
    assert file.read_text() == "mine"
    with pytest.raises(LibraryError, match="beside the library itself"):
        back_up(desk.library, desk.library.path, replace=True)
    back_up(desk.library, file, replace=True)
    check_backup(file)


def test_a_damaged_library_gives_no_backup_and_the_earlier_one_stays(backed_up: tuple[Desk, Path]) -> None:
    desk, file = backed_up
    earlier = file.read_bytes()
    desk.close()
    overwritten(desk.library.path)
    with pytest.raises(LibraryError, match=r"damaged|was not written"):
        back_up(Library(desk.home), file, replace=True)
    assert file.read_bytes() == earlier
    assert sorted(path.name for path in file.parent.iterdir()) == ["home", file.name]


def test_a_library_that_is_not_empty_is_restored_over_only_when_told(
    tmp_path: Path, backed_up: tuple[Desk, Path]
) -> None:
    check_empty(Library(tmp_path / "new"))
    home, file = tmp_path / "home", str(backed_up[1])
    assert "--replace" in run("restore", file, home=home)
    assert "Restored 4 articles" in run("restore", file, "--replace", home=home)
    assert "Backed up" in run("backup", file, "--replace", home=home)
    nowhere = tmp_path / "nowhere"
    assert "There is no library in" in run("backup", file, home=nowhere)
    assert "is not there" in run("restore", str(tmp_path / "none"), home=nowhere)
    assert not nowhere.exists()
    with backed_up[0].library.writing():
        assert "is being written by" in run("restore", file, "--replace", home=home)


def run(*arguments: str, home: Path) -> str:
    """What `readout` says, be it a fault."""
    done = CliRunner().invoke(app, list(arguments), env={"READOUT_HOME": str(home)})
    return str(done.exception or done.output)


# Under load, and killed


def test_backups_taken_while_articles_are_added_hold_whole_articles_that_answer(
    tmp_path: Path, forkserver: ForkServerContext
) -> None:
    home, folder, log = tmp_path / "home", tmp_path / "articles", tmp_path / "log"
    write_articles(folder, ADDED)
    Library(home).close()
    adding = forkserver.Process(target=add_folder, args=(home, folder, log))
    adding.start()
    library = Library(home)
    taken: dict[int, tuple[Path, set[str]]] = {}  # by number of articles: the file, what must be in it
    while adding.is_alive():
        before, file = acknowledged(log), tmp_path / "backup"
        back_up(library, file, replace=True)
        taken.setdefault(count_articles(file), (file.rename(tmp_path / f"backup-{len(taken)}"), before))
    adding.join()
    assert adding.exitcode == 0
    everything = state_of(home)
    assert len(everything) == ADDED
    partial = sorted(count for count in taken if 0 < count < ADDED)
    assert partial, "no backup fell into the adding"
    for count in {partial[0], partial[len(partial) // 2], partial[-1]}:
        file, before = taken[count]
        put_back(tmp_path / f"restored-{count}", file)
        held = state_of(tmp_path / f"restored-{count}")  # searches for every passage of every article
        assert len(held) == count
        assert before <= set(held)
        assert held.items() <= everything.items()


def count_articles(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])


def acknowledged(log: Path) -> set[str]:
    return set(log.read_text().splitlines()) if log.exists() else set()


def test_a_restore_killed_at_any_moment_leaves_the_old_library_or_the_new(
    tmp_path: Path, forkserver: ForkServerContext, record_property: Callable[[str, object], None]
) -> None:
    file = tmp_path / "backup"
    old, new = filled(tmp_path / "old", 30, edition=1), filled(tmp_path / "new", 40, edition=2)
    back_up(new.library, file)
    for desk in (old, new):
        desk.close()
    wanted = {"old": contents(tmp_path / "old"), "new": contents(tmp_path / "new")}
    shutil.copytree(tmp_path / "old", tmp_path / "timed")
    began = time.monotonic()
    put_back_in_a_process(forkserver, tmp_path / "timed", file, None)
    whole = time.monotonic() - began
    moments, found, killed, tried = random.Random(SEED), set(), 0, 0
    while killed < KILLS:
        tried += 1
        assert tried < 4 * KILLS, "too few kills hit a running process"
        home = tmp_path / f"home-{tried}"
        shutil.copytree(tmp_path / "old", home)
        killed += put_back_in_a_process(forkserver, home, file, moments.uniform(0, whole))
        state_of(home)  # no fault in library or indexes, all is found
        name = next((name for name, rows in wanted.items() if contents(home) == rows), "a mix")
        assert name in wanted
        found.add(name)
        put_back(home, file)
        assert contents(home) == wanted["new"]
        assert sorted(path.name for path in home.glob("indexes-*")) == [Library(home).state().indexes]
        shutil.rmtree(home)
    assert "old" in found
    record_property("cases", killed)


def put_back_in_a_process(
    forkserver: ForkServerContext, home: Path, file: Path, kill_after: float | None
) -> bool:
    """Whether it was killed before it was done."""
    child = forkserver.Process(target=put_back, args=(home, file))
    child.start()
    if kill_after is not None:
        time.sleep(kill_after)
        child.kill()
    child.join()
    assert child.exitcode == 0 or (kill_after is not None and child.exitcode == -signal.SIGKILL)
    return child.exitcode != 0

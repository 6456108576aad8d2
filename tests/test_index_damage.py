"""Damaged index files: noticed on opening or by `check`, or harmless; a rebuild mends them offline."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from rag.errors import IndexMismatch
from rag.words import content_stems
from tests.commands import told_by
from tests.fakes import make_article
from tests.soak import cases
from tests.test_index import Desk

SEED = 5
TOWNS = 16
SECONDS = 60  # a search that hangs is a failure
HARMLESS, REFUSED, FAULTS = "harmless", "refused", "faults found by check"


def question(town: int) -> str:
    return f"What did the council of Town{town} vote on item {town + 40}?"


def answers(desk: Desk) -> list[object]:
    """The nearest passages of each engine for a question on each town."""
    found: list[object] = []
    for town in range(TOWNS):
        by_words = desk.indexes.search_words(content_stems(question(town)), 3)
        found.append([hit.number for hit in by_words])
        near = desk.indexes.search_vectors(desk.embedder.embed_question(question(town)), 3)
        found.append([key for key, _ in near])
    return found


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[object]]:
    """A home whose indexes are whole, and what they answer."""
    desk = Desk(tmp_path_factory.mktemp("whole"))
    towns = [
        make_article(
            f"town{n}", f"The council of Town{n} voted on item {n + 40} on Friday.", title=f"Town {n}"
        )
        for n in range(TOWNS)
    ]
    desk.add(*towns)
    found = answers(desk)
    desk.close()
    return desk.home, found


def look(home: Path, wanted: list[object], told: Connection) -> None:
    """In a process of its own, as damage may end one: what becomes of a damaged index."""
    desk = Desk(home)
    try:
        outcome = HARMLESS if answers(desk) == wanted else "another answer, and nothing said"
        if outcome != HARMLESS and desk.indexes.check().faults:
            outcome = FAULTS
    except IndexMismatch as error:
        outcome = REFUSED if "readout rebuild" in str(error) else str(error)
    desk.close()
    mended = Desk(home)
    with mended.library.writing():
        mended.indexes.rebuild()
    if answers(mended) != wanted or mended.indexes.check().faults:
        outcome += ", and not mended by a rebuild"
    told.send(outcome)


def outcome_of(home: Path, wanted: list[object]) -> str:
    try:
        return str(told_by(look, home, wanted, seconds=SECONDS))
    except (EOFError, TimeoutError) as error:
        return str(error)


def flip(path: Path, chance: random.Random) -> None:
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 1, 8, 64))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def cut(path: Path, chance: random.Random) -> None:
    path.write_bytes(path.read_bytes()[: chance.randrange(path.stat().st_size)])


def blank(path: Path, chance: random.Random) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def lose(path: Path, chance: random.Random) -> None:
    path.unlink()


def test_each_file_of_the_word_index_may_be_cut_and_is_refused_or_harmless(
    tmp_path: Path, whole: tuple[Path, list[object]]
) -> None:
    home, wanted = whole
    refused = 0
    for number, name in enumerate(sorted(path.name for path in home.glob("indexes-*/words/*"))):
        damaged = shutil.copytree(home, tmp_path / f"home-{number}")
        (path,) = damaged.glob(f"indexes-*/words/{name}")
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        desk = Desk(damaged)
        try:
            assert answers(desk) == wanted, name
        except IndexMismatch as error:
            assert "readout rebuild" in str(error)
            refused += 1
        desk.close()
    assert refused >= 4


def test_a_word_index_that_would_rank_otherwise_is_refused(
    tmp_path: Path, whole: tuple[Path, list[object]]
) -> None:
    damaged = shutil.copytree(whole[0], tmp_path / "home")
    (lengths,) = damaged.glob("indexes-*/words/*.fieldnorm")  # of the passages, for BM25
    data = bytearray(lengths.read_bytes())
    data[1] ^= 64
    lengths.write_bytes(data)
    with pytest.raises(IndexMismatch, match="readout rebuild"):
        answers(Desk(damaged))


def test_a_vector_index_that_makes_chroma_panic_is_refused_and_mended(
    tmp_path: Path, whole: tuple[Path, list[object]]
) -> None:
    damaged = shutil.copytree(whole[0], tmp_path / "home")
    (path,) = damaged.glob("indexes-*/vectors/chroma.sqlite3")
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE migrations SET sql = CAST(X'43FF' AS TEXT)")  # no UTF-8
    assert outcome_of(damaged, whole[1]) == REFUSED


def test_damage_is_noticed_or_harmless_and_a_rebuild_mends_it(
    tmp_path: Path,
    whole: tuple[Path, list[object]],
    record_property: Callable[[str, object], None],
) -> None:
    home, wanted = whole
    assert outcome_of(shutil.copytree(home, tmp_path / "none"), wanted) == HARMLESS
    chance, outcomes = random.Random(SEED), []
    for number in range(cases(8, 220)):
        damaged = shutil.copytree(home, tmp_path / f"home-{number}")
        files = sorted(p for p in damaged.glob("indexes-*/**/*") if p.is_file() and p.stat().st_size)
        path, damage = chance.choice(files), chance.choice((flip, flip, flip, cut, blank, lose))
        damage(path, chance)
        outcome = outcome_of(damaged, wanted)
        outcomes.append((outcome, damage.__name__, path.relative_to(damaged).as_posix()))
        shutil.rmtree(damaged)
    assert [one for one in outcomes if one[0] not in (HARMLESS, REFUSED, FAULTS)] == []
    assert {one[0] for one in outcomes} >= {HARMLESS, REFUSED}
    record_property("cases", len(outcomes))

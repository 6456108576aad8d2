"""Several writers at once on one library, with a reader open all the time: all that they did is there."""

import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from rag.adding import Adder
from rag.errors import LibraryBusy
from rag.library import Library
from rag.types import Article
from rag.words import content_stems
from tests.fakes import make_article, write_articles
from tests.soak import cases
from tests.test_backups import run as readout
from tests.test_index import Desk
from tests.test_kill import state_of

OWN = cases(4, 8)  # articles of each writer: a quarter is replaced, a quarter removed
AT_ONCE = cases(4, 2)  # articles that a writer adds before it gives its place away
ROUNDS = cases(1, 6)
PAUSE = cases(3, 0) / 10  # seconds between two looks of the reader
PATIENCE = 60.0  # seconds for which a writer waits that is not to be told
BUSY = re.compile(
    r"The library \S+ is being written by (another process|process (\d+) since \d\d:\d\d:\d\d UTC)\."
    r" Wait until that is done, then try again\."
)


def article(name: str, edition: int = 1) -> Article:
    paragraphs = "\n\n".join(
        f"Delegate {name}x{part} of town {name} spoke about subject {part} in edition {edition}."
        f" The council of {name} voted on item {name}y{part}."
        for part in range(3)
    )
    return replace(make_article(name, paragraphs, title=f"Council {name} meets"), language="en")


OLD = (article("old0"), article("old1"))  # there before
SHARED = (article("shared0"), article("shared1"))  # each writer adds them


@dataclass(frozen=True, slots=True)
class Part:
    """What one writer does, which nobody else does."""

    first: tuple[Article, ...]
    replaced: tuple[Article, ...]
    removed: tuple[str, ...]

    @classmethod
    def of(cls, writer: int) -> "Part":
        names = [f"w{writer}n{number}" for number in range(OWN)]
        return cls(
            tuple(article(name) for name in names),
            tuple(article(name, edition=2) for name in names[: OWN // 4]),
            tuple(names[-(OWN // 4) :]),
        )

    @property
    def final(self) -> tuple[Article, ...]:
        return (*self.replaced, *self.first[len(self.replaced) : -len(self.removed)])


def add(home: Path, articles: Sequence[Article]) -> None:
    desk = Desk(home)
    desk.add(*articles)
    desk.close()


def write(home: Path, log: Path, part: Part, waits: bool) -> None:
    """Adds, replaces and removes in turns, among others who do. Runs in a process of its own.

    The log gets a line for what was done once it is done: 'there ID HASH', 'gone ID', or 'busy SENTENCE'.
    """
    desk = Desk(home)
    with log.open("w", buffering=1) as file:

        def take_turn(work: Callable[[Adder], list[str]]) -> None:
            while True:
                try:
                    with desk.library.writing(PATIENCE if waits else 0):
                        file.writelines(f"{line}\n" for line in work(desk.adder))
                    return
                except LibraryBusy as error:
                    file.write(f"busy {error}\n")
                    time.sleep(0.02)

        def adding(articles: Sequence[Article]) -> Callable[[Adder], list[str]]:
            def work(adder: Adder) -> list[str]:
                list(adder.add_articles(articles))
                return [f"there {one.id} {one.content_hash}" for one in articles]

            return work

        def removing(adder: Adder) -> list[str]:
            adder.remove(part.removed)
            return [f"gone {article_id}" for article_id in part.removed]

        for start in range(0, OWN, AT_ONCE):
            take_turn(adding(part.first[start : start + AT_ONCE]))
        take_turn(removing)
        take_turn(adding([*part.replaced, *SHARED]))
    desk.close()


def lines(log: Path, word: str) -> list[str]:
    """What stands in a log behind this word; a line that is not whole yet is left out."""
    whole = log.read_text().rpartition("\n")[0].splitlines() if log.exists() else []
    return [line.partition(" ")[2] for line in whole if line.startswith(word)]


def finds(reader: Desk, article_id: str) -> bool:
    """Whether a search for the words of each sentence of the article brings the passage of it."""
    held = reader.library.passages(article_id=article_id)
    return bool(held) and all(
        stored.number in {hit.number for hit in reader.indexes.search_words(content_stems(sentence.text), 3)}
        for stored in held
        for sentence in stored.passage.sentences
    )


@pytest.mark.parametrize("writers", [2, 4])
def test_all_that_several_writers_did_is_there_and_nothing_else(
    tmp_path: Path,
    forkserver: ForkServerContext,
    writers: int,
    record_property: Callable[[str, object], None],
) -> None:
    parts = [Part.of(writer) for writer in range(writers)]
    final = [*OLD, *SHARED, *(one for part in parts for one in part.final)]
    add(tmp_path / "clean", final)
    wanted = state_of(tmp_path / "clean")
    looked = sum(
        _one_round(tmp_path / f"round-{number}", forkserver, parts, final, wanted) for number in range(ROUNDS)
    )
    assert looked
    record_property("cases", ROUNDS)


def _one_round(
    home: Path,
    forkserver: ForkServerContext,
    parts: Sequence[Part],
    final: Sequence[Article],
    wanted: dict[str, tuple[str, ...]],
) -> int:
    """How often the reader looked for an article while the writers wrote."""
    reader = Desk(home)
    first = forkserver.Process(target=add, args=(home, OLD))
    first.start()
    while first.is_alive():  # nothing is there, then all of it
        assert len(reader.indexes.search_words(["council"], 9)) in {0, len(OLD)}
    assert first.exitcode == 0
    logs = [home / f"log-{writer}" for writer in range(len(parts))]
    writers = [  # who does not get the place is told so, but the first, which waits for it
        forkserver.Process(target=write, args=(home, log, part, part is parts[0]))
        for log, part in zip(logs, parts, strict=True)
    ]
    with reader.library.writing():
        for writer in writers:
            writer.start()
        while not all(lines(log, "busy") for log in logs[1:]):
            assert all(writer.is_alive() for writer in writers)
            time.sleep(0.02)
    looked = 0
    while any(writer.is_alive() for writer in writers):
        done = {line for log in logs for line in lines(log, "there")}
        for one in final:  # what is as it is to be in the end stays so
            if one in OLD or f"{one.id} {one.content_hash}" in done:
                assert finds(reader, one.id)
                looked += 1
        time.sleep(PAUSE)
    assert [writer.exitcode for writer in writers] == [0] * len(writers)
    ours = {None, str(os.getpid()), *(str(writer.pid) for writer in writers)}
    for log, part in zip(logs, parts, strict=True):
        busy = [BUSY.fullmatch(sentence) for sentence in lines(log, "busy")]
        assert all(match and match[2] in ours for match in busy)
        assert bool(busy) == (part is not parts[0])
        assert lines(log, "gone") == list(part.removed)
    assert all(finds(reader, one.id) for one in final)
    assert reader.indexes.check().faults == ()
    reader.close()  # else Chroma would let the next opening in this process see what this reader had seen
    assert state_of(home) == wanted
    return looked


def test_a_command_that_does_not_get_the_library_says_so_in_one_sentence(tmp_path: Path) -> None:
    home, (path,) = tmp_path / "home", write_articles(tmp_path / "articles", 1)
    library = Library(home)
    with library.writing():
        for command in (["add", str(path)], ["remove", "council"], ["rebuild"]):
            assert BUSY.fullmatch(readout(*command, home=home))
    assert library.articles() == []
    library.close()

"""A page that stays open while articles arrive and while the indexes are remade."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from rag.adding import Adder
from rag.embedding import EmbeddedEncoder
from rag.index import Indexes
from rag.library import Library
from rag.settings import Settings
from tests.browser.conftest import ARTICLES, serve
from tests.commands import Command
from tests.page_client import Visitor, visit
from tests.soak import cases
from tests.test_overload import QUESTIONS, as_alone

ARRIVING = cases(4, 50)
PARAGRAPHS, SPEAKERS = cases(1, 3), 16  # of an article beside the sentence that is asked for: a passage each
WITHIN = 10.0  # seconds from the moment in which an article is acknowledged until it is answered from
REBUILDS = cases(1, 6)
ASKED = QUESTIONS[:2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("open")


@pytest.fixture(scope="module")
def page(folder: Path) -> Iterator[str]:
    with serve(folder, ARTICLES) as address:
        yield address


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article whose one fact stands in no other."""

    path: Path
    question: str
    fact: str

    @classmethod
    def write(cls, folder: Path, number: int) -> "Arrival":
        town = f"{'BDFGKLMNPRSTVZ'[number % 14]}{'aeiou'[number // 14]}{'drlmnstv'[number % 8]}oville"
        fact = f"{40 + number},{150 + number}"
        others = "\n\n".join(
            " ".join(f"Speaker {part}-{one} of {town} spoke for {one} minutes." for one in range(SPEAKERS))
            for part in range(PARAGRAPHS)
        )
        path = folder / f"{town}.md"
        path.write_text(
            f"---\ntitle: {town} buys a bell\nsource: {town} Echo\n---\n\n"
            f"The council of {town} paid {fact} euros for a new bell.\n\n{others}\n"
        )
        return cls(path, f"How much did the council of {town} pay for a new bell?", fact)


@dataclass
class Arrivals:
    """Articles that are added one after the other, and when each was acknowledged."""

    home: Path
    encoder: EmbeddedEncoder
    coming: Sequence[Arrival]
    there: dict[str, float]  # by origin

    def add(self) -> None:
        library = Library(self.home)
        indexes = Indexes(library)
        adder = Adder(library, indexes, self.encoder, Settings(_env_file=None, home=self.home))
        with library.writing():
            for verdict in adder.add([one.path for one in self.coming]):
                assert verdict.outcome == "added"
                self.there[verdict.origin] = time.monotonic()
        indexes.close()
        library.close()


async def test_articles_that_arrive_are_answered_from_in_an_open_page(
    page: str,
    folder: Path,
    tmp_path: Path,
    encoder: EmbeddedEncoder,
    record_property: Callable[[str, object], None],
) -> None:
    coming = [Arrival.write(tmp_path, number) for number in range(ARRIVING)]
    arrivals = Arrivals(folder / "home", encoder, coming, {})
    took: dict[str, float] = {}  # by the articles that were the newest ones when the page was asked
    async with visit(page) as visitor:
        adding = asyncio.create_task(asyncio.to_thread(arrivals.add))
        while True:
            there = [one for one in coming if str(one.path) in arrivals.there]
            if there and there[-1].fact not in took:
                newest = there[-1]
                took[newest.fact] = await answered(visitor, newest, arrivals.there[str(newest.path)])
            elif adding.done():
                break
            else:
                await asyncio.sleep(0.05)
        await adding
        for one in coming:
            await answered(visitor, one, arrivals.there[str(one.path)])
    print(f"\n{len(took)} newest of {ARRIVING}: answered from {max(took.values()):.1f} s later at the latest")
    record_property("cases", ARRIVING)


async def answered(visitor: Visitor, one: Arrival, since: float) -> float:
    """Asks until the article is answered from; seconds since it was acknowledged."""
    while True:
        asked = time.monotonic()
        screen = await visitor.ask(one.question)
        assert (one.question in screen.text, screen.faults) == (True, [])
        if one.fact in screen.text:
            return time.monotonic() - since
        assert asked < since + WITHIN, screen.text
        await visitor.click("New")


async def test_no_question_fails_while_the_indexes_are_remade(
    page: str, folder: Path, record_property: Callable[[str, object], None]
) -> None:
    command, asked = Command(folder / "home"), 0
    async with visit(page) as visitor:

        async def told(question: str) -> str:
            screen = await visitor.ask(question)
            assert (question in screen.text, screen.faults) == (True, [])
            await visitor.click("New")
            return as_alone(screen)

        alone = [await told(question) for question in ASKED]
        for _ in range(REBUILDS):
            rebuilding = asyncio.create_task(asyncio.to_thread(command, "rebuild"))
            while not rebuilding.done():
                assert await told(ASKED[asked % len(ASKED)]) == alone[asked % len(ASKED)]
                asked += 1
            await rebuilding
        assert [await told(question) for question in ASKED] == alone
    assert asked
    record_property("cases", asked)

"""Many visitors of the real page at once, and thousands of questions in a row.

`make test` asks a few; `make soak` asks as many as SECURITY.md says, and prints how long they took.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import pytest

from tests.browser.conftest import ARTICLES, JSON_LOG, log_lines, serve
from tests.page_client import Screen, Visitor, visit
from tests.soak import cases

VISITORS = cases(3, 25)
EACH = cases(1, 10)  # questions of one visitor
SPIKE = cases(7, 100)
STRANGERS = cases(3, 50)
IN_A_ROW = cases(20, 2000)
LINE = cases(1, 50)  # questions that may wait; 50 is the default
OF_A_VISIT = 100  # questions in a row before the visitor leaves and another comes
SESSION_SECONDS = cases(0, 125)  # Streamlit holds a session for two minutes after its visitor left
# Seen: 293 MB after 200 questions, 308.1 after 1,000, 308.7 after 2,000; 56 files after 1,000 and 2,000.
MEMORY_MORE = 8 * 2**20  # bytes
FILES_MORE, THREADS_MORE = 9, 3  # a session holds three files while it is held; a thread may be about to end
QUESTIONS = (
    "How long is the harbour bridge and what did it cost?",
    "Who cut the ribbon at the harbour bridge?",
    "Who will show visitors around the ferry?",
    "When is the ferry museum to open?",
    "What did Jonas Reuter say about the engine of the ferry?",
    "Which road must heavy lorries take in Linden?",
    "Who leads the opposition in the council of Linden?",
    "What does the railway company plan upstream?",
    "How many passengers a day did the ferry carry?",
    "Who was elected mayor of Marrow in 1987?",
)
SECONDS = re.compile(r"\d+\.\d s\b")
BUSY = re.compile(r"Readout is busy: \d+ questions are before yours\. Ask again in a moment\.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("overload")


@pytest.fixture(scope="module")
def page(folder: Path) -> Iterator[str]:
    """The address of a page that nobody else visits."""
    with serve(folder, ARTICLES, READOUT_WAITING=str(LINE), **JSON_LOG) as address:
        yield address


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds."""

    memory: int  # bytes
    threads: int
    files: int

    @classmethod
    def by(cls, address: str) -> "Held":
        """By the server of the page at `address`, as Linux tells it."""
        port = address.rpartition(":")[2]
        ours = Path("/proc/self/task").glob("*/children")
        children = [one for task in ours for one in task.read_text().split()]
        (own,) = (Path("/proc") / one for one in children if port in command_of(one))
        told = dict(re.findall(r"^(\w+):\s+(\d+)", (own / "status").read_text(), re.MULTILINE))
        return cls(int(told["VmRSS"]) * 1024, int(told["Threads"]), len(list((own / "fd").iterdir())))


def command_of(process: str) -> list[str]:
    return (Path("/proc") / process / "cmdline").read_text().split("\0")


def as_alone(screen: Screen) -> str:
    """What a page says, without how long it took."""
    return SECONDS.sub("", screen.text)


async def told_alone(address: str, questions: Sequence[str]) -> list[str]:
    """What the page says after each of the questions when nobody else asks."""
    async with visit(address) as visitor:
        return [as_alone(await visitor.ask(question)) for question in questions]


def tell(what: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    p50, p95 = (ordered[int(len(ordered) * share)] for share in (0.5, 0.95))
    print(f"\n{what}: p50 {p50:.2f} s, p95 {p95:.2f} s, longest {ordered[-1]:.2f} s of {len(ordered)}")


async def test_each_of_many_visitors_is_answered_as_if_alone(
    page: str, folder: Path, record_property: "pytest.RecordProperty"
) -> None:
    questions = QUESTIONS[:EACH]
    alone = await told_alone(page, questions)
    assert all(question in said for question, said in zip(questions, alone, strict=True))
    ready = asyncio.Barrier(VISITORS)
    total: list[float] = []

    async def ask_all() -> None:
        async with visit(page) as visitor:
            await ready.wait()
            for question, expected in zip(questions, alone, strict=True):
                screen = await visitor.ask(question)
                assert (as_alone(screen), screen.faults) == (expected, [])
                total.append(visitor.asked)

    await asyncio.gather(*(ask_all() for _ in range(VISITORS)))
    tell(f"{VISITORS} visitors, from Enter to the whole answer", total)
    asked = [one for one in log_lines(folder) if one["event"] == "asked"][-len(total) :]
    tell("in line, by the log", [float(str(one["waited_seconds"])) for one in asked])
    own = [float(str(one["seconds"])) - float(str(one["waited_seconds"])) for one in asked]
    tell("from its turn to the answer, by the log", own)
    record_property("cases", len(total))


async def test_in_a_spike_each_visitor_has_an_answer_or_a_clear_word(
    page: str, record_property: "pytest.RecordProperty"
) -> None:
    question = QUESTIONS[0]
    (alone,) = await told_alone(page, [question])
    ready = asyncio.Barrier(SPIKE)
    answered, refused, waited = 0, 0, 0

    async def ask_at_once() -> None:
        nonlocal answered, refused, waited
        async with visit(page) as visitor:
            await ready.wait()
            screen = await visitor.ask(question)
            waited += bool(visitor.waited)
            while BUSY.search(screen.text):
                refused += 1
                assert screen.faults == []
                await asyncio.sleep(1)  # 'in a moment'
                screen = await visitor.click("Ask again")
            assert (as_alone(screen), screen.faults) == (alone, [])
            answered += 1

    await asyncio.gather(*(ask_at_once() for _ in range(SPIKE)))
    print(f"{SPIKE} at once: {waited} were told that they wait, {refused} times one was told to ask again")
    assert answered == SPIKE
    if LINE < SPIKE // 3:  # else all may be answered as fast as their pages are drawn
        assert refused
        assert waited
    record_property("cases", SPIKE)


async def test_what_one_visitor_asks_reaches_no_other(
    page: str, record_property: "pytest.RecordProperty"
) -> None:
    ready = asyncio.Barrier(STRANGERS)

    async def ask_a_secret(visitor: Visitor, secret: str) -> bytes:
        await ready.wait()
        visitor.received.clear()  # an empty page names the latest conversations, of all who can open it
        for question in (
            f"Did {secret} pay for the harbour bridge?",
            f"What did Jonas Reuter tell {secret}?",
        ):
            screen = await visitor.ask(question)
            while BUSY.search(screen.text):
                screen = await visitor.click("Ask again")
            assert (question in screen.text, screen.faults) == (True, [])
        return bytes(visitor.received)

    async def visit_with(secret: str) -> bytes:
        async with visit(page) as visitor:
            return await ask_a_secret(visitor, secret)

    secrets = [f"Zz{token_hex(8)}" for _ in range(STRANGERS)]
    received = await asyncio.gather(*map(visit_with, secrets))
    for own, said in zip(secrets, received, strict=True):
        assert [one for one in secrets if one.encode() in said] == [own]
    record_property("cases", STRANGERS)


async def test_nothing_grows_with_the_questions_asked(
    page: str, record_property: "pytest.RecordProperty"
) -> None:
    async def ask(most: int) -> Held:
        """As a person would: a few questions, then a new conversation; one visitor after the other."""
        for start in range(0, most, OF_A_VISIT):
            async with visit(page) as visitor:
                for number in range(start, min(most, start + OF_A_VISIT)):
                    question = QUESTIONS[number % len(QUESTIONS)]
                    screen = await visitor.ask(question)
                    assert (question in screen.text, screen.faults) == (True, [])
                    if question is QUESTIONS[-1]:
                        await visitor.click("New")
        await asyncio.sleep(SESSION_SECONDS)
        async with visit(page):
            pass  # as it leaves, what the others held is let go
        return Held.by(page)

    warm = IN_A_ROW // 2
    before = await ask(warm)
    after = await ask(IN_A_ROW - warm)
    print(f"after {warm} questions: {before}")
    print(f"after {IN_A_ROW} questions: {after}")
    assert after.memory <= before.memory + MEMORY_MORE
    assert after.files <= before.files + FILES_MORE
    assert after.threads <= before.threads + THREADS_MORE
    record_property("cases", IN_A_ROW)

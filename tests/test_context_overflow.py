"""More passages than a model's context takes: whole lowest ones are left out, never the question."""

import re
from collections.abc import Callable, Iterator
from itertools import cycle, islice

import pytest

from rag.answering import Readout
from rag.errors import QuestionError
from rag.extractive import ExtractiveAnswerer
from rag.generative import BYTES_PER_TOKEN, GenerativeAnswerer
from rag.library import Library
from rag.retrieval import Retriever
from rag.settings import Settings
from rag.types import Answer, Hit, Status, Turn
from tests.fakes import HashEmbedder, make_article
from tests.model_server import ModelServer
from tests.soak import cases

HITS = 8
LIMIT = 2000  # characters of a question
ASKED = "Why did the ferry to Falmouth stop? "
QUESTION = (ASKED * LIMIT)[: LIMIT - 1] + "?"  # the longest that may be asked
FERRIES = (
    "The ferry to Falmouth stopped because of ice {}. Its captain spoke of {} floes.",
    "Die Fähre (ferry) nach Falmouth hielt am Dienstag {}. Größe und Maß der Schollen: {}.",
    "开往法尔茅斯的渡轮 ferry Falmouth 第{}次停航。船长说有{}块浮冰。",
    "The Falmouth ferry 🚢🧊🌊 stopped {}. 🧊🧊🧊🧊🧊🧊🧊🧊🧊🧊🧊🧊 {}.",
)
ARTICLES = tuple(
    make_article(
        f"ferry-{number}",
        " ".join(text.format(number * 100 + line, line) for line in range(2 + number % 5)),
        title=f"Ferry to Falmouth, part {number}",
    )
    for number, text in enumerate(islice(cycle(FERRIES), 12))
)
BLOCK = re.compile(r"<passage (\d+)>\n(.*?)\n</passage \1>", re.DOTALL)
LEAST = 500  # of READOUT_CONTEXT_TOKENS
MOST = 2300  # where all eight fit


@pytest.fixture(scope="module")
def readout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readout]:
    """All is enough evidence, and the model decides."""
    settings = Settings(_env_file=None, home=tmp_path_factory.mktemp("home"), model="")
    opened = Readout(settings, Library(settings.home), HashEmbedder(), ExtractiveAnswerer())
    with opened.library.writing():
        list(opened.adder.add_articles(ARTICLES))
    opened.retriever = Retriever(opened.library, opened.indexes, opened.embedder, settings, threshold=0.0)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer("The ferry stopped because of ice [1.1]. So it was [8.1].") as running:
        yield running


def ask(
    readout: Readout, server: ModelServer, behaviour: str, question: str = QUESTION, tokens: int = MOST
) -> Answer:
    changes = {"model": "tiny", "base_url": server.url, "context_tokens": tokens}
    server.behave(behaviour)
    writer = GenerativeAnswerer(readout.settings.model_copy(update=changes))
    *_, answer = readout.ask(question, answerer=writer)
    assert isinstance(answer, Answer) and len(answer.hits) == HITS
    return answer


def read_blocks(prompt: str, hits: tuple[Hit, ...]) -> list[str]:
    """The passages of a prompt; each of them and the question at its end must be whole."""
    assert prompt.endswith(f"\n<question>\n{QUESTION}\n</question>")
    blocks = list(BLOCK.finditer(prompt))
    assert [int(block[1]) for block in blocks] == list(range(1, len(blocks) + 1))
    for block, hit in zip(blocks, hits, strict=False):
        lines = block[2].split("\n")[3:]  # after outlet, date and title
        sentences = enumerate(hit.passage.sentences, 1)
        assert lines == [f"[{block[1]}.{number}] {sentence.text}" for number, sentence in sentences]
    return [block[0] for block in blocks]


def test_of_passages_that_are_too_many_whole_lowest_ones_are_left_out(
    readout: Readout, server: ModelServer, record_property: Callable[[str, object], None]
) -> None:
    whole = ask(readout, server, "good", tokens=100_000)
    sizes = [len(block.encode()) for block in read_blocks(server.requests[0].prompt, whole.hits)]
    assert len(sizes) == HITS and LEAST * BYTES_PER_TOKEN < sum(sizes) < MOST * BYTES_PER_TOKEN
    tried = cases(8, 200)
    kept = set()
    for number in range(tried):
        tokens = LEAST + (MOST - LEAST) * number // (tried - 1)
        answer = ask(readout, server, "good", tokens=tokens)
        (request,) = server.requests
        read = len(read_blocks(request.prompt, answer.hits))
        assert sum(sizes[:read]) <= tokens * BYTES_PER_TOKEN or read == 1
        assert read == HITS or sum(sizes[: read + 1]) > tokens * BYTES_PER_TOKEN
        cited = {citation.passage_id for citation in answer.citations}
        assert cited == {hit.passage.id for hit in answer.hits[:read][:: HITS - 1]}
        kept.add(read)
    assert min(kept) < 3 and max(kept) == HITS
    record_property("cases", tried)


def test_a_model_that_takes_less_than_is_set_is_asked_again_with_fewer_passages(
    readout: Readout, server: ModelServer, record_property: Callable[[str, object], None]
) -> None:
    ask(readout, server, "good")
    most = len(server.requests[0].prompt.encode())
    tried = cases(8, 200)
    kept = set()
    for number in range(tried):
        server.window = most * (number + 1) // tried
        answer = ask(readout, server, "small_window")
        read = [len(read_blocks(request.prompt, answer.hits)) for request in server.requests]
        assert read == [8, 4, 2][: len(read)]
        fits = len(server.requests[-1].prompt.encode()) <= server.window
        assert fits or len(read) == 3
        assert answer.status is (Status.ANSWERED if fits else Status.FAILED)
        told = f"the first {read[-1]} of the 8 passages" if len(read) > 1 else "from the passages shown"
        assert (told if fits else "Lower READOUT_CONTEXT_TOKENS") in answer.notice
        kept.add(read[-1] if fits else 0)
    assert kept == {0, 2, 4, 8}
    record_property("cases", tried)


def test_a_question_that_is_too_long_is_refused_with_the_limit_and_sent_nowhere(
    readout: Readout, server: ModelServer
) -> None:
    said = "The question has 2,001 characters, the limit is 2,000."
    with pytest.raises(QuestionError, match=said):
        ask(readout, server, "good", question=f"{QUESTION}?")
    writer = GenerativeAnswerer(readout.settings.model_copy(update={"model": "tiny", "base_url": server.url}))
    turns = [Turn("What stopped?", answer="The ferry to Falmouth stopped.")]
    with pytest.raises(QuestionError, match=said):
        list(readout.ask(f"{QUESTION}?", turns, answerer=writer))
    assert server.requests == []

"""What a reader gets of a model that behaves badly, on the whole path over real HTTP: THREATS, row 14.

All behaviours are asked for at once, each of a server of its own, as most of them only wait.
"""

import gc
import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.generative import GenerativeAnswerer
from rag.show import answer_text, sources_text
from rag.show_html import answer_html, passages_html
from rag.types import Answer, Status
from tests.model_server import ModelServer
from tests.test_models import CUT, FAILED_AFTER_TRIES, FAILED_AT_ONCE, KEY, assert_plain
from tests.test_retrieval import make_readout

QUESTION = "What is the first red line?"
LIMIT = 60.0  # seconds, whatever happens
ALLOWED = 4.0  # of the setting: those that hang take all of it
FLOODS = ("empty_flood", "endless", "endless_line", "huge_chunk")  # by themselves: they take a whole core
FAULTS = {**CUT, **FAILED_AT_ONCE, **FAILED_AFTER_TRIES}


@dataclass(frozen=True)
class Outcome:
    answer: Answer  # to the question that met the fault
    following: Answer  # to the next one
    requests: int
    log: str


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture(scope="module")
def outcomes(
    tmp_path_factory: pytest.TempPathFactory, encoder: EmbeddedEncoder
) -> Iterator[dict[str, Outcome]]:
    readout = make_readout(tmp_path_factory.mktemp("home"), encoder)
    readout.warm()
    log, kept = logging.getLogger(), Lines()
    level = log.level
    log.addHandler(kept)
    log.setLevel(logging.DEBUG)
    gc.disable()  # a collection inside deeply nested JSON would run finalisers with no stack left
    try:
        found: dict[str, Outcome] = {}
        for names in ([name for name in FAULTS if name not in FLOODS], FLOODS):
            with ThreadPoolExecutor(16) as pool:
                runs = pool.map(lambda name: run(readout, name, kept), names)
                found |= dict(zip(names, runs, strict=True))
        yield found
    finally:
        gc.enable()
        log.removeHandler(kept)
        log.setLevel(level)
        readout.close()


def run(readout: Readout, name: str, kept: Lines) -> Outcome:
    before = len(kept.lines)  # an earlier server may have had the same port
    with ModelServer() as server:
        changes = {"model": "tiny", "base_url": server.url, "api_key": KEY, "model_seconds": ALLOWED}
        writer = GenerativeAnswerer(type(readout.settings)(**{**dict(readout.settings), **changes}))
        server.elsewhere = server.url
        server.behave(name)
        answer = ask(readout, writer)
        requests, port = len(server.requests), server.url.removesuffix("/v1")
        log = "\n".join(line for line in kept.lines[before:] if port in line)
        server.behave("good")
        return Outcome(answer, ask(readout, writer), requests, log)


def ask(readout: Readout, writer: GenerativeAnswerer) -> Answer:
    *_, answer = readout.ask(QUESTION, answerer=writer)
    assert isinstance(answer, Answer)
    return answer


def test_there_are_at_least_forty() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_ends_in_time_in_one_sentence_with_the_passages(
    outcomes: dict[str, Outcome], name: str
) -> None:
    answer = outcomes[name].answer
    assert answer.seconds < LIMIT
    assert FAULTS[name] in answer.notice
    assert_plain(answer.notice.removesuffix(" Sentences of the articles are quoted instead."))
    assert "canary" not in f"{answer_text(answer)}{sources_text(answer)}{answer_html(answer, 'a1')}"
    assert answer.hits and "Wang Yi called the Taiwan question" in passages_html(answer, "a1")
    assert 1 <= outcomes[name].requests <= 3


@pytest.mark.parametrize("name", sorted(CUT))
def test_a_cut_stream_keeps_what_came_and_is_marked_incomplete(
    outcomes: dict[str, Outcome], name: str
) -> None:
    answer = outcomes[name].answer
    assert answer.status is Status.INCOMPLETE
    assert answer.text and answer.notice.startswith("The answer is incomplete.")
    assert outcomes[name].requests == 1  # a second try would write the beginning twice


@pytest.mark.parametrize("name", sorted(set(FAULTS) - set(CUT)))
def test_where_no_word_came_sentences_are_quoted(outcomes: dict[str, Outcome], name: str) -> None:
    answer = outcomes[name].answer
    assert answer.status is Status.FAILED
    assert [claim.citations[0].quote for claim in answer.claims] == [claim.text for claim in answer.claims]
    assert "Wang Yi called the Taiwan question the first red line." in answer.text
    assert answer.notice.endswith("quoted instead.")


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_the_next_question_works(outcomes: dict[str, Outcome], name: str) -> None:
    following = outcomes[name].following
    assert following.status is Status.ANSWERED, following.notice
    assert following.text.startswith("Wang said that talks should continue")


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_the_log_names_the_cause_without_the_key(outcomes: dict[str, Outcome], name: str) -> None:
    log = outcomes[name].log
    assert KEY not in log
    tries = re.findall(r"model tiny at \S+, try (\d) of 3: ['\"](\w+): .", log)
    assert [int(number) for number, _ in tries] == list(range(1, len(tries) + 1)) and tries, log
    if name.startswith("error_") and name[6:9].isdigit() and name != "error_503_drip":
        assert f"{name[6:9]}" in log

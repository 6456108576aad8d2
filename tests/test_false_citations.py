"""Whatever a model cites: what is shown leads to a sentence of that prompt, the rest is counted.

The prompt holds two passages, of two sentences each; a third one found for the question did not fit into it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from rag.answering import Readout
from rag.embedding import EmbeddedEncoder
from rag.generative import GenerativeAnswerer
from rag.prompts import plain_line
from rag.show import answer_json, answer_text, sources_text
from rag.show_html import answer_html, draft_html, passages_html
from rag.show_saved import saved_html, saved_markdown
from rag.types import Answer, Citation, Status, Verdict
from tests.fakes import make_article
from tests.model_server import ModelServer
from tests.soak import cases
from tests.test_obeying import Elements
from tests.test_retrieval import make_readout

QUESTION = "Who opened the harbour bridge on Friday?"
TOWNS = ("Abbotsford", "Bellingham", "Chelmsford")
ARTICLES = tuple(
    make_article(
        town.lower(),
        f"The mayor of {town} opened the harbour bridge on Friday. It cost {number} million crowns."
        + " Nobody was hurt." * (town == "Chelmsford"),
        title=f"{town} opens its harbour bridge",
    )
    for number, town in enumerate(TOWNS, 2)
)
TOKENS = 160  # of the prompt: room for two of the three passages
MARKER = re.compile(r"\[\s*(\d{1,3})\s*\]")  # as citations are shown in plain text
MOMENT = datetime(2024, 5, 1, 8, 30, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """What a model writes after 'The mayor opened the bridge', and what of it may be shown."""

    written: str
    cited: tuple[str, ...] = ()  # sentences of the prompt, as hit.sentence, in order of first use
    unresolved: int = 0
    words: str = ""  # that stay in the answer


CASES = (
    # that point at a sentence of the prompt
    Case(" [1.1].", ("1.1",)),
    Case(" [1.1, 2.2].", ("1.1", "2.2")),
    Case(" [1.1-1.2].", ("1.1", "1.2")),
    Case(" [[2.1]].", ("2.1",), words="[]"),
    Case(" [1.1](http://evil.example/1).", ("1.1",), words="(http://evil.example/1)"),
    Case(" ![2.1](http://evil.example/1.png).", ("2.1",), words="!(http://evil.example/1.png)"),
    Case(" [1.1][1.1][1.1].", ("1.1",)),
    # out of range
    Case(" [3.1].", unresolved=1),  # the passage that did not fit
    Case(" [3.1-3.3].", unresolved=3),
    Case(" [4.1].", unresolved=1),
    Case(" [9.9].", unresolved=1),
    Case(" [1.3].", unresolved=1),
    Case(" [2.3, 2.1].", ("2.1",), 1),
    Case(" [1.2-1.4].", ("1.2",), 2),
    Case(" [999.999].", unresolved=1),
    Case(" [1.1] [3.1] [2.2] [2.99].", ("1.1", "2.2"), 2),
    # zero, negative, huge
    Case(" [0.1].", unresolved=1),
    Case(" [1.0].", unresolved=1),
    Case(" [0.0].", unresolved=1),
    Case(" [-1.2].", unresolved=1),
    Case(" [1.-1].", unresolved=1),
    Case(" [99999999999999999999.1].", unresolved=1),
    Case(" [1.18446744073709551617].", unresolved=1),
    Case(" [01.1].", unresolved=1),
    # ranges that are none
    Case(" [1.1-2.2].", unresolved=1),
    Case(" [1.2-1.1].", unresolved=1),
    Case(" [1.1-1.999].", unresolved=1),
    Case(" [1.1–].", unresolved=1),
    Case(" [1.1 2.1].", unresolved=1),
    Case(" [1.1.1].", unresolved=1),
    Case(" [1.1,].", unresolved=1),
    # numbers as readers see them, which only this side gives
    Case(" [1].", unresolved=1),
    Case(" [2] [1].", unresolved=2),
    Case(" [1, 2].", unresolved=1),
    Case(" [1][1.1].", ("1.1",), 1),
    Case(" [^1].\n\n[^1]: The harbour office", unresolved=2, words="The harbour office"),
    Case(" [1](http://evil.example).", unresolved=1, words="(http://evil.example)"),
    Case(" [1.1] ✓ supported [1].", ("1.1",), 1, "✓ supported"),
    Case(".\n\nSources:\n\n[1] The harbour office\n[2] The mayor", unresolved=2, words="The mayor"),
    # other digits, brackets and hidden signs
    Case(" [１.１].", unresolved=1),
    Case(" [١].", unresolved=1),
    Case(" [²].", words="[²]"),
    Case(" 【1.1】.", words="【1.1】"),
    Case(" ［1.1］.", words="［1.1］"),
    Case(" (1.1).", words="(1.1)"),
    Case(" {1.1} <1.1> ⟦1.1⟧.", words="{1.1} <1.1> ⟦1.1⟧"),
    Case(" [\u200b1.1].", ("1.1",)),
    Case(" [1.\u20601].", ("1.1",)),
    Case(" [\u200d1\u202e].", unresolved=1),
    Case(" [\U000e00311\ufe0f].", unresolved=1),
    Case(" \u202e.]1.1[", words="]1.1["),
    Case(" &#91;1.1&#93;.", words="&#91;1.1&#93;"),
    Case(" \\[1.1\\].", words="\\[1.1\\]"),
    Case(" \x1b]8;;http://evil.example\x07[1]\x1b]8;;\x07.", unresolved=1, words="http://evil.example"),
    # broken, nested, too long, with words
    Case(" [1.1", words="[1.1"),
    Case(" 1.1].", words="1.1]"),
    Case(" [1.1 [2.1] 1.2].", ("2.1",), words="[1.1"),
    Case(" [1.1\n].", unresolved=1),
    Case(" [\n1 ].", unresolved=1),
    Case(" [passage 1, sentence 1].", words="[passage 1, sentence 1]"),
    Case(" [1.1: the mayor].", words="[1.1: the mayor]"),
    Case(" [Abbotsford 1.1].", words="[Abbotsford 1.1]"),
    Case(" [" + "1.1, " * 20 + "1.2].", words="[1.1, 1.1"),
    Case(" [2024].", words="[2024]"),
    # markup that looks like what the page makes of a citation
    Case(" <a class='r-cite' href='#a1-s1'>[1]</a>.", unresolved=1, words="<a class='r-cite' href='#a1-s1'>"),
    Case(" <mark id='a1-s9'>[1]</mark> <sup>1</sup>.", unresolved=1, words="<mark id='a1-s9'>"),
    Case(" <cite>1.1</cite> <passage 1>.", words="<cite>1.1</cite> <passage 1>"),
    # quotations and facts that the cited sentence lacks
    Case(". “I resign”, the mayor said [1.1].", ("1.1",), words="“I resign”, the mayor said"),
    Case(". The governor resigned on Monday [1.1] [1].", ("1.1",), 1, "The governor resigned on Monday"),
    Case(". According to Reuters it cost 99 million crowns [1.2].", ("1.2",), words="99 million"),
)


@pytest.fixture(scope="module")
def readout(tmp_path_factory: pytest.TempPathFactory, encoder: EmbeddedEncoder) -> Iterator[Readout]:
    opened = make_readout(tmp_path_factory.mktemp("home"), encoder, ARTICLES)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with ModelServer() as running:
        yield running


@pytest.fixture(scope="module")
def writer(readout: Readout, server: ModelServer) -> GenerativeAnswerer:
    return writer_with(readout, server, TOKENS)


def writer_with(readout: Readout, server: ModelServer, tokens: int) -> GenerativeAnswerer:
    changes = {"model": "tiny", "base_url": server.url, "model_seconds": 30, "context_tokens": tokens}
    return GenerativeAnswerer(readout.settings.model_copy(update=changes))


def ask(
    readout: Readout, server: ModelServer, writer: GenerativeAnswerer, written: str, way: str = "good"
) -> tuple[list[str | Citation], Answer, dict[str, str]]:
    """The draft, the answer, and the sentences of its prompt by hit.sentence."""
    server.behave(way)
    server.texts = ["The mayor opened the bridge" + written]
    *events, answer = readout.ask(QUESTION, answerer=writer)
    assert isinstance(answer, Answer) and answer.status is Status.ANSWERED
    sentences = dict(re.findall(r"^\[(\d\.\d)\] (.+)$", server.requests[0].prompt, re.MULTILINE))
    assert len(answer.hits) == len(TOWNS)
    return [event for event in events if isinstance(event, str | Citation)], answer, sentences


def shown_numbers(text: str) -> list[str]:
    return MARKER.findall(text)


def assert_shown(case: Case, pieces: list[str | Citation], answer: Answer) -> None:
    """Only true citations look like one, wherever an answer is shown; all of them lead to their sentence."""
    own = [str(citation.number) for claim in answer.claims for citation in claim.citations]
    assert shown_numbers(answer_text(answer)) == own
    assert shown_numbers(answer_json(answer)["answer"]) == own
    drafted = [str(piece.number) for piece in pieces if isinstance(piece, Citation)]
    assert shown_numbers(Elements(draft_html(pieces)).text) == drafted
    html = answer_html(answer, "a1")
    links = re.findall(r'href="#([^"]*)"', html)
    assert len(links) == len(own)
    assert all(f'<mark id="{link}">' in passages_html(answer, "a1") for link in links)
    if case.unresolved:
        said = re.compile(rf"\b{case.unresolved} references? of the model")
        for text in (sources_text(answer), saved_markdown(answer, MOMENT), saved_html(answer, MOMENT)):
            assert said.search(text)
    if case.words:
        assert case.words in Elements(html).text


def test_a_citation_that_is_shown_leads_to_a_sentence_of_that_prompt_and_others_are_counted(
    readout: Readout,
    server: ModelServer,
    writer: GenerativeAnswerer,
    record_property: Callable[[str, object], None],
) -> None:
    assert len({case.written for case in CASES}) == len(CASES) >= 40
    ways = ("good", "split_markers")  # word by word, letter by letter
    tried = [
        (case, ways[(number + turn) % 2]) for turn in range(cases(1, 2)) for number, case in enumerate(CASES)
    ]
    for case, way in tried:
        pieces, answer, sentences = ask(readout, server, writer, case.written, way)
        assert list(sentences) == ["1.1", "1.2", "2.1", "2.2"]
        shown = [plain_line(citation.quote) for citation in answer.citations]
        assert shown == [sentences[number] for number in case.cited], case
        assert answer.unresolved == case.unresolved, case
        assert_shown(case, pieces, answer)
        uncited = [claim for claim in answer.claims if not claim.citations]
        assert all(claim.verdict is Verdict.UNCITED for claim in uncited), case
    record_property("cases", len(tried))


@pytest.mark.parametrize("case", CASES[-3:])
def test_what_a_true_citation_does_not_say_is_not_called_supported(
    readout: Readout, server: ModelServer, writer: GenerativeAnswerer, case: Case
) -> None:
    _, answer, _ = ask(readout, server, writer, case.written)
    (claim,) = (claim for claim in answer.claims if claim.citations)
    assert claim.verdict in (Verdict.PARTLY, Verdict.NOT_SUPPORTED)


def test_a_marker_of_an_earlier_prompt_leads_to_what_this_prompt_holds_or_nowhere(
    readout: Readout, server: ModelServer, writer: GenerativeAnswerer
) -> None:
    _, first, sentences = ask(readout, server, writer, " [2.2].")
    assert [citation.quote for citation in first.citations] == [sentences["2.2"]]
    _, second, sentences = ask(readout, server, writer_with(readout, server, 80), " [2.2] [1.1].")
    assert list(sentences) == ["1.1", "1.2"]  # its prompt holds one passage only
    assert [citation.quote for citation in second.citations] == [sentences["1.1"]]
    assert second.unresolved == 1

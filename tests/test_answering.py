"""The whole path from a question to a checked answer, without and with a model (over real HTTP)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rag.answering import Readout, follow
from rag.embedding import EmbeddedEncoder
from rag.errors import ModelCut, ModelError, QuestionError
from rag.extractive import ExtractiveAnswerer
from rag.generative import GenerativeAnswerer
from rag.prompts import REFUSAL
from rag.settings import Settings
from rag.types import Answer, Citation, Marker, Piece, Retrieval, Status, Turn, Usage, Verdict
from tests.model_server import ModelServer, Request
from tests.test_retrieval import make_readout

QUESTION = "What is the first red line?"
UNCOVERED = "What is the price of copper in Chile?"


@pytest.fixture(scope="module")
def readout(tmp_path_factory: pytest.TempPathFactory, encoder: EmbeddedEncoder) -> Readout:
    return make_readout(tmp_path_factory.mktemp("home"), encoder)


class Scripted:
    """An answerer that writes what it is told, then fails if it is told to."""

    name = "scripted"
    notice = "Written for a test."

    def __init__(self, *pieces: Piece, error: ModelError | None = None) -> None:
        self._pieces = pieces
        self._error = error
        self.calls = 0

    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
        self.calls += 1
        yield from self._pieces
        if self._error:
            raise self._error


def ask(readout: Readout, question: str = QUESTION, **options: object) -> tuple[list[object], Answer]:
    events = list(readout.ask(question, **options))  # type: ignore[arg-type]
    assert isinstance(events[-1], Answer)
    return events[:-1], events[-1]


def test_hits_come_first_then_text_then_one_answer(readout: Readout) -> None:
    events, answer = ask(readout)
    assert isinstance(events[0], Retrieval)
    assert all(isinstance(event, str | Citation) for event in events[1:])
    assert answer.status is Status.ANSWERED
    assert answer.seconds > 0


def test_without_a_model_every_claim_is_a_verbatim_cited_sentence(readout: Readout) -> None:
    _, answer = ask(readout)
    assert answer.claims
    for claim in answer.claims:
        (citation,) = claim.citations
        assert claim.text == " ".join(citation.quote.split())
        assert claim.verdict is Verdict.SUPPORTED
        article = readout.article(citation.article_id)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
        assert article.content_hash == citation.content_hash
    assert "Wang Yi called the Taiwan question the first red line." in answer.text
    assert answer.notice.startswith("Quoted from the articles")


def test_a_summary_claims_nothing_but_what_it_quotes(readout: Readout) -> None:
    events, answer = ask(readout, "Summarise the pandas of San Diego")
    assert any("28 June 2024 (how it begins):" in event for event in events if isinstance(event, str))
    assert answer.claims[0].text.startswith("Two pandas, Yun Chuan and Xin Bao, arrived")
    assert all(claim.verdict is Verdict.SUPPORTED for claim in answer.claims)


def test_who_asks_what_can_be_asked_is_told_what_there_is_and_given_questions(readout: Readout) -> None:
    for question in ("Hello!", "What can you answer?", "which sources do you have?"):
        _, answer = ask(readout, question)
        assert answer.status is Status.NOT_IN_ARTICLES
        assert answer.notice.startswith("Ask about what the articles report. There are 16 articles published")


def test_too_thin_evidence_is_said_and_no_answerer_is_asked(readout: Readout) -> None:
    writer = Scripted("Copper costs much.")
    events, answer = ask(readout, UNCOVERED, answerer=writer)
    assert answer.status is Status.NOT_IN_ARTICLES
    assert writer.calls == 0
    assert answer.claims == ()
    assert answer.hits  # the nearest passages
    assert "16 articles published from 26 April 2024 to 13 September 2024" in answer.notice
    assert len(events) == 1


def test_markers_become_citations_and_unknown_ones_are_counted(readout: Readout) -> None:
    writer = Scripted("Wang named a red line", Marker(1, 1), Marker(9, 9), ".")
    events, answer = ask(readout, answerer=writer)
    (claim,) = answer.claims
    assert [c.quote for c in claim.citations] == ["Wang Yi called the Taiwan question the first red line."]
    assert answer.unresolved == 1
    assert sum(isinstance(event, Citation) for event in events) == 1


def test_a_claim_that_changes_a_number_is_not_supported_wholly(readout: Readout) -> None:
    question = "How high is the tariff on electric vehicles?"
    hits = readout.retriever.retrieve(question).hits
    place = next(i for i, hit in enumerate(hits, 1) if hit.article.id == "tariffs")
    for number, verdict in (("100", Verdict.SUPPORTED), ("90", Verdict.PARTLY)):
        text = f"The United States raised the tariff on electric vehicles to {number} percent"
        _, answer = ask(readout, question, answerer=Scripted(text, Marker(place, 1), "."))
        assert answer.claims[0].verdict is verdict


@pytest.mark.parametrize(
    ("writer", "status"),
    [
        (Scripted(error=ModelError("The model is away.")), Status.FAILED),
        (Scripted("Wang spoke", error=ModelCut("The answer stops here.")), Status.INCOMPLETE),
        (Scripted("Wang spoke", error=ModelError("The model is away.")), Status.INCOMPLETE),
        (Scripted(), Status.NOT_IN_ARTICLES),
    ],
)
def test_a_models_failure_is_an_answer_with_the_passages(
    readout: Readout, writer: Scripted, status: Status
) -> None:
    _, answer = ask(readout, answerer=writer)
    assert answer.status is status
    assert answer.hits
    assert answer.notice


def test_a_question_that_cannot_be_asked_raises(readout: Readout) -> None:
    with pytest.raises(QuestionError):
        ask(readout, " ")


@pytest.mark.parametrize("blank", ["", "  \n", "?", "…!"])
def test_a_blank_follow_up_is_refused_like_a_blank_question(readout: Readout, blank: str) -> None:
    turns = follow(["What did Wang say of Taiwan?"])
    with pytest.raises(QuestionError, match="empty"):
        ask(readout, blank, turns=turns)
    with ModelServer(QUESTION) as server, pytest.raises(QuestionError, match="empty"):
        ask(readout, blank, turns=turns, answerer=over_http(readout, server))
    assert server.requests == []


def test_a_follow_up_is_searched_as_the_reader_corrected_it(readout: Readout) -> None:
    _, answer = ask(readout, "And that?", turns=follow([QUESTION]), asked="What of pandas?")
    assert (answer.question, answer.asked) == ("And that?", "What of pandas?")


def test_the_rules_make_a_follow_up_whole_where_the_model_fails(readout: Readout) -> None:
    with ModelServer() as server:
        server.behave("error_401")
        _, answer = ask(
            readout,
            "And what did he say about it?",
            turns=follow(["What did Wang say of Taiwan?"]),
            answerer=over_http(readout, server),
        )
    assert answer.asked == "What did Wang say about it? (What did Wang say of Taiwan?)"


def test_a_question_is_searched_in_the_words_of_reports_unless_corrected(readout: Readout) -> None:
    typed = "Whom did Xi see in Lima?"
    *_, answer = readout.ask(typed)
    *_, corrected = readout.ask(typed, asked=typed)
    assert isinstance(answer, Answer) and isinstance(corrected, Answer)
    assert (answer.question, answer.asked) == (typed, "Whom did Xi meet in Lima?")
    assert corrected.asked == typed


def test_a_follow_up_is_searched_with_what_it_leaves_out(readout: Readout) -> None:
    _, answer = ask(readout, "And what did he say about it?", turns=follow(["What did Wang say of Taiwan?"]))
    assert answer.asked == "What did Wang say about it? (What did Wang say of Taiwan?)"
    assert answer.question == "And what did he say about it?"
    assert answer.claims[0].citations[0].article_id == "taiwan"


def test_the_chosen_answerer_follows_the_settings(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    from rag.answering import choose_answerer

    assert isinstance(choose_answerer(Settings(home=tmp_path, model="")), ExtractiveAnswerer)
    chosen = choose_answerer(Settings(home=tmp_path, model="openai:m", base_url="http://127.0.0.1:9/v1"))
    assert isinstance(chosen, GenerativeAnswerer)


# With a language model, over real HTTP


def over_http(readout: Readout, server: ModelServer) -> GenerativeAnswerer:
    address = {"model": "tiny", "base_url": server.url, "model_seconds": 5}
    return GenerativeAnswerer(readout.settings.model_copy(update=address))


def test_a_models_prose_is_resolved_to_stored_sentences(readout: Readout) -> None:
    text = "Wang Yi called the Taiwan question the first red line [1.1]. Aliens listened [7.7]. He was right."
    with ModelServer(text) as server:
        server.behave("good")
        _, answer = ask(readout, answerer=over_http(readout, server))
        assert len(server.requests) == 1
        assert "[1.1] Wang Yi called the Taiwan question the first red line." in server.requests[0].prompt
    assert answer.status is Status.ANSWERED
    assert answer.model == "tiny"
    first, second, third = answer.claims
    assert first.verdict is Verdict.SUPPORTED
    assert first.citations[0].quote == "Wang Yi called the Taiwan question the first red line."
    assert second.verdict is Verdict.UNCITED
    assert second.citations == ()
    assert third.verdict is Verdict.UNCITED
    assert answer.unresolved == 1
    assert "[7.7]" not in answer.text


def test_too_thin_evidence_never_reaches_a_model(readout: Readout) -> None:
    with ModelServer() as server:
        _, answer = ask(readout, UNCOVERED, answerer=over_http(readout, server))
        assert server.requests == []
    assert answer.status is Status.NOT_IN_ARTICLES


def test_a_model_that_refuses_gives_not_in_the_articles(readout: Readout) -> None:
    with ModelServer(REFUSAL) as server:
        _, answer = ask(readout, answerer=over_http(readout, server))
    assert answer.status is Status.NOT_IN_ARTICLES
    assert answer.claims == ()
    assert answer.hits


@pytest.mark.parametrize(
    ("behaviour", "status"), [("error_500", Status.FAILED), ("cut_stream", Status.INCOMPLETE)]
)
def test_a_failing_server_leaves_the_passages_and_the_next_question_works(
    readout: Readout, behaviour: str, status: Status
) -> None:
    with ModelServer() as server:
        writer = over_http(readout, server)
        server.behave(behaviour)
        _, answer = ask(readout, answerer=writer)
        assert answer.status is status
        assert answer.hits
        server.behave("good")
        _, answer = ask(readout, answerer=writer)
        assert answer.status is Status.ANSWERED


def test_what_a_model_did_not_write_is_quoted_instead(readout: Readout) -> None:
    _, quoted = ask(readout)
    with ModelServer() as server:
        server.behave("error_401")
        events, answer = ask(readout, answerer=over_http(readout, server))
    assert answer.status is Status.FAILED
    assert "was not accepted" in answer.notice
    assert answer.notice.endswith("Sentences of the articles are quoted instead.")
    assert answer.claims == quoted.claims and answer.model == "tiny"
    assert [event for event in events if isinstance(event, Citation)] == list(answer.citations)


def test_an_answer_names_its_tokens_and_quoted_sentences_have_none(readout: Readout) -> None:
    with ModelServer() as server:
        server.behave("usage_at_end")
        assert ask(readout, answerer=over_http(readout, server))[1].usage == Usage(1, 9, 5)
    assert ask(readout)[1].usage == Usage()


def test_thoughts_are_in_no_event_and_in_no_claim(readout: Readout) -> None:
    with ModelServer("Wang Yi called the Taiwan question the first red line [1.1].") as server:
        server.behave("thinking")
        events, answer = ask(readout, answerer=over_http(readout, server))
    assert "canary" not in str(events) + str(answer) and answer.claims[0].verdict is Verdict.SUPPORTED
    assert answer.unresolved == 0


def test_thoughts_without_a_beginning_are_in_no_claim(readout: Readout) -> None:
    text = "canary [1.2] and [9.9]\n</think>\n\nWang Yi called the Taiwan question the first red line [1.1]."
    with ModelServer(text) as server:
        server.behave("split_markers")
        _, answer = ask(readout, answerer=over_http(readout, server))
    assert answer.text == "Wang Yi called the Taiwan question the first red line. [1]"
    assert answer.unresolved == 0


# One more try at what the check did not find


FALSE = "Blinken ate noodles with 48 farmers in Chengdu [1.1]."
TRUE = "Wang Yi called the Taiwan question the first red line [1.1]."


def repairing(readout: Readout, server: ModelServer, **changes: object) -> GenerativeAnswerer:
    address = {"model": "tiny", "base_url": server.url, "model_seconds": 20, "repair": True, **changes}
    return GenerativeAnswerer(readout.settings.model_copy(update=address))


def ask_twice(readout: Readout, first: str, second: str, **changes: object) -> tuple[Answer, list[Request]]:
    """Asks a model that writes `first`, and `second` when it is asked to word something anew."""
    with ModelServer() as server:
        server.texts = [first, second]
        _, answer = ask(readout, answerer=repairing(readout, server, **changes))
        return answer, list(server.requests)


def test_a_claim_that_is_not_supported_is_worded_anew_once_and_judged_again(readout: Readout) -> None:
    answer, requests = ask_twice(readout, f"{TRUE} {FALSE}", f"1: {TRUE}")
    assert [claim.verdict for claim in answer.claims] == [Verdict.SUPPORTED] * 2
    assert answer.repaired == 1 and len(requests) == 2 and answer.usage.tries == 2
    assert "noodles" not in answer.text
    assert "1: Blinken ate noodles with 48 farmers in Chengdu." in requests[1].prompt
    assert "first red line" in requests[1].prompt.split("<question>")[0]  # the passages are there


@pytest.mark.parametrize(
    "second", ["1: -", "", f"1: {FALSE}", "1: Wang is tall.", f"1: {TRUE[:-1]} [9.9].", f"7: {TRUE}", "1:"]
)
def test_a_claim_that_got_no_better_stays_as_it_was(readout: Readout, second: str) -> None:
    plain, _ = ask_twice(readout, f"{TRUE} {FALSE}", "", repair=False)
    answer, requests = ask_twice(readout, f"{TRUE} {FALSE}", second)
    assert answer.claims == plain.claims
    assert plain.claims[1].verdict is Verdict.NOT_SUPPORTED
    assert answer.unresolved == 0 and answer.repaired == 0 and len(requests) >= 2


def test_nothing_is_worded_anew_where_all_is_supported_or_the_time_is_over(readout: Readout) -> None:
    assert len(ask_twice(readout, TRUE, "")[1]) == 1
    assert len(ask_twice(readout, FALSE, f"1: {TRUE}", model_seconds=2)[1]) == 1
    assert len(ask_twice(readout, FALSE, f"1: {TRUE}", repair=False)[1]) == 1


def test_a_repair_that_fails_loses_nothing(readout: Readout) -> None:
    with ModelServer(FALSE) as server:
        server.behave("good", "cut_stream")
        _, answer = ask(readout, answerer=repairing(readout, server))
    assert answer.status is Status.ANSWERED and answer.repaired == 0
    assert answer.claims[0].text == "Blinken ate noodles with 48 farmers in Chengdu."


def test_a_follow_up_is_made_whole_by_the_model(readout: Readout) -> None:
    with ModelServer(QUESTION) as server:
        _, answer = ask(
            readout, "And that?", turns=[Turn("What of Taiwan?")], answerer=over_http(readout, server)
        )
    assert answer.asked == QUESTION

"""The wiring of the chat page, driven by Streamlit's AppTest with a real library and a fake answerer."""

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from streamlit.testing.v1 import AppTest

from rag.answering import Readout
from rag.conversations import load_conversation
from rag.embedding import EmbeddedEncoder
from rag.errors import LibraryError, ModelCut, ModelError
from rag.extractive import ExtractiveAnswerer
from rag.library import Library
from rag.page.suggestions import suggest_questions
from rag.settings import Settings
from rag.types import (
    Answerer,
    Article,
    CitedSentence,
    ClaimRating,
    Marker,
    Piece,
    Rating,
    Retrieval,
    Turn,
    Verdict,
)
from tests.fakes import make_article
from tests.model_server import ModelServer

SECONDS = 30.0  # of one run of the page; the encoder may have to be built first
QUESTION = "Which red line did Wang name first?"
QUOTE = "Wang Yi called the Taiwan question the first red line."
ARTICLES = (
    make_article(
        "taiwan",
        f"{QUOTE} He spoke in Beijing on Friday.\n\nBlinken said that the US keeps to its one-China policy.",
        title="Wang warns Blinken over Taiwan",
    ),
    make_article("pandas", "Two pandas arrived in San Diego in June.", title="Pandas come to San Diego"),
)


class Scripted:
    """Writes what it is told, then fails if it is told to."""

    name = "scripted"
    notice = "Written for a test."

    def __init__(self, *pieces: Piece, error: ModelError | None = None) -> None:
        self._pieces = pieces
        self._error = error
        self.turns: list[Sequence[Turn]] = []

    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
        self.turns.append(turns)
        yield from self._pieces
        if self._error:
            raise self._error


def page(readout: "Readout") -> None:
    from rag.page.chat import show_chat

    show_chat(lambda: readout)


def open_page(readout: Readout) -> AppTest:
    return AppTest.from_function(page, default_timeout=SECONDS, kwargs={"readout": readout}).run()


def ask(at: AppTest, question: str = QUESTION) -> AppTest:
    at.chat_input[0].set_value(question).run()
    assert not at.exception
    return at


def shown(at: AppTest) -> str:
    return "\n".join(element.proto.body for element in at.get("html"))


def labels(at: AppTest) -> list[str]:
    return [button.label for button in at.button]


@pytest.fixture
def make_readout(tmp_path: Path, encoder: EmbeddedEncoder) -> Iterator[Any]:
    opened: list[Readout] = []

    def make(
        answerer: Answerer | None = None, articles: Sequence[Article] = ARTICLES, **settings: Any
    ) -> Readout:
        values = Settings(
            _env_file=None, home=tmp_path, **{"model": "", "api_key": SecretStr(""), **settings}
        )
        readout = Readout(values, Library(tmp_path), encoder, answerer or ExtractiveAnswerer())
        with readout.library.writing():
            list(readout.adder.add_articles(articles))
        opened.append(readout)
        return readout

    yield make
    for readout in opened:
        readout.close()


def test_a_question_is_answered_with_citations_and_its_passages(make_readout: Any) -> None:
    at = ask(open_page(make_readout()))
    html = shown(at)
    assert QUESTION in html
    assert 'href="#a1-s1"' in html
    assert f"{QUOTE}</mark>" in html
    assert "<b>Quoted sentences</b> · no language model" in html
    assert "2 articles from 1 outlet, 26 April 2024" in html
    assert "Quoted from the articles" in html


def test_a_suggested_question_is_asked_by_a_click(make_readout: Any) -> None:
    at = open_page(make_readout())
    suggested = "What is reported about “Wang warns Blinken over Taiwan”?"
    assert suggested in labels(at)
    next(button for button in at.button if button.label == suggested).click().run()
    assert not at.exception
    assert f'<h2 class="r-question">{suggested}</h2>' in shown(at)
    assert QUOTE in shown(at)


def test_an_empty_library_says_what_to_do(make_readout: Any) -> None:
    at = open_page(make_readout(articles=()))
    assert "There are no articles yet" in shown(at)
    assert "readout add FOLDER" in shown(at)
    assert at.chat_input[0].disabled


def test_who_says_hello_is_told_what_can_be_asked(make_readout: Any) -> None:
    html = shown(ask(open_page(make_readout()), "Hello!"))
    assert "<b>What can be asked</b>Ask about what the articles report." in html
    assert "Not in the articles" not in html


def test_not_in_the_articles_says_what_was_searched_and_shows_the_nearest(make_readout: Any) -> None:
    writer = Scripted("Copper costs much.")
    at = ask(open_page(make_readout(writer)), "What is the price of copper in Chile?")
    html = shown(at)
    assert "<b>Not in the articles</b>" in html
    assert "Searched: 2 articles" in html
    assert "The nearest passages" in html
    assert writer.turns == []
    assert 'class="r-answer"' not in html


def test_a_failed_model_is_one_sentence_and_the_passages_stay(make_readout: Any) -> None:
    writer = Scripted(error=ModelError("The model did not answer: <b>no</b> such server."))
    html = shown(ask(open_page(make_readout(writer))))
    assert html.index("The answer could not be written") < html.index('class="r-answer"')  # quoted below it
    assert "The model did not answer: &lt;b&gt;no&lt;/b&gt; such server." in html
    assert QUOTE in html


def test_a_cut_answer_is_kept_and_marked_incomplete(make_readout: Any) -> None:
    writer = Scripted("Wang named Taiwan.", Marker(1, 1), " He then", error=ModelCut("The answer broke off."))
    html = shown(ask(open_page(make_readout(writer))))
    assert "This answer is incomplete" in html
    assert "The answer broke off." in html
    assert "Wang named Taiwan." in html


def test_a_question_that_cannot_be_asked_is_one_sentence_and_the_next_one_works(make_readout: Any) -> None:
    at = ask(open_page(make_readout()), "  ")
    assert "No answer" in shown(at)
    assert "interrupted" not in shown(at)
    assert f"{QUOTE}</mark>" in shown(ask(at))


def test_a_library_that_cannot_be_read_is_one_sentence(make_readout: Any) -> None:
    class Broken(Readout):
        def span(self) -> Any:
            raise LibraryError("The library cannot be opened. Run: readout check")

    whole = make_readout()
    broken = Broken(whole.settings, whole.library, whole.embedder, whole.answerer)
    at = open_page(broken)
    assert not at.exception
    assert "The library cannot be opened. Run: readout check" in shown(at)


def test_earlier_answers_stay_and_their_passages_can_be_shown_again(make_readout: Any) -> None:
    writer = Scripted("Wang named Taiwan.", Marker(1, 1))
    at = ask(ask(open_page(make_readout(writer))), "What did Wang call the Taiwan question?")
    assert [turn.question for turn in writer.turns[1]] == [QUESTION]
    assert "Cited in an earlier answer" in shown(at)
    at.button(key="select-a1").click().run()
    assert f"Cited in the answer: “{QUESTION}”" in shown(at)
    keys = [button.key for button in at.button]
    assert "select-a2" in keys and "edit-a1" in keys and "again-a1" in keys
    assert "edit-a2" not in keys  # what can be done with an answer stands at the selected one
    at.button(key="new").click().run()
    assert QUESTION not in shown(at)


def test_a_session_may_ask_only_so_many_questions_a_minute_whatever_conversation_it_opens(
    make_readout: Any,
) -> None:
    at = ask(open_page(make_readout(per_minute=1)))
    at.button(key="new").click().run()
    ask(at)
    assert "One visitor may ask 1 question a minute. Ask again in " in shown(at)
    assert "No passages: “Which red line" in shown(at)
    at.button(key="again-a1").click().run()  # it can be asked again, and is told the same, once
    assert shown(at).count("One visitor may ask 1 question a minute") == 1


def test_read_in_the_article_opens_the_whole_text_at_the_cited_sentence(make_readout: Any) -> None:
    at = ask(open_page(make_readout()))
    next(button for button in at.button if button.label == "Read in the article").click().run()
    assert not at.exception
    assert '<mark id="article-read">' in shown(at)
    assert "one-China policy" in shown(at)


def test_a_key_without_a_model_makes_an_offer_and_one_click_takes_it(make_readout: Any) -> None:
    at = open_page(make_readout(api_key=SecretStr("sk-test-canary")))
    offer = at.button(key="offer")
    assert offer.label == r"Use gpt\-5\-mini · sends to OpenAI"
    assert "<b>Quoted sentences</b>" in shown(at)
    offer.click().run()
    assert "Written by <b>gpt-5-mini</b>" in shown(at)
    at.button(key="no-model").click().run()
    assert "<b>Quoted sentences</b>" in shown(at)
    assert "canary" not in shown(at)


def test_a_model_server_on_this_machine_is_offered_and_hears_nothing_before_it_is_accepted(
    make_readout: Any,
) -> None:
    with ModelServer(f"{QUOTE[:-1]} [1.1].") as server:
        readout = make_readout(local_ports=server.url.split(":")[2].removesuffix("/v1"))
        server.behave("good")
        wait_for(readout.offers)
        at = ask(open_page(readout))
        assert [request.path for request in server.requests] == ["/v1/models"]
        offer = at.button(key="offer-local")
        assert offer.label == r"Use scripted\:8b · a model server on this machine"
        assert server.url in offer.help
        offer.click().run()
        assert "Written by <b>scripted:8b</b>" in shown(ask(at))
        assert {request.path for request in server.requests[1:]} == {"/v1/chat/completions"}
        assert "tokens read, " in shown(at) and "$" not in shown(at)


def wait_for(known: Callable[[], object]) -> None:
    end = time.monotonic() + SECONDS
    while not known() and time.monotonic() < end:
        time.sleep(0.02)


def test_without_a_key_there_is_no_offer(make_readout: Any) -> None:
    assert not [button for button in open_page(make_readout()).button if button.key == "offer"]


def test_hostile_words_of_a_model_are_shown_as_text(make_readout: Any) -> None:
    writer = Scripted("<img src=x onerror=alert(1)> ![x](https://evil.example/x.png)", Marker(1, 1))
    at = ask(open_page(make_readout(writer)))
    assert "<img" not in shown(at)
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown(at)
    assert not at.markdown


def test_a_follow_up_shows_what_was_searched_and_a_corrected_one_is_asked_again(make_readout: Any) -> None:
    at = ask(ask(open_page(make_readout())), "And about pandas <u>?")
    assert "Searched as: " in shown(at)
    field = at.text_area[0]
    assert "pandas <u>" in field.value and "<u>" not in shown(at)
    field.set_value("Where did two pandas arrive?")
    next(button for button in at.button if button.label == "Search this").click().run()
    conversation = at.session_state.conversation
    assert [one.question for one in conversation.exchanges] == [QUESTION, *["And about pandas <u>?"] * 2]
    last = conversation.exchanges[-1]
    assert last.answer.asked == "Where did two pandas arrive?"
    assert conversation.turns(before=None)[-1].asked == "Where did two pandas arrive?"
    assert "Searched as: Where did two pandas arrive?" in shown(at)


def test_a_blank_correction_asks_nothing(make_readout: Any) -> None:
    at = ask(ask(open_page(make_readout())), "Why?")
    at.text_area[0].set_value("  ")
    next(button for button in at.button if button.label == "Search this").click().run()
    assert len(at.session_state.conversation.exchanges) == 2


# Feedback

DOWN, UP = 0, 1  # the values of st.feedback


def given(readout: Readout) -> list[tuple[str, str, str]]:
    return [(one.question, str(one.rating), one.note) for one in readout.library.feedback()]


def test_a_thumb_keeps_the_answer_with_what_it_cited(make_readout: Any) -> None:
    readout = make_readout(api_key=SecretStr("sk-test-canary"))
    at = ask(open_page(readout))
    assert not at.text_input  # the note comes after the thumb
    at.feedback[0].set_value(UP).run()
    assert not at.exception
    (kept,) = readout.library.feedback()
    assert (kept.question, kept.asked, kept.rating, kept.answerer) == (QUESTION, QUESTION, "up", "extractive")
    assert f"{QUOTE} [1]" in kept.answer
    assert CitedSentence(1, "taiwan", 0, 54, QUOTE) in kept.cited
    assert kept.settings["hits"] == 8
    assert "canary" not in repr(kept)
    assert str(readout.settings.home) not in repr(kept)


def test_a_changed_mind_replaces_the_feedback_and_a_note_stays_with_it(make_readout: Any) -> None:
    readout = make_readout()
    at = ask(open_page(readout))
    at.feedback[0].set_value(UP).run()
    at.text_input[0].set_value("Nothing is missing.").run()
    assert given(readout) == [(QUESTION, "up", "Nothing is missing.")]
    at.feedback[0].set_value(DOWN).run()
    assert given(readout) == [(QUESTION, "down", "Nothing is missing.")]
    assert at.text_input[0].value == "Nothing is missing."
    at.feedback[0].set_value(None).run()
    assert given(readout) == []
    assert not at.text_input
    assert not at.exception


def test_a_claim_is_rated_by_itself_and_keeps_its_note(make_readout: Any) -> None:
    readout = make_readout()
    at = ask(open_page(readout))
    at.feedback[0].set_value(UP).run()
    at.feedback[1].set_value(DOWN).run()
    at.text_input[1].set_value("It was the second one.").run()
    at.text_input[0].set_value("Fine otherwise.").run()
    (kept,) = readout.library.feedback()
    assert (kept.rating, kept.note) == ("up", "Fine otherwise.")
    assert kept.claims == (ClaimRating(1, QUOTE, Verdict.SUPPORTED, Rating.DOWN, "It was the second one."),)
    at.feedback[1].set_value(None).run()
    assert not at.exception
    assert readout.library.feedback()[0].claims == ()


def test_each_answer_has_its_own_feedback_also_in_a_new_conversation(make_readout: Any) -> None:
    readout = make_readout()
    second = "Where did the two pandas arrive?"
    at = ask(ask(open_page(readout)), second)
    at.feedback[0].set_value(UP).run()
    at.button(key="select-a1").click().run()
    assert len(at.feedback) == 1  # only the selected answer has its thumbs; the other says how it was rated
    assert "you found it good" in shown(at)
    at.feedback[0].set_value(DOWN).run()
    assert sorted(given(readout)) == [(second, "up", ""), (QUESTION, "down", "")]
    history = {one.question: [turn.question for turn in one.history] for one in readout.library.feedback()}
    assert history == {QUESTION: [], second: [QUESTION]}
    at.button(key="new").click().run()
    at = ask(at)
    assert at.feedback[0].value is None
    at.feedback[0].set_value(UP).run()
    assert len(given(readout)) == 3


def test_a_model_that_the_reader_accepted_is_in_the_feedback(make_readout: Any) -> None:
    readout = make_readout(api_key=SecretStr("sk-test-canary"))
    at = open_page(readout)
    at.button(key="offer").click().run()
    ask(at, "What is the price of copper in Chile?")  # not in the articles: no model is asked
    at.feedback[0].set_value(DOWN).run()
    (kept,) = readout.library.feedback()
    assert (kept.status, kept.answerer, kept.answer) == ("not_in_articles", "gpt-5-mini", "")
    assert kept.settings["model"] == "openai:gpt-5-mini"


def test_an_answer_that_could_not_be_written_has_no_thumbs(make_readout: Any) -> None:
    at = ask(open_page(make_readout(Scripted(error=ModelError("The model did not answer.")))))
    assert not at.feedback
    assert not ask(at, "  ").feedback


def test_feedback_that_cannot_be_kept_is_one_sentence_and_the_thumb_does_not_stay(make_readout: Any) -> None:
    readout = make_readout()
    at = ask(open_page(readout))
    other = sqlite3.connect(readout.library.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    at.feedback[0].set_value(UP).run()
    other.close()
    assert not at.exception
    assert "The feedback was not kept: " in shown(at)
    assert "is being written just now. Try again in a moment." in shown(at)
    assert at.feedback[0].value is None
    at.feedback[0].set_value(UP).run()
    assert "The feedback was not kept" not in shown(at)
    assert given(readout) == [(QUESTION, "up", "")]


@pytest.mark.parametrize(
    "title",
    [
        "![x](https://evil.example/x.png)",
        "See www.evil.example now",
        "Read https://evil.example/",
        ":material/home: :red[now]",
        "*Bold* `code` $x$",
        "<b>bold</b>",
        "word " * 30,
    ],
)
def test_a_title_that_could_mean_something_in_markdown_suggests_no_question(title: str) -> None:
    assert suggest_questions([title]) == ()


def test_suggestions_are_made_from_the_titles_that_are_there() -> None:
    titles = ["China, US: five points after talks", "Update: Wang’s visit", "Third", "Fourth", "Fifth"]
    assert suggest_questions(titles) == (
        "What five points did China and the US agree on?",
        "What is reported about “China, US: five points after talks”?",
        "What is reported about “Update: Wang’s visit”?",
        "What is reported about “Third”?",
    )


# Kept conversations


def test_an_article_that_changed_since_is_named_and_the_sentence_stays(make_readout: Any) -> None:
    readout = make_readout()
    at = ask(open_page(readout))
    assert "Not as it was" not in shown(at)
    changed = make_article("taiwan", "Wang said nothing at all.", title="Wang is silent")
    with readout.library.writing():
        list(readout.adder.add_articles([changed]))
    html = shown(at.run())
    assert "“Wang warns Blinken over Taiwan” changed since." in html
    assert f"{QUOTE}</mark>" in html
    with readout.library.writing():
        readout.library.remove(["taiwan"])
    assert "“Wang warns Blinken over Taiwan” left the library since." in shown(at.run())


def test_a_conversation_is_taken_up_again_by_its_address_with_its_feedback(make_readout: Any) -> None:
    readout = make_readout()
    at = ask(open_page(readout))
    at.feedback[0].set_value(UP).run()
    address = at.query_params["conversation"]
    again = AppTest.from_function(page, default_timeout=SECONDS, kwargs={"readout": readout})
    again.query_params["conversation"] = address
    again.run()
    assert not again.exception
    assert f"{QUOTE}</mark>" in shown(again)
    assert again.feedback[0].value == UP
    ask(again, "What did Blinken say?")
    kept = load_conversation(readout.library, address)
    assert kept
    assert [one.question for one in kept.exchanges] == [QUESTION, "What did Blinken say?"]


def test_an_empty_page_offers_the_last_conversations(make_readout: Any) -> None:
    readout = make_readout()
    ask(open_page(readout))
    at = open_page(readout)
    button = next(button for button in at.button if (button.key or "").startswith("latest-"))
    button.click().run()
    assert not at.exception
    assert f"{QUOTE}</mark>" in shown(at)

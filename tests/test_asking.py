"""Asking: an answer goes on whatever the page does, stops when it is told to, and is kept."""

import gc
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from rag.answering import Readout
from rag.conversations import load_conversation
from rag.embedding import EmbeddedEncoder
from rag.errors import ModelError
from rag.extractive import ExtractiveAnswerer
from rag.generative import GenerativeAnswerer
from rag.library import Library
from rag.page import asking
from rag.page.answers import refusal_html
from rag.page.chat import LOOKING_NEAR, draft
from rag.page.conversation import Conversation, Exchange
from rag.page.engine import make_ready
from rag.settings import Settings
from rag.types import Answer, Answerer, KeptExchange, Marker, Piece, Retrieval, Status, Turn
from tests.fakes import make_article
from tests.model_server import ModelServer

QUESTION = "Which red line did Wang name in Beijing?"
TEXT = "Wang Yi called the Taiwan question the first red line in Beijing. He spoke on Friday."
PATIENCE = 20.0  # seconds until a test gives up waiting for another thread


class Halting:
    """Writes some pieces, then waits until it is told to go on."""

    name = "halting"
    notice = "Written for a test."

    def __init__(self, *pieces: Piece, error: ModelError | None = None) -> None:
        self.pieces = pieces
        self.error = error
        self.go_on = threading.Event()

    def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
        yield from self.pieces
        assert self.go_on.wait(PATIENCE)
        if self.error:
            raise self.error
        yield " More."


@pytest.fixture
def readout(tmp_path: Path, encoder: EmbeddedEncoder) -> Iterator[Readout]:
    settings = Settings(_env_file=None, home=tmp_path, model="")
    readout = Readout(settings, Library(tmp_path), encoder, ExtractiveAnswerer())
    with readout.library.writing():
        list(readout.adder.add_articles([make_article("taiwan", TEXT)]))
    yield readout
    readout.close()


def room_for(readout: Readout, waiting: int) -> Readout:
    """The same library, asked one question at a time."""
    settings = readout.settings.model_copy(update={"at_once": 1, "waiting": waiting})
    return Readout(settings, readout.library, readout.embedder, readout.answerer)


def until(done: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


def ask(readout: Readout, conversation: Conversation, writer: Answerer | None = None) -> Exchange:
    return asking.begin(readout, conversation, QUESTION, writer or readout.answerer)


def ask_wholly(readout: Readout, conversation: Conversation, writer: Answerer | None = None) -> Exchange:
    exchange = ask(readout, conversation, writer)
    until(lambda: exchange.over)
    return exchange


def kept(readout: Readout, conversation: Conversation) -> tuple[KeptExchange, ...]:
    found = load_conversation(readout.library, conversation.id)
    return found.exchanges if found else ()


def test_an_answer_is_kept_as_it_was_given(readout: Readout) -> None:
    conversation = Conversation()
    exchange = ask_wholly(readout, conversation)
    assert exchange.answer
    assert exchange.answer.citations[0].quote in TEXT
    assert kept(readout, conversation) == (exchange.as_kept(),)
    assert asking.running == {}


def test_a_follow_up_reads_the_claims_of_the_answer_before_and_not_the_outlets_above_them(
    readout: Readout,
) -> None:
    conversation, exchange = Conversation(), Exchange("a1", QUESTION)
    *_, answer = readout.ask(QUESTION)
    assert isinstance(answer, Answer)
    exchange.answer = answer
    conversation.exchanges.append(exchange)
    (turn,) = conversation.turns(before=Exchange("a2", "And he?"))
    assert answer.claims[0].text in turn.answer
    outlet = answer.hits[0].article.source
    assert outlet in answer.text and outlet not in turn.answer


def test_a_stopped_answer_stays_as_far_as_it_came_and_is_kept(readout: Readout) -> None:
    conversation = Conversation()
    writer = Halting("Wang named Taiwan.", Marker(1, 1), " He then spo")
    exchange = ask(readout, conversation, writer)
    until(lambda: len(exchange.pieces) == 3)
    asking.stop(readout, conversation)
    assert exchange.over
    assert exchange.answer
    assert exchange.answer.status is Status.STOPPED
    assert exchange.answer.text == "Wang named Taiwan. [1] He then spo"
    writer.go_on.set()
    assert kept(readout, conversation) == (exchange.as_kept(),)
    assert conversation.turns(before=Exchange("a2", "next"))[0].question == QUESTION


def test_what_comes_after_stop_changes_nothing(readout: Readout) -> None:
    conversation = Conversation()
    writer = Halting("Wang named Taiwan.")
    others = set(threading.enumerate())
    exchange = ask(readout, conversation, writer)
    until(lambda: exchange.pieces)
    asking.stop(readout, conversation)
    before = exchange.as_kept()
    own = [thread for thread in threading.enumerate() if thread not in others and thread.daemon]
    assert own
    writer.go_on.set()
    for thread in own:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert exchange.as_kept() == before
    assert kept(readout, conversation) == (before,)


@pytest.mark.parametrize("behaviour", ["slow_drip", "comment_drip"])
def test_stop_ends_the_models_own_writing_also_where_it_says_nothing(
    readout: Readout, behaviour: str
) -> None:
    with ModelServer() as server:
        server.behave(behaviour)
        settings = readout.settings.model_copy(
            update={"model": "test", "base_url": server.url, "model_seconds": 3.0}
        )
        conversation = Conversation()
        exchange = ask(readout, conversation, GenerativeAnswerer(settings))
        until(lambda: exchange.pieces or (behaviour == "comment_drip" and server.requests))
        asking.stop(readout, conversation)
        assert exchange.over  # at once: the model is not waited for
        assert exchange.answer
        assert exchange.answer.status is Status.STOPPED
        assert exchange.answer.text.startswith("Drip") is (behaviour == "slow_drip")
        until(lambda: server.disconnects)  # the server is not read from any more


def test_a_question_asked_while_another_is_answered_stops_that_one(readout: Readout) -> None:
    conversation = Conversation()
    writer = Halting("Wang named Taiwan.")
    first = ask(readout, conversation, writer)
    until(lambda: first.pieces)
    second = ask_wholly(readout, conversation)
    writer.go_on.set()
    assert first.answer
    assert first.answer.status is Status.STOPPED
    assert kept(readout, conversation) == (first.as_kept(), second.as_kept())


def test_a_question_stands_in_the_library_while_it_is_answered(readout: Readout) -> None:
    conversation = Conversation()
    writer = Halting("Wang named Taiwan.")
    exchange = ask(readout, conversation, writer)
    until(lambda: kept(readout, conversation))
    assert [(one.question, one.answer) for one in kept(readout, conversation)] == [(QUESTION, None)]
    assert asking.running == {exchange.id: exchange}
    writer.go_on.set()
    until(lambda: exchange.over)


def test_an_answer_given_again_replaces_the_one_before(readout: Readout) -> None:
    conversation = Conversation()
    first, later = ask_wholly(readout, conversation), ask_wholly(readout, conversation)
    conversation.wait_for(QUESTION, instead=first)
    again = ask_wholly(readout, conversation)
    assert conversation.exchanges == [again, later]
    assert again.key == first.key
    assert [one.id for one in kept(readout, conversation)] == [again.id, later.id]


def test_an_answer_that_fails_the_second_time_leaves_the_first_in_its_place(readout: Readout) -> None:
    conversation = Conversation()
    first = ask_wholly(readout, conversation)
    conversation.wait_for(QUESTION, instead=first)
    writer = Halting(error=ModelError("The model is away."))
    writer.go_on.set()
    ask_wholly(readout, conversation, writer)
    assert conversation.exchanges == [first]
    assert conversation.selected is first
    assert first.note.strip() == "The model is away."
    assert [one.id for one in kept(readout, conversation)] == [first.id]


def test_an_answer_that_cannot_be_kept_stays_and_is_kept_with_the_next(
    readout: Readout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LOCK_SECONDS", 0.05)
    monkeypatch.setattr(asking, "FIRST_SECONDS", 0.05)
    conversation = Conversation()
    other = sqlite3.connect(readout.library.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    first = ask_wholly(readout, conversation)
    assert first.answer
    assert first.answer.claims
    assert first.kept_fault.startswith("The conversation was not kept: ")
    other.close()
    second = ask_wholly(readout, conversation)
    assert (first.kept_fault, second.kept_fault) == ("", "")
    assert kept(readout, conversation) == (first.as_kept(), second.as_kept())


def test_a_question_waits_for_its_turn_and_says_behind_how_many(readout: Readout) -> None:
    readout = room_for(readout, waiting=2)
    writer = Halting("Wang named Taiwan.")
    first, second, third = (ask(readout, Conversation(), writer) for _ in range(3))
    until(lambda: first.pieces)
    assert [asking.waiting_behind(readout, one) for one in (first, second, third)] == [None, 0, 1]
    assert not second.retrieval
    writer.go_on.set()
    until(lambda: first.over and second.over and third.over)
    assert [one.answer and one.answer.text for one in (second, third)] == ["Wang named Taiwan. More."] * 2


def test_a_question_that_waits_is_stopped_at_once_and_makes_room(readout: Readout) -> None:
    readout = room_for(readout, waiting=1)
    writer = Halting("Wang named Taiwan.")
    first, conversation = ask(readout, Conversation(), writer), Conversation()
    waiting = ask(readout, conversation, writer)
    asking.stop(readout, conversation)
    assert (waiting.over, waiting.fault) == (True, asking.STOPPED_EARLY)
    assert kept(readout, conversation) == (waiting.as_kept(),)
    next_one = ask(readout, Conversation(), writer)
    assert asking.waiting_behind(readout, next_one) == 0
    writer.go_on.set()
    until(lambda: first.over and next_one.over)
    assert next_one.answer


def test_a_question_for_which_there_is_no_room_says_so_and_can_be_asked_again(readout: Readout) -> None:
    readout = room_for(readout, waiting=0)
    writer = Halting("Wang named Taiwan.")
    first, conversation = ask(readout, Conversation(), writer), Conversation()
    refused = ask_wholly(readout, conversation)
    busy = "Readout is busy: 1 question is before yours. Ask again in a moment."
    assert (refused.answer, refused.fault) == (None, busy)
    assert kept(readout, conversation) == (refused.as_kept(),)
    writer.go_on.set()
    until(lambda: first.over)
    conversation.wait_for(QUESTION, instead=refused)
    again = ask_wholly(readout, conversation)
    assert again.answer
    assert conversation.exchanges == [again]


def test_an_answer_stays_where_there_is_no_room_to_ask_it_again(readout: Readout) -> None:
    readout = room_for(readout, waiting=0)
    conversation = Conversation()
    first = ask_wholly(readout, conversation)
    writer = Halting("Wang named Taiwan.")
    other = ask(readout, Conversation(), writer)
    conversation.wait_for(QUESTION, instead=first)
    ask_wholly(readout, conversation)
    assert conversation.exchanges == [first]
    assert first.note.startswith("Readout is busy")
    writer.go_on.set()
    until(lambda: other.over)


def test_a_deleted_conversation_does_not_come_back_with_its_last_answer(readout: Readout) -> None:
    conversation = Conversation()
    writer = Halting("Wang named Taiwan.")
    exchange = ask(readout, conversation, writer)
    until(lambda: exchange.pieces)
    conversation.deleted = True
    asking.stop(readout, conversation)
    writer.go_on.set()
    assert all(one.answer is None for one in kept(readout, conversation))


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_of_ours_ends_the_answer_and_says_so(readout: Readout) -> None:
    class Broken(Halting):
        def write(self, retrieval: Retrieval, turns: Sequence[Turn]) -> Iterator[Piece]:
            raise ZeroDivisionError

    exchange = ask_wholly(readout, Conversation(), Broken())
    assert exchange.answer is None
    assert "not foreseen" in exchange.fault
    until(lambda: not any("_run" in one.name for one in threading.enumerate()))  # the error came out here


def test_a_refusal_is_said_before_questions_near_it_are_sought(readout: Readout) -> None:
    question = "How tall is the Eiffel Tower?"
    exchange = Exchange("a1", question, retrieval=readout.retriever.retrieve(question))
    *_, answer = readout.ask(question)
    assert isinstance(answer, Answer)
    assert answer.status is Status.NOT_IN_ARTICLES
    told = draft(exchange, ())
    assert refusal_html(answer.notice, answer.span, answer.asked) in told
    assert LOOKING_NEAR in told


def test_what_the_pages_need_is_loaded_once_and_never_gone_through_again(readout: Readout) -> None:
    readout.answerer = Halting()  # as a model: it must not be asked
    gc.unfreeze()
    try:
        make_ready(readout)
        assert gc.get_freeze_count() > 10_000
    finally:
        gc.unfreeze()


def test_an_empty_library_can_be_made_ready(tmp_path: Path, encoder: EmbeddedEncoder) -> None:
    settings = Settings(_env_file=None, home=tmp_path, model="")
    empty = Readout(settings, Library(tmp_path), encoder, ExtractiveAnswerer())
    empty.warm()
    empty.close()

"""What one session has asked and been answered, and how it is taken up again from the library."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count, takewhile
from uuid import uuid4

import streamlit as st

from rag.answering import Readout
from rag.conversations import changed_articles, load_conversation, lost_sentences
from rag.turnstile import Asker, Place
from rag.types import (
    Answer,
    Answerer,
    Citation,
    Feedback,
    Filters,
    Hit,
    KeptConversation,
    KeptExchange,
    Offer,
    Retrieval,
    Turn,
)

IN_ADDRESS = "conversation"  # the parameter of the page's address that names a conversation
INTERRUPTED = "This answer was interrupted. Ask again to have it."
_selections = count(1)  # of all sessions: the browser sees each number once


@dataclass(slots=True, eq=False)
class Exchange:
    """A question and what came of it: an answer, or the fault that kept it away."""

    key: str  # for the ids of its elements
    question: str
    model: str = ""  # the language model accepted in this session when it was asked
    filters: Filters = field(default_factory=Filters)  # the articles that it was asked of
    corrected: str = ""  # what the reader wants searched in its place
    id: str = field(default_factory=lambda: uuid4().hex)  # of its answer, among those of all sessions
    asked_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    began: float = field(default_factory=time.monotonic)
    came: float = 0.0  # when its turn came, on the same clock
    found: float = 0.0  # when the passages were there, on the same clock
    retrieval: Retrieval | None = None
    pieces: list[str | Citation] = field(default_factory=list)  # of the answer, as they came
    answer: Answer | None = None
    fault: str = INTERRUPTED
    writer: Answerer | None = None  # who writes it, while it is written
    place: Place | None = None  # where it waits for its turn
    ended: bool = False  # nothing more will come
    over: bool = False  # and what came is kept, or cannot be
    before: "Exchange | None" = None  # whose place it takes: the same question, or one that was edited
    note: str = ""  # why it could not be answered again
    kept: bool = False  # in the library, as it stands
    kept_fault: str = ""  # why it is not
    feedback: Feedback | None = None  # as it is kept
    feedback_fault: str = ""  # why the last change of it was not kept

    @property
    def hits(self) -> tuple[Hit, ...]:
        if self.answer:
            return self.answer.hits
        return self.retrieval.hits if self.retrieval else ()

    def as_kept(self) -> KeptExchange:
        fault = "" if self.answer else self.fault
        return KeptExchange(self.id, self.question, self.asked_at, self.answer, fault, self.model)


@dataclass(slots=True)
class Conversation:
    id: str = field(default_factory=lambda: uuid4().hex)
    exchanges: list[Exchange] = field(default_factory=list)
    selected: Exchange | None = None  # the one whose passages are shown
    selections: int = 0  # changes with each selection
    waiting: str = ""  # a question that was clicked or edited
    correction: str = ""  # what is searched in the place of the waiting one
    instead: Exchange | None = None  # whose place it takes
    editing: Exchange | None = None  # whose question is being edited
    suggestions: tuple[str, ...] | None = None
    accepted: Offer | None = None  # a language model that was accepted in this session
    asker: Asker = field(default_factory=Asker)  # the session, whatever conversation it opens
    deleted: bool = False  # it is not to be kept again
    missing: bool = False  # the address named a conversation that is not there
    changed: dict[tuple[str, str], bool] = field(default_factory=dict)  # as changed_articles says
    lost: frozenset[tuple[str, str, int]] = frozenset()  # as lost_sentences says
    looked_at: tuple[int, int] = (0, 0)  # when: the library's generation, and the answers then

    @property
    def asking(self) -> Exchange | None:
        """The one that is being answered."""
        return next((one for one in self.exchanges if not one.over), None)

    def begin(self, question: str, filters: Filters) -> Exchange:
        """A new exchange: the last one, or in the place of `instead`."""
        model = self.accepted.model if self.accepted else ""
        correction, self.correction = self.correction, ""
        instead, self.instead, self.editing = self.instead, None, None
        if instead in self.exchanges:
            exchange = Exchange(instead.key, question, model, filters, correction, before=instead)
            self.exchanges[self.exchanges.index(instead)] = exchange
        else:
            exchange = Exchange(f"a{len(self.exchanges) + 1}", question, model, filters, correction)
            self.exchanges.append(exchange)
        self.select(exchange)
        return exchange

    def put_back(self, exchange: Exchange, note: str) -> None:
        """The answer that `exchange` was to replace takes its place again."""
        before = exchange.before
        assert before is not None
        before.note = note
        self.exchanges[self.exchanges.index(exchange)] = before
        if self.selected is exchange:
            self.select(before)

    def select(self, exchange: Exchange) -> None:
        self.selected = exchange
        self.selections = next(_selections)

    def wait_for(self, question: str, correction: str = "", instead: Exchange | None = None) -> None:
        self.waiting, self.correction, self.instead = question, correction, instead

    def edit(self, exchange: Exchange | None) -> None:
        self.editing = exchange

    def take_waiting(self) -> str:
        question, self.waiting = self.waiting, ""
        return question

    def turns(self, before: Exchange) -> list[Turn]:
        """The answered questions before an exchange, oldest first.

        Of an answer its claims count: an outlet that stands above quotations is nobody whom 'he' could mean.
        """
        earlier = takewhile(lambda one: one is not before, self.exchanges)
        return [
            Turn(one.question, one.answer.asked, " ".join(claim.text for claim in one.answer.claims))
            for one in earlier
            if one.answer
        ]

    def look_for_changes(self, readout: Readout) -> None:
        """Finds cited articles that changed or went, when the library or the answers are others."""
        answers = [one.answer for one in self.exchanges if one.answer]
        now = (readout.library.state().generation, len(answers))
        if now != self.looked_at:
            self.changed, self.looked_at = changed_articles(readout.library, answers), now
            self.lost = lost_sentences(readout.library, answers, self.changed)

    def as_kept(self, name: str) -> KeptConversation:
        exchanges = tuple(one.as_kept() for one in self.exchanges if one.ended)
        return KeptConversation(self.id, name, self.exchanges[-1].asked_at, exchanges)


def current_conversation(readout: Readout, running: "dict[str, Exchange]") -> Conversation:
    """The session's conversation: the one that the page's address names, if it names another.

    Answers that are still being written, `running` by their ids, go on growing in it.
    """
    held: Conversation | None = st.session_state.get("conversation")
    wanted = st.query_params.get(IN_ADDRESS, "")
    if held is None or (wanted and wanted != held.id):
        held = open_conversation(readout, wanted, running) if wanted else start_anew()
    return held


def open_conversation(readout: Readout, conversation_id: str, running: "dict[str, Exchange]") -> Conversation:
    """Takes up a conversation that the library keeps; a new one where it keeps none of this id."""
    kept = load_conversation(readout.library, conversation_id)
    conversation = start_anew()
    if kept is None:
        conversation.missing = True
        return conversation
    conversation.id = kept.id
    conversation.exchanges = _exchanges(readout, kept.exchanges, running)
    if conversation.exchanges:
        conversation.select(conversation.exchanges[-1])
    show_in_address(conversation)
    return conversation


def start_anew() -> Conversation:
    """An empty conversation; an accepted model stays accepted, and the session remains one asker."""
    held: Conversation | None = st.session_state.get("conversation")
    conversation = Conversation()
    if held:
        conversation.accepted, conversation.asker = held.accepted, held.asker
    st.session_state.conversation = conversation
    show_in_address(conversation)
    return conversation


def show_in_address(conversation: Conversation) -> None:
    """A reload or a bookmark brings back what stands in the address."""
    if conversation.exchanges:
        st.query_params[IN_ADDRESS] = conversation.id
    elif IN_ADDRESS in st.query_params:
        del st.query_params[IN_ADDRESS]


def _exchanges(
    readout: Readout, kept: Sequence[KeptExchange], running: "dict[str, Exchange]"
) -> list[Exchange]:
    given = {one.id: one for one in readout.library.feedback()}
    return [
        running.get(one.id)
        or Exchange(
            f"a{number}",
            one.question,
            one.model,
            id=one.id,
            asked_at=one.asked_at,
            answer=one.answer,
            fault=one.fault,
            ended=True,
            over=True,
            kept=True,
            feedback=given.get(one.id),
        )
        for number, one in enumerate(kept, 1)
    ]

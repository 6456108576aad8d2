"""What one session has asked and been answered."""

from dataclasses import dataclass, field
from itertools import takewhile
from uuid import uuid4

import streamlit as st

from rag.types import Answer, Feedback, Filters, Hit, Offer, Retrieval, Turn


@dataclass(slots=True)
class Exchange:
    """A question and what came of it: an answer, or the fault that kept it away."""

    key: str  # for the ids of its elements
    question: str
    model: str = ""  # the language model accepted in this session when it was asked
    filters: Filters = field(default_factory=Filters)  # the articles that it was asked of
    corrected: str = ""  # what the reader wants searched in its place
    id: str = field(default_factory=lambda: uuid4().hex)  # of its answer, among those of all sessions
    retrieval: Retrieval | None = None
    answer: Answer | None = None
    fault: str = "This answer was interrupted. Ask again to have it."
    feedback: Feedback | None = None  # as it is kept
    feedback_fault: str = ""  # why the last change of it was not kept

    @property
    def hits(self) -> tuple[Hit, ...]:
        if self.answer:
            return self.answer.hits
        return self.retrieval.hits if self.retrieval else ()


@dataclass(slots=True)
class Conversation:
    exchanges: list[Exchange] = field(default_factory=list)
    selected: Exchange | None = None  # the one whose passages are shown
    selections: int = 0  # how often that changed
    waiting: str = ""  # a suggested question that was clicked
    correction: str = ""  # what is searched in the place of the waiting one
    suggestions: tuple[str, ...] | None = None
    accepted: Offer | None = None  # a language model that was accepted in this session

    def begin(self, question: str, filters: Filters) -> Exchange:
        model = self.accepted.model if self.accepted else ""
        exchange = Exchange(f"a{len(self.exchanges) + 1}", question, model, filters, self.correction)
        self.correction = ""
        self.exchanges.append(exchange)
        self.select(exchange)
        return exchange

    def select(self, exchange: Exchange) -> None:
        self.selected = exchange
        self.selections += 1

    def wait_for(self, question: str, correction: str = "") -> None:
        self.waiting, self.correction = question, correction

    def take_waiting(self) -> str:
        question, self.waiting = self.waiting, ""
        return question

    def turns(self, before: Exchange) -> list[Turn]:
        """The answered questions before an exchange, oldest first."""
        earlier = takewhile(lambda one: one is not before, self.exchanges)
        return [Turn(one.question, one.answer.asked, one.answer.text) for one in earlier if one.answer]


def current_conversation() -> Conversation:
    if "conversation" not in st.session_state:
        st.session_state.conversation = Conversation()
    conversation: Conversation = st.session_state.conversation
    return conversation


def start_anew() -> None:
    """An empty conversation; an accepted model stays accepted."""
    st.session_state.conversation = Conversation(accepted=current_conversation().accepted)

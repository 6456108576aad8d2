"""What a reader thinks of an answer: a thumb and, if wanted, a note. Kept in the library at once."""

import streamlit as st

from rag.answering import Readout
from rag.errors import LibraryError
from rag.feedback import NOTE_CHARACTERS, rate_answer
from rag.page.conversation import Conversation, Exchange
from rag.show import safe
from rag.types import Rating, Status

THUMBS = (Rating.DOWN, Rating.UP)  # in the order of st.feedback's values


def can_be_rated(exchange: Exchange) -> bool:
    """An answer that could not be written is the server's fault and says nothing about answers."""
    return exchange.answer is not None and exchange.answer.status is not Status.FAILED


def draw_feedback(readout: Readout, conversation: Conversation, exchange: Exchange) -> None:
    """The thumbs; once one is chosen, a place for a note."""
    about = (readout, conversation, exchange)
    st.html('<p class="r-rate">Good answer?</p>', width="content")
    st.session_state.setdefault(_thumbs(exchange), _chosen(exchange))
    st.feedback("thumbs", key=_thumbs(exchange), on_change=_rate, args=about)
    if exchange.feedback:
        label = "Your note" if exchange.feedback.note else "Add a note"
        with st.popover(label, key=f"notes-{exchange.key}", type="tertiary", icon=":material/edit_note:"):
            st.session_state.setdefault(_note(exchange), exchange.feedback.note)
            st.text_input(
                "What is right or wrong with it? Enter keeps the note.",
                key=_note(exchange),
                max_chars=NOTE_CHARACTERS,
                on_change=_add_note,
                args=about,
            )


def draw_feedback_fault(exchange: Exchange) -> None:
    if exchange.feedback_fault:
        st.html(f'<p class="r-foot r-bad" role="alert">{safe(exchange.feedback_fault)}</p>')


def _thumbs(exchange: Exchange) -> str:
    return f"thumbs-{exchange.id}"


def _note(exchange: Exchange) -> str:
    return f"note-{exchange.id}"


def _chosen(exchange: Exchange) -> int | None:
    return THUMBS.index(exchange.feedback.rating) if exchange.feedback else None


def _rate(readout: Readout, conversation: Conversation, exchange: Exchange) -> None:
    chosen = st.session_state[_thumbs(exchange)]
    note = exchange.feedback.note if exchange.feedback else ""
    try:
        if chosen is None:
            readout.library.withdraw_feedback(exchange.id)
            exchange.feedback, exchange.feedback_fault = None, ""
        else:
            _keep(readout, conversation, exchange, THUMBS[chosen], note)
    except LibraryError as error:
        exchange.feedback_fault = str(error)
        st.session_state[_thumbs(exchange)] = _chosen(exchange)  # the thumb shows what is kept


def _add_note(readout: Readout, conversation: Conversation, exchange: Exchange) -> None:
    if exchange.feedback is None:
        return
    try:
        _keep(readout, conversation, exchange, exchange.feedback.rating, st.session_state[_note(exchange)])
    except LibraryError as error:
        exchange.feedback_fault = str(error)


def _keep(
    readout: Readout, conversation: Conversation, exchange: Exchange, rating: Rating, note: str
) -> None:
    assert exchange.answer is not None
    feedback = rate_answer(
        exchange.answer,
        rating,
        answer_id=exchange.id,
        note=note,
        settings={**readout.settings.shaping(), "model": exchange.model or readout.settings.model},
        history=conversation.turns(before=exchange),
    )
    readout.library.add_feedback(feedback)
    exchange.feedback, exchange.feedback_fault = feedback, ""

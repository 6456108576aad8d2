"""What a reader thinks of an answer: a thumb and, if wanted, a note, and the same for each of its claims.

All is kept in the library at once.
"""

import streamlit as st

from rag.answering import Readout
from rag.errors import LibraryError
from rag.feedback import NOTE_CHARACTERS, rate_answer, rate_claim
from rag.page.conversation import Conversation, Exchange
from rag.show import safe
from rag.types import Answer, ClaimRating, Rating, Status

THUMBS = (Rating.DOWN, Rating.UP)  # in the order of st.feedback's values


def can_be_rated(exchange: Exchange) -> bool:
    """An answer that could not be written is the server's fault and says nothing about answers."""
    return exchange.answer is not None and exchange.answer.status is not Status.FAILED


def draw_feedback(readout: Readout, conversation: Conversation, exchange: Exchange) -> None:
    """The thumbs; once one is chosen, a place for a note."""
    about = (readout, conversation, exchange)
    refused = exchange.answer is not None and exchange.answer.status is Status.NOT_IN_ARTICLES
    asked = "Is that right?" if refused else "Good answer?"
    st.html(f'<p class="r-rate">{asked}</p>', width="content")
    st.session_state.setdefault(_thumbs(exchange), _chosen(exchange))
    st.feedback("thumbs", key=_thumbs(exchange), on_change=_rate, args=about)
    if exchange.answer and exchange.feedback:
        told = exchange.feedback.note or exchange.feedback.claims
        label = "What you said" if told else "Say more"
        with st.popover(label, key=f"notes-{exchange.key}", type="tertiary", icon=":material/edit_note:"):
            st.session_state.setdefault(_note(exchange), exchange.feedback.note)
            st.text_input(
                "What is right or wrong with it? Enter keeps the note.",
                key=_note(exchange),
                max_chars=NOTE_CHARACTERS,
                on_change=_add_note,
                args=about,
            )
            if exchange.answer.claims:
                _draw_claims(about, exchange, exchange.answer)


def _draw_claims(about: tuple[Readout, Conversation, Exchange], exchange: Exchange, answer: Answer) -> None:
    """A thumb for each claim; once one is chosen, a place for a note on it."""
    st.html('<p class="r-rate">Or say which claim is right or wrong</p>')
    rated = _rated_claims(exchange)
    for number, claim in enumerate(answer.claims, 1):
        with st.container(key=f"claim-{exchange.key}-{number}", horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="r-rated">{number}. {safe(claim.text)}</p>')
            chosen = THUMBS.index(rated[number].rating) if number in rated else None
            key = _thumbs(exchange, number)
            st.session_state.setdefault(key, chosen)
            st.feedback("thumbs", key=key, on_change=_rate_claim, args=(*about, number))
        if number in rated:
            key = _note(exchange, number)
            st.session_state.setdefault(key, rated[number].note)
            st.text_input(
                f"Your note on claim {number}",
                key=key,
                max_chars=NOTE_CHARACTERS,
                label_visibility="collapsed",
                placeholder=f"Your note on claim {number}",
                on_change=_rate_claim,
                args=(*about, number),
            )


def rated_words(exchange: Exchange) -> str:
    """What was said of an answer whose thumbs are not drawn; empty where nothing was."""
    if not exchange.feedback:
        return ""
    return f" · you found it {'good' if exchange.feedback.rating is Rating.UP else 'not good'}"


def draw_feedback_fault(exchange: Exchange) -> None:
    if exchange.feedback_fault:
        st.html(f'<p class="r-foot r-bad" role="alert">{safe(exchange.feedback_fault)}</p>')


def _thumbs(exchange: Exchange, claim: int = 0) -> str:
    return f"thumbs-{exchange.id}-{claim}"


def _note(exchange: Exchange, claim: int = 0) -> str:
    return f"note-{exchange.id}-{claim}"


def _rated_claims(exchange: Exchange) -> dict[int, ClaimRating]:
    return {claim.number: claim for claim in exchange.feedback.claims} if exchange.feedback else {}


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


def _rate_claim(readout: Readout, conversation: Conversation, exchange: Exchange, number: int) -> None:
    if exchange.feedback is None or exchange.answer is None:
        return
    rated, before = exchange.feedback, _rated_claims(exchange)
    chosen = st.session_state[_thumbs(exchange, number)]
    claims = {other: claim for other, claim in before.items() if other != number}
    if chosen is not None:
        note = st.session_state.get(_note(exchange, number), "")
        claims[number] = rate_claim(exchange.answer, number, THUMBS[chosen], note)
    try:
        _keep(readout, conversation, exchange, rated.rating, rated.note, tuple(claims.values()))
    except LibraryError as error:
        exchange.feedback_fault = str(error)
        kept = THUMBS.index(before[number].rating) if number in before else None
        st.session_state[_thumbs(exchange, number)] = kept


def _keep(
    readout: Readout,
    conversation: Conversation,
    exchange: Exchange,
    rating: Rating,
    note: str,
    claims: tuple[ClaimRating, ...] | None = None,
) -> None:
    """Keeps the feedback; the claims' ratings stay as they are where none are given."""
    assert exchange.answer is not None
    if claims is None:
        claims = exchange.feedback.claims if exchange.feedback else ()
    feedback = rate_answer(
        exchange.answer,
        rating,
        answer_id=exchange.id,
        note=note,
        settings={**readout.settings.shaping(), "model": exchange.model or readout.settings.model},
        history=conversation.turns(before=exchange),
        claims=claims,
    )
    readout.library.add_feedback(feedback)
    exchange.feedback, exchange.feedback_fault = feedback, ""

"""The chat page: a question, its answer with citations, and the passages beside it."""

import re
import time
from collections.abc import Callable, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.answering import Readout, refusal
from rag.errors import ReadoutError
from rag.listing import Order, order_listed
from rag.models import model_name
from rag.page.answers import draw_exchange, notice_html, question_html, refusal_html
from rag.page.asking import begin, running, stop, waiting_behind
from rag.page.chat_style import use_chat_style
from rag.page.conversation import (
    Conversation,
    Exchange,
    current_conversation,
    show_in_address,
    start_anew,
)
from rag.page.engine import get_readout
from rag.page.filters import current_filters, draw_filters, filters_html
from rag.page.kept import draw_export, draw_latest, show_conversations
from rag.page.passages import draw_found, draw_passages
from rag.page.style import use_style
from rag.page.suggestions import suggest_questions
from rag.page.view import show_first_passage, show_question
from rag.show import coverage, safe
from rag.show_html import draft_html
from rag.turnstile import before_yours
from rag.types import Answerer, Citation, Offer, Span

CHAT_HEIGHT = 620  # pixels; where the style does not reach, the chat still scrolls in a box of its own
LOOK_SECONDS = 0.05  # between two looks at a growing answer: smooth to read, light to send
WAIT_SECONDS = 0.5  # between two looks at a question that waits: many may wait, and each look costs
IDLE_LOOKS = 5  # without news, after which the page is drawn all the same: Streamlit then sees a click
WIDTHS = (7, 5)  # chat and passages
OFFER_TERMS = "Questions and the passages found for them are then sent to {}, and nothing before."
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+\-.!:$~|<>]")  # what may mean something in a label
_ESCAPED = r"\\\g<0>"
NAME_CHARACTERS = 40  # of a model's name on a button
MISSING = "It was deleted, or belongs to another library. Ask something, or open one of those kept."
LOOKING_NEAR = "Looking for questions near it that the articles answer"
OUTLETS_MOST = 20  # named when one points at the coverage


def show_chat(open_library: Callable[[], Readout] = get_readout) -> None:
    """The page on the library of the settings, or on what a test opens."""
    try:
        chat_page(open_library())
    except ReadoutError as error:
        use_style()
        st.html(notice_html("Readout cannot use its library", str(error), fault=True))


def chat_page(readout: Readout) -> None:
    """Draws the page in the order in which it is read. Raises LibraryError."""
    use_style()
    use_chat_style()
    conversation, span = current_conversation(readout, running), readout.span()
    question = st.session_state.get("question") or conversation.take_waiting()
    filters = current_filters()
    if question:
        begin(readout, conversation, question, _answerer(readout, conversation), filters)
    show_in_address(conversation)
    conversation.look_for_changes(readout)
    asking = conversation.asking
    _draw_top(readout, conversation, span)
    scripts = st.container(key="scripts")
    chat, panel = st.columns(WIDTHS, gap="medium")
    with chat:
        place = _draw_chat(readout, conversation, span, asking)
        if span.articles:
            draw_filters(readout, span, filters)
        _draw_input(readout, conversation, span, asking)
    with scripts:
        if conversation.selected:
            show_question(conversation.selected.key, conversation.selections)
        show_first_passage(conversation.selections)
    if asking:
        _wait(readout, asking, place)
        _follow(asking, place, panel)
        st.rerun()
    with panel:
        draw_passages(readout, conversation)


def _draw_top(readout: Readout, conversation: Conversation, span: Span) -> None:
    with st.container(key="top", horizontal=True, vertical_alignment="center"):
        covered = coverage(span) if span.articles else "no articles yet"
        outlets = safe("; ".join(span.sources[:OUTLETS_MOST]))
        writer = _writer(_answerer(readout, conversation).name)
        st.html(
            f'<div class="r-brand"><h1>Readout</h1><p title="{outlets}">{covered}</p>'
            f'<p class="r-writer">{writer}</p></div>'
        )
        if conversation.accepted:
            st.button("Use quoted sentences only", key="no-model", on_click=_choose_model, args=(None,))
        else:
            for offer in readout.offers():
                _draw_offer(offer)
        if st.button("Conversations", key="conversations", icon=":material/history:"):
            show_conversations(readout, conversation)
        if conversation.exchanges:
            draw_export(readout, conversation)
            st.button(
                "New", key="new", icon=":material/add:", help="A new conversation", on_click=_start_anew
            )


def _start_anew() -> None:
    start_anew()


def _draw_offer(offer: Offer) -> None:
    """A button that says where questions go; a name that a server gave is shown as it is, not as Markdown."""
    name = model_name(offer.model).rpartition("/")[2][:NAME_CHARACTERS]
    label = f"Use {_MARKDOWN.sub(_ESCAPED, name)} · "
    if offer.base_url:
        label, to = f"{label}{offer.server} on this machine", f"{offer.server} at {offer.base_url}"
    else:
        label, to = f"{label}sends to {offer.server}", offer.server
    key = "offer-local" if offer.base_url else "offer"
    st.button(label, key=key, help=OFFER_TERMS.format(to), on_click=_choose_model, args=(offer,))


def _choose_model(offer: Offer | None) -> None:
    st.session_state.conversation.accepted = offer


def _answerer(readout: Readout, conversation: Conversation) -> Answerer:
    return readout.accept(conversation.accepted) if conversation.accepted else readout.answerer


def _writer(name: str) -> str:
    if name == "extractive":
        return "<b>Quoted sentences</b> · no language model"
    return f"Written by <b>{safe(name)}</b>, checked against the articles"


def _draw_chat(
    readout: Readout, conversation: Conversation, span: Span, asking: Exchange | None
) -> DeltaGenerator:
    """Draws the conversation; returns the place where the answer to `asking` will grow."""
    with st.container(key="chat", height=CHAT_HEIGHT, border=False):
        place = st.empty()
        if not conversation.exchanges:
            with place.container():
                _draw_welcome(readout, conversation, span)
        for exchange in conversation.exchanges:
            with st.container(key=f"exchange-{exchange.key}"):
                if exchange is asking:
                    st.html(question_html(exchange.question) + filters_html(exchange.filters))
                    place = st.empty()
                else:
                    draw_exchange(readout, conversation, exchange)
    return place


def _draw_input(readout: Readout, conversation: Conversation, span: Span, asking: Exchange | None) -> None:
    limit = readout.settings.question_characters
    with st.container(key="ask", horizontal=True, vertical_alignment="center", gap="small"):
        if asking:
            st.button(
                "Stop",
                key=f"stop-{asking.id}",
                icon=":material/stop_circle:",
                on_click=stop,
                args=(readout, conversation),
            )
        st.chat_input("Ask about the articles", key="question", max_chars=limit, disabled=not span.articles)


def _draw_welcome(readout: Readout, conversation: Conversation, span: Span) -> None:
    if not span.articles:
        st.html(
            '<div class="r-welcome"><h2>There are no articles yet</h2><p>Drop some on the page Articles, '
            "add a folder with <code>readout add FOLDER</code>, or stop this page and type "
            "<code>make app</code>: it adds the sample articles.</p></div>"
        )
        return
    st.html(
        '<div class="r-welcome"><h2>Ask the articles</h2><p>Each sentence of an answer names the sentence '
        "that it rests on. Click its number to see it in its article.</p></div>"
    )
    if conversation.missing:
        st.html(notice_html("This conversation is not in the library", MISSING))
    if conversation.suggestions is None:
        newest = order_listed(readout.library.listed(), Order.NEWEST)
        conversation.suggestions = suggest_questions(one.title for one in newest)
    with st.container(key="suggestions"):
        for number, text in enumerate(conversation.suggestions):
            st.button(text, key=f"suggestion-{number}", on_click=conversation.wait_for, args=(text,))
    draw_latest(readout)


def _wait(readout: Readout, asking: Exchange, place: DeltaGenerator) -> None:
    """Says how many questions are before this one, until its turn has come or it was stopped."""
    while not asking.over and (before := waiting_behind(readout, asking)) is not None:
        words = before_yours(before) if before else "yours is next"
        place.html(f'<p class="r-working" role="status">Waiting for its turn: {words} …</p>')
        time.sleep(WAIT_SECONDS)


def _follow(asking: Exchange, place: DeltaGenerator, panel: DeltaGenerator) -> None:
    """Shows what comes as it comes, the passages first, until the answer is over.

    A click elsewhere ends this run of the page where it draws, never the answer: the next run goes on here.
    """
    found, drawn, looks = False, -1, IDLE_LOOKS
    while not asking.over:
        if asking.retrieval and not found:
            found = True
            with panel:
                draw_found(asking.retrieval, asking.key)
        if len(asking.pieces) != drawn or looks >= IDLE_LOOKS:
            drawn, looks = len(asking.pieces), 0
            place.html(draft(asking, asking.pieces[:drawn]))
        looks += 1
        time.sleep(LOOK_SECONDS)


def draft(asking: Exchange, pieces: Sequence[str | Citation]) -> str:
    """What came so far, or what is being done. That the articles do not answer is said once it is known."""
    if pieces:
        return draft_html(pieces)
    told, doing = "", "Searching the articles"
    if asking.retrieval:
        doing = "Reading the passages found"
        if not asking.retrieval.enough:
            found, doing = asking.retrieval, LOOKING_NEAR
            told = refusal_html(refusal(found), found.span, found.asked)
    return f'{told}<p class="r-working" role="status">{doing} …</p>'

"""The chat page: a question, its answer with citations, and the passages beside it."""

import re
import time
from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag.answering import Readout
from rag.errors import ReadoutError
from rag.models import model_name
from rag.page.answers import draw_exchange, notice_html, question_html
from rag.page.conversation import Conversation, Exchange, current_conversation, start_anew
from rag.page.engine import get_readout
from rag.page.filters import current_filters, draw_filters, filters_html
from rag.page.passages import draw_found, draw_passages
from rag.page.style import use_style
from rag.page.suggestions import suggest_questions
from rag.page.view import show_first_passage, show_question
from rag.show import coverage, safe
from rag.show_html import draft_html
from rag.types import Answer, Answerer, Citation, Offer, Retrieval, Span

CHAT_HEIGHT = 620  # pixels; where the style does not reach, the chat still scrolls in a box of its own
REDRAW_SECONDS = 0.05  # between two pictures of a growing answer: smooth to read, light to send
WIDTHS = (7, 5)  # chat and passages
OFFER_TERMS = "Questions and the passages found for them are then sent to {}, and nothing before."
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+\-.!:$~|<>]")  # what may mean something in a label
_ESCAPED = r"\\\g<0>"
NAME_CHARACTERS = 40  # of a model's name on a button
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
    conversation, span = current_conversation(), readout.span()
    question = st.session_state.get("question") or conversation.take_waiting()
    filters = current_filters()
    asking = conversation.begin(question, filters) if question else None
    _draw_top(readout, conversation, span)
    scripts = st.container(key="scripts")
    chat, panel = st.columns(WIDTHS, gap="medium")
    with chat:
        place = _draw_chat(readout, conversation, span, asking)
        if span.articles:
            draw_filters(readout, span, filters)
        limit = readout.settings.question_characters
        st.chat_input("Ask about the articles", key="question", max_chars=limit, disabled=not span.articles)
    with scripts:
        show_question(f"a{len(conversation.exchanges)}", len(conversation.exchanges))
        show_first_passage(conversation.selections)
    if asking:
        _ask(readout, conversation, asking, place, panel)
        st.rerun()
    with panel:
        draw_passages(readout, conversation)


def _draw_top(readout: Readout, conversation: Conversation, span: Span) -> None:
    with st.container(key="top", horizontal=True, vertical_alignment="center"):
        covered = coverage(span) if span.articles else "no articles yet"
        outlets = safe("; ".join(span.sources[:OUTLETS_MOST]))
        st.html(f'<div class="r-brand"><h1>Readout</h1><p title="{outlets}">{covered}</p></div>')
        writer = _writer(_answerer(readout, conversation).name)
        st.html(f'<p class="r-writer">{writer}</p>', width="content")
        if conversation.accepted:
            st.button("Use quoted sentences only", key="no-model", on_click=_choose_model, args=(None,))
        else:
            for offer in readout.offers():
                _draw_offer(offer)
        if conversation.exchanges:
            st.button("New conversation", key="new", on_click=start_anew)


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
    current_conversation().accepted = offer


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
    if conversation.suggestions is None:
        conversation.suggestions = suggest_questions(readout.articles())
    with st.container(key="suggestions"):
        for number, text in enumerate(conversation.suggestions):
            st.button(text, key=f"suggestion-{number}", on_click=conversation.wait_for, args=(text,))


def _ask(
    readout: Readout,
    conversation: Conversation,
    asking: Exchange,
    place: DeltaGenerator,
    panel: DeltaGenerator,
) -> None:
    """Asks, and shows what comes as it comes: the passages first, then the words."""
    place.html('<p class="r-working" role="status">Searching the articles …</p>')
    turns = conversation.turns(before=asking)
    pieces: list[str | Citation] = []
    drawn = 0.0
    try:
        for event in readout.ask(
            asking.question,
            turns,
            answerer=_answerer(readout, conversation),
            filters=asking.filters,
            asked=asking.corrected,
        ):
            if isinstance(event, Retrieval):
                asking.retrieval = event
                with panel:
                    draw_found(event, asking.key)
                place.html('<p class="r-working" role="status">Reading the passages found …</p>')
            elif isinstance(event, Answer):
                asking.answer = event
            else:
                pieces.append(event)
                if time.monotonic() - drawn > REDRAW_SECONDS:
                    place.html(draft_html(pieces))
                    drawn = time.monotonic()
    except ReadoutError as error:
        asking.fault = str(error)

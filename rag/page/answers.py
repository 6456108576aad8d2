"""The questions and answers of the chat, as they are drawn once complete."""

import streamlit as st

from rag.answering import Readout, is_of_readout
from rag.page.conversation import Conversation, Exchange
from rag.page.feedback import can_be_rated, draw_feedback, draw_feedback_fault, rated_words
from rag.page.filters import filters_html, set_filters
from rag.show import changed_words, outlets_named, repaired_note, safe, unresolved_note, usage_note
from rag.show_html import answer_html, disagreements_html
from rag.types import Answer, Filters, Span, Status

OUTLETS_MOST = 50  # named where the articles do not answer
SECONDS_LEAST = 0.1  # shown: nobody reads finer than that
FAULTS = {
    Status.FAILED: "The answer could not be written",
    Status.INCOMPLETE: "This answer is incomplete",
}
STOPPED = "Stopped"


def draw_exchange(readout: Readout, conversation: Conversation, exchange: Exchange) -> None:
    """Whole for the selected one; others are read, and offer what can be done with them once selected."""
    if exchange.answer and _is_folded(conversation, exchange):
        _draw_folded(conversation, exchange, exchange.answer)
        return
    filters = exchange.answer.filters if exchange.answer else exchange.filters
    if exchange is conversation.editing:
        _draw_editing(readout, conversation, exchange)
    else:
        _draw_question(conversation, exchange)
    if filters:
        st.html(filters_html(filters))
    if exchange.answer:
        if exchange.answer.asked != exchange.question:
            _draw_asked(readout, conversation, exchange, exchange.answer.asked)
        if drawn := _answer_html(exchange.answer, exchange.key) + _changes_html(
            exchange.answer, conversation
        ):
            st.html(drawn)
        _draw_offers(conversation, exchange.answer, exchange.key)
    else:
        st.html(notice_html("No answer", exchange.fault, fault=True))
    _draw_foot(readout, conversation, exchange, filters)
    draw_feedback_fault(exchange)
    if exchange.note:
        st.html(_alert(f"It could not be answered again: {exchange.note}"))
    if exchange.kept_fault:
        st.html(_alert(f"{exchange.kept_fault} The answer stays here until you leave the page."))


def _is_folded(conversation: Conversation, exchange: Exchange) -> bool:
    """Each widget that is not drawn makes the page quicker for every click."""
    held_open = exchange is conversation.selected or exchange is conversation.editing or not exchange.hits
    return not (held_open or exchange.note or exchange.kept_fault or exchange.feedback_fault)


def _draw_folded(conversation: Conversation, exchange: Exchange, answer: Answer) -> None:
    parts = [
        question_html(exchange.question),
        filters_html(answer.filters) if answer.filters else "",
        _asked_html(answer.asked) if answer.asked != exchange.question else "",
        _answer_html(answer, exchange.key),
        _changes_html(answer, conversation),
        f'<p class="r-foot">{_foot(answer)}{rated_words(exchange)}</p>',
    ]
    st.html("".join(parts))
    _draw_selector(conversation, exchange)


def _draw_foot(readout: Readout, conversation: Conversation, exchange: Exchange, filters: Filters) -> None:
    """How the answer came about, and what may be done with it."""
    with st.container(key=f"foot-{exchange.key}", horizontal=True, vertical_alignment="center"):
        if exchange.answer:
            st.html(f'<p class="r-foot">{_foot(exchange.answer)}</p>', width="content")
        if filters and exchange.answer and exchange.answer.status is Status.NOT_IN_ARTICLES:
            st.button(
                "Ask all articles",
                key=f"unfiltered-{exchange.key}",
                icon=":material/filter_list_off:",
                on_click=_ask_all,
                args=(conversation, exchange),
            )
        if can_be_rated(exchange):
            draw_feedback(readout, conversation, exchange)
        st.button(
            "Ask again",
            key=f"again-{exchange.key}",
            type="tertiary",
            icon=":material/refresh:",
            on_click=conversation.wait_for,
            args=(exchange.question, exchange.corrected, exchange),
        )
        if exchange.hits and exchange is not conversation.selected:  # while its question is edited
            _draw_selector(conversation, exchange)


def _alert(text: str) -> str:
    return f'<p class="r-foot r-bad" role="alert">{safe(text)}</p>'


def _draw_question(conversation: Conversation, exchange: Exchange) -> None:
    with st.container(key=f"head-{exchange.key}", horizontal=True, vertical_alignment="center"):
        st.html(question_html(exchange.question), width="content")
        st.button(
            "Edit",
            key=f"edit-{exchange.key}",
            type="tertiary",
            icon=":material/edit:",
            help="Ask this in other words",
            on_click=conversation.edit,
            args=(exchange,),
        )


def _draw_editing(readout: Readout, conversation: Conversation, exchange: Exchange) -> None:
    """The question in a box of its own; what is asked then takes the place of the answer below."""
    key = f"edited-{exchange.id}"

    def ask() -> None:
        conversation.wait_for(st.session_state[key], instead=exchange)

    with st.form(f"edit-{exchange.key}"):
        limit = readout.settings.question_characters
        st.text_area("The question", exchange.question, key=key, max_chars=limit, height="content")
        later = exchange is not conversation.exchanges[-1]
        stays = " The questions below it stay, with their answers." if later else ""
        st.html(f'<p class="r-for">Its answer is replaced by the new one.{stays}</p>')
        with st.container(horizontal=True):
            st.form_submit_button("Ask", type="primary", on_click=ask)
            st.form_submit_button("Cancel", on_click=conversation.edit, args=(None,))


def _answer_html(answer: Answer, key: str) -> str:
    if answer.status is Status.NOT_IN_ARTICLES:
        return refusal_html(answer.notice, answer.span, answer.asked)
    parts = []
    if answer.status is Status.FAILED:  # in front of the sentences that are quoted instead
        parts.append(notice_html(FAULTS[answer.status], answer.notice, fault=True))
    if answer.claims:
        parts.append(answer_html(answer, key))
    if answer.disagreements:
        parts.append(disagreements_html(answer, key))
    if answer.status is Status.INCOMPLETE:
        parts.append(notice_html(FAULTS[answer.status], answer.notice, fault=True))
    if answer.status is Status.STOPPED:
        parts.append(notice_html(STOPPED, answer.notice))
    return "".join(parts)


def _changes_html(answer: Answer, conversation: Conversation) -> str:
    """Says which cited articles are not what they were when the answer was given; empty where all are."""
    words = changed_words(answer, conversation.changed, conversation.lost)
    return notice_html("Not as it was", words) if words else ""


def _draw_offers(conversation: Conversation, answer: Answer, key: str) -> None:
    """Questions near this one that the articles answer; a click asks one."""
    if not answer.offers:
        return
    with st.container(key=f"offers-{key}"):
        st.html('<p class="r-for">The articles do answer:</p>')
        for number, offer in enumerate(answer.offers):
            st.button(offer, key=f"offer-{key}-{number}", on_click=conversation.wait_for, args=(offer,))


def _draw_asked(readout: Readout, conversation: Conversation, exchange: Exchange, asked: str) -> None:
    """The full question that was searched; corrected, it is asked again."""
    with st.container(key=f"asked-{exchange.key}", horizontal=True, vertical_alignment="center"):
        st.html(_asked_html(asked), width="content")
        with (
            st.popover("Correct", type="tertiary", icon=":material/edit:"),
            st.form(f"correct-{exchange.key}", border=False),
        ):
            key, limit = f"corrected-{exchange.id}", readout.settings.question_characters
            st.text_area("Search this instead", asked, key=key, max_chars=limit)
            st.form_submit_button("Search this", on_click=_ask_corrected, args=(conversation, exchange, key))


def _asked_html(asked: str) -> str:
    return f'<p class="r-asked">Searched as: {safe(asked)}</p>'


def _ask_corrected(conversation: Conversation, exchange: Exchange, key: str) -> None:
    """Nothing for a blank: what was typed would be made a full question again."""
    corrected = st.session_state[key].strip()
    if corrected:
        conversation.wait_for(exchange.question, corrected)


def _ask_all(conversation: Conversation, exchange: Exchange) -> None:
    set_filters(Filters())
    conversation.wait_for(exchange.question)


def _draw_selector(conversation: Conversation, exchange: Exchange) -> None:
    st.button(
        "Show passages, edit, rate",  # the last two stand at the selected answer
        key=f"select-{exchange.key}",
        type="tertiary",
        icon=":material/visibility:",
        on_click=conversation.select,
        args=(exchange,),
    )


def _foot(answer: Answer) -> str:
    parts = [answer.notice] if answer.status is Status.ANSWERED else []
    parts += [repaired_note(answer.repaired), unresolved_note(answer.unresolved)]
    parts += [f"{max(answer.seconds, SECONDS_LEAST):.1f} s", usage_note(answer.usage)]
    return safe(" · ".join(part.removesuffix(".") for part in parts if part))


def question_html(question: str) -> str:
    return f'<h2 class="r-question">{safe(question)}</h2>'


def outlets_html(span: Span) -> str:
    """The outlets that were searched, unfolded by a click."""
    if not span.sources:
        return ""
    count = "1 outlet" if len(span.sources) == 1 else f"{len(span.sources)} outlets"
    named = safe(outlets_named(span, OUTLETS_MOST))
    return f'<details class="r-outlets"><summary>Searched: {count}</summary>{named}</details>'


def refusal_html(notice: str, span: Span, asked: str) -> str:
    heading = "What can be asked" if is_of_readout(asked, span) else "Not in the articles"
    return notice_html(heading, notice) + outlets_html(span)


def notice_html(heading: str, text: str, fault: bool = False) -> str:
    """`heading` is ours; `text` may hold anything."""
    kind = "r-notice r-fault" if fault else "r-notice"
    return f'<div class="{kind}" role="status"><b>{heading}</b>{safe(text)}</div>'

"""The panel of passages beside the chat, and the whole article in a dialog."""

from collections.abc import Sequence

import streamlit as st

from rag.answering import Readout
from rag.editions import copies, versions
from rag.page.conversation import Conversation, Exchange
from rag.page.view import show_sentence
from rag.show import collapsed_note, safe
from rag.show_html import (
    article_html,
    copy_html,
    earlier_html,
    passage_html,
    passages_html,
    split_hits,
    timeline_html,
)
from rag.types import Hit, Retrieval, Status


def draw_passages(readout: Readout, conversation: Conversation) -> None:
    """The passages of the selected answer; the cited ones of others wait for a click on their citations."""
    st.html('<div class="r-panel"><h2>Passages</h2></div>')
    with st.container(key="passages"):
        if not conversation.selected:
            st.html('<p class="r-for">The passages that an answer rests on will stand here.</p>')
        for exchange in conversation.exchanges:
            if exchange is conversation.selected:
                with st.container(key=f"shown-{exchange.key}"):
                    _draw_selected(readout, exchange, conversation.selections)
            elif exchange.answer and exchange.answer.citations:
                with st.container(key=f"kept-{exchange.key}"):
                    passages = passages_html(exchange.answer, exchange.key, cited_only=True)
                    st.html(_head(exchange, "Cited in an earlier answer", conversation.selections) + passages)


def draw_found(retrieval: Retrieval, key: str) -> None:
    """What was found for a question that is being answered."""
    st.html('<div class="r-panel"><h2>Passages</h2></div>')
    with st.container(key="passages"), st.container(key=f"found-{key}"):
        found = f'<p class="r-for">Found for “{safe(retrieval.question)}”</p>'
        passages = _collapsed_html(retrieval.hits) + passages_html(retrieval.hits, key)
        st.html(f'<div class="r-found">{found}{passages}</div>')


def _draw_selected(readout: Readout, exchange: Exchange, selections: int) -> None:
    if not exchange.hits:
        why = "No passages were found" if exchange.answer else "No passages"
        st.html(_head(exchange, why, selections))
        return
    answer = exchange.answer
    cited, others = split_hits(answer) if answer else ([], list(exchange.hits))
    if answer and answer.status is Status.NOT_IN_ARTICLES:
        st.html(_head(exchange, "The nearest passages", selections))
    else:
        st.html(_head(exchange, "Cited in the answer" if cited else "Found", selections))
    if collapsed := _collapsed_html(exchange.hits):
        st.html(collapsed)
    if answer and (timeline := timeline_html(answer, exchange.key)):
        st.html(timeline)
    _draw_hits(readout, exchange, cited)
    if cited and others:
        st.html('<p class="r-group">Also found, not cited</p>')
    _draw_hits(readout, exchange, others)


def _draw_hits(readout: Readout, exchange: Exchange, hits: Sequence[Hit]) -> None:
    for hit in hits:
        st.html(passage_html(hit, exchange.answer, exchange.key))
        button = f"read-{exchange.key}-{hit.passage.id}"
        if st.button("Read in the article", key=button, type="tertiary", icon=":material/article:"):
            read_article(readout, exchange, hit)


def _collapsed_html(hits: Sequence[Hit]) -> str:
    note = collapsed_note(hits)
    return f'<p class="r-for r-collapsed">{note}</p>' if note else ""


def _head(exchange: Exchange, what: str, selections: int) -> str:
    asked = exchange.answer.asked if exchange.answer else exchange.question
    # The count makes the text new with each selection, so that the browser forgets the sentence that was
    # lit before: else an earlier answer's passages would stay in front.
    return f'<p class="r-for" data-selection="{selections}">{what}: “{safe(asked)}”</p>'


@st.dialog("In the article", width="medium")
def read_article(readout: Readout, exchange: Exchange, hit: Hit) -> None:
    """The whole article at the passage's first cited sentence, or at the one nearest to the question."""
    article = readout.article(hit.article.id)
    if not article:
        st.html('<p class="r-notice">This article is no longer in the library.</p>')
        return
    if article.content_hash != hit.article.content_hash:
        st.html('<p class="r-notice">The article has changed since this answer was given. Ask again.</p>')
    citations = exchange.answer.citations if exchange.answer else ()
    own = [c.start for c in citations if c.passage_id == hit.passage.id]
    at = min(own) if own else hit.passage.sentences[hit.best].start
    quoted = [c for c in citations if c.article_id == article.id and c.content_hash != article.content_hash]
    earlier = earlier_html(versions(readout.library, article.id), quoted, "earlier")
    if quoted:
        st.html(earlier)
    st.html(article_html(article, citations, "article", at))
    if earlier and not quoted:
        st.html(earlier)
    for number, copy in enumerate(copies(readout.library, article.id)):
        st.html(copy_html(copy, f"copy-{number}"))
    show_sentence()

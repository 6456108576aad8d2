"""The conversations that the library keeps: the latest on an empty page, all of them in a dialog, as files.

Labels of buttons are Markdown: names pass through `label_text`, which leaves none in them.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import streamlit as st

from rag.answering import Readout
from rag.conversations import (
    NAME_CHARACTERS,
    ConversationLine,
    changes_since,
    conversation_name,
    conversations,
    delete_conversation,
    load_conversation,
    rename_conversation,
)
from rag.errors import LibraryError
from rag.page.asking import running, stop
from rag.page.conversation import Conversation, open_conversation, start_anew
from rag.show import label_text, safe
from rag.show_conversation import FORMATS, MIME, export_conversation, file_name
from rag.types import KeptConversation, date_label

LATEST = 3  # shown on an empty page
MOST = 40  # shown at once in the dialog; the search finds the others
LABELS = {"md": "Markdown", "html": "HTML", "json": "JSON"}
Loader = Callable[[], KeptConversation | None]
CHOSEN = "managed"  # whose row is open: (id, whether it is asked about its deletion)


def draw_latest(readout: Readout) -> None:
    """The last conversations, to go on with."""
    lines = conversations(readout.library, most=LATEST)
    if not lines:
        return
    with st.container(key="latest"):
        st.html('<p class="r-latest">Or go on with an earlier conversation</p>')
        for line in lines:
            st.button(
                label_text(line.name),
                key=f"latest-{line.id}",
                type="tertiary",
                icon=":material/chat:",
                on_click=_open,
                args=(readout, line.id),
            )


def draw_export(readout: Readout, conversation: Conversation) -> None:
    """The conversation on the page, as files."""
    with st.popover("Export", key="export", icon=":material/download:"):
        st.html('<p class="r-for">This conversation, with its references</p>')
        with st.container(horizontal=True):
            name = conversation_name(conversation.exchanges[0].question)
            _draw_files(readout, "export", lambda: conversation.as_kept(name), name)


@st.dialog("Conversations", width="medium")
def show_conversations(readout: Readout, current: Conversation) -> None:
    """All conversations of the library: find, open, rename, export, delete."""
    words = st.text_input("Search in names, questions and answers", key="words", icon=":material/search:")
    lines = conversations(readout.library, words, most=MOST + 1)
    if not lines:
        st.html(f'<p class="r-for">{"None holds these words." if words else "None yet: ask something."}</p>')
    with st.container(key="all-conversations"):
        for line in lines[:MOST]:
            _draw_line(readout, line, current)
    if len(lines) > MOST:
        st.html(f'<p class="r-for">The latest {MOST} are shown. Search to find others.</p>')


def _draw_line(readout: Readout, line: ConversationLine, current: Conversation) -> None:
    chosen, asked = st.session_state.get(CHOSEN, ("", False))
    with st.container(key=f"line-{line.id}", horizontal=True, vertical_alignment="center"):
        if st.button(label_text(line.name), key=f"open-{line.id}", type="tertiary", width="stretch"):
            _open(readout, line.id)
            st.rerun()
        here = " · open now" if line.id == current.id else ""
        st.html(f'<p class="r-when">{_when(line.changed_at)}{here}</p>', width="content")
        st.button(
            "Less" if chosen == line.id else "More",
            key=f"more-{line.id}",
            type="tertiary",
            help="Rename, export or delete",
            on_click=_choose,
            args=("" if chosen == line.id else line.id,),
        )
    if chosen == line.id:
        with st.container(key=f"manage-{line.id}"):
            if asked:
                _draw_deletion(readout, line, current)
            else:
                _draw_choices(readout, line)


def _draw_choices(readout: Readout, line: ConversationLine) -> None:
    st.text_input(
        "Name",
        value=line.name,
        key=f"name-{line.id}",
        max_chars=NAME_CHARACTERS,
        on_change=_rename,
        args=(readout, line.id),
    )
    if fault := st.session_state.pop("kept-fault", ""):
        st.html(f'<p class="r-foot r-bad" role="alert">{safe(fault)}</p>')
    with st.container(horizontal=True, vertical_alignment="center"):
        load = partial(load_conversation, readout.library, line.id)
        _draw_files(readout, f"file-{line.id}", load, line.name)
        st.button("Delete …", key=f"delete-{line.id}", on_click=_choose, args=(line.id, True))


def _draw_deletion(readout: Readout, line: ConversationLine, current: Conversation) -> None:
    what = (
        "Its question and the answer"
        if line.questions == 1
        else f"Its {line.questions} questions and answers"
    )
    st.html(
        f'<p class="r-for">Delete “{safe(line.name)}”? {what} go with it. Thumbs and notes that were given'
        " stay.</p>"
    )
    with st.container(horizontal=True):
        if st.button("Delete for good", key=f"really-{line.id}", type="primary"):
            try:
                delete_conversation(readout.library, line.id)
            except LibraryError as error:
                st.html(f'<p class="r-foot r-bad" role="alert">{safe(str(error))}</p>')
                return
            if line.id == current.id:
                current.deleted = True
                stop(readout, current)
                start_anew()
                st.rerun()
            st.rerun(scope="fragment")
        st.button("Keep it", key=f"keep-{line.id}", on_click=_choose, args=(line.id,))


def _draw_files(readout: Readout, key: str, conversation: Loader, name: str) -> None:
    for kind in FORMATS:

        def written(kind: str = kind) -> str:
            kept = conversation()
            return export_conversation(kept, kind, changes_since(readout.library, kept)) if kept else ""

        st.download_button(
            LABELS[kind], written, file_name(name, kind), MIME[kind], key=f"{key}-{kind}", on_click="ignore"
        )


def _choose(conversation_id: str, delete: bool = False) -> None:
    st.session_state[CHOSEN] = (conversation_id, delete)


def _rename(readout: Readout, conversation_id: str) -> None:
    try:
        rename_conversation(readout.library, conversation_id, st.session_state[f"name-{conversation_id}"])
    except LibraryError as error:
        st.session_state["kept-fault"] = str(error)


def _open(readout: Readout, conversation_id: str) -> None:
    open_conversation(readout, conversation_id, running)
    st.session_state[CHOSEN] = ("", False)


def _when(moment: datetime) -> str:
    """'14:05' today, else the day."""
    local = moment.astimezone()
    today = datetime.now(UTC).astimezone().date()
    if local.date() == today:
        return f"today {local:%H:%M}"
    return "yesterday" if local.date() == today - timedelta(days=1) else date_label(local)

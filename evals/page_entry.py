"""The page on a library that the bench keeps: as app.py, with the encoder that this library was made with."""

from pathlib import Path

import streamlit as st

from evals.distractors import RecombinedEncoder
from evals.libraries import evaluation_settings
from evals.speed import SENTENCES
from rag.answering import Readout
from rag.extractive import ExtractiveAnswerer
from rag.library import Library
from rag.page.chat import show_chat
from rag.page.engine import make_ready
from rag.page.frame import draw_links
from rag.page.status import show_status


@st.cache_resource(show_spinner=False)
def open_kept(folder: Path, home: Path) -> Readout:
    encoder = RecombinedEncoder(evaluation_settings(folder), folder / SENTENCES)
    readout = Readout(evaluation_settings(home), Library(home), encoder, ExtractiveAnswerer())
    make_ready(readout)
    return readout


def draw(folder: Path, home: Path) -> None:
    """`folder`: the bench's own, with the kept vectors; `home`: the library's."""

    def ask() -> None:
        show_chat(lambda: open_kept(folder, home))

    pages = (
        st.Page(ask, title="Ask", url_path="ask", default=True),
        st.Page(show_status, title="Status", url_path="status"),
    )
    st.set_page_config(page_title="Readout", layout="wide", initial_sidebar_state="collapsed")
    page = st.navigation(pages, position="hidden")
    draw_links(pages, page)
    page.run()

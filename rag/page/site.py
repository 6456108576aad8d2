"""What Streamlit runs for each visitor: page setup and navigation only."""

import streamlit as st

from rag.page.articles import show_articles
from rag.page.chat import show_chat
from rag.page.door import admitted
from rag.page.evaluation import show_evaluation
from rag.page.frame import draw_links
from rag.page.sign_in import visitor
from rag.page.status import show_status

PAGES = (
    st.Page(show_chat, title="Ask", url_path="ask", default=True),
    st.Page(show_articles, title="Articles", url_path="articles"),
    st.Page(show_evaluation, title="Evaluation", url_path="evaluation"),
    st.Page(show_status, title="Status", url_path="status"),
)

st.set_page_config(page_title="Readout", layout="wide", initial_sidebar_state="collapsed")
page = st.navigation(PAGES, position="hidden")
if admitted():
    draw_links(PAGES, page, visitor())
    page.run()

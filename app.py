"""The Streamlit entry: page setup and navigation only."""

import streamlit as st

from rag.page.chat import show_chat

st.set_page_config(page_title="Readout", layout="wide", initial_sidebar_state="collapsed")
st.navigation([st.Page(show_chat, title="Ask", url_path="ask", default=True)], position="hidden").run()

"""The one Readout of the process, shared by all sessions."""

import logging

import streamlit as st

from rag.answering import Readout, open_readout
from rag.settings import load_settings

log = logging.getLogger("readout.page")


@st.cache_resource(show_spinner="Opening the library …")
def get_readout() -> Readout:
    """Opened and warmed at the first visit. Raises ReadoutError; the next visit tries again."""
    readout = open_readout(load_settings(), report=log.info)
    readout.offers()  # begins to look for a model server on this machine, behind the work that follows
    readout.warm()
    return readout

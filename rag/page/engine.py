"""The one Readout of the process, shared by all sessions."""

import gc
import logging

import streamlit as st

from rag.answering import Readout, open_readout
from rag.settings import load_settings

log = logging.getLogger("readout.page")


@st.cache_resource(show_spinner="Opening the library …")
def get_readout() -> Readout:
    """Opened and warmed at the first visit. Raises ReadoutError; the next visit tries again."""
    readout = open_readout(load_settings(), report=log.info)
    make_ready(readout)
    return readout


def make_ready(readout: Readout) -> None:
    """Loads what questions need. Streamlit collects garbage after each run of a page, in all generations.

    What was loaded is not garbage: to go through it each time would take longer than the run (250 ms).
    """
    readout.offers()  # begins to look for a model server on this machine, behind the work that follows
    readout.warm()
    gc.collect()
    gc.freeze()

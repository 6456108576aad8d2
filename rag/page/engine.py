"""The one Readout of the process, shared by all sessions."""

import gc
import logging
import threading
import time

import streamlit as st

from rag.answering import Readout, open_readout
from rag.logs import Opened, tell
from rag.settings import load_settings

log = logging.getLogger("readout.page")

_opening = threading.Lock()
_opened: list[Readout] = []  # one, once it is open


def get_readout() -> Readout:
    """For a page. Raises ReadoutError where the library cannot be opened; the next visit tries again."""
    if _opened:
        return _opened[0]
    with st.spinner("Opening the library …"):
        return hold_readout()


def hold_readout() -> Readout:
    """The same, also outside a page: opened and warmed by the first who asks."""
    with _opening:
        if not _opened:
            began = time.monotonic()
            readout = open_readout(load_settings(), report=log.info)
            try:
                make_ready(readout)
            except BaseException:
                readout.close()  # it is tried again, perhaps for days
                raise
            _opened.append(readout)
            span = readout.span()
            tell(Opened(span.articles, span.passages, time.monotonic() - began))
        return _opened[0]


def make_ready(readout: Readout) -> None:
    """Loads what questions need. Streamlit collects garbage after each run of a page, in all generations.

    What was loaded is not garbage: to go through it each time would take longer than the run (250 ms).
    """
    readout.offers()  # begins to look for a model server on this machine, behind the work that follows
    readout.warm()
    gc.collect()
    gc.freeze()

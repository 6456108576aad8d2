"""Retrieval on the evaluation page: what was found on published sets, beside the usual systems."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import streamlit as st

from rag.page.frame import part_html, table_html
from rag.runs import Estimate, SearchedSet, SearchRun, read_searches
from rag.show import safe

FIRST = "nDCG@10"  # the figure that is shown first
SYSTEMS = {"readout": "Readout", "chroma": "LangChain + Chroma", "ensemble": "with BM25, ensemble"}
WHAT = "Whether the right document is found, and how high, on published sets of questions. 95 % intervals."


def draw_searches(paths: Sequence[Path]) -> None:
    """The newest of the result files, or the one that is chosen. Raises ReadError."""
    if not paths:
        return
    runs = sorted((_read(path, path.stat().st_mtime_ns) for path in paths), key=lambda run: run.made)[::-1]
    st.html(part_html("Retrieval", WHAT))
    with st.container(key="searches", horizontal=True, vertical_alignment="bottom"):
        run = st.selectbox("Measured", runs, format_func=search_label, key="searches-run", width=330)
        figures = figure_names(run)
        at = figures.index(FIRST) if FIRST in figures else 0
        figure = st.selectbox("Figure", figures, at, key="searches-figure", width=220)
    st.html(searches_html(run, str(figure)))


@st.cache_data(show_spinner=False)
def _read(path: Path, changed: int) -> SearchRun:
    return read_searches(path)


def search_label(run: SearchRun) -> str:
    """'23 Nov 2026, 22:51 · be67c17c58'. Plain text."""
    return f"{datetime.fromisoformat(run.made):%d %b %Y, %H:%M} · {run.commit}"


def figure_names(run: SearchRun) -> list[str]:
    names = (name for one in run.sets for found in one.systems.values() for name in found)
    return list(dict.fromkeys(names))


def searches_html(run: SearchRun, figure: str) -> str:
    systems = list(dict.fromkeys(name for one in run.sets for name in one.systems))
    columns = ("set", "questions", *(safe(SYSTEMS.get(name, name)) for name in systems))
    rows = (
        (safe(one.set), f"{one.questions:,}", *(_cell(one, name, figure) for name in systems))
        for one in run.sets
    )
    return table_html("Retrieval", columns, rows, "r-figures")


def _cell(one: SearchedSet, system: str, figure: str) -> str:
    value = one.systems.get(system, {}).get(figure)
    if value is None:
        return "–"
    if isinstance(value, Estimate):
        return f"{value.mean:.3f} <small>[{value.low:.3f}–{value.high:.3f}]</small>"
    return f"{value:.1f}"

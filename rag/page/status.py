"""The status page: what answers, what is searched, whether it is well, and every setting."""

import re
from collections.abc import Callable
from math import ceil
from urllib.parse import urlsplit

import streamlit as st

from rag.answering import Readout
from rag.breaker import FAILURES
from rag.errors import ReadoutError
from rag.health import find_trouble
from rag.index import Indexes, Report
from rag.page.answers import notice_html
from rag.page.engine import get_readout
from rag.page.frame import draw_head, facts_html, part_html, table_html
from rag.page.jobs import Job
from rag.settings import Settings, ShownSetting, load_settings
from rag.show import coverage, safe

POLL_SECONDS = 0.5  # between two looks at a check that is running
FAULTS_MOST = 20  # shown of a check; what mends one mends all
MEGABYTE = 1_000_000


def show_status(open_library: Callable[[], Readout] = get_readout) -> None:
    """The page on the library of the settings, or on what a test opens. Stands also where none opens."""
    draw_head("Status", "What answers, what is searched, and whether all is well.")
    try:
        readout = open_library()
        trouble = find_trouble(readout).sentence
        facts = state_facts(readout)
    except ReadoutError as error:
        st.html(notice_html("Readout cannot use its library", str(error), fault=True))
        _draw_settings(_settings())
        return
    _draw_state(trouble, facts, left_alone_facts(readout))
    _draw_health(readout)
    _draw_settings(readout.settings)


def state_facts(readout: Readout) -> tuple[tuple[str, str], ...]:
    library, span = readout.library, readout.span()
    passages = f", {span.passages:,} passages" if span.articles else ""
    return (
        ("Answers", answers_fact(readout.settings)),
        ("Articles", coverage(span) + passages),
        ("Library", f"{library.path}, {library.size() / MEGABYTE:.1f} MB with its indexes"),
        ("Encoder", f"{readout.embedder.fingerprint}, on this machine"),
    )


def answers_fact(settings: Settings) -> str:
    """Who writes the answers and, if it is a model, where the passages go."""
    if not settings.model:
        return "Quoted sentences; no language model is asked and nothing leaves this machine"
    host = urlsplit(settings.base_url).hostname if settings.base_url else "the provider's own address"
    key = "with a key" if settings.key else "without a key"
    return f"Written by {settings.model} at {host}, {key}; each claim is checked against the articles"


def left_alone_facts(readout: Readout) -> tuple[str, ...]:
    """A sentence for each model that is not asked for a while, as it failed several times in a row."""
    return tuple(
        f"{name} failed {FAILURES} times in a row and is not asked for {ceil(left)} more seconds. Until then"
        " sentences of the articles are quoted. See that its server runs and can be reached."
        for name, left in readout.left_alone()
    )


def _draw_state(trouble: str, facts: tuple[tuple[str, str], ...], left_alone: tuple[str, ...]) -> None:
    if trouble:
        st.html(notice_html("Questions cannot be answered now", trouble, fault=True))
    else:
        st.html(notice_html("Ready", "Questions can be asked."))
    for text in left_alone:
        st.html(notice_html("A model is left alone for now", text, fault=True))
    st.html(facts_html(facts))


def _draw_health(readout: Readout) -> None:
    st.html(part_html("Health", "Searches both indexes for every passage that the library holds."))
    job: Job[Report] | None = st.session_state.get("check")
    if job and job.running:
        st.fragment(_draw_check, run_every=POLL_SECONDS)(job)
        return
    if job:
        st.html(report_html(job))
    label = "Check again" if job else "Check the library"
    st.button(label, key="check-library", on_click=_begin_check, args=(readout,))


def _begin_check(readout: Readout) -> None:
    def check(job: Job[Report]) -> None:
        own = Indexes(readout.library)  # so that questions need not wait for it
        job.results.append(own.check(job.tell))

    st.session_state.check = Job(check, readout.span().passages)


def _draw_check(job: "Job[Report]") -> None:
    if not job.running:
        st.rerun()
    st.progress(job.share, f"{job.done:,} of {job.total:,} passages found again")


def report_html(job: "Job[Report]") -> str:
    """What a check that is over has found, in words."""
    if job.fault:
        return notice_html("The check did not come to an end", job.fault, fault=True)
    (report,) = job.results
    looked = f"{report.articles:,} articles and {report.passages:,} passages"
    if not report.faults:
        return notice_html("All is well", f"{looked} are stored whole, and each is found.")
    named = "".join(f"<li>{safe(fault)}</li>" for fault in report.faults[:FAULTS_MOST])
    more = len(report.faults) - FAULTS_MOST
    rest = f"<p>and {more} more</p>" if more > 0 else ""
    count = "1 fault" if len(report.faults) == 1 else f"{len(report.faults)} faults"
    way = f"{looked}. The indexes are made anew from the library with: readout rebuild"
    return f'{notice_html(count, way, fault=True)}<ul class="r-list">{named}</ul>{rest}'


def _settings() -> Settings | None:
    try:
        return load_settings()
    except ReadoutError:
        return None  # the notice above says which one cannot be used


def _draw_settings(settings: Settings | None) -> None:
    if not settings:
        return
    st.html(
        part_html(
            "Settings",
            "They are read at the start, from the environment and from the file <code>.env</code>.",
        )
    )
    rows = map(_setting_row, settings.shown())
    st.html(table_html("Settings", ("setting", "value", "meaning"), rows))


def _setting_row(one: ShownSetting) -> tuple[str, str, str]:
    value = safe(one.value) or "<i>empty</i>"
    meaning = re.sub(r"`([^`]*)`", r"<code>\1</code>", safe(one.meaning))
    return f"<code>{one.name}</code>", f"<b>{value}</b> (chosen)" if one.chosen else value, meaning

"""The evaluation page: a run's figures, two runs held against each other, and each question opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import streamlit as st

from rag.errors import ReadoutError
from rag.evaluation import (
    REPOSITORY,
    StoredRun,
    SuiteRun,
    list_results,
    list_searches,
    results_folder,
    stored_runs,
    suite_command,
    summarise_run,
)
from rag.page.answers import notice_html
from rag.page.frame import count, draw_head, part_html, table_html
from rag.page.pictures import draw_main_figures, draw_types
from rag.page.questions import main_names, open_question, question_row_html
from rag.page.searches import draw_searches
from rag.runs import READOUT, AskedQuestion, Compared, Figure, RunSummary, Summary
from rag.settings import Settings, load_settings
from rag.show import safe

ROWS = 12  # questions on one page of the list
POLL_SECONDS = 1.0  # between two looks at a run at work
PARTS = {"all": "All questions", "open": "The open part", "test": "The test part"}
LEAST_P = 0.001  # smaller ones are said to be smaller
WHOLE = ("words",)  # figures shown without decimals
MEASURING = (
    "Asks the gold questions on the sample articles, in a process of its own. Your library is not touched."
)
QUESTIONS = (
    "The worst first. Open one to see its answer, its passages and why it scored so."
    " Questions of the test part stay closed: nothing is tuned on them."
)
OUTCOMES = ("Won", "Lost", "Same")


@dataclass(slots=True)
class Bench:
    """The one run at work of this process; every session sees it."""

    run: SuiteRun | None = None


@st.cache_resource(show_spinner=False)
def get_bench() -> Bench:
    return Bench()


def show_evaluation(
    repository: Path = REPOSITORY, get_settings: Callable[[], Settings] = load_settings
) -> None:
    """The page on the suite of this repository, or of one that a test makes."""
    draw_head("Evaluation", "How good the answers are, measured on questions with known answers.")
    try:
        suite_command((), repository)
        runs = find_runs(repository)
        if runs:
            _draw_run(runs, repository)
        else:
            st.html(notice_html("No run yet", "Measure one below: it takes some minutes."))
        draw_searches(list_searches(repository))
        _draw_measuring(repository, get_settings())
    except ReadoutError as error:
        st.html(notice_html("Nothing can be shown here", str(error), fault=True))


# What there is


def find_runs(repository: Path) -> list[StoredRun]:
    """The runs of all result files, Readout's newest first. Raises ReadError."""
    found = [run for path in list_results(repository) for run in _heads(path, path.stat().st_mtime_ns)]
    ordered = sorted(found, key=lambda run: run.head.made, reverse=True)
    return sorted(ordered, key=lambda run: run.head.system != READOUT)


@st.cache_data(show_spinner=False)
def _heads(path: Path, changed: int) -> tuple[StoredRun, ...]:
    return stored_runs(path)


@st.cache_resource(show_spinner="Reckoning the figures …", max_entries=8)  # never changed once made
def _summary(run: StoredRun, against: StoredRun | None, repository: Path, changed: int) -> Summary:
    return summarise_run(run, against, repository)


def run_label(run: StoredRun) -> str:
    """'Readout, extractive · 25 November 2026, 17:52 · bf637136cb'. Plain text."""
    name = "Readout" if run.head.system == READOUT else run.head.system
    made = datetime.fromisoformat(run.head.made)
    place = " · this machine" if run.path.parent.name == "local" else ""
    return f"{name}, {run.head.answerer} · {made:%d %b %Y, %H:%M} · {run.head.commit}{place}"


# A run


def _draw_run(runs: Sequence[StoredRun], repository: Path) -> None:
    with st.container(key="runs", horizontal=True, vertical_alignment="bottom"):
        run = st.selectbox("Run", runs, format_func=run_label, key="run")
        others = [None, *(one for one in runs if one != run)]
        against = st.selectbox(
            "Against", others, format_func=lambda one: run_label(one) if one else "nothing", key="against"
        )
    assert run is not None
    changed = max(one.path.stat().st_mtime_ns for one in (run, against) if one)
    summary = _summary(run, against, repository, changed)
    if not summary.run.current:
        st.html(notice_html("Questions or articles have changed since", "The figures are those of then."))
    if summary.note:
        st.html(notice_html("These two cannot be compared by question", summary.note, fault=True))
    _draw_figures(summary)
    if summary.against and summary.compared:
        _draw_compared(summary.run, summary.against, summary.compared)
    _draw_questions(summary)


def _draw_figures(summary: Summary) -> None:
    part = st.segmented_control(
        "Questions", list(PARTS), format_func=PARTS.__getitem__, default="all", key="part", required=True
    )
    chosen = [f for f in summary.run.figures if f.part == part and not f.kind]
    others = [f for f in summary.against.figures if f.part == part and not f.kind] if summary.against else []
    pictures, table = st.columns((6, 6), gap="medium")
    with pictures:
        draw_main_figures(chosen, others)
    with table:
        st.html(figures_html(chosen, others))
    with st.expander("By type of question"):
        names = {f.name: f.words for f in summary.run.figures if f.kind}
        name = st.selectbox("Figure", list(names), format_func=names.__getitem__, key="by-type")
        draw_types(summary.run.figures, summary.against.figures if summary.against else (), name)


def figures_html(figures: Sequence[Figure], others: Sequence[Figure]) -> str:
    """With 95 % intervals and the number of questions; the other run's beside them."""
    beside = {figure.name: figure for figure in others}
    columns = ["figure", "this run", *(["the other"] if others else [])]
    rows = [
        [safe(one.words), figure_words(one), *([figure_words(beside.get(one.name))] if others else [])]
        for one in figures
    ]
    return table_html("Figures", columns, rows, "r-figures")


def figure_words(figure: Figure | None) -> str:
    if not figure:
        return "–"
    digits = 0 if figure.name in WHOLE else 3
    interval = f"[{figure.low:.{digits}f}–{figure.high:.{digits}f}]"
    return f"{figure.value:.{digits}f} <small>{interval} of {figure.size}</small>"


# Two runs


def _draw_compared(run: RunSummary, other: RunSummary, compared: Sequence[Compared]) -> None:
    st.html(
        part_html(
            "Question by question", "Each question that both runs have a value for; p by paired bootstrap."
        )
    )
    st.html(compared_html(compared))


def compared_html(compared: Sequence[Compared]) -> str:
    columns = ("measure", "this run", "the other", "difference", "p", "won", "lost", "same")
    return table_html("Compared", columns, [(safe(one.words), *_cells(one)) for one in compared], "r-figures")


def _cells(one: Compared) -> tuple[str, ...]:
    difference = f"{one.difference:+.3f} <small>[{one.low:+.3f} to {one.high:+.3f}]</small>".replace("-", "−")
    p = f"{one.p:.3f}" if one.p >= LEAST_P else f"&lt; {LEAST_P}"
    return (f"{one.ours:.3f}", f"{one.theirs:.3f}", difference, p, str(one.won), str(one.lost), str(one.same))


def outcome(ours: AskedQuestion, theirs: AskedQuestion | None, measure: str) -> str:
    """Won, Lost or Same; empty where one of the two has no value."""
    a, b = ours.value(measure), theirs.value(measure) if theirs else None
    if a is None or b is None:
        return ""
    return "Same" if a == b else "Won" if a > b else "Lost"


# The questions


def _draw_questions(summary: Summary) -> None:
    run, against = summary.run, summary.against if summary.compared else None
    others = {question.id: question for question in against.questions} if against else {}
    st.html(part_html("Questions", QUESTIONS))
    with st.container(key="choosing", horizontal=True, vertical_alignment="bottom"):
        kinds = ["all", *dict.fromkeys(question.kind for question in run.questions)]
        kind = st.selectbox("Type", kinds, key="kind", width=150)
        names = main_names(run)
        measure = st.selectbox(
            "Judged by", list(names), format_func=names.__getitem__, key="measure", width=330
        )
        wanted = _choose_outcome(bool(others))
    chosen = [question for question in run.questions if kind in ("all", question.kind)]
    if others and measure:
        chosen = [q for q in chosen if outcome(q, others.get(q.id), measure) == wanted]
    elif measure and wanted == "Missed":
        chosen = [q for q in chosen if missed(q, measure)]
    ordered = sorted(chosen, key=badness(measure or ""))
    _draw_rows(ordered, others, measure or "", names.get(measure or "", ""))


def missed(question: AskedQuestion, measure: str) -> bool:
    value = question.value(measure)
    return bool(question.error) or (value is not None and value < 1)


def _choose_outcome(compared: bool) -> str:
    options = OUTCOMES if compared else ("Missed", "All")
    first = "Lost" if compared else "Missed"
    return str(st.segmented_control("Show", options, default=first, key=f"show-{compared}", required=True))


def badness(measure: str) -> Callable[[AskedQuestion], tuple[bool, float, float, str]]:
    """Failed ones first, then by the measure, then by the mean of the main scores."""

    def key(question: AskedQuestion) -> tuple[bool, float, float, str]:
        value = question.value(measure)
        return (
            not question.error,
            1.0 if value is None else value,
            1.0 if question.mean is None else question.mean,
            question.id,
        )

    return key


def _draw_rows(
    chosen: Sequence[AskedQuestion], others: Mapping[str, AskedQuestion], measure: str, words: str
) -> None:
    pages = max(1, -(-len(chosen) // ROWS))
    page = min(int(st.session_state.get("questions-page", 1)), pages)
    said = count(len(chosen), "question") if chosen else "No such question."
    st.html(f'<p class="r-group" role="status">{said}</p>')
    with st.container(key="questions"):
        for question in chosen[(page - 1) * ROWS : page * ROWS]:
            other = others.get(question.id)
            with st.container(key=f"row-{question.id}", horizontal=True, vertical_alignment="center"):
                st.html(question_row_html(question, other, measure, words))
                if st.button("Open", key=f"open-{question.id}", type="tertiary", icon=":material/search:"):
                    open_question(question, other)
    if pages > 1:
        st.pagination(pages, key="questions-page")


# A new run


def _draw_measuring(repository: Path, settings: Settings) -> None:
    bench = get_bench()
    st.html(part_html("Measure now", MEASURING))
    if bench.run and bench.run.running:
        st.fragment(_draw_progress, run_every=POLL_SECONDS)(bench.run)
        return
    if bench.run:
        fault = bench.run.fault
        st.html(
            notice_html("No new run", fault, fault=True)
            if fault
            else notice_html("Done", "The new run is in the list above.")
        )
    with st.container(key="measuring", horizontal=True, vertical_alignment="bottom"):
        part = st.selectbox(
            "Questions asked", list(PARTS), format_func=PARTS.__getitem__, key="new-part", width=190
        )
        answerers = ["extractive", *([settings.model] if settings.model else [])]
        answerer = st.selectbox("Answers by", answerers, key="new-answerer", width=220)
        baseline = st.checkbox("Also LangChain + Chroma", key="new-baseline")
        st.button(
            "Start", key="start-run", on_click=_begin, args=(repository, str(part), str(answerer), baseline)
        )
    if answerer != "extractive":
        st.html('<p class="r-foot">Every question and its passages go to the model, at its price.</p>')


def _begin(repository: Path, part: str, answerer: str, baseline: bool) -> None:
    bench = get_bench()
    if bench.run and bench.run.running:  # begun in another session a moment ago
        return
    out = results_folder(repository) / "local" / f"gold-{datetime.now(UTC):%Y%m%d-%H%M%S}.json"
    arguments = ["gold", "--part", part, "--answerer", answerer, "--json", str(out)]
    bench.run = SuiteRun([*arguments, *([] if baseline else ["--no-baseline"])], repository)


def _draw_progress(run: SuiteRun) -> None:
    if not run.running:
        st.rerun()
    at = run.progress
    share = min(at.done / at.total, 1.0) if at.total else 0.0
    st.progress(share, f"{at.label}: {at.done} of {at.total}" if at.total else f"{at.label} …")
    st.button("Stop", key="stop-measuring", on_click=run.stop)

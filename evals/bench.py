"""Speed and size against the usual pipeline, baseline (b): LangChain's ensemble of Chroma and BM25.

Ratios first: they are what another machine should see too. Times are those of this machine at this hour.
"""

import json
import multiprocessing
import os
import platform
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from evals import page_speed, speed
from evals.page_speed import ASKED, PageSpeed
from evals.report import commit
from evals.speed import Adding, Asking, Encoding, Filled, Latency
from rag.errors import SettingsError

SIZES = (1_000, 5_000)  # passages; minutes on two cores
TEXTS = Path("corpus")
SMALLEST = 100
KEPT = Path("build/bench")  # libraries of earlier runs; safe to delete
BASELINE_PASSAGES = 50_000  # beyond, BM25 in Python takes gigabytes: ours alone is measured

ENCODING_LEAST = 1.8  # targets: times the fp32 encoder
BESIDES_ENCODING_MOST = 0.15  # share of adding
ASKING_MOST, ASKING_SIZE = 0.5, 25_000  # times the baseline's p50, at so many passages
GROWTH_MOST, GROWTH_SIZES = 3.0, (25_000, 250_000)  # times the p50 of the smaller size
MEMORY_MOST, MEMORY_SIZE = 1500.0, 10_000  # MB for adding so many articles, and for a reader of any size
PAGE_SIZE = 25_000  # passages, at which the page's targets apply
FOUND_MOST, WORDS_MOST = 1000.0, 1500.0  # ms from Enter, p95
RERUN_MOST = 200.0  # ms over what Streamlit takes for an empty chat page
FIRST_MOST = 1.2  # times a later question: no slower, but for the noise of single questions
NEAR = 0.9  # share of a target's size from which the target applies
BAR = 30  # characters of the longest bar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Size:
    """All that was measured with a library of one size."""

    filled: Filled
    reader_megabytes: float
    asking: Asking


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the first table."""

    name: str
    value: str
    target: str = ""
    met: bool | None = None  # None where the target does not apply to this run


@dataclass(frozen=True, slots=True)
class Results:
    commit: str
    made: str  # when, in UTC
    machine: str
    texts: str
    encoding: Encoding
    adding: Adding
    sizes: tuple[Size, ...]
    page: PageSpeed | None = None  # None where there is no browser


def bench(
    sizes: Sequence[int] = SIZES, texts: Path = TEXTS, out: Path | None = None, kept: Path = KEPT
) -> None:
    """Measures, prints the tables and, with `out`, writes the figures there as JSON."""
    results = measure(sorted(set(sizes)), texts, kept / speed.made_from(texts))
    console = Console()
    _print_head(console, results)
    console.print(_figures_table(figures(results)))
    console.print(_sizes_table(results.sizes))
    if not results.page:
        console.print("The page was not measured: no Chromium. Get one: python tests/browser/chromium.py\n")
    adding, largest = results.adding, results.sizes[-1]
    title = f"Where adding {adding.passages:,} passages from files spends its time"
    console.print(_stages_table(title, adding.stages))
    title = f"Where a question spends its time, {largest.filled.passages:,} passages"
    console.print(_stages_table(title, largest.asking.stages))
    if out:
        write(results, out)
        console.print(f"Written: {out}")


def write(results: Results, out: Path) -> None:
    """The figures as JSON, with the tables' lines."""
    out.parent.mkdir(parents=True, exist_ok=True)
    written = asdict(results) | {"figures": [asdict(figure) for figure in figures(results)]}
    out.write_text(json.dumps(written, indent=1) + "\n")


def read_sizes(listed: str) -> list[int]:
    """'1000,25000' as numbers. Raises SettingsError."""
    try:
        sizes = [int(part) for part in listed.split(",") if part.strip()]
    except ValueError:
        sizes = [0]
    if any(size < SMALLEST for size in sizes):
        raise SettingsError(f"--passages takes sizes of {SMALLEST} and more, for example 1000,25000.")
    return sizes


def measure(sizes: Sequence[int], texts: Path, folder: Path) -> Results:
    """`folder` keeps what takes long to make."""
    encoding = _apart(speed.measure_encoder, texts, folder)
    adding = _apart(speed.measure_adding, texts, folder)
    _apart(speed.keep_sentence_vectors, texts, folder)
    homes = [folder / str(size) for size in sizes]
    filled = [
        _apart(speed.fill_library, texts, folder, home, size) for home, size in zip(homes, sizes, strict=True)
    ]
    readers = [_apart(speed.measure_reader, texts, folder, home) for home in homes]
    asking = _apart(speed.measure_asking, texts, folder, homes, BASELINE_PASSAGES)
    near = min(range(len(sizes)), key=lambda at: abs(sizes[at] - PAGE_SIZE))
    page = _apart(page_speed.measure_page, texts, folder, homes[near])
    return Results(
        commit=commit(),
        made=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        machine=_machine(),
        texts=str(texts),
        encoding=encoding,
        adding=adding,
        sizes=tuple(Size(*parts) for parts in zip(filled, readers, asking, strict=True)),
        page=page,
    )


def _apart(work: Callable[P, R], *values: P.args, **named: P.kwargs) -> R:
    """Runs `work` in a fresh process: its memory is its own, and nothing is warm from before.

    This process stays small, as a new one inherits its peak.
    """
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(work, *values, **named).result()


def _machine() -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"


# What is shown


def figures(results: Results) -> list[Figure]:
    """The figures that have a target, ratios first."""
    ratio, unpadded = results.encoding.ratio, results.encoding.ratio_unpadded
    rest = results.adding.besides_encoding
    return [
        Figure(
            "passages embedded per second",
            f"{ratio:.2f} × Chroma's default",
            f"≥ {ENCODING_LEAST} ×",
            ratio >= ENCODING_LEAST,
        ),
        Figure("  against the same in fp32 without its padding", f"{unpadded:.2f} ×"),
        Figure(
            "adding besides the encoder",
            f"{rest:.1%}",
            f"≤ {BESIDES_ENCODING_MOST:.0%}",
            rest <= BESIDES_ENCODING_MOST,
        ),
        *(_asking_figure(size) for size in results.sizes if size.asking.baseline),
        *_growth_figures(results.sizes),
        *_adding_memory(results.sizes),
        _memory_figure("an open reader", max(size.reader_megabytes for size in results.sizes)),
        *(_page_figures(results.page) if results.page else ()),
    ]


def _asking_figure(size: Size) -> Figure:
    assert size.asking.baseline is not None
    ratio, passages = size.asking.ours.p50 / size.asking.baseline.p50, size.filled.passages
    return Figure(
        f"retrieval p50 at {passages:,}",
        f"{ratio:.2f} × baseline",
        f"≤ {ASKING_MOST} × at {ASKING_SIZE:,}",
        ratio <= ASKING_MOST if passages >= NEAR * ASKING_SIZE else None,
    )


def _growth_figures(sizes: Sequence[Size]) -> list[Figure]:
    """From the size that the target begins at, if that was measured, or else from the smallest."""
    begun = [size for size in sizes if size.filled.passages >= NEAR * GROWTH_SIZES[0]]
    first, last = (begun if len(begun) > 1 else sizes)[0], sizes[-1]
    if first is last:
        return []
    growth = last.asking.ours.p50 / first.asking.ours.p50
    reached = len(begun) > 1 and last.filled.passages >= NEAR * GROWTH_SIZES[1]
    return [
        Figure(
            f"its growth, {first.filled.passages:,} → {last.filled.passages:,}",
            f"{growth:.2f} ×",
            f"≤ {GROWTH_MOST:g} × to {GROWTH_SIZES[1]:,}",
            growth <= GROWTH_MOST if reached else None,
        )
    ]


def _adding_memory(sizes: Sequence[Size]) -> list[Figure]:
    """Of the largest size within the target's; what a larger one takes stands in the second table."""
    within = [size.filled for size in sizes if size.filled.articles <= MEMORY_SIZE]
    if not within:
        return []
    return [_memory_figure(f"adding {within[-1].articles:,} articles", within[-1].peak_megabytes)]


def _memory_figure(what: str, megabytes: float) -> Figure:
    met = megabytes <= MEMORY_MOST
    return Figure(f"peak memory of {what}", f"{megabytes:,.0f} MB", f"≤ {MEMORY_MOST:,.0f} MB", met)


def _page_figures(page: PageSpeed) -> list[Figure]:
    """In a real browser, one session, no model. The targets apply from about PAGE_SIZE passages."""
    due, beside = page.passages >= NEAR * PAGE_SIZE, page.first / page.later
    at, size = f"at {page.passages:,}", f"at {PAGE_SIZE:,}"

    def figure(name: str, value: str, target: str, met: bool) -> Figure:
        return Figure(name, value, target, met if due else None)

    return [
        figure(
            f"Enter to passages shown, p50 / p95 {at}",
            _latency(page.found),
            f"p95 ≤ {FOUND_MOST:,.0f} ms {size}",
            page.found.p95 <= FOUND_MOST,
        ),
        figure(
            f"Enter to the first words, p50 / p95 {at}",
            _latency(page.words),
            f"p95 ≤ {WORDS_MOST:,.0f} ms {size}",
            page.words.p95 <= WORDS_MOST,
        ),
        figure(
            "a rerun over Streamlit's empty chat page",
            f"{page.own:.0f} ms ({page.rerun / page.empty_rerun:.1f} × {page.empty_rerun:.0f} ms)",
            f"≤ {RERUN_MOST:.0f} ms {size}",
            page.own <= RERUN_MOST,
        ),
        figure(
            "first question after start",
            f"{beside:.2f} × one after {ASKED} others",
            f"≤ {FIRST_MOST} × {size}",
            beside <= FIRST_MOST,
        ),
    ]


def _print_head(console: Console, results: Results) -> None:
    console.print(f"Speed against LangChain's ensemble of Chroma and BM25, commit {results.commit}")
    console.print(f"Ratios carry over; times and memory are of this machine: {results.machine}")
    console.print(
        f"Size tests recombine sentences from {results.texts} with other names and numbers. Their passages'"
        " vectors are made from kept sentence vectors, ours and the baseline's; all else is real.\n"
    )


def _table(title: str, *heads: str) -> Table:
    """The first column to the left, the others to the right."""
    table = Table(title=title, title_justify="left", box=SIMPLE, title_style="bold")
    for number, head in enumerate(heads):
        table.add_column(head, justify="right" if number else "left", no_wrap=True)
    return table


def _figures_table(found: Sequence[Figure]) -> Table:
    table = _table("Against the targets", "", "measured", "target", "")
    for figure in found:
        met = {True: "met", False: "missed", None: "–"}[figure.met]
        table.add_row(figure.name, figure.value, figure.target, met)
    return table


def _sizes_table(sizes: Sequence[Size]) -> Table:
    table = _table("By size", "passages", *(f"{size.filled.passages:,}" for size in sizes))
    table.add_row("articles", *(f"{size.filled.articles:,}" for size in sizes))
    table.add_row("retrieval, p50 / p95", *(_latency(size.asking.ours) for size in sizes))
    table.add_row("  the baseline's", *(_latency(size.asking.baseline) for size in sizes))
    table.add_row("added, encoder left out", *(f"{size.filled.rate:,.0f}/s" for size in sizes))
    table.add_row("peak memory of adding", *(f"{size.filled.peak_megabytes:,.0f} MB" for size in sizes))
    table.add_row("peak memory of a reader", *(f"{size.reader_megabytes:,.0f} MB" for size in sizes))
    return table


def _latency(found: Latency | None) -> str:
    return f"{found.p50:.1f} / {found.p95:.1f} ms" if found else "not measured"


def _stages_table(title: str, stages: dict[str, float]) -> Table:
    """A table that is a picture too; the last column holds bars."""
    total, longest = sum(stages.values()), max(stages.values())
    table = _table(title, "", "share", "ms", "")
    table.columns[-1].justify = "left"
    for stage, seconds in stages.items():
        bar = "█" * round(BAR * seconds / longest)
        table.add_row(stage, f"{seconds / total:.1%}", f"{1000 * seconds:,.1f}", bar)
    return table

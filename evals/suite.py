"""`python -m evals gold`: the gold questions asked, measured and printed, and the gate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.answers import ask_baseline, ask_readout, read_samples
from evals.beir import Dataset
from evals.compare import (
    GATED_PART,
    Bar,
    Comparison,
    compare,
    gate,
    read_reference,
    read_thresholds,
)
from evals.documents import CORPUS
from evals.figures import FAILED, PARTS, REFUSAL, SPENT, Figure, figures, find_figure, values_of
from evals.gold import FOLDER, KINDS, UNANSWERABLE, GoldQuestion, read_gold
from evals.judge import KEY_POINTS, SUPPORTED, Judge, Opinions, cohen_kappa, judge_run, make_judge
from evals.libraries import KEPT, open_library
from evals.records import Record, Run, read_runs, write_runs
from evals.scoring import MEASURES
from evals.statistics import Estimate, estimate, estimate_share
from evals.usage import Meter, Price
from rag.errors import SettingsError
from rag.extractive import ExtractiveAnswerer
from rag.generative import GenerativeAnswerer
from rag.models import chat_model
from rag.settings import load_settings
from rag.types import Answerer

EXTRACTIVE = "extractive"
BASELINE = "chroma"  # of evals.baselines: the usual LangChain and Chroma set-up
WIDTH = 128  # characters of a table where the output is no terminal
WORST = 10
JUDGED = ("evidence_recall_at_5", "key_points", "citation_precision", "citation_recall", "refusal_right")
BY_KIND = ("evidence_recall_at_5", "ndcg_at_10", *JUDGED[1:4], "rouge_l", "refused", FAILED)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks for."""

    answerer: str = EXTRACTIVE  # or a language model's name, as in READOUT_MODEL
    part: str = "all"
    baseline: bool = True
    compare: Path | None = None  # a file of an earlier run
    gate: bool = False
    json: Path | None = None  # where the runs are written
    price: Price = field(default_factory=Price)
    gold: Path = FOLDER  # the questions
    corpus: Path = CORPUS  # the articles that they are on
    judge: str | None = None  # a language model's name; empty: READOUT_MODEL
    judge_price: Price = field(default_factory=Price)


def main(options: Options) -> int:
    """Asks, prints and writes; 1 if the gate fails, else 0. Raises ReadoutError."""
    if options.gate and options.part != "all":
        raise SettingsError("--gate looks at all questions. Leave --part away.")
    questions = choose(read_gold(options.gold), options.part)
    bars, reference = read_thresholds(), read_reference() if options.gate else None
    earlier = read_earlier(options.compare) if options.compare else None
    judge = choose_judge(options)
    samples = read_samples(options.corpus)
    run = measure(samples, questions, options)
    opinions = judge_run(run, questions, judge) if judge else None
    run = opinions.run if opinions else run
    baseline = measure_baseline(samples, questions) if options.baseline else None
    runs = [run, baseline] if baseline else [run]
    if options.json:
        write_runs(runs, options.json)
    console = Console(width=None if Console().is_terminal else WIDTH, highlight=False)
    print_run(console, run, baseline, bars)
    if opinions:
        console.print(judge_table(opinions))
    if earlier:
        console.print(comparison_table(compare(run, earlier), f"Against {earlier.commit} ({earlier.made})"))
    return print_gate(console, gate(run, reference, bars)) if options.gate else 0


def choose(questions: Sequence[GoldQuestion], part: str) -> tuple[GoldQuestion, ...]:
    return tuple(question for question in questions if part in ("all", question.part))


def read_earlier(path: Path) -> Run:
    """Readout's run in the file. Raises ReadError, SettingsError."""
    for run in read_runs(path):
        if run.system == "readout":
            return run
    raise SettingsError(f"{path} holds no run of Readout. Make one: python -m evals gold --json {path}")


def measure(samples: Dataset, questions: Sequence[GoldQuestion], options: Options) -> Run:
    """Readout on the questions; its library is kept for the next run."""
    answerer, meter = make_answerer(options)
    readout = open_library(samples)
    try:
        return ask_readout(readout, questions, answerer, meter)
    finally:
        readout.close()


def make_answerer(options: Options) -> tuple[Answerer, Meter | None]:
    """What writes the answers and, for a language model, what counts its tokens. Raises SettingsError."""
    if options.answerer == EXTRACTIVE:
        return ExtractiveAnswerer(), None
    settings, meter = load_settings(model=options.answerer), Meter(options.price)
    model = chat_model(settings).model_copy(update={"callbacks": [meter]})
    return GenerativeAnswerer(settings, model), meter


def choose_judge(options: Options) -> Judge | None:
    """Raises SettingsError for a model that cannot be asked, before minutes are spent."""
    return None if options.judge is None else make_judge(options.judge, options.judge_price)


def measure_baseline(samples: Dataset, questions: Sequence[GoldQuestion]) -> Run:
    from evals.baselines import open_baselines  # slow to load, and not always wanted

    return ask_baseline(BASELINE, open_baselines(samples, KEPT)[BASELINE], samples, questions)


# The tables


def print_run(console: Console, run: Run, baseline: Run | None, bars: Sequence[Bar]) -> None:
    ours, theirs = figures(run), figures(baseline) if baseline else ()
    console.print(f"{len(run.records)} gold questions, {run.answerer} answers, commit {run.commit}")
    console.print(part_table(ours, theirs, bars))
    console.print(kind_table(ours))
    console.print(refusal_table(run))
    console.print(follow_up_table(ours))
    if baseline:
        console.print(comparison_table(compare(run, baseline), f"Readout against {baseline.system}"))
    console.print(worst_table(run))


def part_table(ours: Sequence[Figure], theirs: Sequence[Figure], bars: Sequence[Bar]) -> Table:
    """All figures by part, with the bars for the test part, and the baseline's."""
    beside = ("test", "all") if theirs else ()
    table = make_table(
        "Figures, with 95 % intervals", "figure", "bar", *PARTS, *(f"{BASELINE} {p}" for p in beside)
    )
    limits = {bar.name: bar for bar in bars}
    for name in (*MEASURES, *REFUSAL, *SPENT, FAILED):
        bar = limits.get(name)
        cells = [figure_cell(find_figure(ours, name, part), bar) for part in PARTS]
        cells += [figure_cell(find_figure(theirs, name, part)) for part in beside]
        table.add_row(figure_words(name), _bar(bar) if bar else "", *cells)
    return table


def figure_cell(figure: Figure, bar: Bar | None = None) -> str:
    """A figure that misses its bar is red; the bars are for the test part."""
    if math.isnan(figure.value):
        return "–"
    if figure.name == FAILED:
        return f"{figure.value:.0f} of {figure.size}"
    if figure.name == "cost":
        return f"{figure.value:.5f}"
    digits = 0 if figure.name in ("words", "tokens") else 2
    text = f"{figure.value:.{digits + bool(digits)}f} [{figure.low:.{digits}f}–{figure.high:.{digits}f}]"
    missed = bar and figure.part == GATED_PART and not bar.met(figure)
    return f"[red]{text}[/red]" if missed else text


def _bar(bar: Bar) -> str:
    return f"{'≥' if bar.least else '≤'} {bar.value:g}"


def kind_table(found: Sequence[Figure]) -> Table:
    table = make_table("By kind of question", "kind", "asked", *map(figure_words, BY_KIND))
    for kind in [kind for kind in KINDS if any(figure.kind == kind for figure in found)]:
        chosen = [find_figure(found, name, kind=kind) for name in BY_KIND]
        table.add_row(kind, str(find_figure(found, FAILED, kind=kind).size), *map(_short, chosen))
    return table


def _short(figure: Figure) -> str:
    if math.isnan(figure.value):
        return "–"
    return f"{figure.value:.0f}" if figure.name == FAILED else f"{figure.value:.3f}"


def refusal_table(run: Run) -> Table:
    table = make_table("Refusals", "questions", "answered", "refused", FAILED)
    rows = {
        "answerable": [r for r in run.records if r.answerable],
        **{kind: [r for r in run.records if r.kind == kind] for kind in UNANSWERABLE},
    }
    for name, records in rows.items():
        failed = sum(bool(record.error) for record in records)
        refused = int(sum(values_of(records, "refused")))
        table.add_row(name, *map(str, (len(records) - refused - failed, refused, failed)))
    return table


def follow_up_table(found: Sequence[Figure]) -> Table:
    """What rewriting a follow-up is worth."""
    table = make_table("Evidence of follow-ups among the first five passages", "searched", "recall")
    ways = {"as typed": "follow_up_bare", "rewritten": "evidence_recall_at_5", "in full": "follow_up_full"}
    if any(figure.kind == "follow-up" for figure in found):
        for way, name in ways.items():
            table.add_row(way, figure_cell(find_figure(found, name, kind="follow-up")))
    return table


def comparison_table(compared: Sequence[Comparison], title: str) -> Table:
    table = make_table(title, "measure", "ours", "theirs", "difference", "p", "won", "lost", "same")
    for one in compared:
        counts = map(str, (one.won, one.lost, one.same))
        ours, theirs = f"{one.ours:.3f}", f"{one.theirs:.3f}"
        table.add_row(figure_words(one.measure), ours, theirs, str(one.difference), f"{one.p:.3f}", *counts)
    return table


def judge_table(opinions: Opinions) -> Table:
    """What the judge says beside what it is worth: how far it agrees with the code, item by item."""
    usage, asked = opinions.usage, opinions.asked
    cost = "" if usage.cost is None else f", {usage.cost:.4f} US dollars"
    title = (
        f"The opinion of {opinions.judge}, no part of the gate: {opinions.judged} of {asked} answers judged,"
        f" {asked - opinions.judged} without a verdict; {'about ' * usage.estimated}{usage.read} tokens read,"
        f" {usage.written} written{cost}"
    )
    table = make_table(
        escape(title), "asked", "answers", "yes", "agrees with the code", "Cohen's kappa", "of"
    )
    rows = (
        ("key point said", KEY_POINTS, opinions.points),
        ("claim follows from its sentences", SUPPORTED, opinions.claims),
    )
    for label, name, pairs in rows:
        values = values_of(opinions.run.records, name)
        agreed = estimate_share(sum(ours == code for ours, code in pairs), len(pairs))
        kappa = cohen_kappa(pairs)
        cells = (_estimate(estimate(values)), _estimate(agreed), "–" if math.isnan(kappa) else f"{kappa:.2f}")
        table.add_row(label, str(len(values)), *cells, str(len(pairs)))
    return table


def _estimate(found: Estimate) -> str:
    return str(found) if found.size else "–"


def worst_table(run: Run) -> Table:
    """The worst questions with why. Those of the test part only if all are: nothing is tuned on them."""
    records = [record for record in run.records if record.part != GATED_PART] or run.records
    table = make_table(f"The {WORST} worst questions", "id", "question", "why")
    table.columns[2].justify = table.columns[1].justify = "left"
    for record in sorted(records, key=goodness)[:WORST]:
        table.add_row(record.id, escape(record.question), escape(reasons(record)))
    return table


def goodness(record: Record) -> float:
    """Mean of the JUDGED scores that apply; below all others for a question that failed."""
    values = [value for name in JUDGED for value in values_of([record], name)]
    return sum(values) / len(values) if values else -1.0


def reasons(record: Record) -> str:
    """Why the JUDGED scores are not 1, or why the question failed."""
    if record.error:
        return f"failed: {record.error}"
    scores = {name: record.scores[name] for name in JUDGED if name in record.scores}
    return "\n".join(
        f"{figure_words(name)} {score.value:.2f}: {score.reason}"
        for name, score in scores.items()
        if score.value is not None and score.value < 1
    )


def print_gate(console: Console, sentences: Sequence[str]) -> int:
    for sentence in sentences:
        console.print(f"[red]gate:[/red] {escape(sentence)}", soft_wrap=True)
    if not sentences:
        console.print("gate: passed")
    return 1 if sentences else 0


def figure_words(name: str) -> str:
    return name.replace("_", " ")


def make_table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table

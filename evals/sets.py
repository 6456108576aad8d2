"""`python -m evals gold --set PLACE`: the answer-level measures on any set that `evals.adapters` reads.

A set says less than our gold questions do. What its gold does not allow is left out, never 0: evidence and
citation precision where no evidence is marked, key points that are long or only yes or no, refusals where
every question has an answer.
"""

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from evals.adapters import read_set, to_gold
from evals.answers import ask_readout
from evals.beir import Dataset, Query
from evals.compare import compare
from evals.figures import FAILED, REFUSAL, Figure, figures, values_of
from evals.gold import GoldQuestion
from evals.judge import Judge, Opinions, judge_run
from evals.libraries import open_library
from evals.records import HitRecord, Record, Run, Score, read_runs, write_runs
from evals.scoring import DEPTHS, exact_match, rouge_l, squad_words, token_f1
from evals.statistics import estimate
from evals.suite import (
    WIDTH,
    Options,
    choose_judge,
    comparison_table,
    figure_cell,
    figure_words,
    judge_table,
    make_answerer,
    make_table,
    worst_table,
)
from evals.usage import Meter
from rag.answering import Readout
from rag.errors import SettingsError
from rag.types import Answerer

SEED = "readout"  # of the sample: a larger one holds every smaller one, on any machine
WORDS_MOST = 10  # a longer answer is not looked for word for word: no two people would word it alike
BARE = {"yes", "no", "true", "false"}  # found in any text by chance
DOCUMENTS = tuple(f"document_recall_at_{depth}" for depth in DEPTHS)
PART = "open"  # a set has no test part of ours
LABELS = {"key_points": "answer stands in what is said", "refusal_right": "answered or refused, rightly"}


def main(places: Sequence[Path], limit: int, options: Options) -> int:
    """Asks, prints and writes each set; 0. Raises ReadoutError."""
    _check(limit, options)
    console = Console(width=None if Console().is_terminal else WIDTH, highlight=False)
    datasets = [read_set(place) for place in places]  # all of them, before minutes are spent
    judge, runs = choose_judge(options), list[Run]()
    for dataset in datasets:
        run = _measure(dataset, limit, options)
        opinions = _judge(run, dataset, judge) if judge else None
        run = opinions.run if opinions else run
        runs.append(run)
        if options.json:
            write_runs(runs, options.json)  # what is done is kept if a later set stops
        _print(console, dataset, run, options.compare)
        if opinions:
            console.print(judge_table(opinions))
    return 0


def _check(limit: int, options: Options) -> None:
    default = Options()
    if options.gate or (options.part, options.gold, options.corpus) != (
        default.part,
        default.gold,
        default.corpus,
    ):
        raise SettingsError(
            "--gate, --part, --gold and --corpus are for our own gold questions. Leave --set away."
        )
    if limit < 0:
        raise SettingsError("--limit is a number of questions, or 0 for all of them.")


def choose_sample(queries: Sequence[Query], limit: int) -> tuple[Query, ...]:
    """`limit` of the questions, by a hash of their ids, in the set's order; 0: all."""

    def place(query: Query) -> str:
        return hashlib.sha256(f"{SEED} {query.id}".encode()).hexdigest()

    chosen = {query.id for query in sorted(queries, key=place)[: limit or None]}
    return tuple(query for query in queries if query.id in chosen)


def _measure(dataset: Dataset, limit: int, options: Options) -> Run:
    queries = choose_sample(dataset.queries, limit)
    answerer, meter = make_answerer(options)
    readout = open_library(dataset)
    try:
        return ask_set(readout, dataset, queries, answerer, meter)
    finally:
        readout.close()


def _judge(run: Run, dataset: Dataset, judge: Judge) -> Opinions:
    asked = {record.id for record in run.records}
    return judge_run(run, [to_gold(query, dataset) for query in dataset.queries if query.id in asked], judge)


def ask_set(
    readout: Readout,
    dataset: Dataset,
    queries: Sequence[Query],
    answerer: Answerer | None = None,
    meter: Meter | None = None,
) -> Run:
    """Each question asked once through the front door, with the scores that the set's gold allows."""
    asked = {query.id: (query, to_gold(query, dataset)) for query in queries}
    run = ask_readout(readout, [question for _, question in asked.values()], answerer, meter)
    records = tuple(_rescore(record, *asked[record.id]) for record in run.records)
    return replace(run, set=dataset.name, records=records)


def _rescore(record: Record, query: Query, question: GoldQuestion) -> Record:
    if record.error:
        return replace(record, part=PART)
    scores = record.scores | document_scores(record.hits, query)
    if question.answerable:
        scores |= wording_scores(record.answer, question)
    if not question.evidence:
        scores["citation_precision"] = Score(None, "the set marks no evidence for it")
    return replace(record, part=PART, scores=scores)


def document_scores(hits: Sequence[HitRecord], query: Query) -> dict[str, Score]:
    """Share of the right documents that the first hits are of."""
    if not query.gold:
        return dict.fromkeys(DOCUMENTS, Score(None, "the set names no right document"))
    scores = {}
    for name, depth in zip(DOCUMENTS, DEPTHS, strict=True):
        missing = query.gold - {hit.span.article for hit in hits[:depth]}
        reason = f"not in the first {depth}: {', '.join(sorted(missing))}" if missing else "all are found"
        scores[name] = Score(1 - len(missing) / len(query.gold), reason)
    return scores


def wording_scores(answer: str, question: GoldQuestion) -> dict[str, Score]:
    """The answer against every wording that the set accepts, the best one counting, as for SQuAD."""
    points = question.key_points
    if not points:
        none = Score(None, "the set gives no answer")
        return dict.fromkeys(("key_points", "token_f1", "exact_match", "rouge_l"), none)
    scores = {}
    if not all(any(map(_findable, point)) for point in points):
        scores["key_points"] = Score(None, f"an answer of over {WORDS_MOST} words, or only yes or no")
    if len(points) == 1:
        wordings = points[0]
        for name, measure in (("token_f1", token_f1), ("exact_match", exact_match), ("rouge_l", rouge_l)):
            value, gold = max(((measure(answer, one), one) for one in wordings), key=lambda pair: pair[0])
            scores[name] = Score(value, f"gold: {gold}")
    return scores


def _findable(wording: str) -> bool:
    words = squad_words(wording)
    return 0 < len(words) <= WORDS_MOST and not (len(words) == 1 and words[0] in BARE)


# The tables


def set_figures(run: Run) -> Iterator[Figure]:
    """The figures of the run that its set allows, each over all questions that have it."""
    for name in DOCUMENTS:
        found = estimate(values_of(run.records, name))
        if found.size:
            yield Figure(name, "all", "", found.mean, found.low, found.high, found.size)
    answered = [record for record in run.records if not record.error]
    two_sorts = len({record.answerable for record in answered}) == 2
    for figure in figures(run):
        if (figure.part, figure.kind) != ("all", "") or math.isnan(figure.value):
            continue
        needs_both = figure.name in REFUSAL and figure.name != "false_refusals"
        unpriced = figure.name in ("tokens", "cost") and not figure.value
        if figure.name != "refused" and not unpriced and (two_sorts or not needs_both):
            yield figure


def _print(console: Console, dataset: Dataset, run: Run, earlier: Path | None) -> None:
    of = f"{len(run.records)} of {len(dataset.queries)} questions"
    head = f"\n{dataset.name}: {len(dataset.articles)} documents, {of}, {run.answerer} answers"
    console.print(escape(f"{head}, commit {run.commit}"))
    console.print(set_table(run))
    console.print(worst_table(run))
    if earlier:
        theirs = read_set_run(earlier, run.set)
        console.print(comparison_table(compare(run, theirs), f"Against {theirs.commit} ({theirs.made})"))


def set_table(run: Run) -> Table:
    table = make_table("Figures, with 95 % intervals", "figure", "questions", "value")
    for figure in set_figures(run):
        label = LABELS.get(figure.name, figure_words(figure.name))
        size = "" if figure.name == FAILED else str(figure.size)
        table.add_row(label, size, figure_cell(figure))
    return table


def read_set_run(path: Path, name: str) -> Run:
    """The file's run on the set of that name. Raises ReadError, SettingsError."""
    for run in read_runs(path):
        if run.set == name:
            return run
    raise SettingsError(
        f"{path} holds no run on {name}. Make one: python -m evals gold --set … --json {path}"
    )

"""Two runs held against each other question by question, and the gate that a change must pass."""

import math
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.figures import FAILED, NAMES, Figure, figures, find_figure
from evals.records import Record, Run, read_runs
from evals.report import commit
from evals.statistics import Estimate, paired_difference
from rag.errors import ReadError, SettingsError

THRESHOLDS = Path(__file__).parent / "thresholds.toml"
RESULTS = Path(__file__).parent / "results"
GATED_PART = "test"  # the part that the bars are for
SIGNIFICANT = 0.05
COMPARED = (  # the measures of which more is better
    "evidence_recall_at_1",
    "evidence_recall_at_5",
    "evidence_recall_at_10",
    "ndcg_at_10",
    "key_points",
    "token_f1",
    "exact_match",
    "rouge_l",
    "citation_precision",
    "citation_recall",
    "verbatim",
    "supported",
    "refusal_right",
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One measure on the questions that both runs have a value for."""

    measure: str
    won: int
    lost: int
    same: int
    ours: float  # means over these questions
    theirs: float
    difference: Estimate
    p: float  # two-sided, paired bootstrap
    losses: tuple[str, ...] = ()  # ids of the questions that were lost

    @property
    def size(self) -> int:
        return self.won + self.lost + self.same


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must reach (`least`), or must not pass."""

    name: str
    value: float
    least: bool

    def met(self, figure: Figure) -> bool:
        """NaN meets no bar."""
        return figure.value >= self.value if self.least else figure.value <= self.value


def compare(ours: Run, theirs: Run) -> tuple[Comparison, ...]:
    """Each of COMPARED that has a pair. Raises SettingsError for runs on different questions or articles."""
    if ours.digest != theirs.digest:
        raise SettingsError(
            f"The run {theirs.commit} ({theirs.made}) is of other questions or articles. Make a new one:"
            f" {making_one()}"
        )
    others = {record.id: record for record in theirs.records}
    pairs = [(record, others[record.id]) for record in ours.records if record.id in others]
    found = [_comparison(measure, pairs) for measure in COMPARED]
    return tuple(one for one in found if one)


def making_one() -> str:
    """The command that makes a reference run of the tree as it is."""
    return f"python -m evals gold --json evals/results/gold-{commit()}.json"


def _comparison(measure: str, pairs: Sequence[tuple[Record, Record]]) -> Comparison | None:
    both = [(a.id, _value(a, measure), _value(b, measure)) for a, b in pairs]
    valued = [(name, a, b) for name, a, b in both if a is not None and b is not None]
    values = [(a, b) for _, a, b in valued]
    if not values:
        return None
    ours, theirs = [a for a, _ in values], [b for _, b in values]
    difference, p = paired_difference(ours, theirs)
    return Comparison(
        measure,
        won=sum(a > b for a, b in values),
        lost=sum(a < b for a, b in values),
        same=sum(a == b for a, b in values),
        ours=sum(ours) / len(ours),
        theirs=sum(theirs) / len(theirs),
        difference=difference,
        p=p,
        losses=tuple(name for name, a, b in valued if a < b),
    )


def _value(record: Record, measure: str) -> float | None:
    score = record.scores.get(measure)
    return score.value if score else None


# The gate


def read_thresholds(path: Path = THRESHOLDS) -> tuple[Bar, ...]:
    """The bars of a TOML file with the tables [least] and [most]. Raises ReadError."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        bars = [
            Bar(name, float(value), least)
            for table, least in (("least", True), ("most", False))
            for name, value in tables.get(table, {}).items()
        ]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise ReadError(
            f"{path} holds no thresholds ({error}). Write NAME = NUMBER below [least]."
        ) from error
    unknown = [bar.name for bar in bars if bar.name not in NAMES]
    if unknown:
        raise ReadError(f"{path} names no figure: {', '.join(unknown)}. There are: {', '.join(NAMES)}.")
    return tuple(bars)


def read_reference(folder: Path = RESULTS) -> Run | None:
    """The newest run of Readout among the folder's gold-*.json; None if there is none."""
    runs = [run for path in folder.glob("gold-*.json") for run in read_runs(path)]
    return max((run for run in runs if run.system == "readout"), key=lambda run: run.made, default=None)


def gate(run: Run, reference: Run | None, thresholds: Sequence[Bar]) -> list[str]:
    """Why the run must not pass, a sentence each; empty if it may. `reference` may be of more questions."""
    found = figures(run)
    return [*_failures(found), *_below_bars(found, thresholds), *_behind(run, reference)]


def _failures(found: Sequence[Figure]) -> list[str]:
    failed = find_figure(found, FAILED)
    if not failed.value:
        return []
    return [f"{FAILED}: {failed.value:.0f} of {failed.size} questions failed to run; none may."]


def _below_bars(found: Sequence[Figure], thresholds: Sequence[Bar]) -> list[str]:
    sentences = []
    for bar in thresholds:
        figure = find_figure(found, bar.name, GATED_PART)
        if math.isnan(figure.value):
            sentences.append(f"{bar.name} has no value on the {GATED_PART} part; no question is left for it.")
        elif not bar.met(figure):
            relation = "below the least" if bar.least else "above the most"
            sentences.append(
                f"{bar.name} is {figure} on the {GATED_PART} part, {relation} allowed, {bar.value:g}."
            )
    return sentences


def _behind(run: Run, reference: Run | None) -> list[str]:
    if reference is None:
        return [f"There is no reference run in {RESULTS}. Make one: {making_one()}"]
    try:
        compared = compare(run, reference)
    except SettingsError as error:
        return [str(error)]
    return [
        f"{one.measure} is {one.ours:.3f} on {one.size} questions, significantly below the {one.theirs:.3f}"
        f" of the reference run {reference.commit} ({one.won} won, {one.lost} lost, p = {one.p:.3f}). Lost:"
        f" {', '.join(one.losses)}."
        for one in compared
        if one.difference.mean < 0 and one.p < SIGNIFICANT
    ]

"""Records → figures: means and rates over questions, each with its bootstrap interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.gold import KINDS
from evals.records import Record, Run
from evals.scoring import MEASURES
from evals.statistics import Estimate, estimate, estimate_percentile, estimate_ratio

PARTS = ("test", "open", "all")
FOLLOW_UP = ("follow_up_bare", "follow_up_full")  # measures that only follow-ups have
REFUSAL = ("refusal_precision", "refusal_recall", "refusal_f1", "false_refusals")
SPENT = ("p50_seconds", "p95_seconds", "tokens", "cost")
FAILED = "failed"
NAMES = (*MEASURES, *FOLLOW_UP, *REFUSAL, *SPENT, FAILED)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of a run. NaN where no question has such a value.

    `failed` is a count. `cost` and `tokens` are means per question, `cost` in US dollars.
    """

    name: str  # one of NAMES
    part: str  # one of PARTS
    kind: str  # one of evals.gold.KINDS; empty: all of them
    value: float
    low: float  # 95 % interval
    high: float
    size: int  # questions that it rests on

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}–{self.high:.3f}]"


def figures(run: Run) -> tuple[Figure, ...]:
    """All NAMES of each part, and of each kind of question over both parts."""
    found: list[Figure] = []
    for part in PARTS:
        found += _figures([r for r in run.records if part in ("all", r.part)], part, "")
    for kind in KINDS:
        records = [record for record in run.records if record.kind == kind]
        found += _figures(records, "all", kind) if records else []
    return tuple(found)


def find_figure(found: Sequence[Figure], name: str, part: str = "all", kind: str = "") -> Figure:
    """The figure of that name. Raises KeyError."""
    for figure in found:
        if (figure.name, figure.part, figure.kind) == (name, part, kind):
            return figure
    raise KeyError(name)


def _figures(records: Sequence[Record], part: str, kind: str) -> list[Figure]:
    """Failed questions are counted, and left out of all else."""
    answered = [record for record in records if not record.error]
    estimates = _means(answered) | _refusal(answered) | _spent(answered)
    failed = float(len(records) - len(answered))
    estimates[FAILED] = Estimate(failed, failed, failed, len(records))
    return [Figure(name, part, kind, e.mean, e.low, e.high, e.size) for name, e in estimates.items()]


def _means(records: Sequence[Record]) -> dict[str, Estimate]:
    return {name: estimate(values_of(records, name)) for name in (*MEASURES, *FOLLOW_UP)}


def values_of(records: Sequence[Record], measure: str) -> list[float]:
    """The measure's value for each question that it applies to."""
    scores = [record.scores[measure] for record in records if measure in record.scores]
    return [score.value for score in scores if score.value is not None]


def _refusal(records: Sequence[Record]) -> dict[str, Estimate]:
    """Precision, recall and F1 of refusing; true is a question that the articles do not answer."""
    refused = [bool(record.scores["refused"].value) for record in records]
    hopeless = [not record.answerable for record in records]
    right = [float(r and h) for r, h in zip(refused, hopeless, strict=True)]
    both = [float(r) + float(h) for r, h in zip(refused, hopeless, strict=True)]
    return {
        "refusal_precision": estimate_ratio(right, list(map(float, refused))),
        "refusal_recall": estimate_ratio(right, list(map(float, hopeless))),
        "refusal_f1": estimate_ratio([2 * r for r in right], both),
        "false_refusals": estimate([float(r) for r, h in zip(refused, hopeless, strict=True) if not h]),
    }


def _spent(records: Sequence[Record]) -> dict[str, Estimate]:
    seconds = [record.seconds for record in records]
    return {
        "p50_seconds": estimate_percentile(seconds, 50),
        "p95_seconds": estimate_percentile(seconds, 95),
        "tokens": estimate([float(record.tokens) for record in records]),
        "cost": estimate([record.cost for record in records]),
    }

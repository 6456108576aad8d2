"""Makes rag/evidence.json: when do the articles cover a question?

Each judged question of the open sets, and of the open part of the gold questions, is asked twice: with its
right documents in the library (covered) and with them hidden (not covered). Questions of the other sets are
asked too (not covered): without them a small library, where one common word is far ahead, seems to answer
anything. A logistic regression on rag.evidence.FEATURES and their products, each question with the same
weight, tells the two apart. The threshold is the value below which FALSE_REFUSALS of the covered questions
fall, the mean over the sets.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import PredefinedSplit, cross_val_predict

from evals.beir import Dataset, Query, read_beir
from evals.libraries import open_library
from evals.statistics import SEED
from rag.answering import Readout
from rag.evidence import FEATURES, products, standardised, terms
from rag.retrieval import evidence_features

OUT = Path("rag/evidence.json")
FALSE_REFUSALS = 0.04  # of covered questions, the mean over the sets: so that each is near 5 in 100 or below
FOREIGN_MOST = 100  # of each other set
FOLDS = 5
STRENGTH = 0.015  # C of the regression: small, as a set that no rule has seen counts too (evals/README.md)
SHARES = {"covered": 1.0, "hidden": 0.7, "foreign": 0.3}  # of the weight; foreign ones are easy

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """Features of one set's questions, each row with its kind and the fold that it is left out with."""

    name: str
    rows: Floats
    kinds: NDArray[np.str_]  # keys of SHARES
    folds: NDArray[np.int64]

    @property
    def covered(self) -> NDArray[np.int64]:
        return np.array([int(kind == "covered") for kind in self.kinds.tolist()], dtype=np.int64)

    @property
    def weights(self) -> Floats:
        """1 for a covered question; the other kinds of a set weigh their share of all its covered ones."""
        counts = {kind: max(1, int((self.kinds == kind).sum())) for kind in SHARES}
        whole = counts["covered"]
        return np.array([whole * SHARES[kind] / counts[kind] for kind in self.kinds.tolist()])


def calibrate(folders: Sequence[Path], out: Path = OUT, *, gold: bool = True) -> None:
    """Writes the rule and prints each set's figures, cross-validated. `gold`: use the open gold part too."""
    datasets = [read_beir(folder) for folder in folders] + ([_gold_set()] if gold else [])
    samples = [_sample(dataset, datasets) for dataset in datasets]
    rows = np.concatenate([s.rows for s in samples])
    covered = np.concatenate([s.covered for s in samples])
    weights = np.concatenate([s.weights for s in samples])
    centres, spreads = np.nanmean(rows, axis=0), np.nanstd(rows, axis=0)
    spreads[spreads == 0] = 1.0
    expanded, scale = _expand(standardised(rows, centres, spreads))
    model = LogisticRegression(C=STRENGTH, max_iter=5000)
    folds = PredefinedSplit(np.concatenate([s.folds for s in samples]))
    apart = cross_val_predict(
        model, expanded, covered, cv=folds, method="predict_proba", params={"sample_weight": weights}
    )[:, 1]
    model.fit(expanded, covered, sample_weight=weights)
    threshold, report = _judge(samples, apart)
    rule = {
        "made_by": "python -m evals calibrate",
        "sets": report,
        "features": {
            name: {"centre": round(float(c), 4), "spread": round(float(s), 4)}
            for name, c, s in zip(FEATURES, centres, spreads, strict=True)
        },
        "coefficients": dict(
            zip(_names(), (round(float(v), 5) for v in model.coef_[0] / scale), strict=True)
        ),
        "intercept": round(float(model.intercept_[0]), 4),
        "threshold": round(threshold, 4),
    }
    out.write_text(json.dumps(rule, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _expand(centred: Floats) -> tuple[Floats, Floats]:
    """The terms of the rule, each divided by its spread, so that the regression treats all alike."""
    expanded = products(centred)
    scale = expanded.std(axis=0)
    scale[scale == 0] = 1.0
    return expanded / scale, scale


def _names() -> list[str]:
    return [" × ".join(FEATURES[place] for place in places) for places in terms(len(FEATURES))]


def _judge(samples: Sequence[Sample], apart: Floats) -> tuple[float, dict[str, dict[str, Any]]]:
    """The threshold, and how well each set's questions are told apart by a rule that did not see them."""
    values, start = [], 0
    for sample in samples:
        values.append(apart[start : start + len(sample.rows)])
        start += len(sample.rows)
    cuts = [
        np.quantile(found[sample.covered == 1], FALSE_REFUSALS)
        for sample, found in zip(samples, values, strict=True)
    ]
    threshold = float(np.mean(cuts))
    report = {s.name: _figures(s, v, threshold) for s, v in zip(samples, values, strict=True)}
    for name, figures in report.items():
        print(f"{name}: {figures}")
    return threshold, report


def _figures(sample: Sample, values: Floats, threshold: float) -> dict[str, Any]:
    shown, hidden = values[sample.kinds == "covered"], values[sample.kinds == "hidden"]
    foreign = values[sample.kinds == "foreign"]
    truth = [1] * len(shown) + [0] * len(hidden)
    figures = {
        "questions": len(shown),
        "auc": round(float(roc_auc_score(truth, np.concatenate([shown, hidden]))), 3),
        "false_refusals": round(float((shown < threshold).mean()), 3),
        "refused_when_hidden": round(float((hidden < threshold).mean()), 3),
    }
    if len(foreign):
        figures["refused_when_foreign"] = round(float((foreign < threshold).mean()), 3)
    return figures


def _sample(dataset: Dataset, datasets: Sequence[Dataset]) -> Sample:
    readout = open_library(dataset)
    rows, kinds, folds = [], [], []
    for number, query in enumerate(track(_some(dataset), f"{dataset.name}: features")):
        for kind, hidden in (("covered", frozenset[str]()), ("hidden", query.gold)):
            rows.append(_features(readout, query, hidden))
            kinds.append(kind)
            folds.append(number % FOLDS)  # a question's two rows are left out together
    strangers = [q for other in datasets if other is not dataset for q in _some(other, FOREIGN_MOST)]
    for number, query in enumerate(track(strangers, f"{dataset.name}: foreign questions")):
        rows.append(_features(readout, query, frozenset()))
        kinds.append("foreign")
        folds.append(number % FOLDS)
    readout.close()
    return Sample(dataset.name, np.array(rows), np.array(kinds), np.array(folds))


def _some(dataset: Dataset, most: int | None = None) -> list[Query]:
    judged = list(dataset.judged())
    np.random.default_rng(SEED).shuffle(judged)
    return judged[:most]


def _features(readout: Readout, query: Query, hidden: frozenset[str]) -> tuple[float, ...]:
    ranking = readout.retriever.rank(query.text, hidden=hidden, as_of=_as_of(readout))
    return evidence_features(query.text, ranking, readout.retriever.choose_rated(query.text, ranking))


def _as_of(readout: Readout) -> date | None:
    """The day of the last article: 'last week' is never a week in which nothing was published."""
    last = readout.span().last
    return last.date() if last else None


def _gold_set() -> Dataset:
    """The sample articles with the answerable gold questions of the open part."""
    from evals.answers import read_samples
    from evals.gold import read_gold

    samples = read_samples()
    queries = tuple(
        Query(q.id, q.full or q.question, frozenset(item.article for item in q.evidence))
        for q in read_gold()
        if q.answerable and q.part == "open"
    )
    return replace(samples, queries=queries)

"""Makes rag/evidence.json: when do the articles cover a question?

Each judged question of the open sets is asked twice, with its right documents in the library (covered)
and with them hidden (not covered). A logistic regression on rag.evidence.FEATURES, every set with the
same weight, tells the two apart. The threshold is the value below which FALSE_REFUSALS of the covered
questions fall, the mean over the sets.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import PredefinedSplit, cross_val_predict

from evals.beir import Dataset, read_beir
from evals.libraries import open_library
from evals.statistics import SEED
from rag.answering import Readout
from rag.evidence import FEATURES, features

OUT = Path("rag/evidence.json")
FALSE_REFUSALS = 0.05  # share of covered questions that may be refused: the price of fewer empty answers
QUESTIONS_MOST = 600  # of one set, so that a calibration takes minutes
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """Features of one set's questions: rows 0..n-1 covered, n..2n-1 not."""

    name: str
    rows: NDArray[np.float64]
    covered: NDArray[np.int64]


def calibrate(folders: Sequence[Path], out: Path = OUT) -> None:
    samples = [_sample(read_beir(folder)) for folder in folders]
    rows = np.concatenate([s.rows for s in samples])
    covered = np.concatenate([s.covered for s in samples])
    weights = np.concatenate([np.full(len(s.rows), 1000.0 / len(s.rows)) for s in samples])
    # A question's two rows are left out together, and each fold has questions of every set.
    folds = PredefinedSplit(
        np.concatenate([np.arange(len(s.rows)) % (len(s.rows) // 2) % FOLDS for s in samples])
    )
    model = LogisticRegression(C=10.0, max_iter=5000)
    apart = cross_val_predict(
        model, rows, covered, cv=folds, method="predict_proba", params={"sample_weight": weights}
    )[:, 1]
    model.fit(rows, covered, sample_weight=weights)
    report, cuts, start = {}, [], 0
    for sample in samples:
        values = apart[start : start + len(sample.rows)]
        start += len(sample.rows)
        cuts.append(float(np.quantile(values[sample.covered == 1], FALSE_REFUSALS)))
        report[sample.name] = {
            "questions": len(sample.rows) // 2,
            "auc": round(float(roc_auc_score(sample.covered, values)), 3),
            "values": values,
            "covered": sample.covered,
        }
    threshold = float(np.mean(cuts))
    for name, found in report.items():
        values, truth = found.pop("values"), found.pop("covered")
        found["false_refusals"] = round(float((values[truth == 1] < threshold).mean()), 3)
        found["refused_when_hidden"] = round(float((values[truth == 0] < threshold).mean()), 3)
        print(f"{name}: {found}")
    rule = {
        "made_by": "python -m evals calibrate",
        "sets": report,
        "features": FEATURES,
        "coefficients": [round(float(value), 4) for value in model.coef_[0]],
        "intercept": round(float(model.intercept_[0]), 4),
        "threshold": round(threshold, 4),
    }
    out.write_text(json.dumps(rule, indent=2) + "\n")


def _sample(dataset: Dataset) -> Sample:
    readout = open_library(dataset)
    judged = list(dataset.judged())
    np.random.default_rng(SEED).shuffle(judged)
    shown, hidden = [], []
    for query in track(judged[:QUESTIONS_MOST], f"{dataset.name}: features"):
        shown.append(_features(readout, query.text, ()))
        hidden.append(_features(readout, query.text, query.gold))
    readout.close()
    rows = np.array(shown + hidden)
    covered = np.array([1] * len(shown) + [0] * len(hidden))
    return Sample(dataset.name, rows, covered)


def _features(readout: Readout, question: str, hidden: Sequence[str] | frozenset[str]) -> tuple[float, ...]:
    ranking = readout.retriever.rank(question, hidden=hidden)
    return features(ranking.hits, ranking.weights)

"""Do the articles cover the question? One calibrated rule over the ranking's scores.

A logistic regression; its coefficients and the threshold lie in evidence.json, made by
`python -m evals calibrate` from questions whose article is in the library and the same questions with it
taken away.
"""

import json
import math
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from rag.types import Hit
from rag.words import stems

AMONG = 5  # hits whose best values count: an answer seldom hides lower
FEATURES = (
    "vector",
    "sentence",
    "coverage",
    "sentence_coverage",
    "sentence_score",
    "stems",
    "rare_coverage",
    "rarest",
)
# Left out on purpose: how far the first hit is ahead of others. It lifts the AUC on encyclopedia sets by
# .03, but a single common word in a small library is as far ahead as a right answer.


def features(hits: Sequence[Hit], weights: Mapping[str, float]) -> tuple[float, ...]:
    """The eight numbers of FEATURES for a ranking (best first); all zero without hits.

    `weights`: idf of each stem of the question. The best among the first AMONG hits of: passage cosine,
    sentence cosine, share of the question's idf weight in the passage, in its best sentence, cosine plus
    share of the best sentence. Then log(1 + stems); the share of the squared idf weight in the first
    three hits; whether the rarest stem is in the first.
    """
    if not hits or not weights:
        return (0.0,) * len(FEATURES)
    first = hits[:AMONG]
    held = [set(stems(f"{hit.article.title} {hit.passage.text}")) for hit in hits[:3]]
    squares = {word: weight**2 for word, weight in weights.items()}
    rarest = max(weights, key=lambda word: weights[word])
    return (
        max(hit.signals.vector for hit in first),
        max(hit.signals.sentence for hit in first),
        max(hit.signals.coverage for hit in first),
        max(hit.signals.sentence_coverage for hit in first),
        max(max(hit.sentence_scores) for hit in first),
        math.log1p(len(weights)),
        sum(squares[word] for word in squares.keys() & set().union(*held)) / sum(squares.values()),
        float(rarest in held[0]),
    )


def evidence_probability(hits: Sequence[Hit], weights: Mapping[str, float]) -> float:
    """0..1: how likely the hits hold the answer."""
    if not hits:
        return 0.0
    rule = _rule()
    values = zip(rule["coefficients"], features(hits, weights), strict=True)
    return 1.0 / (1.0 + math.exp(-(rule["intercept"] + sum(weight * value for weight, value in values))))


def threshold() -> float:
    """Below it, the articles are said not to cover the question."""
    return float(_rule()["threshold"])


@cache
def _rule() -> dict[str, Any]:
    rule: dict[str, Any] = json.loads(files("rag").joinpath("evidence.json").read_text())
    return rule

"""Do the articles cover the question? One calibrated rule over the ranking's scores.

A logistic regression; its coefficients and the threshold lie in evidence.json, made by
`python -m evals calibrate` from questions whose article is in the library and the same questions with it
taken away.
"""

import json
import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from rag.types import Hit
from rag.words import content_stems

AMONG = 5  # hits whose best values count: an answer seldom hides lower
FEATURES = (
    "vector",
    "sentence",
    "coverage",
    "sentence_coverage",
    "sentence_score",
    "words_per_stem",
    "lead",
    "stems",
)


def features(question: str, hits: Sequence[Hit]) -> tuple[float, ...]:
    """The eight numbers of FEATURES for a ranking (best first); all zero without hits.

    The best among the first AMONG hits of: passage cosine, sentence cosine, share of the question's idf
    weight in the passage, in its best sentence, cosine plus share of the best sentence, BM25 per stem of
    the question; then how far the first fused score is ahead of the tenth, and log(1 + stems).
    """
    if not hits:
        return (0.0,) * len(FEATURES)
    first = hits[:AMONG]
    stems = max(1, len(content_stems(question)))
    tenth = hits[min(len(hits), 10) - 1]
    return (
        max(hit.signals.vector for hit in first),
        max(hit.signals.sentence for hit in first),
        max(hit.signals.coverage for hit in first),
        max(hit.signals.sentence_coverage for hit in first),
        max(max(hit.sentence_scores) for hit in first),
        max(hit.signals.words for hit in first) / stems,
        hits[0].score - tenth.score,
        math.log1p(stems),
    )


def evidence_probability(question: str, hits: Sequence[Hit]) -> float:
    """0..1: how likely the hits hold the answer."""
    if not hits:
        return 0.0
    rule = _rule()
    values = zip(rule["coefficients"], features(question, hits), strict=True)
    return 1.0 / (1.0 + math.exp(-(rule["intercept"] + sum(weight * value for weight, value in values))))


def threshold() -> float:
    """Below it, the articles are said not to cover the question."""
    return float(_rule()["threshold"])


@cache
def _rule() -> dict[str, Any]:
    rule: dict[str, Any] = json.loads(files("rag").joinpath("evidence.json").read_text())
    return rule

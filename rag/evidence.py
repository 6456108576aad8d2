"""Do the articles cover the question? One calibrated rule over the ranking's scores.

A logistic regression on the features below and all products of two and three of them; coefficients and
threshold lie in evidence.json, made by `python -m evals calibrate` from questions whose article is in the
library, the same questions with it taken away, and questions that were asked of other libraries.
"""

import json
import math
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from heapq import nlargest
from importlib.resources import files
from itertools import combinations_with_replacement, pairwise

import numpy as np
from numpy.typing import NDArray

from rag.questions import Constraints
from rag.types import Article, Hit
from rag.words import stems

AMONG = 5  # hits whose best values count: an answer seldom hides lower
BEHIND = 10  # hits that the first one is compared with
ARTICLES = 3  # articles in which the names of the question are looked for
ARTICLE_CHARACTERS = 20_000  # of each: what it is about stands early, and a book must not cost a second
SENTENCES = 3  # best ones whose chances add up
DEGREE = 3  # features in a product, at most
FAR = 4.0  # spreads from the centre; farther, one product of three would outweigh all else
ODDS_BOUNDS = (0.001, 0.999)  # of a chance: beyond, its odds say more of the rule than of the sentence
NEAR = 3  # words within which two words that follow each other in the question are found together

Floats = NDArray[np.float64]

FEATURES = (
    "best sentence",  # cosine plus share of idf weight, of the best sentence among the first hits
    "sentence cosine",  # the best among the first hits
    "lead",  # of the first hit's fused score over the mean of those behind
    "vector lead",  # of the best passage cosine over the mean of the five behind
    "pairs",  # share of the question's neighbouring words that stand together in the first passages
    "missing",  # stems that the first passage lacks
    "unknown",  # share of the stems that no passage of the library holds
    "names",  # stems of capitalised words in the question
    "names missing",  # share of their idf weight that the first three articles lack
    "date unmet",  # 1 where the first hit is neither of the time asked for nor speaks of it
    "stems",  # log(1 + number of stems)
    "sentences",  # sum of the three best chances to be part of the answer
    "article lead",  # of the best of these chances over the best of another article, as log odds
)
_NAME = re.compile(r"(?<!^)\b[A-Z][\w'’-]+")


def features(
    question: str,
    hits: Sequence[Hit],
    weights: Mapping[str, float],
    unknown: Collection[str],
    constraints: Constraints,
    rated: Sequence[Hit],
) -> tuple[float, ...]:
    """The numbers of FEATURES for a ranking (best first); all zero without hits.

    `weights`: idf of each stem of the question; `unknown`: those of them that no passage holds; `rated`: the
    hits that are shown, with the chance of each sentence (rag/sentences.py).
    """
    if not hits or not weights:
        return (0.0,) * len(FEATURES)
    first = hits[:AMONG]
    held = set(stems(f"{hits[0].article.title} {hits[0].passage.text}"))
    names = [stem for match in _NAME.findall(question) for stem in stems(match) if stem in weights]
    return (
        max(max(hit.sentence_scores) for hit in first),
        max(hit.signals.sentence for hit in first),
        _lead([hit.score for hit in hits[:BEHIND]]),
        _lead(sorted((hit.signals.vector for hit in hits), reverse=True)[: AMONG + 1]),
        _pairs_together(question, hits[:3], weights),
        float(sum(stem not in held for stem in weights)),
        len(unknown) / len(weights),
        float(len(names)),
        _share_missing(names, hits, weights),
        _date_unmet(constraints, hits[0]),
        math.log1p(len(weights)),
        sum(nlargest(SENTENCES, (chance for hit in rated for chance in hit.sentence_scores))),
        _article_lead(rated),
    )


def _lead(values: Sequence[float]) -> float:
    """Not a number where there is nothing to be ahead of, as in a library of one passage."""
    return values[0] - float(np.mean(values[1:])) if len(values) > 1 else math.nan


def _article_lead(rated: Sequence[Hit]) -> float:
    """Not a number where all is of one article."""
    best: dict[str, float] = {}
    for hit in rated:
        best[hit.article.id] = max(best.get(hit.article.id, 0.0), *hit.sentence_scores)
    odds = [math.log(chance / (1.0 - chance)) for chance in np.clip(nlargest(2, best.values()), *ODDS_BOUNDS)]
    return odds[0] - odds[1] if len(odds) > 1 else math.nan


def _pairs_together(question: str, hits: Sequence[Hit], weights: Mapping[str, float]) -> float:
    """The best of the hits; 1 where the question has no two content words in a row."""
    pairs = [(a, b) for a, b in pairwise(stems(question)) if a in weights and b in weights]
    if not pairs:
        return 1.0
    found = 0
    for hit in hits:
        places: dict[str, list[int]] = {}
        for place, stem in enumerate(stems(f"{hit.article.title} {hit.passage.text}")):
            places.setdefault(stem, []).append(place)
        together = {(a, b): _together(places.get(a, ()), places.get(b, ())) for a, b in set(pairs)}
        found = max(found, sum(together[pair] for pair in pairs))
    return found / len(pairs)


def _together(a: Sequence[int], b: Sequence[int]) -> bool:
    return any(0 < abs(i - j) <= NEAR for i in a for j in b)


def _share_missing(names: Sequence[str], hits: Sequence[Hit], weights: Mapping[str, float]) -> float:
    if not names:
        return 0.0
    articles = list({hit.article.id: hit.article for hit in hits[:ARTICLES]}.values())
    held = frozenset().union(*(_article_stems(article) for article in articles))
    return sum(weights[stem] for stem in names if stem not in held) / sum(weights[stem] for stem in names)


def _article_stems(article: Article) -> frozenset[str]:
    return frozenset(stems(f"{article.title} {article.source} {article.text[:ARTICLE_CHARACTERS]}"))


def _date_unmet(constraints: Constraints, hit: Hit) -> float:
    """0 where no date is asked for or the article is of that time, ½ where it only speaks of the year."""
    if not constraints.dated or constraints.covers(hit.article.published_at):
        return 0.0
    years = {str(day.year) for day in (constraints.first, constraints.last) if day}
    text = f"{hit.article.title} {hit.passage.text}"
    return 0.5 if any(year in text for year in years) else 1.0


def evidence_probability(values: Sequence[float]) -> float:
    """0..1: how likely the hits hold the answer; `values` as from `features`.

    One that is not a number says nothing either way: it counts as the mean of those that the
    rule was made from.
    """
    if not any(values):
        return 0.0
    rule = _rule()
    standard = standardised(np.array([values]), rule.centres, rule.spreads)
    total = rule.intercept + float(products(standard)[0] @ rule.coefficients)
    return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, total))))


def threshold() -> float:
    """Below it, the articles are said not to cover the question."""
    return _rule().threshold


def terms(count: int) -> tuple[tuple[int, ...], ...]:
    """The places of the features in each term: every feature, and every product of two and of three."""
    return tuple(
        places
        for degree in range(1, DEGREE + 1)
        for places in combinations_with_replacement(range(count), degree)
    )


def standardised(rows: Floats, centres: Floats, spreads: Floats) -> Floats:
    """Features as the rule takes them, shape (rows, features); 0 for what is not a number."""
    return np.clip(np.nan_to_num((rows - centres) / spreads), -FAR, FAR)


def products(rows: Floats) -> Floats:
    """The terms of features, shape (rows, features) → (rows, terms)."""
    padded = np.hstack([rows, np.ones((len(rows), 1))])
    found: Floats = np.prod(padded[:, _factors(rows.shape[1])], axis=2)
    return found


@cache
def _factors(count: int) -> NDArray[np.int64]:
    """The same as `terms`, filled up with the place behind the last feature."""
    return np.array([(*places, *(count,) * (DEGREE - len(places))) for places in terms(count)])


class _Rule:
    """evidence.json as numbers."""

    def __init__(self, text: str) -> None:
        found = json.loads(text)
        self.centres = np.array([feature["centre"] for feature in found["features"].values()])
        self.spreads = np.array([feature["spread"] for feature in found["features"].values()])
        self.coefficients = np.array(list(found["coefficients"].values()))
        self.intercept: float = found["intercept"]
        self.threshold: float = found["threshold"]


@cache
def _rule() -> _Rule:
    return _Rule(files("rag").joinpath("evidence.json").read_text(encoding="utf-8"))

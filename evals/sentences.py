"""Makes rag/sentences.json: how likely is a sentence that was found to be part of the answer?

The questions of the open sets whose evidence is known, and the open part of the gold questions, are asked;
each sentence of their hits is one example, right where it holds the evidence (or, where a set names none,
the answer, in a right document). A logistic regression on rag.sentences.FEATURES tells them apart, every set
with the same weight. Printed: how often the first, and one of the first three, is right, by a rule that did
not see the question, and the same for the bare nearness of the sentence.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.progress import track
from sklearn.linear_model import LogisticRegression

from evals.answers import read_samples
from evals.beir import Dataset, Query, read_beir
from evals.gold import GoldQuestion, read_gold
from evals.libraries import open_library
from evals.records import Span
from evals.scoring import bears, locate
from evals.statistics import SEED, estimate
from rag.answering import Readout
from rag.sentences import TERMS, sentence_features, sentence_terms
from rag.types import Hit

OUT = Path("rag/sentences.json")
QUESTIONS_MOST = 800  # of one set
FOLDS = 5
STRENGTH = 0.1  # C of the regression

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """The sentences found for one question."""

    rows: Floats  # as from sentence_terms
    right: NDArray[np.bool_]
    nearness: Floats  # the scores that the ranking gave them


def fit_sentences(folders: Sequence[Path], out: Path = OUT) -> None:
    """Writes the rule and prints each set's figures, cross-validated."""
    sets = {folder.name: _examples(read_beir(folder)) for folder in folders} | {"samples": _gold_examples()}
    for name, examples in sets.items():
        print(f"{name}, by nearness: {_success(examples, [one.nearness for one in examples])}")
    apart: dict[str, list[Floats]] = {name: [np.empty(0)] * len(found) for name, found in sets.items()}
    for fold in range(FOLDS):
        rule = _Fit(
            {name: [e for i, e in enumerate(found) if i % FOLDS != fold] for name, found in sets.items()}
        )
        for name, found in sets.items():
            for i in range(fold, len(found), FOLDS):
                apart[name][i] = rule.chances(found[i].rows)
    report = {}
    for name, examples in sets.items():
        report[name] = _success(examples, apart[name])
        print(f"{name}, by the rule: {report[name]}")
    out.write_text(
        json.dumps(_Fit(sets).written(report), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


class _Fit:
    """A regression on examples, each question with the same weight within its set."""

    def __init__(self, sets: dict[str, list[Example]]) -> None:
        rows = np.concatenate([one.rows for found in sets.values() for one in found])
        right = np.concatenate([one.right for found in sets.values() for one in found])
        weights = np.concatenate(
            [np.full(len(one.right), 1.0 / len(found)) for found in sets.values() for one in found]
        )
        self._centres, self._spreads = rows.mean(axis=0), rows.std(axis=0)
        self._spreads[self._spreads == 0] = 1.0
        self._model = LogisticRegression(C=STRENGTH, max_iter=2000)
        self._model.fit(self._standard(rows), right, sample_weight=weights * len(weights) / weights.sum())

    def _standard(self, rows: Floats) -> Floats:
        standard: Floats = (rows - self._centres) / self._spreads
        return standard

    def chances(self, rows: Floats) -> Floats:
        found: Floats = self._model.predict_proba(self._standard(rows))[:, 1]
        return found

    def written(self, report: dict[str, str]) -> dict[str, object]:
        values = zip(self._centres, self._spreads, self._model.coef_[0], strict=True)
        return {
            "made_by": "python -m evals sentences",
            "sets": report,
            "terms": {
                name: {"centre": _short(centre), "spread": _short(spread), "coefficient": _short(weight)}
                for name, (centre, spread, weight) in zip(TERMS, values, strict=True)
            },
            "intercept": _short(self._model.intercept_[0]),
        }


def _short(value: float) -> float:
    return round(float(value), 4)


def _success(examples: Sequence[Example], scores: Sequence[Floats]) -> str:
    """Of the questions of which a right sentence was found at all."""
    order = [one.right[np.argsort(-s, kind="stable")] for one, s in zip(examples, scores, strict=True)]
    first = estimate([float(right[0]) for right in order])
    three = estimate([float(right[:3].any()) for right in order])
    return f"first {first}, first three {three}, {len(examples)} questions"


def _examples(dataset: Dataset) -> list[Example]:
    queries = [query for query in dataset.judged() if query.evidence or query.answers]
    order = np.random.default_rng(SEED).permutation(len(queries))[:QUESTIONS_MOST]
    readout = open_library(dataset)
    found = [
        _example(readout, query.text, _Wanted(query).holds)
        for query in track([queries[i] for i in order], f"{dataset.name}: sentences")
    ]
    readout.close()
    return [one for one in found if one.right.any()]


class _Wanted:
    """What a sentence must hold to be right."""

    def __init__(self, query: Query) -> None:
        self._gold = query.gold
        self._evidence = [_letters(text) for text in query.evidence]
        self._answers = [letters for text in query.answers if (letters := _letters(text))]

    def holds(self, hit: Hit, place: int) -> bool:
        text = _letters(hit.passage.sentences[place].text)
        if hit.article.id not in self._gold or not text:
            return False
        if self._evidence:
            return any(text in one or one in text for one in self._evidence)
        return any(one in text for one in self._answers)


def _letters(text: str) -> str:
    """Letters and digits only: the sets write their evidence with other spaces and signs."""
    return re.sub(r"[^a-z0-9]+", "", text.lower())


def _gold_examples() -> list[Example]:
    samples = read_samples()
    readout = open_library(samples)
    texts = {article.id: article.text for article in samples.articles}
    found = [
        _example(readout, question.full or question.question, _GoldWanted(question, texts).holds)
        for question in track(read_gold(), "samples: sentences")
        if question.answerable and question.part == "open"
    ]
    readout.close()
    return [one for one in found if one.right.any()]


class _GoldWanted:
    """The same for a gold question: what would count as a right citation."""

    def __init__(self, question: GoldQuestion, texts: dict[str, str]) -> None:
        gold = locate(question, texts)
        self._places = (*gold.places, *gold.also)

    def holds(self, hit: Hit, place: int) -> bool:
        sentence = hit.passage.sentences[place]
        span = Span(hit.article.id, sentence.start, sentence.end)
        return any(bears(span, quote) for quote in self._places)


def _example(readout: Readout, question: str, holds: Callable[[Hit, int], bool]) -> Example:
    last = readout.span().last
    ranking = readout.retriever.rank(question, as_of=last.date() if last else None)
    hits = readout.retriever.choose(question, ranking)
    right = [holds(hit, place) for hit in hits for place in range(len(hit.passage.sentences))]
    nearness = [score for hit in hits for score in hit.sentence_scores]
    rows = sentence_terms(
        sentence_features(question, hits, ranking.hits, ranking.weights, ranking.constraints)
    )
    return Example(rows, np.array(right), np.array(nearness))

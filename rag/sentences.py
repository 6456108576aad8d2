"""Which sentences of the hits answer the question? One calibrated rule over what stands in and around each.

A logistic regression on FEATURES, most of them standardised within the question (STANDARDISED); the
coefficients lie in sentences.json, made by `python -m evals sentences` from the open sets and the open part
of the gold questions. What a bare similarity gets wrong: the words that name the event ('the Geneva talks')
stand in the sentences that introduce it, while the one that answers holds only what the question is after.
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rag.questions import Constraints, asks_for_course
from rag.sought import KINDS, Sought
from rag.speakers import speakers_asked, speaks
from rag.types import Hit
from rag.words import content_of, stems

Floats = NDArray[np.float64]

FEATURES = (
    "passage behind",  # fused score of the passage, less that of the best one
    "cosine",  # of question and sentence, which has read its passage
    "behind",  # cosine plus share of words, less those of the article's best sentence
    "focus",  # share of the question's idf weight that is in the sentence and rare in its article
    "around",  # share that is in the title, in the two sentences before, or in this one
    "title",  # share that is in the title
    "plain words",  # share of the weight of the question's words without a capital
    "pairs",  # share of the question's neighbouring words that are both in the sentence
    "new",  # share of the sentence's words that are not the question's
    "first",  # 1 for the article's first sentence
    "date unmet",  # 1 where the article is not of the time asked for, nor is that named around the sentence
    "outlet unmet",  # 1 where the question names outlets, and the article's is none of them
    "long",  # 0 for a question of SHORT words that are looked for, or fewer, to 1 for one of LONG or more
    *KINDS,  # of what the question is after, what the sentence tells (rag/sought.py)
)
SHORT, LONG = 10, 20
# Terms of the rule: some features as they are, some against the other sentences found for the question.
STANDARDISED = ("passage behind", "cosine", "behind", "focus", "around", "plain words", "pairs", "first")
PLAIN = tuple(name for name in FEATURES if name not in ("focus", "around", "plain words", "pairs", "first"))
# And of some the mean over the question's sentences: a date says little where each of them tells one.
SHARED = ("date unmet", "outlet unmet", *KINDS)
# Those of a question that is long count otherwise: it asks for several things, each in a sentence of its own.
OF_LONG = ("passage behind", "cosine", "behind", "title", "new")
TERMS = (
    *PLAIN,
    *(f"{name}, standardised" for name in STANDARDISED),
    *(f"{name}, mean" for name in SHARED),
    *(f"{name} × long" for name in OF_LONG),
    *(f"{name}, standardised × long" for name in STANDARDISED),
)
# Of its chance is left to a sentence of another time where one of the time asked for is found. The rule alone
# would forgive it: many questions name the day of an event that later articles tell of without its day.
UNMET = 0.1
# And to one that is a question: of 1,380 of the open sets 2 answered, of all others 1 in 20.
ASKING = 0.1
# Where it is asked what somebody said, the odds of a sentence that tells what they said are multiplied by the
# first, of any other by the second; nothing is, where no sentence tells it.
SPEAKING, SILENT = 2.5, 0.3
RARE = 0.15  # share of an article's sentences up to which a word counts as rare in it; two always are

_YEARS = re.compile(
    r"\b(?:in|on|since|before|after|until|during|of|early|mid|late|(?:1[0-9]|20)\d\d)\b,?", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Pick:
    """A sentence of a hit."""

    hit: int  # index into the hits
    sentence: int  # index into the passage's sentences
    score: float


def rank_sentences(hits: Sequence[Hit]) -> list[Pick]:
    """All sentences of the hits, best first."""
    picks = [Pick(h, s, score) for h, hit in enumerate(hits) for s, score in enumerate(hit.sentence_scores)]
    return sorted(picks, key=lambda pick: -pick.score)


def rate_sentences(
    question: str,
    hits: Sequence[Hit],
    ranked: Sequence[Hit],
    weights: Mapping[str, float],
    constraints: Constraints,
) -> tuple[Hit, ...]:
    """The hits with the chance of each of their sentences, 0..1, to be part of the answer, as its score.

    `ranked`: all candidates, best first: an article's other passages tell which words are common in it.
    `weights`: idf of each stem of the question.
    """
    if not hits or not weights:
        return tuple(hits)
    found = sentence_features(question, hits, ranked, weights, constraints)
    rates = _rule().chances(sentence_terms(found))
    unmet = found[:, FEATURES.index("date unmet")] > 0
    if not unmet.all():
        rates = np.where(unmet, UNMET * rates, rates)
    asking = [sentence.text.endswith("?") for hit in hits for sentence in hit.passage.sentences]
    rates = np.where(asking, ASKING * rates, rates)
    return _with_scores(hits, rates)


def heed_speakers(question: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits as from `rate_sentences`; where it is asked what somebody said, what they said is likelier."""
    names = speakers_asked(question)
    if not names:
        return tuple(hits)
    rates = np.array([chance for hit in hits for chance in hit.sentence_scores])
    speaking = [
        speaks(hit.passage.sentences, s, names) for hit in hits for s in range(len(hit.sentence_scores))
    ]
    if not any(speaking):
        return tuple(hits)
    odds = np.where(speaking, SPEAKING, SILENT) * rates / np.maximum(1.0 - rates, 1e-9)
    return _with_scores(hits, odds / (1.0 + odds))


def _with_scores(hits: Sequence[Hit], scores: Floats) -> tuple[Hit, ...]:
    """`scores`: of all sentences of the hits, in their order."""
    left = iter(scores.tolist())
    rated = []
    for hit in hits:
        own = tuple(next(left) for _ in hit.passage.sentences)
        rated.append(replace(hit, sentence_scores=own, best=max(range(len(own)), key=own.__getitem__)))
    return tuple(rated)


def names_its_time(constraints: Constraints, text: str) -> bool:
    """Whether the text names a day or month that the question names."""
    held = set(stems(text))
    return any(day <= held for day in _days(constraints))


def _days(constraints: Constraints) -> list[frozenset[str]]:
    """The stems of each date that the question names, without its year: news leaves that out."""
    return [day for text in constraints.dates if (day := frozenset(stems(_YEARS.sub(" ", text))))]


def sentence_features(
    question: str,
    hits: Sequence[Hit],
    ranked: Sequence[Hit],
    weights: Mapping[str, float],
    constraints: Constraints,
) -> Floats:
    """FEATURES of each sentence of the hits, in their order, a row each."""
    asked = _Question(question, weights, constraints)
    last = {hit.article.id: hit for hit in hits}
    articles = {key: _ArticleWords(hit, ranked) for key, hit in last.items()}
    best = max(hit.score for hit in ranked)
    top = {key: max(max(hit.sentence_scores) for hit in hits if hit.article.id == key) for key in articles}
    rows = [
        asked.features(hit, place, articles[hit.article.id], hit.score - best, top[hit.article.id])
        for hit in hits
        for place in range(len(hit.passage.sentences))
    ]
    return np.array(rows)


def sentence_terms(features: Floats) -> Floats:
    """What the rule weighs: TERMS, a row for each of the features' rows."""
    plain, some, shared, of_long, long = (
        features[:, [FEATURES.index(name) for name in names]]
        for names in (PLAIN, STANDARDISED, SHARED, OF_LONG, ("long",))
    )
    standard = (some - some.mean(axis=0)) / (some.std(axis=0) + 1e-6)
    means = np.broadcast_to(shared.mean(axis=0), shared.shape)
    return np.hstack([plain, standard, means, of_long * long, standard * long])


class _ArticleWords:
    """The stems of one article's sentences, as far as its passages are among the candidates."""

    def __init__(self, hit: Hit, ranked: Sequence[Hit]) -> None:
        passages = {hit.passage.id: hit.passage} | {
            other.passage.id: other.passage for other in ranked if other.article.id == hit.article.id
        }
        sentences = sorted((s for p in passages.values() for s in p.sentences), key=lambda s: s.start)
        self.title = set(stems(hit.article.title))
        self._stems = [set(stems(sentence.text)) for sentence in sentences]
        self._places = {sentence.start: place for place, sentence in enumerate(sentences)}
        counts = Counter(stem for held in self._stems for stem in held)
        most = max(2.0, RARE * len(sentences))
        self.rare = {stem for stem, count in counts.items() if count <= most}.difference(self.title)

    def held(self, start: int) -> set[str]:
        """The stems of the sentence at that offset."""
        return self._stems[self._places[start]]

    def around(self, start: int) -> set[str]:
        """Those of the title, of the two sentences before, and its own."""
        place = self._places[start]
        return self.title.union(*self._stems[max(0, place - 2) : place + 1])


class _Question:
    """A question, and what it is after."""

    def __init__(self, text: str, weights: Mapping[str, float], constraints: Constraints) -> None:
        self._weights = weights
        self._constraints = constraints
        self._days = _days(constraints)
        self._course = asks_for_course(text)  # of all the time between those that it names
        self._total = sum(weights.values()) or 1.0
        capitals = {stem for word in re.findall(r"(?<!^)\b[A-Z][\w’-]+", text) for stem in stems(word)}
        self._plain = weights.keys() - capitals
        self._pairs = [(a, b) for a, b in pairwise(stems(text)) if a in weights and b in weights]
        self._sought = Sought(text)
        self._long = min(1.0, max(0.0, (len(weights) - SHORT) / (LONG - SHORT)))

    def features(
        self, hit: Hit, place: int, article: _ArticleWords, behind: float, top: float
    ) -> tuple[float, ...]:
        """FEATURES of one sentence. `behind`: see there; `top`: best sentence score of its article."""
        sentence, score = hit.passage.sentences[place], hit.sentence_scores[place]
        held = article.held(sentence.start)
        words = content_of(held)
        plain = sum(self._weights[word] for word in self._plain) or 1.0
        return (
            behind,
            score - self._share(held),
            score - top,
            self._share(held & article.rare),
            self._share(article.around(sentence.start)),
            self._share(article.title),
            self._share(held & self._plain) * self._total / plain,
            sum(a in held and b in held for a, b in self._pairs) / (len(self._pairs) or 1),
            sum(word not in self._weights for word in words) / (len(words) + 1),
            float(sentence.start == 0),
            float(self._is_of_another_time(hit, article.around(sentence.start))),
            float(self._is_of_another_outlet(hit)),
            self._long,
            *self._sought.in_sentence(sentence.text),
        )

    def _is_of_another_outlet(self, hit: Hit) -> bool:
        named = self._constraints.sources
        return bool(named) and set(named).isdisjoint(hit.article.outlets)

    def _is_of_another_time(self, hit: Hit, around: AbstractSet[str]) -> bool:
        asked = self._constraints
        if self._course or not asked.dated or any(map(asked.covers, hit.article.published)):
            return False
        return not any(day <= around for day in self._days)

    def _share(self, held: Collection[str]) -> float:
        """Share of the question's idf weight."""
        return sum(weight for word, weight in self._weights.items() if word in held) / self._total


class _Rule:
    """sentences.json as numbers."""

    def __init__(self, text: str) -> None:
        found = json.loads(text)
        terms = found["terms"].values()
        self._centres = np.array([term["centre"] for term in terms])
        self._spreads = np.array([term["spread"] for term in terms])
        self._coefficients = np.array([term["coefficient"] for term in terms])
        self._intercept = float(found["intercept"])

    def chances(self, rows: Floats) -> Floats:
        """0..1 for each row."""
        totals = ((rows - self._centres) / self._spreads) @ self._coefficients + self._intercept
        chances: Floats = 1.0 / (1.0 + np.exp(-np.clip(totals, -50.0, 50.0)))
        return chances


@cache
def _rule() -> _Rule:
    return _Rule(files("rag").joinpath("sentences.json").read_text(encoding="utf-8"))

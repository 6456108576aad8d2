"""A question to the passages and sentences that answer it, in two stages.

1. Candidates: the first passages of each index (Chroma's cosine, tantivy's BM25).
2. Ranking: every candidate gets the same signals, each standardised over the candidates (z-scores) and
   added. Adding scores keeps what ranks throw away: by how much a passage is ahead. The weights and what
   each is worth: evals/README.md.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag.errors import IndexMismatch, QuestionError
from rag.evidence import evidence_probability, threshold
from rag.index import Indexes
from rag.library import Library
from rag.questions import Constraints, asks_for_list, read_constraints
from rag.rows import StoredPassage
from rag.settings import Settings
from rag.types import Article, Embedder, Hit, Passage, Retrieval, Signals, Vectors
from rag.words import content_stems, stems

Scores = NDArray[np.float64]

LIST_HITS = 3  # hits whose neighbours are looked at when the question asks for a list

# Weights of the standardised signals (z-scores over the candidates), tuned on the open sets.
WEIGHT_VECTOR = 1.0  # passage cosine plus best sentence cosine
WEIGHT_WORDS = 1.0  # BM25
WEIGHT_SENTENCE = 2.0  # best sentence: cosine plus share of the question's words
WEIGHT_COVERAGE = 0.5  # the passage's share of the question's words
WEIGHT_SOURCE = 2.0  # added where the article's outlet is named in the question, taken off elsewhere
WEIGHT_DATE = 1.0  # the same for the dates that it names


@dataclass(frozen=True, slots=True)
class Ranking:
    """All candidates of a question, best first."""

    hits: tuple[Hit, ...]
    constraints: Constraints
    note: str = ""


class Retriever:
    """Finds passages for questions. Safe to share between threads."""

    def __init__(self, library: Library, indexes: Indexes, embedder: Embedder, settings: Settings) -> None:
        self.library = library
        self._indexes = indexes
        self._embedder = embedder
        self._settings = settings

    def retrieve(
        self, question: str, *, asked: str = "", as_of: date | None = None, most: int | None = None
    ) -> Retrieval:
        """The best passages for `asked` (by default the question itself), best first.

        `most`: exactly so many, if there are. By default as many as the settings say, and where the
        question asks for a list, what stands beside the best ones too.

        Raises QuestionError for an empty or too long question, IndexMismatch for an index that was
        built from something else.
        """
        asked = (asked or question).strip()
        ranking = self.rank(asked, as_of=as_of)
        hits = self._spread(ranking.hits, most or self._settings.hits)
        if most is None and asks_for_list(asked):
            hits = _with_neighbours(hits, ranking.hits)
        evidence = evidence_probability(asked, ranking.hits)
        return Retrieval(
            question=question,
            asked=asked,
            hits=hits,
            evidence=evidence,
            enough=bool(hits) and evidence >= threshold(),
            span=self.library.span(),
            note=ranking.note,
        )

    def rank(self, question: str, *, as_of: date | None = None, hidden: Collection[str] = ()) -> Ranking:
        """All candidates, best first; articles `hidden` (ids) are passed over as if they were not there."""
        self._check_question(question)
        state = self._indexes.refresh()
        if state.embedder and state.embedder != self._embedder.fingerprint:
            raise IndexMismatch(
                "The library's vectors come from another encoder. Make them anew: readout rebuild --embed"
            )
        span_sources = self.library.sources()
        constraints = read_constraints(question, span_sources, as_of or date.today())  # noqa: DTZ011
        vector = self._embedder.embed_question(question)
        words = content_stems(question)
        candidates, bm25 = self._candidates(vector, words)
        wanted = {s.passage.article_id for s in candidates}.difference(hidden)
        articles = {article.id: article for article in self.library.articles(wanted)}
        candidates = [s for s in candidates if s.passage.article_id in articles]
        if not candidates:
            return Ranking((), constraints)
        scored = _Scored(candidates, articles, vector, bm25, self._weights(words))
        bonus, note = _bonus(constraints, [articles[s.passage.article_id] for s in candidates])
        return Ranking(scored.hits(bonus), constraints, note)

    def _check_question(self, question: str) -> None:
        if not question.strip():
            raise QuestionError('The question is empty. Type one, for example: readout ask "Who met whom?"')
        longest = self._settings.question_characters
        if len(question) > longest:
            raise QuestionError(
                f"The question has {len(question):,} characters, the limit is {longest:,}. Shorten it,"
                " or raise READOUT_QUESTION_CHARACTERS."
            )

    def _candidates(self, vector: Vectors, words: list[str]) -> tuple[list[StoredPassage], dict[int, float]]:
        most = self._settings.candidates
        near = self._indexes.search_vectors(vector, most)
        lexical = self._indexes.search_words(words, most)
        bm25 = {hit.number: hit.score for hit in lexical}
        stored = self.library.passages(ids=[key for key, _ in near], numbers=list(bm25))
        rest = [s.number for s in stored if s.number not in bm25]
        return stored, bm25 | self._indexes.score_words(words, rest)

    def _weights(self, words: list[str]) -> dict[str, float]:
        """Inverse document frequency of each stem, as in BM25 (Robertson and Zaragoza 2009, eq. 3.3)."""
        counts, total = self._indexes.frequencies(words)
        return {
            word: float(np.log1p((total - count + 0.5) / (count + 0.5)))
            for word, count in zip(words, counts, strict=True)
        }

    def _spread(self, hits: Sequence[Hit], most: int) -> tuple[Hit, ...]:
        """The best hits, with no more of one article than the settings allow."""
        taken: dict[str, int] = {}
        spread = []
        for hit in hits:
            taken[hit.article.id] = taken.get(hit.article.id, 0) + 1
            if taken[hit.article.id] <= self._settings.per_article:
                spread.append(hit)
        return tuple(spread[:most])


def _with_neighbours(hits: Sequence[Hit], ranked: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits and what stands around those of the best articles: a list goes on past a passage's end."""
    best = dict.fromkeys(hit.article.id for hit in hits[:LIST_HITS])
    shown = {hit.passage.id for hit in hits}
    places = {(hit.article.id, hit.passage.position) for hit in hits if hit.article.id in best}
    beside = {(article, place + step) for article, place in places for step in (-1, 1)}
    more = [
        hit
        for hit in ranked
        if hit.passage.id not in shown and (hit.article.id, hit.passage.position) in beside
    ]
    return (*hits, *more)


class _Scored:
    """Candidates with all their signals."""

    def __init__(
        self,
        candidates: Sequence[StoredPassage],
        articles: dict[str, Article],
        question: Vectors,
        bm25: dict[int, float],
        weights: dict[str, float],
    ) -> None:
        self.candidates = candidates
        self.articles = articles
        self.bm25 = np.array([bm25.get(s.number, 0.0) for s in candidates])
        self.vector = np.array([float(s.vector @ question) for s in candidates])
        cosines = [s.sentence_vectors @ question for s in candidates]
        covered = [_coverage(s.passage, articles[s.passage.article_id].title, weights) for s in candidates]
        self.sentence_scores = [c + w for c, (w, _) in zip(cosines, covered, strict=True)]
        self.best = [int(np.argmax(scores)) for scores in self.sentence_scores]
        self.best_cosine = np.array([float(c.max()) for c in cosines])
        self.cosine_of_best = np.array([float(c[b]) for c, b in zip(cosines, self.best, strict=True)])
        self.covered_by_best = np.array([float(w[b]) for (w, _), b in zip(covered, self.best, strict=True)])
        self.coverage = np.array([whole for _, whole in covered])

    def hits(self, bonus: Scores) -> tuple[Hit, ...]:
        best = np.array([scores.max() for scores in self.sentence_scores])
        fused = (
            WEIGHT_VECTOR * _standard(self.vector + self.best_cosine)
            + WEIGHT_WORDS * _standard(self.bm25)
            + WEIGHT_SENTENCE * _standard(best)
            + WEIGHT_COVERAGE * _standard(self.coverage)
            + bonus
        )
        order = np.argsort(-fused, kind="stable")
        return tuple(self._hit(int(i), float(fused[i])) for i in order)

    def _hit(self, i: int, score: float) -> Hit:
        passage = self.candidates[i].passage
        return Hit(
            passage=passage,
            article=self.articles[passage.article_id],
            score=score,
            best=self.best[i],
            sentence_scores=tuple(float(s) for s in self.sentence_scores[i]),
            signals=Signals(
                words=float(self.bm25[i]),
                vector=float(self.vector[i]),
                sentence=float(self.cosine_of_best[i]),
                coverage=float(self.coverage[i]),
                sentence_coverage=float(self.covered_by_best[i]),
            ),
        )


def _standard(scores: Scores) -> Scores:
    """Z-scores; all zero where all are equal."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)


def _coverage(passage: Passage, title: str, weights: dict[str, float]) -> tuple[Scores, float]:
    """The share of the question's idf weight that each sentence, and the passage with its title, holds."""
    total = sum(weights.values()) or 1.0
    of_sentences = [weights.keys() & set(stems(sentence.text)) for sentence in passage.sentences]
    whole = set(stems(title)).intersection(weights).union(*of_sentences)
    shares = np.array([sum(weights[word] for word in found) / total for found in of_sentences])
    return shares, sum(weights[word] for word in whole) / total


def _bonus(constraints: Constraints, articles: Sequence[Article]) -> tuple[Scores, str]:
    """What outlets and dates named in the question add to each candidate, and what had to be relaxed."""
    bonus = np.zeros(len(articles))
    notes = []
    if constraints.sources:
        named = np.array([article.source in constraints.sources for article in articles])
        bonus += WEIGHT_SOURCE * np.where(named, 1.0, -1.0)
    if constraints.dated:
        within = np.array([constraints.covers(article.published_at) for article in articles])
        if within.any():
            bonus += WEIGHT_DATE * np.where(within, 1.0, -1.0)
        else:
            notes.append(f"Nothing found was published {constraints.period}; other dates are shown.")
    return bonus, " ".join(notes)

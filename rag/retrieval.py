"""A question to the passages and sentences that answer it, in two stages.

1. Candidates: the first passages of each index (Chroma's cosine, tantivy's BM25).
2. Ranking: every candidate gets the same signals, each standardised over the candidates (z-scores) and
   added. Adding scores keeps what ranks throw away: by how much a passage is ahead. The weights and what
   each is worth: evals/README.md.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from rag import links
from rag.commands import asks_for_summary, asks_of_us, without_command
from rag.copies import Gathering, not_shown
from rag.errors import OTHER_ENCODER, IndexMismatch, QuestionError
from rag.evidence import evidence_probability, features, threshold
from rag.index import Indexes
from rag.lacking import lacking, tells_the_news
from rag.library import Library, version_of
from rag.premises import denied
from rag.questions import Constraints, asks_for_list, read_clauses, read_constraints
from rag.rows import StoredPassage
from rag.sentences import heed_speakers, names_its_time, rate_sentences
from rag.settings import Settings
from rag.summaries import reports_on, with_beginnings
from rag.types import Article, Embedder, Filters, Hit, Retrieval, Signals, Vectors
from rag.unmentioned import of_countries, unmentioned
from rag.whether import told
from rag.words import content_stems, stems, weighty_stems

Floats = NDArray[np.float64]

NO_FILTERS = Filters()
SPELLED_HITS = 30  # hits in which a name of the question is looked for in another spelling
LIST_HITS = 3  # hits whose neighbours are looked at when the question asks for a list

# Weights of the standardised signals (z-scores over the candidates), tuned on the open sets.
WEIGHT_VECTOR = 1.0  # passage cosine plus best sentence cosine
WEIGHT_WORDS = 1.0  # BM25
WEIGHT_SENTENCE = 2.0  # best sentence: cosine plus share of the question's words
WEIGHT_COVERAGE = 0.5  # the passage's share of the question's words
WEIGHT_CLAUSE = 1.0  # the best of a long question's clauses, scored in the same way
WEIGHT_TITLE = 1.5  # added where the question names the article's title
WEIGHT_SOURCE = 2.0  # added where the article's outlet is named in the question, taken off elsewhere
WEIGHT_DATE = 2.0  # the same for the dates that it names


@dataclass(frozen=True, slots=True)
class Ranking:
    """All candidates of a question, best first."""

    hits: tuple[Hit, ...]
    constraints: Constraints
    weights: dict[str, float]  # idf of each stem that was looked for
    note: str = ""
    unknown: frozenset[str] = frozenset()  # those of the stems that no passage holds
    vectors: Mapping[str, Vectors] = field(default_factory=dict)  # of each passage's sentences, by its id


class Retriever:
    """Finds passages for questions. Safe to share between threads."""

    def __init__(
        self,
        library: Library,
        indexes: Indexes,
        embedder: Embedder,
        settings: Settings,
        threshold: float | None = None,
    ) -> None:
        """`threshold`: the evidence (0..1) from which on it is enough; by default the calibrated one."""
        self.library = library
        self._indexes = indexes
        self._embedder = embedder
        self._settings = settings
        self._threshold = threshold

    def retrieve(
        self,
        question: str,
        *,
        asked: str = "",
        as_of: date | None = None,
        most: int | None = None,
        filters: Filters = NO_FILTERS,
    ) -> Retrieval:
        """The best passages for `asked` (by default the question itself), best first.

        `most`: exactly so many, if there are. By default as many as the settings say, and where the
        question asks for a list, what stands beside the best ones too. `filters`: no other article is
        looked at, whatever the question itself names.

        Raises QuestionError for an empty or too long question, IndexMismatch for an index that was
        built from something else.
        """
        asked = (asked or question).strip()
        ranking = self.rank(asked, as_of=as_of, filters=filters)
        hits = self.choose_rated(asked, ranking, most)
        evidence = evidence_probability(evidence_features(asked, ranking, hits))
        least = threshold() if self._threshold is None else self._threshold
        lacks = self._lacking(asked, ranking, hits) if least > 0 else ""  # at 0 all is enough
        enough = bool(hits) and not lacks and not (asks_of_us(asked) and least > 0)
        enough = enough and (evidence >= least or tells_the_news(hits, ranking.constraints))
        return Retrieval(
            question=question,
            asked=asked,
            hits=heed_speakers(asked, hits),  # last: evidence is calibrated without
            evidence=evidence,
            enough=enough,
            span=self.library.select(filters).span if filters else self.library.span(),
            note=ranking.note if ranking.note and not _tells_of_the_time(hits, ranking) else "",
            filters=filters,
            lacking=lacks,
            denied=denied(asked, hits) if enough else None,
            told=told(asked, hits) if enough else None,
            reports=self._reports(asked, hits),
        )

    def _reports(self, asked: str, hits: Sequence[Hit]) -> tuple[int, ...]:
        if not asks_for_summary(asked):  # nor are weights looked up
            return ()
        return reports_on(asked, hits, self._weights(content_stems(without_command(asked)), ()))

    def choose(self, question: str, ranking: Ranking, most: int | None = None) -> tuple[Hit, ...]:
        """The hits to show of a ranking; `most` as for `retrieve`."""
        hits = self._spread(question, ranking, most or self._settings.hits)
        if most is None and asks_for_list(question):
            hits = _with_neighbours(hits, ranking.hits)
        if most is None and asks_for_summary(question):
            hits = with_beginnings(hits, ranking.hits)
        return hits

    def choose_rated(self, question: str, ranking: Ranking, most: int | None = None) -> tuple[Hit, ...]:
        """The same with the chance of each sentence to be part of the answer as its score."""
        hits = self.choose(question, ranking, most)
        return rate_sentences(question, hits, ranking.hits, ranking.weights, ranking.constraints)

    def rank(
        self,
        question: str,
        *,
        as_of: date | None = None,
        hidden: Collection[str] = (),
        filters: Filters = NO_FILTERS,
    ) -> Ranking:
        """All candidates, best first; articles `hidden` (ids) are passed over as if they were not there.

        How rare a word is counts in the whole library, also under `filters`.
        """
        self.check_question(question)
        question = without_command(question)
        state = self._indexes.refresh()
        if state.embedder and state.embedder != self._embedder.fingerprint:
            raise IndexMismatch(OTHER_ENCODER)
        constraints = read_constraints(question, self.library.sources(), as_of or date.today())  # noqa: DTZ011
        vector = self._embedder.embed_question(question)
        candidates = self._candidates(question, vector, filters)
        wanted = {s.passage.article_id for s in candidates}.difference(hidden)
        articles = {article.id: article for article in self.library.articles(wanted)}
        candidates = [s for s in candidates if s.passage.article_id in articles]
        if not candidates:
            return Ranking((), constraints, {})
        bonus, dated, note = _bonus(constraints, [articles[s.passage.article_id] for s in candidates])
        # Dates that the articles' own dates answer would only draw sentences that repeat them.
        text = constraints.rest if dated and weighty_stems(constraints.rest) else question
        pool = _Pool(candidates, articles)
        if text != question:
            vector = self._embedder.embed_question(text)
        whole = self._signals(pool, text, vector, hidden)
        clauses = read_clauses(text)
        # The words of a question with clauses stand in several sentences, however well it is met.
        fused = whole.fused(trust=1.0 if clauses else whole.most_met()) + bonus
        parts = [
            self._signals(pool, clause, self._embedder.embed_question(clause), hidden).fused()
            for clause in clauses
        ]
        if parts:  # a passage that answers one clause well is wanted as well as one that touches all
            fused += WEIGHT_CLAUSE * np.max(parts, axis=0)
        fused = pool.follow_titles(question, fused)
        unknown = frozenset(whole.weights).difference(pool.held())
        vectors = {stored.passage.id: stored.sentence_vectors for stored in candidates}
        return Ranking(pool.hits(whole, fused), constraints, whole.weights, note, unknown, vectors)

    def _signals(self, pool: "_Pool", text: str, vector: Vectors, hidden: Collection[str]) -> "_Scores":
        words = content_stems(text)
        bm25 = self._indexes.score_words(words, [stored.number for stored in pool.candidates])
        return pool.score(vector, bm25, self._weights(words, hidden))

    def _lacking(self, question: str, ranking: Ranking, hits: Sequence[Hit]) -> str:
        """Why what was found cannot be enough, as a clause; empty for nearly all questions.

        Names count as unmentioned that no article of the whole library has, nor any outlet.
        """
        sought = sorted(ranking.unknown | of_countries(question, ranking.unknown))
        counts, _ = self._indexes.frequencies(sought)
        unknown = {stem for stem, count in zip(sought, counts, strict=True) if not count}
        unknown.difference_update(*map(stems, self.library.sources()))
        found = ranking.hits[:SPELLED_HITS]
        names = unmentioned(question, unknown, [f"{hit.article.title} {hit.passage.text}" for hit in found])
        if names:
            return f"none of them mentions {' or '.join(f'“{name}”' for name in names)}"
        return lacking(question, hits, ranking.constraints)

    def check_question(self, question: str) -> None:
        """Raises QuestionError for one without a letter or digit and for one that is too long."""
        if not any(character.isalnum() for character in question):
            raise QuestionError('The question is empty. Type one, for example: readout ask "Who met whom?"')
        longest = self._settings.question_characters
        if len(question) > longest:
            raise QuestionError(
                f"The question has {len(question):,} characters, the limit is {longest:,}. Shorten it,"
                " or raise READOUT_QUESTION_CHARACTERS."
            )

    def _candidates(self, question: str, vector: Vectors, filters: Filters) -> list[StoredPassage]:
        """The first passages of each index, of the articles that the filters leave.

        Where they are of fewer articles than the hits to show, as one long article fills them, the first ones
        of all others are candidates, too.
        """
        versions = self.library.select(filters).versions if filters else None
        found = self._first(question, vector, versions)
        crowd = {version_of(stored.passage.id) for stored in found}
        if len(crowd) * self._settings.per_article < self._settings.hits:
            found += self._first(question, vector, versions, crowd)
        return found

    def _first(
        self, question: str, vector: Vectors, versions: Collection[str] | None, besides: Collection[str] = ()
    ) -> list[StoredPassage]:
        most = self._settings.candidates
        near = self._indexes.search_vectors(vector, most, versions, besides)
        lexical = self._indexes.search_words(content_stems(question), most, versions, besides)
        return self.library.passages(ids=[key for key, _ in near], numbers=[hit.number for hit in lexical])

    def _weights(self, words: list[str], hidden: Collection[str]) -> dict[str, float]:
        """Inverse document frequency of each stem, as in BM25 (Robertson and Zaragoza 2009, eq. 3.3)."""
        counts, total = self._indexes.frequencies(words)
        unseen = [
            set(stems(f"{article.title} {stored.passage.text}"))
            for article in (self.library.articles(hidden) if hidden else ())
            for stored in self.library.passages(article_id=article.id)
        ]
        weights = {}
        for word, held in zip(words, counts, strict=True):
            count = held - sum(word in one for one in unseen)
            weights[word] = float(np.log1p((total - len(unseen) - count + 0.5) / (count + 0.5)))
        return weights

    def _spread(self, question: str, ranking: Ranking, most: int) -> tuple[Hit, ...]:
        """The best hits, with no more of one article than the settings allow, near-copies with the better."""
        gathering = Gathering(question, ranking.vectors, ranking.constraints.sources)
        shown = Counter[str]()
        for hit in ranking.hits:
            if gathering.collapse(hit):
                continue
            if len(gathering) < most and shown[hit.article.id] < self._settings.per_article:
                shown[hit.article.id] += 1
                gathering.show(hit)
        return gathering.hits()


def evidence_features(question: str, ranking: Ranking, rated: Sequence[Hit]) -> tuple[float, ...]:
    """What tells whether the articles cover the question that the ranking was made for.

    `rated`: its hits to show, as from `Retriever.choose_rated`.
    """
    return features(question, ranking.hits, ranking.weights, ranking.unknown, ranking.constraints, rated)


def _tells_of_the_time(hits: Sequence[Hit], ranking: Ranking) -> bool:
    """Whether the best sentence's passage names the time asked for, of the same year: an event's, then."""
    asked = ranking.constraints
    best = max(hits, key=lambda hit: max(hit.sentence_scores), default=None)
    if best is None or not names_its_time(asked, best.passage.text):
        return False
    years = {day.year for day in (asked.first, asked.last) if day}
    day = best.article.published_at
    return bool(day and day.year in years) or any(str(year) in best.passage.text for year in years)


def _with_neighbours(hits: Sequence[Hit], ranked: Sequence[Hit]) -> tuple[Hit, ...]:
    """The hits and what stands around those of the best articles: a list goes on past a passage's end."""
    best = dict.fromkeys(hit.article.id for hit in hits[:LIST_HITS])
    places = {(hit.article.id, hit.passage.position) for hit in hits if hit.article.id in best}
    beside = {(article, place + step) for article, place in places for step in (-1, 1)}
    more = (hit for hit in not_shown(hits, ranked) if (hit.article.id, hit.passage.position) in beside)
    return (*hits, *more)


@dataclass(frozen=True, slots=True)
class _Scores:
    """The signals of all candidates for one text; arrays in the order of the candidates."""

    weights: dict[str, float]  # idf of each stem of the text
    words: Floats
    vector: Floats
    cosines: list[Floats]  # of each sentence
    coverages: list[Floats]  # of each sentence
    coverage: Floats  # of the whole passage with its title

    def sentences(self) -> list[Floats]:
        return [cosine + share for cosine, share in zip(self.cosines, self.coverages, strict=True)]

    def most_met(self) -> float:
        """The largest share (0..1) of the text's idf weight that one sentence has."""
        return float(max(shares.max() for shares in self.coverages))

    def fused(self, trust: float = 1.0) -> Floats:
        """`trust`: how far words count; where the rare ones are nowhere, common ones draw what is not meant.

        The weights keep their sum, so that scores are as far apart as ever.
        """
        best_cosine = np.array([cosine.max() for cosine in self.cosines])
        best = np.array([scores.max() for scores in self.sentences()])
        by_words = WEIGHT_WORDS + WEIGHT_COVERAGE
        by_sense = WEIGHT_VECTOR + WEIGHT_SENTENCE
        scale = (by_sense + by_words) / (by_sense + trust * by_words)
        return scale * (
            WEIGHT_VECTOR * _standard(self.vector + best_cosine)
            + trust * WEIGHT_WORDS * _standard(self.words)
            + WEIGHT_SENTENCE * _standard(best)
            + trust * WEIGHT_COVERAGE * _standard(self.coverage)
        )


class _Pool:
    """The candidates of a question, with the stems of their sentences."""

    def __init__(self, candidates: Sequence[StoredPassage], articles: dict[str, Article]) -> None:
        self.candidates = candidates
        self.articles = articles
        self._stems = [[set(stems(s.text)) for s in stored.passage.sentences] for stored in candidates]
        titles = {key: set(stems(article.title)) for key, article in articles.items()}
        self._titles = [titles[stored.passage.article_id] for stored in candidates]

    def held(self) -> set[str]:
        """The stems of all candidates; one that is not among them is in no passage that is shown."""
        return set().union(*self._titles, *(held for sentences in self._stems for held in sentences))

    def score(self, vector: Vectors, bm25: dict[int, float], weights: dict[str, float]) -> _Scores:
        total = sum(weights.values()) or 1.0

        def share(held: set[str]) -> float:
            return sum(weights[word] for word in weights.keys() & held) / total

        return _Scores(
            weights=weights,
            words=np.array([bm25.get(stored.number, 0.0) for stored in self.candidates]),
            vector=np.array([float(stored.vector @ vector) for stored in self.candidates]),
            cosines=[(stored.sentence_vectors @ vector).astype(float) for stored in self.candidates],
            coverages=[np.array([share(held) for held in sentences]) for sentences in self._stems],
            coverage=np.array(
                [
                    share(title.union(*sentences))
                    for title, sentences in zip(self._titles, self._stems, strict=True)
                ]
            ),
        )

    def follow_titles(self, question: str, fused: Floats) -> Floats:
        """The fused scores with what titles add that the question, or one of the first passages, names."""
        ids = [stored.passage.article_id for stored in self.candidates]
        titles = [self.articles[key].title for key in ids]
        texts = [stored.passage.text for stored in self.candidates]
        return links.follow(
            question, fused + WEIGHT_TITLE * links.named(question, titles), ids, titles, texts
        )

    def hits(self, scores: _Scores, fused: Floats) -> tuple[Hit, ...]:
        """All candidates as hits, best first."""
        sentences = scores.sentences()
        order = np.argsort(-fused, kind="stable").tolist()
        return tuple(self._hit(scores, i, float(fused[i]), sentences[i]) for i in order)

    def _hit(self, scores: _Scores, i: int, score: float, sentences: Floats) -> Hit:
        passage = self.candidates[i].passage
        best = int(np.argmax(sentences))
        return Hit(
            passage=passage,
            article=self.articles[passage.article_id],
            score=score,
            best=best,
            sentence_scores=tuple(sentences.tolist()),
            signals=Signals(
                words=float(scores.words[i]),
                vector=float(scores.vector[i]),
                sentence=float(scores.cosines[i][best]),
                coverage=float(scores.coverage[i]),
                sentence_coverage=float(scores.coverages[i][best]),
            ),
        )


def _standard(scores: Floats) -> Floats:
    """Z-scores; all zero where all are equal."""
    spread = scores.std()
    return (scores - scores.mean()) / spread if spread > 0 else np.zeros_like(scores)


def _bonus(constraints: Constraints, articles: Sequence[Article]) -> tuple[Floats, bool, str]:
    """What outlets and dates named in the question add to each candidate.

    Then whether its dates are met by any of them, and what had to be relaxed, in words.
    """
    bonus = np.zeros(len(articles))
    if constraints.sources:
        named = np.array([not set(constraints.sources).isdisjoint(article.outlets) for article in articles])
        bonus += WEIGHT_SOURCE * np.where(named, 1.0, -1.0)
    if not constraints.dated:
        return bonus, False, ""
    within = np.array([any(map(constraints.covers, article.published)) for article in articles])
    if not within.any():
        return bonus, False, f"Nothing found was published {constraints.period}; other dates are shown."
    return bonus + WEIGHT_DATE * np.where(within, 1.0, -1.0), True, ""

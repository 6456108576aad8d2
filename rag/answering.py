"""The chain that joins the stages: question → hits → answer → checked claims; and its front door.

The chain is LangChain's (LCEL): its stream yields the hits before the first word of the answer, which is
what a page with a passages panel needs.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from rag.adding import Adder
from rag.citations import Resolver, build_claims
from rag.disagreements import find_disagreements
from rag.errors import ModelCut, ModelError
from rag.extractive import ExtractiveAnswerer
from rag.generative import GenerativeAnswerer
from rag.index import Indexes
from rag.library import Library
from rag.passages import split_sentences
from rag.questions import full_question
from rag.retrieval import NO_FILTERS, Retriever
from rag.settings import Settings
from rag.show import count_articles, filter_words
from rag.types import (
    Answer,
    Answerer,
    Article,
    Citation,
    Claim,
    Disagreement,
    Embedder,
    Event,
    Filters,
    Hit,
    Marker,
    Piece,
    Retrieval,
    Sentence,
    Span,
    Status,
    Turn,
    Vectors,
    date_label,
)

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable


class Readout:
    """A library that can be asked. Safe to share between threads."""

    def __init__(
        self, settings: Settings, library: Library, embedder: Embedder, answerer: Answerer | None = None
    ) -> None:
        self.settings = settings
        self.library = library
        self.embedder = embedder
        self.indexes = Indexes(library)
        self.retriever = Retriever(library, self.indexes, embedder, settings)
        self.adder = Adder(library, self.indexes, embedder, settings)
        self.answerer = answerer or choose_answerer(settings)

    def close(self) -> None:
        self.indexes.close()
        self.library.close()

    def warm(self) -> None:
        """Loads the encoder and opens the indexes, so that the first question is no slower than others."""
        self.embedder.embed_question("warm")
        self.indexes.refresh()

    def span(self) -> Span:
        return self.library.span()

    def articles(self) -> list[Article]:
        """All articles, newest publication first."""
        return self.library.articles()

    def article(self, article_id: str) -> Article | None:
        return self.library.article(article_id)

    def ask(
        self,
        question: str,
        turns: Sequence[Turn] = (),
        as_of: date | None = None,
        answerer: Answerer | None = None,
        filters: Filters = NO_FILTERS,
    ) -> Iterator[Event]:
        """Retrieval first, then text and citations as they come, last exactly one Answer.

        `turns`: the conversation so far, oldest first. `as_of`: the day that 'last week' counts from.
        `filters`: the articles that may answer.
        A model's failure arrives as an Answer with status failed or incomplete. Raises QuestionError for
        a question that cannot be asked, LibraryError where library or indexes cannot be searched.
        """
        began = time.monotonic()
        writer = answerer or self.answerer
        written = _Written(question, self._sentence_vectors)
        try:
            for chunk in self._chain(writer, turns, as_of, filters).stream({"question": question}):
                yield from written.take(chunk)
        except ModelCut as error:
            written.fail(Status.INCOMPLETE, str(error))
        except ModelError as error:
            written.fail(Status.INCOMPLETE if written.begun else Status.FAILED, str(error))
        yield replace(written.answer(writer), seconds=time.monotonic() - began)

    def _sentence_vectors(self, hits: Sequence[Hit]) -> dict[str, Vectors]:
        stored = self.library.passages(ids=[hit.passage.id for hit in hits])
        return {one.passage.id: one.sentence_vectors for one in stored}

    def _chain(
        self, answerer: Answerer, turns: Sequence[Turn], as_of: date | None, filters: Filters
    ) -> "Runnable[dict[str, Any], dict[str, Any]]":
        from langchain_core.runnables import RunnableGenerator, RunnableLambda, RunnablePassthrough

        def retrieve(inputs: Mapping[str, Any]) -> Retrieval:
            question = inputs["question"]
            asked = _rewrite(answerer, question, turns)
            return self.retriever.retrieve(question, asked=asked, as_of=as_of, filters=filters)

        def write(parts: Iterator[Mapping[str, Any]]) -> Iterator[Piece]:
            inputs: dict[str, Any] = {}
            for part in parts:
                inputs.update(part)
            retrieval: Retrieval = inputs["retrieval"]
            if retrieval.enough:  # without evidence nothing is written and no model is called
                yield from answerer.write(retrieval, turns)

        return RunnablePassthrough.assign(retrieval=RunnableLambda(retrieve)).assign(
            piece=RunnableGenerator(write)
        )


def _rewrite(answerer: Answerer, question: str, turns: Sequence[Turn]) -> str:
    if turns and isinstance(answerer, GenerativeAnswerer):
        return answerer.rewrite(question, turns)
    return full_question(question, turns)


class _Written:
    """The answer as it comes in."""

    def __init__(self, question: str, vectors: Callable[[Sequence[Hit]], Mapping[str, Vectors]]) -> None:
        self._question = question
        self._vectors = vectors  # of the sentences of hits
        self._retrieval: Retrieval | None = None
        self._resolver = Resolver(())
        self._pieces: list[str | Citation] = []
        self._status = Status.ANSWERED
        self._fault = ""

    @property
    def begun(self) -> bool:
        return any(isinstance(piece, Citation) or piece.strip() for piece in self._pieces)

    def take(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        """The events of one chunk of the chain's stream."""
        if "retrieval" in chunk:
            self._retrieval = chunk["retrieval"]
            self._resolver = Resolver(chunk["retrieval"].hits)
            yield chunk["retrieval"]
        piece = chunk.get("piece")
        if isinstance(piece, Marker):
            citation = self._resolver.cite(piece)
            if citation:
                self._pieces.append(citation)
                yield citation
        elif piece:
            self._pieces.append(piece)
            yield piece

    def fail(self, status: Status, fault: str) -> None:
        self._status, self._fault = status, fault

    def answer(self, answerer: Answerer) -> Answer:
        retrieval = self._retrieval
        assert retrieval is not None  # the chain yields it first, or raises
        status = self._status
        if status is Status.ANSWERED and not self.begun:  # too little evidence, or the model refused
            status = Status.NOT_IN_ARTICLES
        split = whole_sentence if isinstance(answerer, ExtractiveAnswerer) else split_sentences
        claims = build_claims(self._pieces, split) if status is not Status.NOT_IN_ARTICLES else ()
        notice = self._fault or (
            refusal_notice(retrieval.span, retrieval.filters)
            if status is Status.NOT_IN_ARTICLES
            else answerer.notice
        )
        return Answer(
            status=status,
            question=self._question,
            asked=retrieval.asked,
            claims=claims,
            hits=retrieval.hits,
            model=answerer.name,
            seconds=0.0,
            notice=f"{notice} {retrieval.note}".strip(),
            span=retrieval.span,
            unresolved=self._resolver.unresolved,
            disagreements=self._disagreements(claims, retrieval.hits),
            filters=retrieval.filters,
        )

    def _disagreements(self, claims: Sequence[Claim], hits: Sequence[Hit]) -> tuple[Disagreement, ...]:
        cited = list({c.number: c for claim in claims for c in claim.citations}.values())
        return find_disagreements(cited, hits, self._vectors(hits), self._resolver.cite) if cited else ()


def whole_sentence(text: str) -> tuple[Sentence, ...]:
    """A quoted sentence is one claim, however it might be split where it stands alone."""
    return (Sentence(0, len(text), text),)


def refusal_notice(span: Span, filters: Filters = NO_FILTERS) -> str:
    """What was searched, for an answer that the articles do not hold."""
    if filters and span.of and not span.articles:
        return (
            f"No article is left by the filter: {filter_words(filters)}. Drop it to search all"
            f" {count_articles(span.of)}."
        )
    if not span.articles:
        return "The library holds no articles yet. Add some: readout add corpus/"
    count = count_articles(span.articles)
    dates = ""
    if span.first and span.last:
        first, last = date_label(span.first), date_label(span.last)
        dates = f" published on {first}" if first == last else f" published from {first} to {last}"
    if filters:
        count = f"{span.articles} of {count_articles(span.of)}"
        dates = f", filtered by {filter_words(filters)}"
    return f"The articles do not cover this. Searched: {count}{dates}. The nearest passages are shown."


def follow(questions: Sequence[str]) -> list[Turn]:
    """Earlier questions as turns, each made into a full question by the ones before it."""
    turns: list[Turn] = []
    for question in questions:
        turns.append(Turn(question, asked=full_question(question, turns)))
    return turns


def choose_answerer(settings: Settings) -> Answerer:
    """Quoted sentences, unless a language model is set."""
    return GenerativeAnswerer(settings) if settings.model else ExtractiveAnswerer()


def open_readout(settings: Settings, report: Callable[[str], None] | None = None) -> Readout:
    """Opens the library with the embedded encoder. `report` hears of work that takes long.

    Raises LibraryError or SettingsError.
    """
    from rag.embedding import EmbeddedEncoder

    return Readout(settings, Library(settings.home), EmbeddedEncoder(settings, report))

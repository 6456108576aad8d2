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
from rag.commands import as_reported, asks_of_us
from rag.disagreements import find_disagreements
from rag.errors import ModelCut, ModelError
from rag.extractive import ExtractiveAnswerer
from rag.follow_ups import full_question
from rag.generative import GenerativeAnswerer
from rag.index import Indexes
from rag.library import Library
from rag.loopback import LocalModels
from rag.models import accepted, known_model_offer
from rag.offers import offer_questions
from rag.passages import split_sentences
from rag.repair import doubtful_claims, put_better
from rag.retrieval import NO_FILTERS, Retriever
from rag.settings import Settings
from rag.show import count_articles, filter_words
from rag.speller import Speller
from rag.thoughts import after_thoughts
from rag.turnstile import Turnstile
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
    Offer,
    Piece,
    Retrieval,
    Sentence,
    Span,
    Status,
    Turn,
    Usage,
    Vectors,
    date_label,
)
from rag.web_adding import WebAdder

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

QUOTED_AT_ONCE = 2  # questions: one keeps Python busy, the second works while the first waits for the disk
WRITTEN_AT_ONCE = 16  # nearly all of their time they wait for a model
QUOTED_INSTEAD = "Sentences of the articles are quoted instead."
STOPPED = "You stopped it here; its last sentence may not be whole."
STOPPED_UNWRITTEN = "You stopped it before the first word. The passages found are shown."


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
        self.speller = Speller(library, self.indexes, embedder)
        self.adder = Adder(library, self.indexes, embedder, settings)
        self.web = WebAdder(library, self.adder, settings)
        self.answerer = answerer or choose_answerer(settings)
        self._local = LocalModels(settings.ports)
        self._accepted: dict[Offer, Answerer] = {}
        limits = (settings.waiting, settings.per_minute)
        self._quoting = Turnstile(settings.at_once or QUOTED_AT_ONCE, *limits)
        self._writing = Turnstile(settings.at_once or WRITTEN_AT_ONCE, *limits)

    def close(self) -> None:
        self.indexes.close()
        self.library.close()

    def warm(self) -> None:
        """Answers a question for nobody, without a model, so that the first one is no slower than others."""
        self.indexes.refresh()
        for _ in self.ask("What was reported first?", answerer=ExtractiveAnswerer()):
            pass

    def offers(self) -> tuple[Offer, ...]:
        """Models that a page may offer while none is set; known at once, as what runs here is sought behind.

        Sends nothing to any of them but the question which models they are.
        """
        if self.settings.model or self.settings.base_url:
            return ()
        offers = (known_model_offer(self.settings), self._local.found())
        return tuple(offer for offer in offers if offer)

    def accept(self, offer: Offer) -> Answerer:
        """What writes with an offered model: the same each time, as its connection and pauses are shared."""
        return self._accepted.setdefault(offer, GenerativeAnswerer(accepted(self.settings, offer)))

    def turnstile(self, answerer: Answerer) -> Turnstile:
        """Where a question waits for its turn before it is asked, if many ask at once."""
        return self._writing if isinstance(answerer, GenerativeAnswerer) else self._quoting

    def left_alone(self) -> tuple[tuple[str, float], ...]:
        """The models that failed several times in a row and are not asked now, with the seconds left."""
        writers = (self.answerer, *tuple(self._accepted.values()))
        asked = (one for one in writers if isinstance(one, GenerativeAnswerer))
        return tuple((one.name, left) for one in asked if (left := one.away))

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
        asked: str = "",
    ) -> Iterator[Event]:
        """Retrieval first, then text and citations as they come, last exactly one Answer.

        `turns`: the conversation so far, oldest first. `as_of`: the day that 'last week' counts from.
        `filters`: the articles that may answer. `asked`: what is searched for in the question's place; by
        default a follow-up made into a full question, by the model if there is one, else by rules.
        A model's failure arrives as an Answer with status failed (its sentences are quoted ones then) or
        incomplete. Raises QuestionError for a question that cannot be asked, LibraryError where library or
        indexes cannot be searched.
        """
        began = time.monotonic()
        writer = answerer or self.answerer
        if isinstance(writer, GenerativeAnswerer):
            writer = writer.for_one()
        written = _Written(question, writer, self._sentence_vectors)
        try:
            for chunk in self._chain(writer, turns, as_of, filters).stream(
                {"question": question, "asked": asked}
            ):
                yield from written.take(chunk)
        except ModelCut as error:
            written.fail(Status.INCOMPLETE, str(error))
        except ModelError as error:
            if written.begun:
                written.fail(Status.INCOMPLETE, str(error))
            else:
                written.fail(Status.FAILED, f"{error} {QUOTED_INSTEAD}")
                yield from written.quote()
        answer = written.answer(spent=time.monotonic() - began)
        if answer.status is Status.NOT_IN_ARTICLES:
            answer = replace(answer, offers=self._offers(answer, as_of))
        yield replace(answer, seconds=time.monotonic() - began)

    def _offers(self, answer: Answer, as_of: date | None) -> tuple[str, ...]:
        return offer_questions(
            answer.hits, lambda asked: self.retriever.retrieve(asked, as_of=as_of, filters=answer.filters)
        )

    def _sentence_vectors(self, hits: Sequence[Hit]) -> dict[str, Vectors]:
        stored = self.library.passages(ids=[hit.passage.id for hit in hits])
        return {one.passage.id: one.sentence_vectors for one in stored}

    def _full_question(self, answerer: Answerer, question: str, turns: Sequence[Turn]) -> str:
        """A follow-up made complete. Where a model fails or changes nothing, the rules have their turn."""
        self.retriever.check_question(question)  # a blank one would lean on the turns before
        full = question
        if turns and isinstance(answerer, GenerativeAnswerer):
            full = answerer.rewrite(question, turns)
        if full == question:
            full = full_question(question, turns)
        return self.as_searched(full if len(full) <= self.settings.question_characters else question)

    def as_searched(self, question: str) -> str:
        """The question as the articles spell and put it; nearly always as it is."""
        return as_reported(self.speller.respelled(question))

    def _chain(
        self, answerer: Answerer, turns: Sequence[Turn], as_of: date | None, filters: Filters
    ) -> "Runnable[dict[str, Any], dict[str, Any]]":
        from langchain_core.runnables import RunnableGenerator, RunnableLambda, RunnablePassthrough

        def retrieve(inputs: Mapping[str, Any]) -> Retrieval:
            question = inputs["question"]
            asked = inputs["asked"] or self._full_question(answerer, question, turns)
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


class _Written:
    """The answer as it comes in."""

    def __init__(
        self,
        question: str,
        answerer: Answerer,
        vectors: Callable[[Sequence[Hit]], Mapping[str, Vectors]],
    ) -> None:
        self._question = question
        self._answerer = answerer
        self._vectors = vectors  # of the sentences of hits
        self._retrieval: Retrieval | None = None
        self._resolver = Resolver(())
        self._pieces: list[str | Citation] = []
        self._status = Status.ANSWERED
        self._fault = ""
        self._quotes = False  # the pieces are whole sentences of articles, whoever was to write

    @property
    def begun(self) -> bool:
        return any(isinstance(piece, Citation) or piece.strip() for piece in self._pieces)

    def take(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        """The events of one chunk of the chain's stream."""
        if "retrieval" in chunk:
            self._retrieval = chunk["retrieval"]
            self._resolver = Resolver(chunk["retrieval"].hits)
            yield chunk["retrieval"]
        if "piece" in chunk:
            yield from self._take_piece(chunk["piece"])

    def _take_piece(self, piece: Piece) -> Iterator[str | Citation]:
        if isinstance(piece, Marker):
            citation = self._resolver.cite(piece)
            if citation:
                self._pieces.append(citation)
                yield citation
            return
        if isinstance(self._answerer, GenerativeAnswerer) and not self._quotes:
            piece, thoughts = after_thoughts(piece)
            if thoughts:
                self._forget()
        if piece:
            self._pieces.append(piece)
            yield piece

    def _forget(self) -> None:
        """What came so far were thoughts, as it turns out."""
        self._pieces.clear()
        self._resolver = Resolver(self._retrieval.hits if self._retrieval else ())

    def quote(self) -> Iterator[str | Citation]:
        """The sentences that would be quoted without a model, in place of what it did not write."""
        assert self._retrieval is not None
        self._quotes = True
        for piece in ExtractiveAnswerer().write(self._retrieval, ()):
            yield from self._take_piece(piece)

    def fail(self, status: Status, fault: str) -> None:
        self._status, self._fault = status, fault

    def answer(self, spent: float) -> Answer:
        """The whole answer; `spent` seconds of its time are over."""
        answerer, retrieval = self._answerer, self._retrieval
        assert retrieval is not None  # the chain yields it first, or raises
        status = self._status
        if status is Status.ANSWERED and not self.begun:  # too little evidence, or the model refused
            status = Status.NOT_IN_ARTICLES
        quotes = self._quotes or isinstance(answerer, ExtractiveAnswerer)
        split = whole_sentence if quotes else split_sentences
        refused = status is Status.NOT_IN_ARTICLES
        claims = () if refused else build_claims(self._pieces, split)
        claims, repaired = self._repair(claims, retrieval, spent)
        quoted = quotes and not refused
        notice = " ".join(filter(None, (self._fault or answerer.notice, retrieval.note)))
        return Answer(
            status=status,
            question=self._question,
            asked=retrieval.asked,
            claims=claims,
            hits=retrieval.hits,
            model=answerer.name,
            seconds=0.0,
            notice=refusal(retrieval) if refused and not self._fault else notice,
            span=retrieval.span,
            unresolved=self._resolver.unresolved,
            disagreements=self._disagreements(claims, retrieval.hits),
            filters=retrieval.filters,
            usage=answerer.usage if isinstance(answerer, GenerativeAnswerer) else Usage(),
            repaired=repaired,
            otherwise=quoted and retrieval.denied is not None,
            told=retrieval.told if quoted else None,
        )

    def _repair(
        self, claims: tuple[Claim, ...], retrieval: Retrieval, spent: float
    ) -> tuple[tuple[Claim, ...], int]:
        """The claims, and how many of them the model has worded anew: once, and only if all came."""
        doubtful = doubtful_claims(claims)
        if self._fault or not doubtful or not isinstance(self._answerer, GenerativeAnswerer):
            return claims, 0
        wordings = self._answerer.reword(retrieval, doubtful, spent)
        claims, better, self._resolver = put_better(
            claims, dict(zip(doubtful, wordings, strict=True)), self._resolver
        )
        return claims, better

    def _disagreements(self, claims: Sequence[Claim], hits: Sequence[Hit]) -> tuple[Disagreement, ...]:
        cited = list({c.number: c for claim in claims for c in claim.citations}.values())
        return find_disagreements(cited, hits, self._vectors(hits), self._resolver.cite) if cited else ()


def stopped_answer(
    retrieval: Retrieval, pieces: Sequence[str | Citation], answerer: Answerer, seconds: float
) -> Answer:
    """The answer to a question that its reader stopped: the `pieces` that had come, checked as any other."""
    split = whole_sentence if isinstance(answerer, ExtractiveAnswerer) else split_sentences
    return Answer(
        status=Status.STOPPED,
        question=retrieval.question,
        asked=retrieval.asked,
        claims=build_claims(pieces, split),
        hits=retrieval.hits,
        model=answerer.name,
        seconds=seconds,
        notice=f"{STOPPED if pieces else STOPPED_UNWRITTEN} {retrieval.note}".strip(),
        span=retrieval.span,
        filters=retrieval.filters,
    )


def whole_sentence(text: str) -> tuple[Sentence, ...]:
    """A quoted sentence is one claim, however it might be split where it stands alone."""
    return (Sentence(0, len(text), text),)


def is_of_readout(asked: str, span: Span) -> bool:
    """'Hello', 'What can you answer?': nothing that the articles, where there are any, could lack."""
    return bool(span.articles) and asks_of_us(asked)


def refusal(retrieval: Retrieval) -> str:
    """What is said where what was found does not answer the question; known before the answer is whole."""
    if is_of_readout(retrieval.asked, retrieval.span):
        return f"Ask about what the articles report. There are {_count_and_dates(retrieval.span)}."
    told = refusal_notice(retrieval.span, retrieval.filters, retrieval.lacking)
    return told if retrieval.lacking else f"{told} {retrieval.note}".strip()


def refusal_notice(span: Span, filters: Filters = NO_FILTERS, lacking: str = "") -> str:
    """What was searched, for an answer that the articles do not hold, and what it lacks."""
    if filters and span.of and not span.articles:
        return (
            f"No article is left by the filter: {filter_words(filters)}. Drop it to search all"
            f" {count_articles(span.of)}."
        )
    if not span.articles:
        return "The library holds no articles yet. Add some: readout add corpus/"
    searched = _count_and_dates(span)
    if filters:
        searched = f"{span.articles} of {count_articles(span.of)}, filtered by {filter_words(filters)}"
    why = f": {lacking}" if lacking else ""
    return f"The articles do not cover this{why}. Searched: {searched}. The nearest passages are shown."


def _count_and_dates(span: Span) -> str:
    count = count_articles(span.articles)
    if not span.first or not span.last:
        return count
    first, last = date_label(span.first), date_label(span.last)
    return f"{count} published on {first}" if first == last else f"{count} published from {first} to {last}"


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

"""Asks the gold questions on the sample articles: Readout, and the usual pipeline beside it."""

import hashlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track

from evals.beir import Dataset
from evals.documents import CORPUS
from evals.gold import GoldQuestion
from evals.records import SAID_OTHERWISE, CitedSpan, ClaimRecord, HitRecord, Record, Run, Score, Span
from evals.report import commit
from evals.scoring import Ground, evidence_recall, locate, score
from rag.adding import MEGABYTE, gather_files
from rag.answering import Readout, follow
from rag.errors import ReadoutError
from rag.evaluation import progress_line
from rag.readers import read_article
from rag.settings import load_settings
from rag.types import Answer, Answerer, Article, Citation, Hit, Retrieval, Status

if TYPE_CHECKING:
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever

    from evals.usage import Meter

SET = "gold"
HITS = 10  # passages kept per question: as deep as the measures look
QUOTED = 4  # chunks that the baseline quotes: LangChain's own default
TOLD_EVERY = 10  # questions between two lines of progress
SECONDS_MOST = 60.0  # a question that takes longer has failed
FOLLOW_UP_DEPTH = 5  # hits among which the evidence of a follow-up is looked for, asked in three ways
KEPT_BACK = {"home", "cache", "api_key", "openai_api_key"}  # settings that no run tells
_PROGRESS = Console(stderr=True)  # none of it in the output


def read_samples(folder: Path = CORPUS) -> Dataset:
    """The sample articles as a set; an article's id is its file name. Raises ReadError."""
    most = int(load_settings().file_megabytes * MEGABYTE)
    articles = tuple(
        replace(read_article(path, max_bytes=most), id=path.name) for path in gather_files([folder])
    )
    return Dataset("samples", articles, (), digest_of((), articles))


def digest_of(questions: Iterable[GoldQuestion], articles: Iterable[Article]) -> str:
    """Changes with any question or article; their order does not matter."""
    asked = sorted(repr(question) for question in questions)
    held = sorted(f"{article.id} {article.content_hash}" for article in articles)
    return hashlib.sha256("\n".join([*asked, *held]).encode()).hexdigest()[:12]


# Readout


def ask_readout(
    readout: Readout,
    questions: Sequence[GoldQuestion],
    answerer: Answerer | None = None,
    meter: "Meter | None" = None,
    seconds: float = SECONDS_MOST,
) -> Run:
    """Asks each question once, through the front door. `meter` counts what `answerer`'s model takes."""
    asker = _Asker(readout, answerer or readout.answerer, meter, seconds)
    readout.warm()
    settings = readout.settings.model_dump(mode="json", exclude=KEPT_BACK)
    return _run(
        "readout",
        asker.answerer.name,
        digest_of(questions, readout.articles()),
        settings,
        _ask_all(questions, asker.ask, "Asking Readout"),
    )


class _Asker:
    """One question to Readout → its record."""

    def __init__(self, readout: Readout, answerer: Answerer, meter: "Meter | None", seconds: float) -> None:
        self.answerer = answerer
        self._readout = readout
        self._meter = meter
        self._seconds = seconds
        self._day = day_after(readout)
        self._ground = Ground(
            {article.id: article.text for article in readout.articles()},
            tuple(
                Span(article.id, stored.passage.start, stored.passage.end)
                for article in readout.articles()
                for stored in readout.library.passages(article_id=article.id)
            ),
        )

    def ask(self, question: GoldQuestion) -> Record:
        answer = self._answer(question)
        found = self._retrieve(question, answer.asked)
        record = replace(
            blank(question),
            asked=answer.asked,
            status=SAID_OTHERWISE if answer.otherwise else answer.status.value,
            evidence=found.evidence,
            claims=tuple(
                ClaimRecord(c.text, c.verdict.value, c.missing, tuple(map(_cited, c.citations)))
                for c in answer.claims
            ),
            hits=hit_records(found.hits),
            seconds=answer.seconds,
        )
        if self._meter:
            usage = self._meter.take()
            record = replace(record, tokens=usage.tokens, cost=usage.cost)
        if answer.status in (Status.FAILED, Status.INCOMPLETE):
            return replace(record, error=answer.notice)
        scores = score(record, question, self._ground)
        return replace(record, scores=scores | self._follow_up_scores(question))

    def _answer(self, question: GoldQuestion) -> Answer:
        began = time.monotonic()
        turns, day = follow(question.history), question.as_of or self._day
        answer: Answer | None = None
        for event in self._readout.ask(question.question, turns, as_of=day, answerer=self.answerer):
            if time.monotonic() - began > self._seconds:
                raise ReadoutError(f"No whole answer within {self._seconds:g} seconds.")
            if isinstance(event, Answer):
                answer = event
        assert answer is not None  # the last event is one
        return answer

    def _retrieve(self, question: GoldQuestion, asked: str) -> Retrieval:
        day = question.as_of or self._day
        return self._readout.retriever.retrieve(question.question, asked=asked, as_of=day, most=HITS)

    def _follow_up_scores(self, question: GoldQuestion) -> dict[str, Score]:
        """What a follow-up finds as it was typed, and what it would find typed in full."""
        if not question.history:
            return {}
        gold = locate(question, self._ground.texts)
        ways = {"follow_up_bare": question.question, "follow_up_full": question.full or question.question}
        return {
            name: evidence_recall(hit_records(self._retrieve(question, text).hits), gold, FOLLOW_UP_DEPTH)
            for name, text in ways.items()
        }


def day_after(readout: Readout) -> date:
    """The day after the last article: questions are asked as of then, so that a run can be repeated."""
    last = readout.span().last
    return last.date() + timedelta(days=1) if last else datetime.now(UTC).date()


def _cited(citation: Citation) -> CitedSpan:
    return CitedSpan(Span(citation.article_id, citation.start, citation.end), citation.quote)


def hit_records(hits: Sequence[Hit]) -> tuple[HitRecord, ...]:
    return tuple(
        HitRecord(Span(hit.article.id, hit.passage.start, hit.passage.end), hit.score) for hit in hits
    )


# The baseline


def ask_baseline(
    name: str, retriever: "BaseRetriever", dataset: Dataset, questions: Sequence[GoldQuestion]
) -> Run:
    """The usual pipeline: the first QUOTED chunks are the answer. It sees no history and never refuses."""
    from evals.baselines import split

    articles = {article.id: article for article in dataset.articles}
    ground = Ground(
        {key: article.text for key, article in articles.items()},
        tuple(chunk_span(chunk, articles) for chunk in split(dataset)),
    )

    def ask(question: GoldQuestion) -> Record:
        began = time.perf_counter()
        chunks = retriever.invoke(question.question)[:HITS]
        seconds = time.perf_counter() - began
        spans = [chunk_span(chunk, articles) for chunk in chunks]
        record = replace(
            blank(question),
            asked=question.question,
            status=Status.ANSWERED.value,
            claims=tuple(_quoted(span, ground.texts[span.article]) for span in spans[:QUOTED]),
            hits=tuple(HitRecord(span, -float(place)) for place, span in enumerate(spans, start=1)),
            seconds=seconds,
        )
        return replace(record, scores=score(record, question, ground))

    retriever.invoke("warm")
    records = _ask_all(questions, ask, f"Asking {name}")
    return _run(name, "chunks", digest_of(questions, dataset.articles), {}, records)


def chunk_span(chunk: "Document", articles: dict[str, Article]) -> Span:
    """Where a chunk stands in its article, without the title that `baselines.split` puts in front."""
    article = articles[chunk.metadata["article"]]
    prefix = f"{article.title}. "
    place = f"{prefix}{article.text}".index(chunk.page_content)
    end = place + len(chunk.page_content) - len(prefix)
    return Span(article.id, max(0, place - len(prefix)), end)


def _quoted(span: Span, text: str) -> ClaimRecord:
    quote = text[span.start : span.end]
    return ClaimRecord(quote, "", (), (CitedSpan(span, quote),))


# Both


def blank(question: GoldQuestion) -> Record:
    """The record of a question that is not answered yet."""
    return Record(
        question.id, question.kind, question.part, question.question, answerable=question.answerable
    )


def _ask_all(
    questions: Sequence[GoldQuestion], ask: Callable[[GoldQuestion], Record], label: str
) -> tuple[Record, ...]:
    records = []
    for question in _tell_progress(questions, label):
        try:
            records.append(ask(question))
        except ReadoutError as error:  # counted apart; anything else is a bug and stops the run
            records.append(replace(blank(question), error=str(error)))
    return tuple(records)


def _tell_progress(questions: Sequence[GoldQuestion], label: str) -> Iterator[GoldQuestion]:
    """A bar on a terminal; elsewhere a line now and then, which the page reads (rag.evaluation)."""
    if _PROGRESS.is_terminal:
        yield from track(questions, label, console=_PROGRESS, transient=True)
        return
    for done, question in enumerate(questions):
        if done % TOLD_EVERY == 0:
            print(progress_line(label, done, len(questions)), file=sys.stderr, flush=True)
        yield question


def _run(
    system: str, answerer: str, digest: str, settings: dict[str, Any], records: tuple[Record, ...]
) -> Run:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Run(system, answerer, SET, digest, commit(), made, settings, records)
